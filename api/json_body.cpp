#include "api/json_body.hpp"

#include <charconv>

#include "api/negotiation.hpp"

namespace alforis::api {

std::optional<Problem> check_no_body(const Request& request) {
  if (request.body().empty()) return std::nullopt;
  const auto nothing = domain::wire::from_json<NoMembers>(request.body());
  if (nothing) return std::nullopt;
  return Problem::of(nothing.error());
}

Expected<std::optional<std::int64_t>> if_match_version(const Request& request) {
  const auto field = request.header("If-Match");
  if (!field) return std::optional<std::int64_t>();
  auto tag = trimmed(*field);
  if (tag == "*") return std::optional<std::int64_t>();
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') return Problem::of("invalid_if_match");
  tag = tag.substr(1, tag.size() - 2);
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
  if (error != std::errc() || end != tag.data() + tag.size()) return Problem::of("invalid_if_match");
  return std::optional<std::int64_t>(version);
}

}  // namespace alforis::api
