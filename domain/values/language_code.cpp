#include "domain/values/language_code.hpp"

#include <algorithm>
#include <array>

#include "domain/values/ascii.hpp"
#include "domain/values/closed_list.hpp"
#include "domain/values/text.hpp"

namespace alforis::domain {
namespace {

// The codes of ISO 639-1. A code that ISO withdraws stays here: the Log remembers it.
// clang-format off
constexpr auto k_codes = std::to_array<std::string_view>({
"aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bi", "bm", "bn",
"bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en",
"eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he",
"hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv",
"ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li",
"ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne",
"ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm",
"rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st",
"su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk",
"ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu"
});
// clang-format on
static_assert(std::is_sorted(k_codes.begin(), k_codes.end()));

}  // namespace

Result<LanguageCode> LanguageCode::parse(std::string_view typed) {
  typed = trimmed(typed);
  if (typed.empty()) return problem("empty", "a language code is missing");
  const auto code = find_code<2>(k_codes, typed, ascii::to_lower);
  if (!code)
    return problem("unknown_language", "no language has this code; expected two letters of ISO 639-1, such as fr");
  return LanguageCode(*code);
}

std::span<const std::string_view> LanguageCode::all() { return k_codes; }

}  // namespace alforis::domain
