#pragma once
// What request bodies have in common. Those of a resource are in its own header.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "domain/values/text.hpp"
#include "domain/values/uuid.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/json.hpp"
#include "domain/wire/secret.hpp"

namespace alforis::api {

/// The client may choose the new entity's id: then sending the same again does nothing twice.
struct ProposedId {
  std::optional<domain::ProposedUuid> id;
};
BOOST_DESCRIBE_STRUCT(ProposedId, (), (id))

struct Removal {
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(Removal, (), (reason))

/// The body as a request is told from others by, where it has secrets: as JSON, without them. A digest of it stands in
/// the Log, where a fast one over a password would let anybody who reads it try passwords past Argon2.
template <domain::HasSecrets Body>
std::string without_secrets(const Body& body) {
  return domain::wire::shown_json(body);
}

}  // namespace alforis::api
