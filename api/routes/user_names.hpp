#pragma once

#include <string>

#include "projections/query/reader.hpp"

namespace alforis::api {

/// What the user is called; empty for who is none: the system, or somebody unknown.
inline std::string name_of(const projections::UserNames& names, const domain::Uuid& user) {
  const auto found = names.find(user);
  return found == names.end() ? std::string() : found->second;
}

}  // namespace alforis::api
