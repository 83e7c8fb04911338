#pragma once
// Hashing and comparing what is random enough to need nothing slower.

#include <cstddef>
#include <string>
#include <string_view>

#include "privacy/aead.hpp"

namespace alforis::api {

/// SHA-256 as base64url, 43 characters. For tokens of 80 random bits and more, never for passwords.
std::string sha256_text(std::string_view bytes);

/// Takes as long whatever the texts are; only their lengths may be told by it.
bool equal_in_constant_time(std::string_view a, std::string_view b);

using privacy::random_bytes;

}  // namespace alforis::api
