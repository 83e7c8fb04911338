#include "api/auth/password_rules.hpp"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <unordered_set>

#include "domain/values/fold.hpp"

namespace alforis::api {

namespace {

/// Shorter words of one's own are in too many passwords by chance.
constexpr std::size_t k_telling_word = 4;

const std::unordered_set<std::string_view>& blocklist() {
  static const auto list = [] {
    std::unordered_set<std::string_view> words;
    std::string_view rest = common_passwords();
    while (!rest.empty()) {
      const auto end = rest.find(' ');
      words.insert(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    return words;
  }();
  return list;
}

/// Each character the same step away from the one before: aaaaaaaa, 12345678, hgfedcba.
bool is_row(std::string_view text) {
  if (text.size() < 2) return true;
  const int step = text[1] - text[0];
  if (step < -1 || step > 1) return false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] - text[i - 1] != step) return false;
  }
  return true;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

/// What is left without digits and signs at both ends, which people put on when asked for another password.
std::string_view core_of(std::string_view text) {
  while (!text.empty() && !is_letter(text.front())) text.remove_prefix(1);
  while (!text.empty() && !is_letter(text.back())) text.remove_suffix(1);
  return text;
}

/// The whole texts, and their words.
std::vector<std::string> own_words(const std::vector<std::string>& own) {
  std::vector<std::string> words{"alforis"};
  for (const std::string& text : own) {
    const std::string folded = domain::fold_name(text);
    words.push_back(folded);
    std::string word;
    for (const char c : folded + ' ') {
      if (is_letter(c)) {
        word.push_back(c);
      } else {
        if (word.size() >= k_telling_word) words.push_back(word);
        word.clear();
      }
    }
  }
  return words;
}

bool is_weak(const std::string& typed, const std::vector<std::string>& own) {
  const std::string folded = domain::fold_name(typed);
  std::string small = typed;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (blocklist().contains(small) || is_row(small)) return true;
  const std::string_view core = core_of(folded);
  const auto words = own_words(own);
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return folded == word || core == word; });
}

icu::UnicodeString normal(std::string_view typed) {
  UErrorCode error = U_ZERO_ERROR;
  const auto text = icu::UnicodeString::fromUTF8(icu::StringPiece(typed.data(), static_cast<int>(typed.size())));
  const auto* nfc = icu::Normalizer2::getNFCInstance(error);
  return U_SUCCESS(error) ? nfc->normalize(text, error) : text;
}

}  // namespace

std::string normalized_password(std::string_view typed) {
  const bool ascii =
      std::all_of(typed.begin(), typed.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return std::string(typed);
  std::string text;
  normal(typed).toUTF8String(text);
  return text;
}

domain::Problems check_new_password(std::string_view typed, const std::vector<std::string>& own, std::size_t min_length,
                                    std::string_view pointer) {
  const auto length = static_cast<std::size_t>(normal(typed).countChar32());
  if (length < min_length || length > k_max_password) {
    return domain::problem(
        "invalid_password",
        "a password has " + std::to_string(min_length) + " to " + std::to_string(k_max_password) + " characters",
        pointer);
  }
  if (is_weak(normalized_password(typed), own)) {
    return domain::problem("weak_password", "this password is among the first that are guessed: choose another one",
                           pointer);
  }
  return {};
}

}  // namespace alforis::api
