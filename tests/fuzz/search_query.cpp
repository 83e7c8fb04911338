// What is typed into the search box, as any bytes.
#include "search/query_language.hpp"
#include "target.hpp"

namespace {

using namespace alforis;

bool knows(std::string_view field, std::string_view value) {
  return field == "city" || (field == "type" && (value == "person" || value == "organisation"));
}

// Whether the parts of `text` between spaces stand in `rest` one behind the other; `rest` begins behind them then.
bool stands_in(std::string_view text, std::string_view& rest) {
  while (!text.empty()) {
    const auto part = fuzz::next(text, ' ');
    const auto at = rest.find(part);
    if (at == std::string_view::npos) return false;
    rest.remove_prefix(at + part.size());
  }
  return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view typed = fuzz::text_of(data, size);
  search::ParsedQuery query = search::parse_query(typed, knows);
  std::size_t length = 0;
  std::string_view rest = typed;
  for (const auto& clause : query.clauses) {
    fuzz::require(!clause.text.empty(), "no clause is empty");
    fuzz::require(stands_in(clause.text, rest), "texts are within the query, in its order");
    fuzz::require(!clause.may_go_on || (&clause == &query.clauses.back() && !clause.phrase && !clause.negated),
                  "only a plain run at the end may go on");
    length += clause.text.size();
  }
  rest = typed;
  for (const auto& filter : query.filters) {
    fuzz::require(knows(filter.field, filter.value), "filters are known ones");
    fuzz::require(stands_in(filter.value, rest), "values are within the query, in its order");
    length += filter.value.size();
  }
  fuzz::require(length <= size, "nothing is taken twice");
  if (!query.clauses.empty()) query.clauses.back().may_go_on = false;
  fuzz::require(search::parse_query(std::string(typed) + ' ', knows) == query,
                "a blank behind it all ends a word only");
  return 0;
}
