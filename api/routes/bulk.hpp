#pragma once
// Many records at once: one command each, one outcome each, all taken back together.

#include <functional>
#include <string>
#include <vector>

#include "api/routes/bulk_bodies.hpp"
#include "api/routes/common.hpp"

namespace alforis::api {

/// The command that changes a record.
using MakeCommand = std::function<commands::Command(domain::Uuid)>;

/// A change that bulk calls know. `read` reads the change's body, once for all records; throws ProblemException.
struct BulkVerb {
  std::string name;  ///< `patch`, `delete`, or the move's as in its path
  std::function<MakeCommand(std::string_view json)> read;
};

/// The body of a bulk call as T. Throws ProblemException with every problem, pointers below `where`.
template <class T>
T read_part(std::string_view json, std::string_view where) {
  auto part = domain::wire::from_json<T>(json);
  if (part) return std::move(*part);
  domain::Problems problems = std::move(part).error();
  for (domain::Problem& problem : problems) problem.pointer.insert(0, where);
  throw ProblemException(Problem::of(problems));
}

/// `POST collection/bulk`.
Route bulk_row(Services& services, domain::EntityKind kind, std::string_view collection, std::string_view tag,
               std::vector<BulkVerb> verbs);

/// A record and the command that changes it.
struct RecordCommand {
  domain::Uuid id;
  commands::Command command;
};

/// Gives the commands as one batch and tells what became of each. `base`: the request for all of them. Throws
/// ProblemException when nothing could be written, or the key belongs to another request.
Task<BulkResult> give_commands(Services& services, commands::CommandRequest base, std::vector<RecordCommand> all);

/// Ids of the records that a list with this query holds. Throws ProblemException 422 `too_many` when there are more
/// than `most`, a multiple of a page.
Task<std::vector<domain::Uuid>> listed_ids(Services& services, projections::ListQuery query, std::size_t most);

/// `{…}` with another member; `value` is JSON.
std::string with_member(std::string_view object, std::string_view name, std::string_view value);

/// Problems of a rejection, as answers about many records tell them.
std::vector<domain::RecordProblem> problems_of(const commands::Rejection& rejection);

}  // namespace alforis::api
