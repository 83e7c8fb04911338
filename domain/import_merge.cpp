#include "domain/import_merge.hpp"

#include <algorithm>
#include <boost/mp11.hpp>
#include <string_view>
#include <unordered_set>

#include "domain/patch.hpp"
#include "domain/values/fold.hpp"

namespace alforis::domain {
namespace {

constexpr std::size_t k_most_in_list = 50;
constexpr std::size_t k_most_in_notes = 10'000;

std::size_t count_code_points(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const std::string_view line = trimmed(text.substr(0, end)); !line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Notes that take lines as long as whole ones fit.
class GrowingNotes {
 public:
  explicit GrowingNotes(const std::optional<Text<10000>>& notes) {
    if (notes) text_ = notes->text();
    length_ = count_code_points(text_);
    for (const std::string_view line : split_lines(text_)) known_.emplace(line);
  }

  void add(std::string_view line) {
    if (!known_.emplace(line).second) return;
    const std::size_t longer = length_ + (text_.empty() ? 0 : 1) + count_code_points(line);
    if (longer > k_most_in_notes) {
      left_out_ += (left_out_.empty() ? "" : "\n") + std::string(line);
      return;
    }
    if (!text_.empty()) text_ += '\n';
    text_ += line;
    length_ = longer;
  }

  std::optional<Text<10000>> notes() const {
    auto notes = Text<10000>::parse(text_);
    return notes ? std::optional(std::move(*notes)) : std::nullopt;
  }
  // The lines that did not fit.
  const std::string& left_out() const { return left_out_; }

 private:
  std::string text_;
  std::string left_out_;
  std::size_t length_ = 0;
  std::unordered_set<std::string> known_;  // copies: the text moves while it grows
};

// Gathers what has no place in its field: a line of the notes, and a warning.
class Leftovers {
 public:
  Leftovers(GrowingNotes& notes, Problems& warnings) : notes_(notes), warnings_(warnings) {}

  void keep(std::string_view label, std::string_view text) {
    notes_.add(std::string(label) + ": " + std::string(text));
  }
  void warn(std::string_view code, std::string_view field, std::string detail) {
    warnings_.push_back({std::string(code), '/' + std::string(field), std::move(detail)});
  }
  void warn_of_full_notes() {
    if (notes_.left_out().empty()) return;
    warn("notes_full", "notes", "the notes have their 10000 characters; left out: " + notes_.left_out());
  }

 private:
  GrowingNotes& notes_;
  Problems& warnings_;
};

using Tags = std::vector<Line<50>>;

Tags unite(Tags list, const Tags& more, std::string_view field, std::string_view label, Leftovers& leftovers) {
  std::unordered_set<std::string> known;
  for (const auto& element : list) known.insert(fold_name(element.text()));
  std::string beyond;
  for (const auto& element : more) {
    if (!known.insert(fold_name(element.text())).second) continue;
    if (list.size() < k_most_in_list) {
      list.push_back(element);
      continue;
    }
    leftovers.keep(label, element.text());
    beyond += (beyond.empty() ? "" : ", ") + element.text();
  }
  if (!beyond.empty()) leftovers.warn("too_many", field, "the list has its 50 elements; left over: " + beyond);
  return list;
}

// The optional fields all follow one rule; reduce() drops what changes nothing.
void merge_optional_fields(OrganisationData<Patch>& patch, const OrganisationData<Full>& existing,
                           const OrganisationData<Full>& incoming, ImportPolicy policy) {
  using Fields = detail::PublicMembers<OrganisationData<Full>>;
  using Changes = detail::PublicMembers<OrganisationData<Patch>>;
  const auto merge = [&]<class T>(Edit<T>& change, const std::optional<T>& stored, const std::optional<T>& offered) {
    if (offered && (!stored || policy == ImportPolicy::overwrite)) change = *offered;
  };
  boost::mp11::mp_for_each<boost::mp11::mp_iota<boost::mp11::mp_size<Fields>>>([&](auto index) {
    constexpr auto field = boost::mp11::mp_at<Fields, decltype(index)>::pointer;
    constexpr auto change = boost::mp11::mp_at<Changes, decltype(index)>::pointer;
    if constexpr (requires { merge(patch.*change, existing.*field, incoming.*field); }) {
      merge(patch.*change, existing.*field, incoming.*field);
    }
  });
}

void merge_defaulted_fields(OrganisationData<Patch>& patch, const OrganisationData<Full>& existing,
                            const OrganisationData<Full>& incoming, ImportPolicy policy) {
  const OrganisationData<Full> initial;
  const bool overwrite = policy == ImportPolicy::overwrite;
  if (incoming.type != initial.type && (overwrite || existing.type == initial.type)) patch.type = incoming.type;
  if (!overwrite) return;
  if (incoming.pipeline_stage != initial.pipeline_stage) patch.pipeline_stage = incoming.pipeline_stage;
  if (incoming.active != initial.active) patch.active = incoming.active;
  if (incoming.name.has_value()) patch.name = *incoming.name;
}

// A SIREN and a SIRET speak of one company: two that do not are never brought together.
void keep_numbers_together(OrganisationData<Patch>& patch, const OrganisationData<Full>& existing) {
  const auto& siren = patch.siren.touched() ? patch.siren.value() : existing.siren;
  const auto& siret = patch.siret.touched() ? patch.siret.value() : existing.siret;
  if (!siren || !siret || siret->siren() == *siren) return;
  patch.siren = {};
  patch.siret = {};
}

// The day of another amount would date an amount wrongly, so the two come together, or stay together.
void keep_aum_with_its_day(OrganisationData<Patch>& patch, const OrganisationData<Full>& existing,
                           const OrganisationData<Full>& incoming) {
  const bool another = patch.aum.touched() && patch.aum.value() != existing.aum;
  if (another) {
    patch.aum_date = incoming.aum_date ? Edit<Date>(*incoming.aum_date) : Edit<Date>::clear();
  } else if (existing.aum && existing.aum != incoming.aum) {
    patch.aum_date = {};
  }
}

template <class Number>
void keep_number(const Edit<Number>& change, const std::optional<Number>& stored, const std::optional<Number>& offered,
                 std::string_view field, std::string_view label, Leftovers& leftovers) {
  const auto& kept = change.touched() ? change.value() : stored;
  if (!offered || (kept && fold_header(kept->text()) == fold_header(offered->text()))) return;
  leftovers.keep(label, offered->text());
  if (kept) {
    leftovers.warn("differing_value", field, "'" + offered->text() + "'; the record has '" + kept->text() + "'");
  } else {
    leftovers.warn("siren_mismatch", field,
                   "'" + offered->text() + "'; the SIRET does not begin with the company's SIREN");
  }
}

void keep_numbers(const OrganisationData<Patch>& patch, const OrganisationData<Full>& existing,
                  const OrganisationData<Full>& incoming, Leftovers& leftovers) {
  keep_number(patch.lei, existing.lei, incoming.lei, "lei", "LEI", leftovers);
  keep_number(patch.siren, existing.siren, incoming.siren, "siren", "SIREN", leftovers);
  keep_number(patch.siret, existing.siret, incoming.siret, "siret", "SIRET", leftovers);
  keep_number(patch.regulator_number, existing.regulator_number, incoming.regulator_number, "regulator_number",
              "Numéro AMF", leftovers);
}

}  // namespace

ImportMerge merge_import(const OrganisationData<Full>& existing, const OrganisationData<Full>& incoming,
                         ImportPolicy policy) {
  ImportMerge merge;
  if (policy == ImportPolicy::skip) return merge;
  auto& patch = merge.patch;
  merge_optional_fields(patch, existing, incoming, policy);
  merge_defaulted_fields(patch, existing, incoming, policy);
  keep_numbers_together(patch, existing);
  keep_aum_with_its_day(patch, existing, incoming);
  GrowingNotes notes(existing.notes);
  if (incoming.notes) {
    for (const std::string_view line : split_lines(incoming.notes->text())) notes.add(line);
  }
  Leftovers leftovers(notes, merge.warnings);
  keep_numbers(patch, existing, incoming, leftovers);
  patch.tags = unite(existing.tags, incoming.tags, "tags", "Tags", leftovers);
  patch.strategies = unite(existing.strategies, incoming.strategies, "strategies", "Stratégies", leftovers);
  leftovers.warn_of_full_notes();
  patch.notes = {};
  if (auto united = notes.notes()) patch.notes = std::move(*united);
  reduce<OrganisationData>(patch, existing);
  return merge;
}

Problems read_imported_phone(OrganisationData<Full>& incoming, const std::optional<CountryCode>& country) {
  Problems warnings;
  if (!incoming.phone) return warnings;
  GrowingNotes notes(incoming.notes);
  Leftovers leftovers(notes, warnings);
  const std::string typed = incoming.phone->text();
  if (auto phone = Phone::normalise(typed, country)) {
    if (!phone->understood()) {
      leftovers.warn("phone_not_understood", "phone",
                     "'" + typed + "' is no valid number of the country; it is as typed");
    }
    incoming.phone = std::move(*phone);
    return warnings;
  }
  incoming.phone.reset();
  leftovers.keep("Téléphone", typed);
  leftovers.warn("invalid_phone", "phone", "'" + typed + "' is no number that begins with a country's code");
  leftovers.warn_of_full_notes();
  incoming.notes = notes.notes();
  return warnings;
}

bool contradict(const OrganisationData<Full>& one, const OrganisationData<Full>& other) {
  const auto differ = [](const auto& a, const auto& b) { return a && b && *a != *b; };
  return differ(one.country, other.country) || differ(one.lei, other.lei) || differ(one.siret, other.siret) ||
         differ(one.regulator_number, other.regulator_number);
}

}  // namespace alforis::domain
