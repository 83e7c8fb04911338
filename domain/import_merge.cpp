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

struct UnitedNotes {
  std::string text;
  std::vector<std::string> left_out;
};

UnitedNotes unite_notes(const OrganisationData<Full>& existing, const OrganisationData<Full>& incoming) {
  UnitedNotes united;
  if (existing.notes) united.text = existing.notes->text();
  if (!incoming.notes) return united;
  // Copies: the united text moves while it grows.
  std::unordered_set<std::string> known;
  for (const std::string_view line : split_lines(united.text)) known.emplace(line);
  std::size_t length = count_code_points(united.text);
  for (const std::string_view line : split_lines(incoming.notes->text())) {
    if (!known.emplace(line).second) continue;
    const std::size_t longer = length + (united.text.empty() ? 0 : 1) + count_code_points(line);
    if (longer > k_most_in_notes) {
      united.left_out.emplace_back(line);
      continue;
    }
    if (!united.text.empty()) united.text += '\n';
    united.text += line;
    length = longer;
  }
  return united;
}

std::vector<Line<50>> unite(std::vector<Line<50>> list, const std::vector<Line<50>>& more) {
  std::unordered_set<std::string> known;
  for (const auto& element : list) known.insert(fold_name(element.text()));
  for (const auto& element : more) {
    if (list.size() >= k_most_in_list) break;
    if (known.insert(fold_name(element.text())).second) list.push_back(element);
  }
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

// A SIREN and a SIRET speak of one company, or the record is refused.
void keep_numbers_together(OrganisationData<Patch>& patch, const OrganisationData<Full>& existing) {
  const auto& siren = patch.siren.touched() ? patch.siren.value() : existing.siren;
  const auto& siret = patch.siret.touched() ? patch.siret.value() : existing.siret;
  if (!siren || !siret || siret->siren() == *siren) return;
  patch.siren = {};
  patch.siret = {};
}

}  // namespace

OrganisationData<Patch> merge_import(const OrganisationData<Full>& existing, const OrganisationData<Full>& incoming,
                                     ImportPolicy policy) {
  OrganisationData<Patch> patch;
  if (policy == ImportPolicy::skip) return patch;
  merge_optional_fields(patch, existing, incoming, policy);
  merge_defaulted_fields(patch, existing, incoming, policy);
  keep_numbers_together(patch, existing);
  // The day of another amount would date this one wrongly.
  if (policy == ImportPolicy::fill && existing.aum && existing.aum != incoming.aum) patch.aum_date = {};
  patch.tags = unite(existing.tags, incoming.tags);
  patch.strategies = unite(existing.strategies, incoming.strategies);
  patch.notes = {};
  if (auto notes = Text<10000>::parse(unite_notes(existing, incoming).text)) patch.notes = std::move(*notes);
  reduce<OrganisationData>(patch, existing);
  return patch;
}

std::vector<std::string> notes_left_out(const OrganisationData<Full>& existing,
                                        const OrganisationData<Full>& incoming) {
  return unite_notes(existing, incoming).left_out;
}

bool contradict(const OrganisationData<Full>& one, const OrganisationData<Full>& other) {
  const auto differ = [](const auto& a, const auto& b) { return a && b && *a != *b; };
  return differ(one.country, other.country) || differ(one.lei, other.lei) || differ(one.siret, other.siret) ||
         differ(one.regulator_number, other.regulator_number);
}

}  // namespace alforis::domain
