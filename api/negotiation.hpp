#pragma once
// What request headers say about the answer they want (RFC 9110 §12, §13).

#include <string_view>

#include "domain/user.hpp"

namespace alforis::api {

/// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// The better of French and English for an Accept-Language; French when neither is named.
domain::Locale preferred_locale(std::string_view accept_language);

/// Whether an Accept header allows the media type (without parameters). An empty header allows everything.
bool accepts_media_type(std::string_view accept, std::string_view media_type);

/// Whether an Accept-Encoding header allows gzip. An absent one does not.
bool accepts_gzip(std::string_view accept_encoding);

/// Whether If-None-Match names the tag: weak comparison, lists and `*` (RFC 9110 §13.1.2). `etag` is without quotes.
bool etag_matches(std::string_view if_none_match, std::string_view etag);

/// Whether gzip makes such content smaller.
bool compressible(std::string_view content_type);

}  // namespace alforis::api
