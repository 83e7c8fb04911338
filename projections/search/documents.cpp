#include "projections/search/documents.hpp"

#include "domain/wire/enums.hpp"
#include "search/varint.hpp"

namespace alforis::projections {

using domain::EntityKind;
using search::Field;
using search::FieldKind;

namespace {

// Names and numbers; what describes; what is told at length.
constexpr float k_weight_a = 20;
constexpr float k_weight_b = 8;
constexpr float k_weight_c = 2;

struct FieldInfo {
  std::string_view name;
  FieldKind kind;
  float weight;
};

constexpr std::array<FieldInfo, k_search_fields> k_fields = {{
    {"name", FieldKind::name, k_weight_a},         {"title", FieldKind::text, k_weight_a},
    {"lei", FieldKind::code, k_weight_a},          {"siren", FieldKind::code, k_weight_a},
    {"siret", FieldKind::code, k_weight_a},        {"regulator_number", FieldKind::code, k_weight_a},
    {"isin", FieldKind::code, k_weight_a},         {"number", FieldKind::code, k_weight_a},
    {"email", FieldKind::email, k_weight_a},       {"phone", FieldKind::phone, k_weight_a},
    {"city", FieldKind::name, k_weight_b},         {"country", FieldKind::code, k_weight_b},
    {"job_title", FieldKind::text, k_weight_b},    {"tags", FieldKind::name, k_weight_b},
    {"organisation", FieldKind::name, k_weight_b}, {"person", FieldKind::name, k_weight_b},
    {"produit", FieldKind::name, k_weight_b},      {"participants", FieldKind::name, k_weight_b},
    {"website", FieldKind::name, k_weight_b},      {"address", FieldKind::text, k_weight_c},
    {"notes", FieldKind::text, k_weight_c},        {"body", FieldKind::text, k_weight_c},
}};

const FieldInfo& info(SearchField field) { return k_fields[static_cast<std::size_t>(field)]; }

class Fields {
 public:
  Fields& add(SearchField field, std::string text) {
    if (!text.empty()) list_.push_back({static_cast<std::uint8_t>(field), info(field).kind, std::move(text)});
    return *this;
  }
  template <class T>
  Fields& add(SearchField field, const std::optional<T>& value) {
    if (value) add(field, std::string(value->text()));
    return *this;
  }
  Fields& add(SearchField field, const std::optional<std::string>& text) { return add(field, text.value_or("")); }
  Fields& add(SearchField field, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(field, text);
    return *this;
  }
  std::vector<Field> take() { return std::move(list_); }

