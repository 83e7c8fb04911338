#pragma once
// base64url without padding (RFC 4648 §5): bytes where only text may stand.

#include <string>
#include <string_view>

namespace alforis::domain {

std::string base64url(std::string_view bytes);
/// False when `text` is none.
bool base64url_decode(std::string_view text, std::string& bytes);

}  // namespace alforis::domain
