#include "api/auth/login_throttle.hpp"

#include <algorithm>

namespace alforis::api {

namespace {

using std::chrono::seconds;

constexpr seconds k_longest_pause{900};
constexpr std::size_t k_most_entries = 65536;
constexpr std::size_t k_longest_name = 255;

seconds pause_after(unsigned failures_too_many) {
  constexpr unsigned k_doublings = 10;  // already more than the longest pause
  return std::min(seconds(1U << std::min(failures_too_many, k_doublings)), k_longest_pause);
}

}  // namespace

unsigned LoginThrottle::wait(Failures& failures, const ThrottleRule& rule, Time now) {
  const auto forgiven = static_cast<std::uint64_t>((now - failures.last) / rule.forgiven);
  if (forgiven > 0) {
    failures.count -= static_cast<unsigned>(std::min<std::uint64_t>(forgiven, failures.count));
    failures.last += rule.forgiven * static_cast<std::int64_t>(forgiven);
  }
  if (failures.count < rule.free) return 0;
  const auto left = failures.last + pause_after(failures.count - rule.free) - now;
  return left.count() <= 0 ? 0 : static_cast<unsigned>(std::chrono::ceil<seconds>(left).count());
}

void LoginThrottle::forget(Table& table, const ThrottleRule& rule, Time now) {
  if (table.size() < k_most_entries) return;
  std::erase_if(table, [&](const auto& entry) {
    Failures failures = entry.second;
    return wait(failures, rule, now) == 0 && failures.count == 0;
  });
}

unsigned LoginThrottle::begin(std::string_view account, std::string_view address, Time now) {
  const std::lock_guard lock(mutex_);
  forget(accounts_, account_, now);
  forget(addresses_, address_, now);
  Failures& of_account =
      accounts_.try_emplace(std::string(account.substr(0, k_longest_name)), Failures{0, now}).first->second;
  Failures& of_address = addresses_.try_emplace(std::string(address), Failures{0, now}).first->second;
  const unsigned pause = std::max(wait(of_account, account_, now), wait(of_address, address_, now));
  if (pause != 0) return pause;
  of_account = {of_account.count + 1, now};
  of_address = {of_address.count + 1, now};
  return 0;
}

void LoginThrottle::succeeded(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  accounts_.erase(std::string(account.substr(0, k_longest_name)));
  const auto found = addresses_.find(std::string(address));
  if (found != addresses_.end() && found->second.count > 0) --found->second.count;
}

}  // namespace alforis::api
