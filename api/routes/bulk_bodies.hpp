#pragma once
// Bodies and answers of calls that concern many records at once.

#include "api/routes/bodies.hpp"
#include "domain/import_batch.hpp"
#include "domain/values/json_object.hpp"

namespace alforis::api {

/// An id in the list of those that are to be changed.
class RecordId : public domain::Uuid {
 public:
  static constexpr std::size_t k_max_in_list = 5000;
  explicit RecordId(const domain::Uuid& id) : domain::Uuid(id) {}
  /// As Uuid::parse().
  static domain::Result<RecordId> parse(std::string_view typed) {
    auto id = domain::Uuid::parse(typed);
    if (!id) return id.error();
    return RecordId(*id);
  }
};

/// One change of many records: of those named, or of those that a list with this filter shows.
struct BulkChange {
  std::optional<std::vector<RecordId>> ids;
  std::optional<domain::Text<4000>> filter;  ///< a query string as for the list, such as `stage=prospect&owner=me`
  std::optional<domain::JsonObject> patch;   ///< as for PATCH
  std::optional<domain::Line<40>> verb;      ///< `delete`, `restore`, or a move of the resource, such as `stage`
  std::optional<domain::JsonObject> with;    ///< the move's body
  bool dry_run = false;                      ///< decide and answer, write nothing
};
BOOST_DESCRIBE_STRUCT(BulkChange, (), (ids, filter, patch, verb, with, dry_run))

BOOST_DEFINE_ENUM_CLASS(BulkOutcomeKind, changed, unchanged, refused)

/// What became of one record.
struct BulkOutcome {
  static constexpr std::size_t k_max_in_list = RecordId::k_max_in_list;

  domain::Uuid id;
  BulkOutcomeKind outcome = BulkOutcomeKind::unchanged;
  std::optional<std::int64_t> version;          ///< after it; none when refused
  std::vector<domain::RecordProblem> problems;  ///< why it was refused
};
BOOST_DESCRIBE_STRUCT(BulkOutcome, (), (id, outcome, version, problems))

struct BulkResult {
  domain::Uuid batch;         ///< what POST /api/v1/undo/{command} takes to undo all of it
  std::int64_t position = 0;  ///< of the newest commit it made or was decided upon
  std::vector<BulkOutcome> outcomes;
};
BOOST_DESCRIBE_STRUCT(BulkResult, (), (batch, position, outcomes))

/// Who gets what a user had.
struct Reassignment {
  domain::Required<domain::Uuid> to;
};
BOOST_DESCRIBE_STRUCT(Reassignment, (), (to))

BOOST_DEFINE_ENUM_CLASS(UndoOutcomeKind, undone, unchanged, refused)

/// What became of one commit that was to be taken back.
struct UndoOutcome {
  static constexpr std::size_t k_max_in_list = RecordId::k_max_in_list;

  std::int64_t position = 0;  ///< of the commit that was to be taken back
  UndoOutcomeKind outcome = UndoOutcomeKind::unchanged;
  std::vector<domain::RecordProblem> problems;  ///< why it was refused
};
BOOST_DESCRIBE_STRUCT(UndoOutcome, (), (position, outcome, problems))

struct UndoResult {
  std::int64_t position = 0;  ///< of the newest commit it made or was decided upon
  std::vector<UndoOutcome> outcomes;
};
BOOST_DESCRIBE_STRUCT(UndoResult, (), (position, outcomes))

}  // namespace alforis::api
