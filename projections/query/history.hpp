#pragma once
// Histories: an entity's events told as field, from, to. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "projections/query/reader.hpp"

namespace alforis::projections {

/// A row of the history table.
struct HistoryRow {
  Position position = 0;
  std::uint32_t index = 0;
  domain::Uuid actor;
  domain::Instant time;
  std::string type;
  std::string metadata;
  std::string data;
};

/// `position:index`, the place of an event among all.
struct HistoryPlace {
  Position position = 0;
  std::uint32_t index = 0;

  std::string text() const { return std::to_string(position) + ':' + std::to_string(index); }
};
std::optional<HistoryPlace> read_history_place(std::string_view text);

/// The member when it is there and a text; nullopt for what is no JSON object, too.
std::optional<std::string> text_member(std::string_view document, std::string_view name);

/// What a row says to who audits: no changes worked out, but the event's own data.
AuditEntry tell_audit(const domain::Uuid& id, const HistoryRow& row);

/// What changed from one document to the next, in the order of the documents' members; what every change changes
/// (version, stamps) is left out. "" stands for no document.
std::vector<FieldChange> document_changes(std::string_view before, std::string_view after);

/// Folds all of an entity's rows, oldest first, into the newest `most` entries, newest first. Events that this program
/// cannot decode have no changes.
std::vector<HistoryEntry> tell_history(domain::EntityKind kind, const domain::Uuid& id,
                                       const std::vector<HistoryRow>& rows, std::size_t most = SIZE_MAX);

/// What the last commit among an entity's rows did to it. The rows are all up to then, oldest first, and not none.
domain::EntityChange tell_change(domain::EntityKind kind, const domain::Uuid& id, const std::vector<HistoryRow>& rows);

}  // namespace alforis::projections
