#pragma once
// Events as the Log holds them: members that are personal data (domain/wire/personal.hpp) are sealed under the key of
// the person they speak of, so that destroying the key erases them from every copy of the Log.
//
// A sealed event's data begins with the member `sealed`, in the place of those it holds:
//
//   {"sealed":"v1:<subject>:<key id>:<base64url of nonce, ciphertext, tag>", … the other members … }
//
// What is encrypted is the JSON object of the sealed members. It is bound to the event's type, its entity, the subject
// and the key, so that nobody can move it elsewhere. Where a command is taken back (`….reverted.v1`), the object `to`
// is sealed in the same way.

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "domain/values/uuid.hpp"
#include "privacy/keys.hpp"

namespace alforis::privacy {

/// A sealed member does not open under its key: it was changed, or moved here from elsewhere.
struct SealBroken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What an event is, beside its data.
struct EventPlace {
  std::string_view type;
  std::string_view entity_id;
};

/// Whether the event has personal members in clear.
bool holds_personal(std::string_view type, std::string_view data);

/// Whose data, and the key it goes under.
struct SealUnder {
  domain::Uuid subject;
  DataKey key;
};

/// The event's data with its personal members sealed; as it is when it has none, and then `under` is not asked. Throws
/// what that throws.
std::string seal(const EventPlace& event, std::string_view data, const std::function<SealUnder()>& under);

/// The data as it was before it was sealed (its members perhaps in another order). Of what was erased, the sealed
/// members are not there. `room` holds the text when it is another one. Throws SealBroken, and as Keys::find().
std::string_view open(const EventPlace& event, std::string_view data, const Keys& keys, std::string& room);

/// Whose data is sealed under which key.
struct Sealed {
  domain::Uuid subject;
  domain::Uuid key;
};
/// nullopt when nothing of the data is sealed.
std::optional<Sealed> sealed_under(std::string_view type, std::string_view data);

}  // namespace alforis::privacy
