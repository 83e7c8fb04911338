#include "domain/wire/base64url.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace alforis::domain {

namespace {

constexpr std::string_view k_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The value of each letter; 64 and more: it is none.
constexpr auto k_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(64);
  for (std::size_t i = 0; i < k_alphabet.size(); ++i) {
    values[static_cast<unsigned char>(k_alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  char* out = text.data();
  const auto byte = [&](std::size_t at) {
    return at < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])) : 0U;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t bits = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    const std::size_t letters = std::min<std::size_t>(4, bytes.size() - at + 1);
    for (std::size_t i = 0; i < letters; ++i) *out++ = k_alphabet[(bits >> (18 - 6 * i)) & 63U];
  }
  return text;
}

bool base64url_decode(std::string_view text, std::string& bytes) {
  if (text.size() % 4 == 1) return false;
  bytes.assign(text.size() * 3 / 4, '\0');
  char* out = bytes.data();
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::size_t letters = std::min<std::size_t>(4, text.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < letters; ++i) {
      const std::uint8_t value = k_values[static_cast<unsigned char>(text[at + i])];
      if (value > 63) return false;
      bits |= static_cast<std::uint32_t>(value) << (18 - 6 * i);
    }
    for (std::size_t i = 0; i + 1 < letters; ++i) *out++ = static_cast<char>((bits >> (16 - 8 * i)) & 255U);
  }
  return true;
}

}  // namespace alforis::domain
