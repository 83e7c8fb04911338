#pragma once
// Request bodies that are JSON.

#include <boost/describe.hpp>

#include "api/problem.hpp"
#include "api/request.hpp"
#include "domain/wire/json.hpp"

namespace alforis::api {

/// Reads the body as a described struct: 400 `body_required` when it is empty, 400 when it is no JSON, else 422 with
/// every problem.
template <class T>
Expected<T> read_body(const Request& request) {
  if (request.body().empty()) return Problem::of("body_required");
  auto value = domain::wire::from_json<T>(request.body());
  if (!value) return Problem::of(value.error());
  return std::move(*value);
}

/// The same for routes whose body may be left out: T{} then.
template <class T>
Expected<T> read_optional_body(const Request& request) {
  if (request.body().empty()) return T{};
  return read_body<T>(request);
}

/// The body of a route that takes none, when one comes all the same.
struct NoMembers {};
BOOST_DESCRIBE_STRUCT(NoMembers, (), ())

/// What is wrong with the body of a route that takes none: nothing, or `{}`, is right.
std::optional<Problem> check_no_body(const Request& request);

/// The versions that If-Match names (RFC 9110 §13.1.1): nullopt when absent or `*`; 400 `invalid_if_match` when it is
/// not one quoted version.
Expected<std::optional<std::int64_t>> if_match_version(const Request& request);

}  // namespace alforis::api
