#pragma once
// Which members of a described struct are secrets, or are made from one: stored where the program itself needs them,
// shown to nobody. Declared in the struct as `static constexpr SecretMembers<N> k_secret`.

#include <array>
#include <cstddef>
#include <string_view>

namespace alforis::domain {

template <std::size_t N>
using SecretMembers = std::array<std::string_view, N>;

template <class T>
concept HasSecrets = requires {
  T::k_secret;
};

/// Whether member `name` of T is a secret; false for structs that declare none.
template <class T>
constexpr bool is_secret(std::string_view name) {
  if constexpr (HasSecrets<T>) {
    for (const std::string_view known : T::k_secret) {
      if (known == name) return true;
    }
  }
  return false;
}

}  // namespace alforis::domain
