#pragma once
// What the audit log learns from requests: no event tells it otherwise.

#include <cstddef>
#include <optional>
#include <string_view>

#include "api/route.hpp"
#include "api/services.hpp"

namespace alforis::api {

/// Notes a login that was refused. `user`: of the account that was named; nil: there is none. Does not wait, so that it
/// takes as long for accounts that do not exist.
void note_refused_login(Services& services, const RequestContext& context, const domain::Uuid& user,
                        std::string_view code);

/// Notes a request that was answered 403. Does not wait; should the log be away, the note does. Of one user at most 120
/// are noted in a minute; what is lost is counted (Services::notes_lost).
void note_refused_request(Services& services, const RequestContext& context, std::string_view code);

/// What somebody takes away.
struct Export {
  std::string_view what;    ///< `audit`, `dossier`
  std::string_view format;  ///< `json`, `text`, `csv`
  std::size_t rows = 0;
  std::optional<domain::Uuid> person = {};  ///< whose dossier
};

/// Notes that somebody took something away. Throws ProblemException 503 when that cannot be noted: then nothing may go
/// out.
Task<void> note_export(Services& services, const RequestContext& context, Export what);

/// While the firm wants it, the row's answers are noted before they go out, and do not go out otherwise (503).
void note_reads_of_people(Services& services, Route& row);

}  // namespace alforis::api
