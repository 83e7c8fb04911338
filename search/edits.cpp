#include "search/edits.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <vector>

#include "search/dictionary.hpp"

namespace alforis::search {

namespace {

/// What a change of a word's code point number i (from 1) costs.
std::size_t price(std::size_t i) { return i == 1 ? 2 : 1; }

}  // namespace

char32_t take_code_point(std::string_view& rest) {
  const auto lead = static_cast<unsigned char>(rest.front());
  if (lead < 0x80) {
    rest.remove_prefix(1);
    return lead;
  }
  std::size_t end = 0;
  UChar32 c = 0;
  U8_NEXT(rest.data(), end, rest.size(), c);
  rest.remove_prefix(c < 0 ? 1 : end);
  return c < 0 ? k_last_code_point + 1 + lead : static_cast<char32_t>(c);
}

std::u32string code_points(std::string_view text) {
  std::u32string all;
  all.reserve(text.size());
  while (!text.empty()) all += take_code_point(text);
  return all;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (take_code_point(text) > k_last_code_point) return false;
  }
  return true;
}

std::uint8_t edits_allowed(std::string_view word) {
  constexpr std::size_t k_one_from = 5;
  constexpr std::size_t k_two_from = 9;
  if (word.find_first_of("0123456789") != std::string_view::npos) return 0;
  std::size_t length = 0;
  for (; !word.empty() && length < k_two_from; ++length) take_code_point(word);
  if (length < k_one_from) return 0;
  return length < k_two_from ? 1 : 2;
}

std::uint8_t edits_between(std::string_view asked, std::string_view word, std::uint8_t most) {
  const std::u32string from = code_points(asked);
  const std::u32string to = code_points(word);
  const auto more = static_cast<std::uint8_t>(most + 1);
  const std::size_t longer = std::max(from.size(), to.size());
  if (longer - std::min(from.size(), to.size()) > most) return more;

  // The rows of the matrix for one more code point of the word, for the one before it, and for the one before that.
  std::vector<std::size_t> now(from.size() + 1);
  std::vector<std::size_t> before(from.size() + 1);
  std::vector<std::size_t> swapped(from.size() + 1);
  for (std::size_t i = 1; i <= from.size(); ++i) now[i] = now[i - 1] + price(i);
  for (std::size_t j = 1; j <= to.size(); ++j) {
    swapped.swap(before);
    before.swap(now);
    now[0] = before[0] + price(j);
    for (std::size_t i = 1; i <= from.size(); ++i) {
      const std::size_t replaced = from[i - 1] == to[j - 1] ? 0 : std::max(price(i), price(j));
      now[i] = std::min({before[i - 1] + replaced, now[i - 1] + price(i), before[i] + price(j)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
        now[i] = std::min(now[i], swapped[i - 2] + std::max(price(i - 1), price(j - 1)));
      }
    }
    if (*std::min_element(now.begin(), now.end()) > most) return more;
  }
  return static_cast<std::uint8_t>(std::min<std::size_t>(now[from.size()], more));
}

}  // namespace alforis::search
