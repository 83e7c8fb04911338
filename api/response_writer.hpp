#pragma once
// The bytes of an answer's head, written by hand into one reused buffer.

#include <cstddef>
#include <string>
#include <string_view>

#include "api/response.hpp"

namespace alforis::api {

/// What the head says besides the response itself.
struct HeadFacts {
  std::string_view request_id;
  bool http11 = true;
  bool keep_alive = true;
  bool gzipped = false;
  std::size_t body_size = 0;  ///< of the body as sent, also when HEAD leaves it out
};

/// Appends status line, headers and the empty line.
void write_head(std::string& out, const Response& response, const HeadFacts& facts);

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7) of this second; the view is good until the thread asks again.
std::string_view http_date();

}  // namespace alforis::api
