#pragma once
// From the beginning of the log to its present end.

#include <functional>

#include "eventstore/log.hpp"

namespace alforis::programs {

/// Calls `visit` for every valid commit in order, until it returns false. Returns where the walk ended. Throws what
/// eventstore::Reader::read() throws.
eventstore::Cursor walk(eventstore::Log& log, const std::function<bool(const eventstore::Commit&)>& visit);

}  // namespace alforis::programs
