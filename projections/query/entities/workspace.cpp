#include "projections/query/column_types.hpp"

namespace alforis::projections {

using domain::Workspace;

template <>
const TableOf<Workspace>& table_of<Workspace>() {
  static const TableOf<Workspace> table{"workspaces", with_shared<Workspace>({}), {}};
  return table;
}

}  // namespace alforis::projections
