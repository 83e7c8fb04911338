// Query strings of lists: the first character picks the kind of entity, & and = divide the rest.
#include "projections/query/list_query.hpp"

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alforis;
  using namespace alforis::projections;
  if (size == 0) return 0;
  const auto kind = static_cast<domain::EntityKind>(data[0] % 5);
  std::string_view text = fuzz::text_of(data + 1, size - 1);
  Parameters parameters;
  while (!text.empty()) {
    std::string_view pair = fuzz::next(text, '&');
    const std::string name(fuzz::next(pair, '='));
    parameters.emplace_back(name, pair);
  }
  const domain::Viewer viewer{domain::Uuid{}, domain::Role::sales, std::nullopt};
  const auto query = parse_list_query(kind, parameters, viewer);
  if (!query) return 0;
  fuzz::require(query->limit >= 1 && query->limit <= k_max_limit, "a page has its bounds");
  fuzz::require(query->conditions.size() <= parameters.size(), "conditions come from parameters");
  fuzz::require(!cache_key(*query).empty(), "every query has a key");
  return 0;
}
