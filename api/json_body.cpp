#include "api/json_body.hpp"

#include <simdjson.h>

#include <charconv>

#include "api/negotiation.hpp"

namespace alforis::api {

namespace {

std::string pointer_to(std::string_view key) {
  std::string pointer = "/";
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
  return pointer;
}

}  // namespace

std::optional<Problem> check_no_body(const Request& request) {
  if (request.body().empty()) return std::nullopt;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string text(request.body());
  if (const auto error = parser.allocate(text.size(), domain::wire::k_max_depth)) throw std::bad_alloc();
  simdjson::dom::element element;
  if (const auto error = parser.parse(text).get(element)) {
    return Problem::of(error == simdjson::DEPTH_ERROR ? "too_deep" : "malformed_json", simdjson::error_message(error));
  }
  if (element.get(object) != simdjson::SUCCESS) {
    return Problem::of(domain::problem("wrong_type", "this route takes no body, or an empty object"));
  }
  domain::Problems problems;
  for (const auto [key, value] : object) {
    if (problems.size() == domain::wire::k_max_problems) break;
    problems.push_back({"unknown_member", pointer_to(key), "this route takes no members"});
  }
  if (problems.empty()) return std::nullopt;
  return Problem::of(problems);
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
