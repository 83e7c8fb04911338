#pragma once
// The state as a child would keep it: every entity in a map, no indexes, rules checked by looking at everything.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "domain/events.hpp"
#include "eventstore/commit.hpp"

namespace alforis::simulation {

class NaiveState {
 public:
  void fold(const eventstore::Commit& commit);

  /// The rules that are broken now, in words; empty when all hold.
  std::vector<std::string> broken_rules() const;

  template <class State>
  const std::map<domain::Uuid, State>& all() const {
    return std::get<std::map<domain::Uuid, State>>(entities_);
  }

 private:
  template <class State>
  using ById = std::map<domain::Uuid, State>;
  boost::mp11::mp_rename<boost::mp11::mp_transform<ById, domain::AllStates>, std::tuple> entities_;
};

}  // namespace alforis::simulation
