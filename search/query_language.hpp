#pragma once
// What is typed into the search box, taken apart. Forgiving: what is no operator is words, and nothing is an error.
// Pure.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::search {

/// A run of words, or a phrase. It has a letter or a digit; what has none is left out, and parts no run.
struct Clause {
  bool phrase = false;     ///< in quotes: the words side by side, as they are
  bool negated = false;    ///< with a minus in front: must not be there
  std::string text;        ///< as typed, without quotes and minus; words of a run are parted as they were typed, by
                           ///< a space where other things stood between them; no blanks around it
  bool may_go_on = false;  ///< its last word ends the query and may still be being typed; of the last, a plain run

  friend bool operator==(const Clause&, const Clause&) = default;
};

/// `field:value`, `field:"some value"`, `-field:value`.
struct FieldFilter {
  std::string field;  ///< lower case
  std::string value;  ///< as typed, without the quotes it stands in and blanks around it; not empty
  bool negated = false;

  friend bool operator==(const FieldFilter&, const FieldFilter&) = default;
};

struct ParsedQuery {
  std::vector<Clause> clauses;  ///< in the order typed; neighbouring plain words are one clause
  std::vector<FieldFilter> filters;

  friend bool operator==(const ParsedQuery&, const ParsedQuery&) = default;
};

/// Whether the field is one that can be filtered by, and the value one that it can have. What is not stays words.
using KnowsFilter = std::function<bool(std::string_view field, std::string_view value)>;

/// Takes a query apart. Quotes are "…", «…» and “…”; one that is never closed is a blank. A phrase opens at a word's
/// beginning and ends at the first quote that closes it; other quotes are blanks, those inside it and in words too.
/// A minus is an operator only in front of a word, a phrase or a filter and behind a blank or nothing (Saint-Malo and
/// "a - b" have none). A filter that `knows` does not know is words: `foo:bar` is foo and bar, in the text `foo:bar`.
/// One without a value is too. Blanks around the colon are not allowed; a value is in quotes, or ends as a word does.
/// A plain word ends at white space; white space is Unicode's. Control characters and NUL are blanks. Blanks that are
/// no white space are spaces in the texts. Linear in the length of `typed`, which is valid UTF-8; bytes that are not
/// are blanks.
ParsedQuery parse_query(std::string_view typed, const KnowsFilter& knows);

}  // namespace alforis::search
