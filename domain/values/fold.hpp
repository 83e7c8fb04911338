#pragma once
// Keys under which differently spelt texts are the same. They are for comparing and looking up, never for showing.

#include <string>
#include <string_view>

namespace alforis::domain {

/// The key by which two names are the same name: compatibility forms, case, accents and ligatures folded (UAX #15 NFKD,
/// Unicode case folding; œ → oe, ß → ss, ø → o), `&` read as "et", dots dropped (B.N.P. = BNP), all other punctuation
/// and white space one blank. A name of punctuation alone is its own key. The input is valid UTF-8.
std::string fold_name(std::string_view name);

/// The key by which two column names are the same: `fold_name` without its blanks (Code_Postal = code postal).
std::string fold_header(std::string_view header);

}  // namespace alforis::domain
