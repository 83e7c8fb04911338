#pragma once
// Characters of ASCII, whatever the locale: the functions of <cctype> follow it, and take no negative char.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace alforis::domain::ascii {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_upper(c) || is_lower(c); }
constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - ('a' - 'A')) : c; }

constexpr bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}
constexpr bool all_ascii(std::string_view text) { return std::all_of(text.begin(), text.end(), is_ascii); }

/// Eight characters looked at at once. Each test tells by its top bits (of each byte) which characters it holds for,
/// and perhaps names a character after one for which it holds: only "none" is exact.
class Eight {
 public:
  explicit Eight(const char* characters) { std::memcpy(&word_, characters, sizeof word_); }

  /// `bound` is at most 0x80.
  std::uint64_t below(char bound) const {
    return (word_ - k_ones * static_cast<unsigned char>(bound)) & ~word_ & k_tops;
  }
  std::uint64_t equal(char c) const {
    const std::uint64_t difference = word_ ^ (k_ones * static_cast<unsigned char>(c));
    return (difference - k_ones) & ~difference & k_tops;
  }
  std::uint64_t beyond_ascii() const { return word_ & k_tops; }

 private:
  static constexpr std::uint64_t k_ones = 0x0101010101010101ULL;
  static constexpr std::uint64_t k_tops = k_ones * 0x80;
  std::uint64_t word_ = 0;
};

inline std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

}  // namespace alforis::domain::ascii
