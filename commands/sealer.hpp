#pragma once
// Seals what a command's events say of persons, on their way into the Log.

#include <map>
#include <set>
#include <string>

#include "commands/decision.hpp"
#include "privacy/keys.hpp"

namespace alforis::commands {

/// The events of one commit, in their order. `state` is as it was before them.
class Sealer {
 public:
  Sealer(const StateView& state, privacy::KeySupply& keys) : state_(state), keys_(keys) {}

  /// The event's data as it is to be written. Throws privacy::KeysUnavailable, KeyMissing; then nothing may be written.
  std::string data_of(const NewEvent& happened);

  /// Puts down under which keys persons' data is sealed by now, after the events are folded.
  void remember(Overlay& overlay) const;

 private:
  domain::Uuid subject_of(const NewEvent& happened) const;
  void note(const NewEvent& happened);
  const privacy::DataKey& key_of(const domain::Uuid& subject);

  const StateView& state_;
  privacy::KeySupply& keys_;
  std::map<domain::Uuid, domain::Uuid> owners_;      ///< of records that come to be in this commit
  std::map<domain::Uuid, privacy::DataKey> in_use_;  ///< by subject
  std::set<domain::Uuid> erased_;                    ///< subjects whose old keys are void
};

}  // namespace alforis::commands
