#pragma once
// Who was last heard of so long ago that nothing speaks for keeping what is known of them. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/result.hpp"
#include "domain/values/instant.hpp"
#include "projections/query/rights_sql.hpp"

namespace alforis::projections {

struct RetentionQuery {
  domain::Instant before;  ///< the last contact was earlier
  std::size_t limit = 50;  ///< from 1
  std::string after;       ///< a page's `next`, or empty
};

/// A person to be forgotten.
struct Forgettable {
  std::string document;
  domain::Instant last_contact;  ///< the last interaction, or else when the person was made
};

struct ForgettablePage {
  std::vector<Forgettable> people;
  std::optional<std::string> next;
};

/// People who are not erased yet, deleted ones too, in the order in which they were made; columns: id, document,
/// creation and last contact in microseconds. Whoever has a live link to an organisation with a mandat that is signed
/// or runs is kept. Fails with `invalid_value` at `after`.
domain::Result<Statement> retention_statement(const std::string& schema, const RetentionQuery& query);

/// The cursor behind a row.
std::string retention_place(std::int64_t created_micros, std::string_view id);

}  // namespace alforis::projections
