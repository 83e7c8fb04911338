#include "projections/query/dossier.hpp"

#include <algorithm>

#include "domain/values/fold.hpp"
#include "projections/query/columns.hpp"
#include "projections/query/dossier_source.hpp"
#include "projections/query/history.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;
using postgres::Param;
using postgres::Rows;

namespace {

/// The fields of a kind that people write freely.
std::vector<std::string_view> free_fields(EntityKind kind) {
  switch (kind) {
    case EntityKind::interaction:
      return {"title", "body"};
    case EntityKind::task:
      return {"title", "description"};
    default:
      return {"notes"};
  }
}

class Gatherer {
 public:
  Gatherer(const Uuid& person, Record record, const DossierSource& source) : person_(person), source_(source) {
    dossier_.person = std::move(record);
  }

  Dossier gather() {
    add_free_texts(EntityKind::person, dossier_.person.document);
    add_history(EntityKind::person, person_);
    add_links();
    add_interactions();
    add_tasks();
    if (const auto name = text_member(dossier_.person.document, "last_name")) add_mentions(domain::fold_name(*name));
    std::sort(dossier_.history.begin(), dossier_.history.end(), [](const DossierEntry& a, const DossierEntry& b) {
      return std::tie(a.entry.position, a.entry.index) < std::tie(b.entry.position, b.entry.index);
    });
    return std::move(dossier_);
  }

 private:
  std::string table(std::string_view name) const { return source_.schema + '.' + std::string(name); }

  Rows rows(const std::string& sql, std::vector<Param> params) {
    Rows found = source_.run(sql + " LIMIT " + std::to_string(k_most_of_a_dossier), params);
    if (found.size() == k_most_of_a_dossier) dossier_.complete = false;
    return found;
  }

  /// `named`: only texts with that in them, which are about an organisation of the person.
  void add_free_texts(EntityKind kind, std::string_view document, const std::string& named = {}) {
    const auto id = Uuid::parse(text_member(document, "id").value_or(""));
    for (const std::string_view field : free_fields(kind)) {
      auto text = text_member(document, field);
      if (!id || !text) continue;
      if (!named.empty() && domain::fold_name(*text).find(named) == std::string::npos) continue;
      dossier_.free_texts.push_back({kind, *id, std::string(field), std::move(*text), !named.empty()});
    }
  }

  void add_history(EntityKind kind, const Uuid& id) {
    for (HistoryEntry& entry : source_.history(kind, id)) dossier_.history.push_back({kind, id, std::move(entry)});
  }

  void add_links() {
    const Rows found =
        rows("SELECT r.id, r.doc, o.doc FROM " + table("links") + " r LEFT JOIN " + table("organisations") +
                 " o ON o.id = r.organisation_id WHERE r.person_id = $1 "
                 "ORDER BY r.created_at, r.id",
             {person_.text()});
    for (std::size_t row = 0; row < found.size(); ++row) {
      add_free_texts(EntityKind::link, found.text(row, 1));
      add_history(EntityKind::link, Uuid::parse(found.text(row, 0)).value());
      dossier_.links.push_back({std::string(found.text(row, 1)), text_member(found.text(row, 2), "name").value_or("")});
    }
  }

  /// Deleted ones too: they are held.
  void add_interactions() {
    const std::string from = ", r.occurred_at, r.id FROM " + table("interactions") + " r WHERE ";
    const Rows found = rows(
        "SELECT * FROM (SELECT r.doc, false" + from + "r.person_id = $1::uuid UNION ALL SELECT r.doc, true" + from +
            "r.participant_ids <> '{}' AND r.participant_ids @> ARRAY[$1::text COLLATE \"C\"] AND r.person_id IS "
            "DISTINCT FROM $1::uuid) t ORDER BY 3, 4",
        {person_.text()});
    for (std::size_t row = 0; row < found.size(); ++row) {
      dossier_.interactions.push_back({std::string(found.text(row, 0)), found.boolean(row, 1)});
      add_free_texts(EntityKind::interaction, found.text(row, 0));
    }
  }

  void add_tasks() {
    const Rows found =
        rows("SELECT r.doc FROM " + table("tasks") + " r WHERE r.person_id = $1 ORDER BY r.created_at, r.id",
             {person_.text()});
    for (std::size_t row = 0; row < found.size(); ++row) {
      dossier_.tasks.emplace_back(found.text(row, 0));
      add_free_texts(EntityKind::task, found.text(row, 0));
    }
  }

  void add_mentions(const std::string& name) {
    if (name.empty()) return;
    const std::string theirs = "(SELECT l.organisation_id FROM " + table("links") + " l WHERE l.person_id = $1::uuid)";
    const std::string about = "r.organisation_id IN " + theirs;
    const std::string others = about + " AND r.person_id IS DISTINCT FROM $1::uuid";
    add_mentions(EntityKind::interaction, others, name);
    add_mentions(EntityKind::task, others, name);
    add_mentions(EntityKind::mandat, about, name);
    add_mentions(EntityKind::organisation, "r.id IN " + theirs, name);
  }

  void add_mentions(EntityKind kind, const std::string& where, const std::string& name) {
    const Rows found = rows(
        "SELECT r.doc FROM " + table(table_info(kind).name) + " r WHERE " + where + " ORDER BY r.id", {person_.text()});
    for (std::size_t row = 0; row < found.size(); ++row) add_free_texts(kind, found.text(row, 0), name);
  }

  Uuid person_;
  const DossierSource& source_;
  Dossier dossier_;
};

}  // namespace

Dossier gather_dossier(const Uuid& person, Record record, const DossierSource& source) {
  return Gatherer(person, std::move(record), source).gather();
}

}  // namespace alforis::projections
