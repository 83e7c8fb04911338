#include "projections/search/reader.hpp"

#include <charconv>

#include "domain/values/country_code.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using search::DocumentNumber;
using search::Field;
using search::Term;

namespace {

constexpr std::uint32_t k_longest_shown = 240;  // code points of a long field
constexpr std::uint32_t k_shown_before = 60;    // of them before the first word found

// ---- filters in the text

/// `stage:signe`, `owner:me` and so on; those in `excluded` have a minus.
bool add_filter(std::string_view field, std::string_view value, const domain::Viewer& viewer, SearchFilters& filters) {
  if (field == "type") {
    const auto kind = domain::enum_from_text<EntityKind>(value);
    if (!kind || !is_searched(*kind)) return false;
    filters.kinds.push_back(*kind);
  } else if (field == "stage") {
    const auto stage = domain::enum_from_text<domain::PipelineStage>(value);
    if (!stage) return false;
    filters.stages.push_back(*stage);
  } else if (field == "owner") {
    const auto owner = value == "me" ? domain::Result<Uuid>(viewer.id) : Uuid::parse(value);
    if (!owner) return false;
    filters.owners.push_back(*owner);
  } else if (field == "team") {
    const auto team = value == "mine" && viewer.team ? domain::Result<Uuid>(*viewer.team) : Uuid::parse(value);
    if (!team) return false;
    filters.teams.push_back(*team);
  } else if (field == "country") {
    const auto country = domain::CountryCode::parse(value);
    if (!country) return false;
    filters.countries.push_back({country->view()[0], country->view()[1]});
  } else {
    return false;
  }
  return true;
}

/// The field whose words are meant by `city:lyon`.
std::optional<SearchField> text_field(std::string_view name) {
  for (std::size_t i = 0; i < k_search_fields; ++i) {
    if (search_field_name(static_cast<SearchField>(i)) == name) return static_cast<SearchField>(i);
  }
  return std::nullopt;
}

search::ParsedQuery parsed(const SearchQuery& query) {
  return search::parse_query(query.text, [&](std::string_view field, std::string_view value) {
    SearchFilters tried;
    return text_field(field).has_value() || add_filter(field, value, query.viewer, tried);
  });
}

// ---- cursors: the rank of the last one shown

std::string cursor_of(const search::Rank& rank) {
  std::array<char, 64> score{};
  const auto end = std::to_chars(score.data(), score.data() + score.size(), rank.score, std::chars_format::hex).ptr;
  return "s " + std::to_string(rank.missing) + ' ' + std::to_string(rank.cost) + ' ' + std::string(score.data(), end) +
         ' ' + std::to_string(rank.number);
}

template <class T>
bool take_part(std::string_view& rest, T& value) {
  const auto part = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  std::from_chars_result read{};
  if constexpr (std::is_floating_point_v<T>) {
    read = std::from_chars(part.data(), part.data() + part.size(), value, std::chars_format::hex);
  } else {
    read = std::from_chars(part.data(), part.data() + part.size(), value);
  }
  return read.ec == std::errc() && read.ptr == part.data() + part.size();
}

std::optional<search::Rank> rank_of(std::string_view cursor) {
  search::Rank rank;
  if (!cursor.starts_with("s ")) return std::nullopt;
  cursor.remove_prefix(2);
  if (!take_part(cursor, rank.missing) || !take_part(cursor, rank.cost) || !take_part(cursor, rank.score) ||
      !take_part(cursor, rank.number) || !cursor.empty()) {
    return std::nullopt;
  }
  return rank;
}

// ---- what is shown of a document

const std::string* text_of(const std::vector<Field>& fields, SearchField wanted) {
  for (const Field& field : fields) {
    if (field.number == static_cast<std::uint8_t>(wanted)) return &field.text;
  }
  return nullptr;
}

/// The first of the fields that is there.
std::string first_of(const std::vector<Field>& fields, std::initializer_list<SearchField> wanted) {
  for (const SearchField field : wanted) {
    if (const std::string* text = text_of(fields, field)) return *text;
  }
  return {};
}

std::string title_of(const std::vector<Field>& fields) {
  return first_of(fields, {SearchField::name, SearchField::title, SearchField::number});
}

std::string subtitle_of(EntityKind kind, const std::vector<Field>& fields) {
  switch (kind) {
    case EntityKind::organisation:
      return first_of(fields, {SearchField::city, SearchField::country});
    case EntityKind::person: {
      std::string subtitle = first_of(fields, {SearchField::job_title});
      const std::string organisation = first_of(fields, {SearchField::organisation});
      return subtitle + (subtitle.empty() || organisation.empty() ? "" : ", ") + organisation;
    }
    case EntityKind::produit:
      return first_of(fields, {SearchField::isin});
    default:
      return first_of(fields, {SearchField::organisation, SearchField::person});
  }
}

/// A text by its code points.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) starts_.push_back(static_cast<std::uint32_t>(at));
    }
    starts_.push_back(static_cast<std::uint32_t>(text.size()));
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(starts_.size() - 1); }
  std::string part(std::uint32_t begin, std::uint32_t end) const {
    return std::string(text_.substr(starts_[begin], starts_[end] - starts_[begin]));
  }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
};

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Sorted; those that overlap as one.
Ranges merged(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges merged;
  for (const auto& range : ranges) {
    if (!merged.empty() && range.first < merged.back().second) {
      merged.back().second = std::max(merged.back().second, range.second);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

SearchHighlight highlight(const Field& field, Ranges ranges) {
  SearchHighlight shown;
  shown.field = static_cast<SearchField>(field.number);
  const CodePoints text(field.text);
  ranges = merged(std::move(ranges));
  std::uint32_t begin = 0;
  std::uint32_t end = text.size();
  if (end > k_longest_shown) {
    const std::uint32_t first = ranges.front().first;
    begin = std::min(first > k_shown_before ? first - k_shown_before : 0, end - k_longest_shown);
    end = begin + k_longest_shown;
    shown.cut = true;
  }
  shown.text = text.part(begin, end);
  for (const auto& [from, to] : ranges) {
    if (from >= begin && to <= end) shown.ranges.emplace_back(from - begin, to - begin);
  }
  return shown;
}

/// Whether a choice means the term.
bool means(const search::Choice& choice, const std::string& key) {
  if (choice.kind == search::Choice::Kind::range) return key.starts_with(choice.terms.front());
  return std::find(choice.terms.begin(), choice.terms.end(), key) != choice.terms.end();
}

std::vector<SearchHighlight> highlights_of(const search::Plan& plan, const search::Hit& hit,
                                           const std::vector<Field>& fields) {
  std::vector<SearchHighlight> all;
  for (const Field& field : fields) {
    Ranges ranges;
    for (const Term& term : search::analyse(field.kind, field.text)) {
      const std::string key = search::term_key(term.form, term.text);
      for (std::size_t unit = 0; unit < plan.units.size(); ++unit) {
        if (!hit.met[unit] || !means(plan.units[unit].choices[hit.met[unit]->choice], key)) continue;
        ranges.emplace_back(term.begin, term.end);
        break;
      }
    }
    if (!ranges.empty()) all.push_back(highlight(field, std::move(ranges)));
  }
  return all;
}

std::vector<SearchMatch> matches_of(const search::Plan& plan, const search::Hit& hit,
                                    const search::FieldWeights& weights) {
  std::vector<SearchMatch> matches;
  for (std::size_t unit = 0; unit < plan.units.size(); ++unit) {
    if (!hit.met[unit]) continue;
    const auto& met = *hit.met[unit];
    const auto best = std::max_element(met.places.begin(), met.places.end(), [&](const auto& a, const auto& b) {
      return weights[a.field] < weights[b.field];
    });
    matches.push_back(
        {plan.units[unit].asked, plan.units[unit].choices[met.choice].match, static_cast<SearchField>(best->field)});
  }
  return matches;
}

// ---- asking

class Search {
 public:
  Search(const SearchIndex& index, const SearchQuery& query)
      : index_(index), query_(query), filters_(query.filters), weights_(search_field_weights()) {}

  domain::Result<SearchPage> page() {
    const search::ParsedQuery asked = parsed(query_);
    const auto lock = index_.index().reading();
    take_filters(asked);
    search::MatchOptions options;
    options.limit = query_.limit + 1;
    if (!query_.after.empty()) {
      options.after = rank_of(query_.after);
      if (!options.after) return domain::problem("invalid_value", "this cursor does not belong to this list", "after");
    }
    search::Plan plan = plan_of(asked, false);
    if (plan.units.empty()) return domain::problem("invalid_value", "there is no word to look for", "q");
    // What is near is all that is looked at, unless there is nothing.
    if (plan.nearer) {
      options.all_words = true;
      SearchLens lens(index_.catalogue(), query_.viewer, filters_, excluded_);
      const search::Found found = search::match(index_.index(), plan, lens, weights_, options);
      if (found.total > 0) return told(plan, found, lens);
      plan = plan_of(asked, true);
      options.all_words = false;
    }
    SearchLens lens(index_.catalogue(), query_.viewer, filters_, excluded_);
    const search::Found found = search::match(index_.index(), plan, lens, weights_, options);
    SearchPage page = told(plan, found, lens);
    if (found.total == 0 && !query_.typing) page.did_you_mean = better(plan);
    return page;
  }

 private:
  /// Those in the text that are not words of a field.
  void take_filters(const search::ParsedQuery& asked) {
    for (const search::FieldFilter& filter : asked.filters) {
      if (text_field(filter.field)) continue;
      add_filter(filter.field, filter.value, query_.viewer, filter.negated ? excluded_ : filters_);
    }
  }

  search::Plan plan_of(const search::ParsedQuery& asked, bool far) const {
    search::PlanOptions options;
    options.typing = query_.typing;
    options.far = far;
    search::Plan plan = search::make_plan(asked, index_.index(), index_.synonyms(), options);
    for (const search::FieldFilter& filter : asked.filters) {
      if (text_field(filter.field)) add_field(filter, options, plan);
    }
    return plan;
  }

  /// The words of `city:lyon` must be in that field.
  void add_field(const search::FieldFilter& filter, const search::PlanOptions& options, search::Plan& plan) const {
    search::ParsedQuery asked;
    asked.clauses.push_back({false, filter.negated, filter.value, false});
    search::Plan more = search::make_plan(asked, index_.index(), index_.synonyms(), options);
    for (search::Unit& unit : more.units) {
      unit.field = static_cast<std::uint8_t>(*text_field(filter.field));
      plan.units.push_back(std::move(unit));
    }
    plan.cut = plan.cut || more.cut;
    plan.nearer = plan.nearer || more.nearer;
  }

  SearchPage told(const search::Plan& plan, const search::Found& found, const SearchLens& lens) const {
    SearchPage page;
    if (query_.facets) page.facets = lens.facets();
    page.position = index_.cursor().position;
    page.total = found.total;
    page.missing = found.missing;
    page.partial = found.partial;
    const std::size_t shown = std::min(found.hits.size(), query_.limit);
    std::vector<DocumentNumber> numbers;
    for (std::size_t i = 0; i < shown; ++i) numbers.push_back(found.hits[i].rank.number);
    const auto fields = index_.index().fields(numbers);
    for (std::size_t i = 0; i < shown; ++i) {
      if (fields[i]) page.hits.push_back(tell(plan, found.hits[i], *fields[i]));
    }
    if (found.hits.size() > shown && shown > 0) page.next = cursor_of(found.hits[shown - 1].rank);
    return page;
  }

  SearchHit tell(const search::Plan& plan, const search::Hit& hit, const std::vector<Field>& fields) const {
    const auto& row = index_.catalogue().row(hit.rank.number);
    SearchHit told;
    told.kind = row.kind;
    told.id = row.id;
    told.title = title_of(fields);
    told.subtitle = subtitle_of(row.kind, fields);
    told.score = hit.score;
    told.missing = hit.rank.missing;
    told.cost = hit.rank.cost;
    told.matches = matches_of(plan, hit, weights_);
    told.highlights = highlights_of(plan, hit, fields);
    return told;
  }

  /// Words that nothing has, with the likest ones in their places: told when that finds something.
  std::optional<std::string> better(const search::Plan& plan) {
    constexpr std::uint8_t k_furthest = 2;
    std::string text;
    bool changed = false;
    for (const search::Unit& unit : plan.units) {
      if (unit.negated || unit.field) continue;
      std::string word = unit.asked;
      if (index_.index().dictionary().documents(word) == 0) {
        std::tuple<std::uint8_t, std::uint32_t, std::string> best{k_furthest + 1, 0, word};
        index_.index().dictionary().visit_alike(word, k_furthest, false, [&](const search::Likeness& like) {
          std::tuple<std::uint8_t, std::uint32_t, std::string> other{like.edits, ~like.documents, like.word};
          if (like.edits > 0) best = std::min(best, other);
          return true;
        });
        changed = changed || std::get<2>(best) != word;
        word = std::get<2>(best);
      }
      text += (text.empty() ? "" : " ") + word;
    }
    if (!changed || !finds_something(text)) return std::nullopt;
    return text;
  }

  bool finds_something(const std::string& text) const {
    search::ParsedQuery asked;
    asked.clauses.push_back({false, false, text, false});
    search::MatchOptions options;
    options.limit = 0;
    SearchLens lens(index_.catalogue(), query_.viewer, filters_, excluded_);
    search::PlanOptions far;
    far.far = true;
    const search::Plan plan = search::make_plan(asked, index_.index(), index_.synonyms(), far);
    return search::match(index_.index(), plan, lens, weights_, options).total > 0;
  }

  const SearchIndex& index_;
  const SearchQuery& query_;
  SearchFilters filters_;
  SearchFilters excluded_;
  search::FieldWeights weights_;
};

}  // namespace

domain::Result<SearchPage> search_page(const SearchIndex& index, const SearchQuery& query) {
  return Search(index, query).page();
}

}  // namespace alforis::projections
