#include "domain/values/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "domain/values/ascii.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

// Builds the key; blanks are held back until something follows them.
class Key {
 public:
  explicit Key(std::size_t capacity) { key_.reserve(capacity); }

  void blank() { blank_pending_ = true; }
  void add(std::string_view text) {
    if (blank_pending_ && !key_.empty()) key_ += ' ';
    blank_pending_ = false;
    key_ += text;
  }
  void add_ascii(char c) {
    if (ascii::is_letter(c) || ascii::is_digit(c)) {
      const char lower = ascii::to_lower(c);
      add({&lower, 1});
    } else if (c == '&') {
      blank();
      add("et");
      blank();
    } else if (c != '.') {
      blank();
    }
  }
  std::string take() && { return std::move(key_); }

 private:
  std::string key_;
  bool blank_pending_ = false;
};

// Letters that Unicode does not decompose though people do, after case folding.
constexpr std::pair<UChar32, std::string_view> k_spelt_out[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"},
    {0x0127, "h"},  {0x0131, "i"}, {0x0142, "l"}, {0x0153, "oe"}, {0x0167, "t"},
};

std::string_view spelt_out(UChar32 c) {
  const auto* const found =
      std::find_if(std::begin(k_spelt_out), std::end(k_spelt_out), [c](const auto& entry) { return entry.first == c; });
  return found == std::end(k_spelt_out) ? std::string_view{} : found->second;
}

bool is_accent(UChar32 c) { return c >= 0x0300 && c <= 0x036F; }

// Unicode's letter apostrophe, which some keyboards give for the other one.
constexpr UChar32 k_letter_apostrophe = 0x02BC;

bool is_part_of_word(UChar32 c) {
  if (c == k_letter_apostrophe) return false;
  return u_isalnum(c) != 0 || (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

std::string normalised(const icu::Normalizer2* form, std::string_view text, UErrorCode& status) {
  std::string result;
  if (U_FAILURE(status)) return result;
  icu::StringByteSink<std::string> sink(&result, static_cast<std::int32_t>(text.size()));
  form->normalizeUTF8(0, {text.data(), static_cast<std::int32_t>(text.size())}, sink, nullptr, status);
  return result;
}

// Case folded, in compatibility forms, accents apart from their letters.
std::string decomposed(std::string_view name) {
  UErrorCode status = U_ZERO_ERROR;
  const std::string folded = normalised(icu::Normalizer2::getNFKCCasefoldInstance(status), name, status);
  std::string result = normalised(icu::Normalizer2::getNFKDInstance(status), folded, status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU cannot fold: ") + u_errorName(status));
  return result;
}

// Of a text that is decomposed.
void add_decomposed(Key& key, std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    const auto start = static_cast<std::size_t>(at);
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c >= 0 && c < 0x80) {
      key.add_ascii(static_cast<char>(c));
    } else if (const std::string_view letters = spelt_out(c); !letters.empty()) {
      key.add(letters);
    } else if (c >= 0 && is_part_of_word(c)) {
      if (!is_accent(c)) key.add(text.substr(start, static_cast<std::size_t>(at) - start));
    } else {
      key.blank();
    }
  }
}

// What each character below k_first_combining adds to a key: French names need no ICU once this is known. A blank in
// front or behind stands for itself.
using Additions = std::array<std::string, k_first_combining>;

const Additions& additions() {
  static const Additions table = [] {
    Additions made;
    for (UChar32 c = 0x80; static_cast<char32_t>(c) < k_first_combining; ++c) {
      std::array<char, 4> utf8{};
      std::int32_t length = 0;
      U8_APPEND_UNSAFE(utf8.data(), length, c);
      // Between two letters, where every blank shows.
      Key key(8);
      key.add("x");
      add_decomposed(key, decomposed({utf8.data(), static_cast<std::size_t>(length)}));
      key.add("x");
      const std::string whole = std::move(key).take();
      made[static_cast<std::size_t>(c)] = whole.substr(1, whole.size() - 2);
    }
    return made;
  }();
  return table;
}

void add_spaced(Key& key, std::string_view text) {
  for (const char c : text) {
    if (c == ' ') {
      key.blank();
    } else {
      key.add({&c, 1});
    }
  }
}

// False, and a key half made, when a character of the text may combine with others, or the text is no UTF-8.
bool add_one_by_one(Key& key, std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0 || static_cast<char32_t>(c) >= k_first_combining) return false;
    if (c < 0x80) {
      key.add_ascii(static_cast<char>(c));
    } else {
      add_spaced(key, additions()[static_cast<std::size_t>(c)]);
    }
  }
  return true;
}

std::string key_of(std::string_view name) {
  Key key(name.size());
  if (add_one_by_one(key, name)) return std::move(key).take();
  Key whole(name.size());
  add_decomposed(whole, decomposed(name));
  return std::move(whole).take();
}

}  // namespace

std::string fold_name(std::string_view name) {
  std::string folded = key_of(name);
  // Without this, all names of punctuation alone would be one name.
  return folded.empty() ? std::string(trimmed(name)) : folded;
}

std::string fold_header(std::string_view header) {
  std::string key = fold_name(header);
  std::erase(key, ' ');
  return key;
}

}  // namespace alforis::domain
