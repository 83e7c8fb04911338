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

LoginThrottle::Names LoginThrottle::names_of(std::string_view account, std::string_view address) {
  std::string name(account.substr(0, k_longest_name));
  std::string place(address);
  return {name + '\n' + place, std::move(name), std::move(place)};
}

unsigned LoginThrottle::begin(std::string_view account, std::string_view address, Time now) {
  const std::lock_guard lock(mutex_);
  const Names names = names_of(account, address);
  std::array<Failures*, k_kinds> failures{};
  unsigned pause = 0;
  for (std::size_t kind = 0; kind < k_kinds; ++kind) {
    forget(tables_[kind], rules_[kind], now);
    failures[kind] = &tables_[kind].try_emplace(names[kind], Failures{0, now}).first->second;
    pause = std::max(pause, wait(*failures[kind], rules_[kind], now));
  }
  if (pause != 0) return pause;
  for (Failures* const one : failures) *one = {one->count + 1, now};
  return 0;
}

void LoginThrottle::take_back(const Names& names, std::size_t kind) {
  const auto found = tables_[kind].find(names[kind]);
  if (found != tables_[kind].end() && found->second.count > 0) --found->second.count;
}

void LoginThrottle::succeeded(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  const Names names = names_of(account, address);
  tables_[0].erase(names[0]);
  for (std::size_t kind = 1; kind < k_kinds; ++kind) take_back(names, kind);
}

void LoginThrottle::not_tried(std::string_view account, std::string_view address) {
  const std::lock_guard lock(mutex_);
  const Names names = names_of(account, address);
  for (std::size_t kind = 0; kind < k_kinds; ++kind) take_back(names, kind);
}

}  // namespace alforis::api
