#pragma once
// Which passwords may be chosen: by NIST SP 800-63B §5.1.1.2, length and a list of what is guessed first; no rules of
// composition, and no expiry.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.hpp"

namespace alforis::api {

/// Fewest characters that an operator may ask for, and the most that a password has: it keeps hashing bounded.
inline constexpr std::size_t k_min_password = 8;
inline constexpr std::size_t k_max_password = 256;

/// The password in the form that is hashed: NFC (UAX #15), so that every keyboard's accents are the same. What is no
/// UTF-8 stays as it is.
std::string normalized_password(std::string_view typed);

/// What is wrong with a new password, at `pointer`: `invalid_password` (length in characters), `weak_password` (common,
/// one character again and again, a row of the alphabet, or made of `own` words: name, e-mail address). Empty: nothing.
domain::Problems check_new_password(std::string_view typed, const std::vector<std::string>& own, std::size_t min_length,
                                    std::string_view pointer);

/// Passwords that are guessed first, in small letters, in the order of their bytes, each followed by a blank.
std::string_view common_passwords();

}  // namespace alforis::api
