#pragma once
// The identifier of everything that is stored.

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A UUID by RFC 9562: sixteen bytes in network order. Ordered by its bytes, which for version 7 is by time.
/// A default-constructed one is the nil UUID.
class Uuid {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "uuid";
  static constexpr std::string_view k_schema_pattern = "";
  static constexpr std::size_t k_max_length = 0;
  /// Characters of the text form: 8-4-4-4-12 hexadecimal digits.
  static constexpr std::size_t k_text_length = 36;

  constexpr Uuid() = default;
  /// Any sixteen bytes are a UUID; they are in network order.
  explicit constexpr Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  /// Reads the 8-4-4-4-12 form in either case, of any version. Fails with `invalid_uuid`.
  static Result<Uuid> parse(std::string_view typed);

  /// Version 7 (RFC 9562 §5.7): 48 bits of time, then 74 of the 80 random bits given. Pure: the clock and the source of
  /// randomness belong to the caller. `unix_ms` is in milliseconds since 1970 and is held within 0 … 2^48 - 1.
  static Uuid v7(std::int64_t unix_ms, std::span<const std::uint8_t, 10> random);

  /// Version 5 (RFC 9562 §5.5): the same name in the same name space always gives the same id (SHA-1).
  static Uuid v5(const Uuid& name_space, std::string_view name);

  /// Lower-case text.
  std::string text() const;
  /// The same text without an allocation.
  std::array<char, k_text_length> chars() const;

  constexpr const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  constexpr bool is_nil() const { return *this == Uuid{}; }
  /// The version field, 0 … 15.
  constexpr int version() const { return bytes_[6] >> 4; }
  /// Whether it is of the variant that RFC 9562 describes: only there the version means something.
  constexpr bool is_rfc_variant() const { return bytes_[8] >> 6 == 0b10; }

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the generated 0 for a pointer
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// An id that somebody proposes for something new: version 7, as the ids that the server makes.
class ProposedUuid {
 public:
  static constexpr std::string_view k_schema_type = "string";
  static constexpr std::string_view k_schema_format = "uuid";
  static constexpr std::string_view k_schema_pattern =
      "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-7[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$";
  static constexpr std::size_t k_max_length = 0;

  /// Fails with `invalid_uuid`, and with `invalid_uuid_version` for a UUID that is not of version 7.
  static Result<ProposedUuid> parse(std::string_view typed);

  const Uuid& uuid() const { return uuid_; }
  std::string text() const { return uuid_.text(); }

  friend constexpr auto operator<=>(const ProposedUuid&, const ProposedUuid&) = default;

 private:
  explicit ProposedUuid(const Uuid& uuid) : uuid_(uuid) {}

  Uuid uuid_;
};

}  // namespace alforis::domain

template <>
struct std::hash<alforis::domain::Uuid> {
  /// Both halves count: a version 7 is random at its end, a version 5 everywhere, a hand-made one perhaps nowhere.
  std::size_t operator()(const alforis::domain::Uuid& id) const noexcept {
    const auto [high, low] = std::bit_cast<std::array<std::uint64_t, 2>>(id.bytes());
    std::uint64_t mixed = high * 0x9E3779B97F4A7C15ULL;
    mixed = ((mixed ^ (mixed >> 32)) + low) * 0xD6E8FEB86659FD93ULL;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
  }
};
