#pragma once
// Guessing passwords gets slower and slower, by account and by address. Somebody who guesses must not lock out whose
// account it is: what was tried from one address counts there first, and for the account as a whole much later.

#include <array>
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

  /// `pair`: of one account from one address.
  explicit LoginThrottle(ThrottleRule pair = {5, std::chrono::minutes(10)},
                         ThrottleRule account = {50, std::chrono::minutes(1)},
                         ThrottleRule address = {100, std::chrono::seconds(6)})
      : rules_{pair, account, address} {}

  /// Seconds until the account may be tried from the address again; 0: now. Then the attempt counts as failed until
  /// succeeded() takes it back, so that guesses at the same time count too. Beyond the free ones the pause doubles with
  /// each failure, from a second to a quarter of an hour. `address`: the caller's, or what one subscriber has.
  unsigned begin(std::string_view account, std::string_view address, Time now);
  void succeeded(std::string_view account, std::string_view address);
  /// The attempt could not be made: it counts for nothing.
  void not_tried(std::string_view account, std::string_view address);

 private:
  struct Failures {
    unsigned count = 0;
    Time last;
  };
  using Table = std::unordered_map<std::string, Failures>;

  static unsigned wait(Failures& failures, const ThrottleRule& rule, Time now);
  static void forget(Table& table, const ThrottleRule& rule, Time now);

  static constexpr std::size_t k_kinds = 3;  ///< pair, account, address
  using Names = std::array<std::string, k_kinds>;
  static Names names_of(std::string_view account, std::string_view address);
  void take_back(const Names& names, std::size_t kind);

  std::array<ThrottleRule, k_kinds> rules_;
  std::mutex mutex_;
  std::array<Table, k_kinds> tables_;
};

}  // namespace alforis::api
