#pragma once
// Guessing passwords gets slower and slower, by account and by address.

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace alforis::api {

/// How failures of one account, or from one address, are counted.
struct ThrottleRule {
  unsigned free;                  ///< failures that cost nothing
  std::chrono::seconds forgiven;  ///< each such pause without a further one takes one off
};

/// Thread-safe; in memory, of this server alone. Accounts that do not exist are counted like those that do.
class LoginThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit LoginThrottle(ThrottleRule account = {5, std::chrono::minutes(10)},
                         ThrottleRule address = {100, std::chrono::seconds(6)})
      : account_(account), address_(address) {}

  /// Seconds until the account may be tried from the address again; 0: now. Then the attempt counts as failed until
  /// succeeded() takes it back, so that guesses at the same time count too. Beyond the free ones the pause doubles with
  /// each failure, from a second to a quarter of an hour.
  unsigned begin(std::string_view account, std::string_view address, Time now);
  void succeeded(std::string_view account, std::string_view address);

 private:
  struct Failures {
    unsigned count = 0;
    Time last;
  };
  using Table = std::unordered_map<std::string, Failures>;

  static unsigned wait(Failures& failures, const ThrottleRule& rule, Time now);
  static void forget(Table& table, const ThrottleRule& rule, Time now);

  ThrottleRule account_;
  ThrottleRule address_;
  std::mutex mutex_;
  Table accounts_;
  Table addresses_;
};

}  // namespace alforis::api
