#pragma once
// Asks the search index: from what was typed to a page of what the asker may see.

#include <optional>
#include <string>
#include <vector>

#include "domain/result.hpp"
#include "domain/rights.hpp"
#include "projections/search/search_index.hpp"
#include "search/query_language.hpp"

namespace alforis::projections {

struct SearchQuery {
  domain::Viewer viewer;
  std::string text;       ///< as typed, valid UTF-8, at most k_longest_query bytes
  SearchFilters filters;  ///< besides those in the text
  std::size_t limit = 20;
  std::string after;    ///< cursor of the page before; empty: from the beginning
  bool typing = false;  ///< for suggestions: the last word may be a beginning, the others are whole
  bool facets = true;
};
inline constexpr std::size_t k_longest_query = 2000;

/// A field in which words were found.
struct SearchHighlight {
  SearchField field = SearchField::name;
  std::string text;  ///< the field's, or of a long one what is around the first word
  bool cut = false;  ///< `text` is a part of the field
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;  ///< of `text`: first code point, and one past the last
};

/// How a word was found.
struct SearchMatch {
  std::string word;  ///< as asked, folded
  search::Match match = search::Match::exact;
  SearchField field = SearchField::name;  ///< the weightiest one
};

struct SearchHit {
  domain::EntityKind kind = domain::EntityKind::organisation;
  domain::Uuid id;
  std::string title;
  std::string subtitle;  ///< where it belongs; may be empty
  search::Score score;
  std::uint8_t missing = 0;  ///< words that it does not have
  std::uint16_t cost = 0;    ///< sum of how its words were met
  std::vector<SearchMatch> matches;
  std::vector<SearchHighlight> highlights;
};

struct SearchPage {
  Position position = 0;  ///< up to where the Log is in what was searched
  std::vector<SearchHit> hits;
  std::optional<std::string> next;  ///< cursor of the next page
  std::uint64_t total = 0;          ///< that the asker sees, on all pages
  std::uint8_t missing = 0;         ///< words that even the best lack
  bool partial = false;             ///< not everything was looked at
  SearchFacets facets;
  std::optional<std::string> did_you_mean;  ///< where nothing is found: what finds something
};

/// Fails with `invalid_value` at `after` for a cursor of another list, and at `q` for a text that has no word.
/// Throws search::IndexDamaged, search::IndexUnavailable.
domain::Result<SearchPage> search_page(const SearchIndex& index, const SearchQuery& query);

}  // namespace alforis::projections
