#pragma once
// Looking up a short code in a closed list of codes.

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace alforis::domain {

/// The code of `N` letters when it stands in `sorted`, its letters mapped by `fold` first. O(log n).
template <std::size_t N, class List>
std::optional<std::array<char, N>> find_code(const List& sorted, std::string_view typed, char (*fold)(char)) {
  if (typed.size() != N) return std::nullopt;
  std::array<char, N> code{};
  std::transform(typed.begin(), typed.end(), code.begin(), fold);
  if (!std::binary_search(sorted.begin(), sorted.end(), std::string_view(code.data(), N))) return std::nullopt;
  return code;
}

}  // namespace alforis::domain
