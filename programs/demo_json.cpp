#include "programs/demo_json.hpp"

#include <span>

#include "domain/values/uuid.hpp"
#include "domain/wire/json.hpp"

namespace alforis::programs {

namespace {

// The name space of the demo's ids; any constant would do.
const domain::Uuid& name_space() {
  static const domain::Uuid k_name_space = *domain::Uuid::parse("7d1e5c0a-3b6f-4a52-9c1d-6f2b8e4a9d30");
  return k_name_space;
}

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

std::string make_id(std::string_view kind, std::size_t number, std::optional<std::uint64_t> seed) {
  constexpr std::int64_t k_first_day_ms = 1'767'225'600'000;  // 2026-01-01
  std::string name = std::string(kind) + "/" + std::to_string(number);
  if (seed) name += "/" + std::to_string(*seed);
  const domain::Uuid hashed = domain::Uuid::v5(name_space(), name);
  return domain::Uuid::v7(k_first_day_ms, std::span(hashed.bytes()).last<10>()).text();
}

std::string make_date(DemoRandom& random, int first_year, int last_year) {
  const std::string year = std::to_string(random.between(first_year, last_year));
  const std::string month = two_digits(random.between(1, 12));
  return year + "-" + month + "-" + two_digits(random.between(1, 28));
}

Json& Json::text(std::string_view name, std::string_view value) {
  key(name);
  domain::wire::quote(json_, value);
  return *this;
}

Json& Json::raw(std::string_view name, std::string_view value) {
  key(name);
  json_ += value;
  return *this;
}

Json& Json::euros(std::string_view name, std::int64_t euros) {
  return raw(name, R"({"amount":)" + std::to_string(euros * 100) + R"(,"currency":"EUR"})");
}

Json& Json::list(std::string_view name, const std::set<std::string_view>& texts) {
  std::string json = "[";
  for (const auto text : texts) {
    if (json.size() > 1) json += ',';
    domain::wire::quote(json, text);
  }
  return raw(name, json + "]");
}

void Json::key(std::string_view name) {
  if (json_.size() > 1) json_ += ',';
  domain::wire::quote(json_, name);
  json_ += ':';
}

}  // namespace alforis::programs
