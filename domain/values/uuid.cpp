#include "domain/values/uuid.hpp"

#include <openssl/sha.h>

#include <algorithm>

namespace alforis::domain {
namespace {

constexpr std::uint8_t k_no_digit = 0xFF;

// The value of each hexadecimal digit, k_no_digit for all else.
constexpr auto k_nibbles = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(k_no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) table['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) table['a' + i] = table['A' + i] = static_cast<std::uint8_t>(10 + i);
  return table;
}();

// Where the two digits of each byte begin in 8-4-4-4-12.
constexpr std::array<std::uint8_t, 16> k_places = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

std::uint8_t nibble(char c) { return k_nibbles[static_cast<unsigned char>(c)]; }

void set_version(std::array<std::uint8_t, 16>& bytes, std::uint8_t version) {
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | (version << 4));
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
}

Problems invalid_uuid(std::string_view reason) {
  return problem("invalid_uuid",
                 std::string(reason) + "; expected a UUID such as 018f3c6e-5d2a-7c31-9b1e-2f6d8a4c0e75");
}

}  // namespace

Result<Uuid> Uuid::parse(std::string_view typed) {
  if (typed.size() != k_text_length) return invalid_uuid("the text has not 36 characters");
  if (typed[8] != '-' || typed[13] != '-' || typed[18] != '-' || typed[23] != '-') {
    return invalid_uuid("the hyphens do not part the text into 8-4-4-4-12");
  }
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint8_t high = nibble(typed[k_places[i]]);
    const std::uint8_t low = nibble(typed[k_places[i] + 1U]);
    seen |= high | low;
    bytes[i] = static_cast<std::uint8_t>((high << 4) | low);
  }
  // Digits are below 16, so one that is none shows in the upper half of what was seen.
  if ((seen & 0xF0) != 0) return invalid_uuid("the text has characters that are no hexadecimal digits");
  return Uuid(bytes);
}

Result<ProposedUuid> ProposedUuid::parse(std::string_view typed) {
  const auto uuid = Uuid::parse(typed);
  if (!uuid) return uuid.error();
  if (uuid->version() != 7 || !uuid->is_rfc_variant()) {
    return problem("invalid_uuid_version", "a proposed id has to be a UUID of version 7 (RFC 9562)");
  }
  return ProposedUuid(*uuid);
}

Uuid Uuid::v7(std::int64_t unix_ms, std::span<const std::uint8_t, 10> random) {
  constexpr std::int64_t k_last_ms = (std::int64_t{1} << 48) - 1;
  const auto ms = static_cast<std::uint64_t>(std::clamp<std::int64_t>(unix_ms, 0, k_last_ms));
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  std::copy(random.begin(), random.end(), bytes.begin() + 6);
  set_version(bytes, 7);
  return Uuid(bytes);
}

Uuid Uuid::v5(const Uuid& name_space, std::string_view name) {
  std::string input(reinterpret_cast<const char*>(name_space.bytes_.data()), name_space.bytes_.size());
  input.append(name);
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(input.data()), input.size(), digest.data());
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  set_version(bytes, 5);
  return Uuid(bytes);
}

std::array<char, Uuid::k_text_length> Uuid::chars() const {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::array<char, k_text_length> chars;
  chars[8] = chars[13] = chars[18] = chars[23] = '-';
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    chars[k_places[i]] = k_digits[bytes_[i] >> 4];
    chars[k_places[i] + 1U] = k_digits[bytes_[i] & 0x0F];
  }
  return chars;
}

std::string Uuid::text() const {
  const auto all = chars();
  return {all.data(), all.size()};
}

}  // namespace alforis::domain
