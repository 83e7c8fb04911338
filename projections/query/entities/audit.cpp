#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::AuditBook;

/// Which books there are; what is in them stands in the history.
template <>
const TableOf<AuditBook>& table_of<AuditBook>() {
  static const TableOf<AuditBook> table{"audit_books", with_shared<AuditBook>({}), {}};
  return table;
}

}  // namespace alforis::projections
