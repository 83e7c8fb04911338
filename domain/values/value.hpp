#pragma once
// What every value of the domain offers, so that the JSON codec, the schemas and the importers treat them all alike.

#include <compare>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "domain/result.hpp"

namespace alforis::domain {

/// A type that only ever holds a right value. It is made by `parse` alone (or by other named functions that check as
/// much), so whoever holds one need not check again.
///
/// - `parse` reads what people and programs type and answers with the canonical value, or with problems whose pointer
///   is "" and whose code is stable snake_case; the codes of each type stand at its declaration.
/// - `text` is the canonical text, valid UTF-8; `T::parse(v.text()).value() == v` for every v.
/// - `k_schema_type`, `k_schema_format` and `k_schema_pattern` are the JSON Schema keywords of the canonical text, ""
///   where the keyword is absent. A pattern fixes the length as well.
/// - `k_max_length` is JSON Schema's maxLength, in code points, and `parse` enforces it; 0 means that there is none.
template <class T>
concept Value = std::copyable<T> && std::equality_comparable<T> && std::three_way_comparable<T> &&
    std::is_nothrow_move_constructible_v<T> && requires(std::string_view typed, const T& value) {
  { T::parse(typed) } -> std::same_as<Result<T>>;
  { value.text() } -> std::convertible_to<std::string>;
  { T::k_schema_type } -> std::convertible_to<std::string_view>;
  { T::k_schema_format } -> std::convertible_to<std::string_view>;
  { T::k_schema_pattern } -> std::convertible_to<std::string_view>;
  { T::k_max_length } -> std::convertible_to<std::size_t>;
};

}  // namespace alforis::domain
