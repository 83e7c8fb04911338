#pragma once
// How the demo's records are written down: their ids, dates and JSON.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "programs/demo_random.hpp"

namespace alforis::programs {

/// Version 7, as every id, and the same each time: its time is that of the demo's first day, its randomness a hash.
std::string make_id(std::string_view kind, std::size_t number, std::optional<std::uint64_t> seed = std::nullopt);

/// `YYYY-MM-DD` in one of the years, both included.
std::string make_date(DemoRandom& random, int first_year, int last_year);

/// A JSON object, member by member.
class Json {
 public:
  Json& text(std::string_view name, std::string_view value);
  /// `value` is JSON already: a number, a list, true.
  Json& raw(std::string_view name, std::string_view value);
  Json& euros(std::string_view name, std::int64_t euros);
  Json& list(std::string_view name, const std::set<std::string_view>& texts);
  std::string take() { return std::move(json_) + "}"; }

 private:
  void key(std::string_view name);

  std::string json_ = "{";
};

}  // namespace alforis::programs
