#pragma once
// Rows in PostgreSQL's binary COPY format (documentation of COPY, "Binary Format"): no escaping here, no parsing there.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "domain/values/date.hpp"
#include "domain/values/instant.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::projections::postgres {

/// Collects rows. begin_row() says how many fields follow; the field functions write one each, in the table's order,
/// and their PostgreSQL types are uuid, text, bool, smallint, integer, bigint, timestamptz, date, text[].
class CopyBuffer {
 public:
  CopyBuffer() : data_("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19) {}

  bool empty() const { return rows_ == 0; }

  /// Room for so many more bytes.
  void reserve(std::size_t bytes) { data_.reserve(data_.size() + bytes); }

  /// The whole, ended. Nothing may be added afterwards.
  std::string_view finish() {
    put<std::int16_t>(-1);
    return data_;
  }

  void begin_row(std::int16_t fields) {
    put(fields);
    ++rows_;
  }

  void null() { put<std::int32_t>(-1); }
  void uuid(const domain::Uuid& id) {
    put<std::int32_t>(16);
    data_.append(reinterpret_cast<const char*>(id.bytes().data()), 16);
  }
  void text(std::string_view text) {
    put(static_cast<std::int32_t>(text.size()));
    data_.append(text);
  }
  void boolean(bool value) {
    put<std::int32_t>(1);
    data_.push_back(value ? '\1' : '\0');
  }
  void smallint(std::int16_t value) { number(value); }
  void integer(std::int32_t value) { number(value); }
  void bigint(std::int64_t value) { number(value); }
  void timestamptz(domain::Instant time) { number<std::int64_t>(time.micros() - k_epoch_days * 86'400'000'000); }
  void date(const domain::Date& day) {
    number(static_cast<std::int32_t>(day.days().time_since_epoch().count() - k_epoch_days));
  }

  /// One-dimensional text[] of strings or anything with text(); the lower bound is 1.
  template <class Range>
  void text_array(const Range& texts) {
    const std::size_t length_at = data_.size();
    put<std::int32_t>(0);
    put<std::int32_t>(texts.empty() ? 0 : 1);  // dimensions
    put<std::int32_t>(0);                      // no NULLs
    put<std::int32_t>(k_text_oid);
    if (!texts.empty()) {
      put(static_cast<std::int32_t>(texts.size()));
      put<std::int32_t>(1);
      for (const auto& element : texts) {
        if constexpr (std::is_convertible_v<decltype(element), std::string_view>) {
          text(element);
        } else {
          text(element.text());  // here, since it may return a string that lives only until it is copied
        }
      }
    }
    const auto length = big_endian(static_cast<std::int32_t>(data_.size() - length_at - 4));
    std::memcpy(data_.data() + length_at, length.data(), length.size());
  }

 private:
  static constexpr std::int32_t k_text_oid = 25;
  static constexpr std::int64_t k_epoch_days = 10957;  // 2000-01-01, PostgreSQL's epoch, counted from 1970-01-01

  template <class T>
  static std::array<char, sizeof(T)> big_endian(T value) {
    auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
    if constexpr (std::endian::native == std::endian::little) std::reverse(bytes.begin(), bytes.end());
    return bytes;
  }
  template <class T>
  void put(T value) {
    const auto bytes = big_endian(value);
    data_.append(bytes.data(), bytes.size());
  }
  template <class T>
  void number(T value) {
    put(static_cast<std::int32_t>(sizeof(T)));
    put(value);
  }

  std::string data_;  // signature, no flags, no header extension; then the rows
  std::uint64_t rows_ = 0;
};

}  // namespace alforis::projections::postgres
