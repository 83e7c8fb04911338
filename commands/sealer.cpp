#include "commands/sealer.hpp"

#include <stdexcept>

#include "commands/state_keys.hpp"
#include "privacy/sealing.hpp"

namespace alforis::commands {

using domain::Uuid;

namespace {

/// Whose data records of these kinds hold: somebody's whom a member of theirs names.
template <class State>
constexpr bool k_is_owned = std::is_same_v<State, domain::Link> || std::is_same_v<State, domain::Session> ||
                            std::is_same_v<State, domain::ApiKey>;

/// The one, of such a record or of the event that made it.
template <class T>
const Uuid& owner_in(const T& record) {
  if constexpr (std::is_base_of_v<domain::LinkEnds, T>) {
    return *record.person_id;
  } else {
    return *record.user_id;
  }
}

}  // namespace

std::string Sealer::data_of(const NewEvent& happened) {
  const std::string data = domain::encode_event(happened.event);
  note(happened);
  return privacy::seal({domain::event_type(happened.event), happened.id.text()}, data, [&] {
    const Uuid subject = subject_of(happened);
    return privacy::SealUnder{subject, key_of(subject)};
  });
}

void Sealer::note(const NewEvent& happened) {
  std::visit(
      [&]<class Event>(const Event& event) {
        if constexpr (k_creates<Event> && k_is_owned<domain::StateOf<Event>>) owners_[happened.id] = owner_in(event);
        if constexpr (Erases<Event>) {
          erased_.insert(happened.id);
          in_use_.erase(happened.id);
        }
      },
      happened.event);
}

/// The person; of records that name people whom nobody keeps as persons, the record itself.
Uuid Sealer::subject_of(const NewEvent& happened) const {
  return std::visit(
      [&]<class Event>(const Event&) -> Uuid {
        using State = domain::StateOf<Event>;
        if constexpr (k_is_owned<State>) {
          if (const auto owner = owners_.find(happened.id); owner != owners_.end()) return owner->second;
          if (const auto record = state_.find<State>(happened.id)) return owner_in(*record);
          throw std::logic_error("an event of a " + std::string(State::k_entity) + " that nobody has created");
        } else {
          return happened.id;
        }
      },
      happened.event);
}

const privacy::DataKey& Sealer::key_of(const Uuid& subject) {
  if (const auto known = in_use_.find(subject); known != in_use_.end()) return known->second;
  const auto present = erased_.contains(subject) ? std::nullopt : state_.data_key(subject);
  const auto secret = present ? keys_.find(*present) : std::nullopt;
  return in_use_.emplace(subject, secret ? privacy::DataKey{*present, *secret} : keys_.take()).first->second;
}

void Sealer::remember(Overlay& overlay) const {
  for (const auto& [subject, key] : in_use_) overlay.put(data_key_key(subject), std::string(id_bytes(key.id)));
}

}  // namespace alforis::commands