 private:
  std::vector<Field> list_;
};

constexpr std::uint8_t k_shown = 1;
constexpr std::uint8_t k_active = 2;
constexpr std::uint8_t k_owned = 4;
constexpr std::uint8_t k_about_person = 8;

void put_id(std::string& bytes, const domain::Uuid& id) {
  bytes.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
}

bool take_id(std::string_view& in, domain::Uuid& id) {
  std::string_view bytes;
  std::array<std::uint8_t, 16> raw{};
  if (!search::take_bytes(in, raw.size(), bytes)) return false;
  std::memcpy(raw.data(), bytes.data(), raw.size());
  id = domain::Uuid(raw);
  return true;
}

bool take_number(std::string_view& in, search::DocumentNumber& number) {
  std::uint64_t value = 0;
  if (!search::take_varint(in, value) || value > UINT32_MAX) return false;
  number = static_cast<search::DocumentNumber>(value);
  return true;
}

}  // namespace

std::string_view search_field_name(SearchField field) { return info(field).name; }

search::FieldWeights search_field_weights() {
  search::FieldWeights weights{};
  for (std::size_t i = 0; i < k_search_fields; ++i) weights[i] = k_fields[i].weight;
  return weights;
}

bool is_searched(EntityKind kind) {
  return std::find(k_searched_kinds.begin(), k_searched_kinds.end(), kind) != k_searched_kinds.end();
}

// ---- facts

std::string encode_facts(const SearchFacts& facts) {
  std::string bytes;
  put_id(bytes, facts.id);
  bytes.push_back(static_cast<char>(facts.kind));
  bytes.push_back(static_cast<char>((facts.shown ? k_shown : 0) | (facts.active ? k_active : 0) |
                                    (facts.owner ? k_owned : 0) | (facts.person ? k_about_person : 0)));
  bytes.push_back(static_cast<char>(facts.stage));
  bytes.append(facts.country.data(), facts.country.size());
  search::put_varint(bytes, static_cast<std::uint64_t>(std::max<std::int64_t>(facts.time_us, 0)));
  if (facts.owner) put_id(bytes, *facts.owner);
  if (facts.person) search::put_varint(bytes, *facts.person);
  for (const auto number : facts.organisations) search::put_varint(bytes, number);
  return bytes;
}

std::optional<SearchFacts> decode_facts(std::string_view bytes) {
  constexpr std::size_t k_fixed = 5;
  SearchFacts facts;
  if (!take_id(bytes, facts.id) || bytes.size() < k_fixed) return std::nullopt;
  facts.kind = static_cast<EntityKind>(bytes[0]);
  if (!is_searched(facts.kind)) return std::nullopt;
  const auto flags = static_cast<std::uint8_t>(bytes[1]);
  facts.shown = (flags & k_shown) != 0;
  facts.active = (flags & k_active) != 0;
  facts.stage = static_cast<std::uint8_t>(bytes[2]);
  facts.country = {bytes[3], bytes[4]};
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (facts.country != std::array<char, 2>{} && !(is_letter(bytes[3]) && is_letter(bytes[4]))) return std::nullopt;
  bytes.remove_prefix(k_fixed);
  std::uint64_t time = 0;
  if (!search::take_varint(bytes, time)) return std::nullopt;
  facts.time_us = static_cast<std::int64_t>(time);
  if ((flags & k_owned) != 0 && !take_id(bytes, facts.owner.emplace())) return std::nullopt;
  if ((flags & k_about_person) != 0 && !take_number(bytes, facts.person.emplace())) return std::nullopt;
  while (!bytes.empty()) {
    if (!take_number(bytes, facts.organisations.emplace_back())) return std::nullopt;
  }
  return facts;
}

// ---- texts

std::string name_of(const domain::Organisation& organisation) {
  return organisation.deleted() ? "" : organisation.name->text();
}

std::string name_of(const domain::Produit& produit) { return produit.deleted() ? "" : produit.name->text(); }

std::string name_of(const domain::Person& person) {
  if (person.deleted() || person.erased_at) return {};
  std::string name = person.first_name ? person.first_name->text() : "";
  if (person.last_name) name += (name.empty() ? "" : " ") + person.last_name->text();
  return name;
}

std::vector<Field> search_fields(const domain::Organisation& o) {
  if (o.deleted()) return {};
  Fields fields;
  fields.add(SearchField::name, o.name->text())
      .add(SearchField::lei, o.lei)
      .add(SearchField::siren, o.siren)
      .add(SearchField::siret, o.siret)
      .add(SearchField::regulator_number, o.regulator_number)
      .add(SearchField::email, o.email)
      .add(SearchField::phone, o.phone)
      .add(SearchField::city, o.city)
      .add(SearchField::country, o.country)
      .add(SearchField::website, o.website)
      .add(SearchField::address, o.address)
      .add(SearchField::address, o.postal_code)
      .add(SearchField::body, o.description)
      .add(SearchField::notes, o.notes);
  for (const auto& tag : o.tags) fields.add(SearchField::tags, tag.text());
  for (const auto& strategy : o.strategies) fields.add(SearchField::tags, strategy.text());
  return fields.take();
}

std::vector<Field> search_fields(const domain::Person& p, const Surroundings& around) {
  if (p.deleted() || p.erased_at) return {};
  Fields fields;
  fields.add(SearchField::name, name_of(p))
      .add(SearchField::email, p.personal_email)
      .add(SearchField::phone, p.personal_phone)
      .add(SearchField::phone, p.mobile)
      .add(SearchField::job_title, p.job_title)
      .add(SearchField::country, p.country)
      .add(SearchField::organisation, around.organisations);
  for (const domain::Link& link : around.links) {
    fields.add(SearchField::job_title, link.job_title)
        .add(SearchField::email, link.work_email)
        .add(SearchField::phone, link.work_phone)
        .add(SearchField::notes, link.notes);
  }
  return fields.add(SearchField::notes, p.notes).take();
}

std::vector<Field> search_fields(const domain::Produit& p) {
  if (p.deleted()) return {};
  return Fields()
      .add(SearchField::name, p.name->text())
      .add(SearchField::isin, p.isin)
      .add(SearchField::tags, std::string(domain::enum_text(*p.type)))
      .add(SearchField::notes, p.notes)
      .take();
}

std::vector<Field> search_fields(const domain::Mandat& m, const Surroundings& around) {
  if (m.deleted()) return {};
  return Fields()
      .add(SearchField::number, m.number)
      .add(SearchField::organisation, around.organisations)
      .add(SearchField::produit, around.produits)
      .add(SearchField::notes, m.notes)
      .take();
}

std::vector<Field> search_fields(const domain::Interaction& i, const Surroundings& around) {
  if (i.deleted()) return {};
  Fields fields;
  fields.add(SearchField::title, i.title->text())
      .add(SearchField::organisation, around.organisations)
      .add(SearchField::person, around.person);
  for (const auto& outsider : i.external_participants) {
    fields.add(SearchField::participants, outsider.name->text()).add(SearchField::participants, outsider.company);
    fields.add(SearchField::email, outsider.email);
  }
  return fields.add(SearchField::body, i.body).take();
}

std::vector<Field> search_fields(const domain::Task& t, const Surroundings& around) {
  if (t.deleted()) return {};
  return Fields()
      .add(SearchField::title, t.title->text())
      .add(SearchField::organisation, around.organisations)
      .add(SearchField::person, around.person)
      .add(SearchField::body, t.description)
      .take();
}

}  // namespace alforis::projections
