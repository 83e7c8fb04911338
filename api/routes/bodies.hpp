#pragma once
// What request bodies have in common. Those of a resource are in its own header.

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "domain/values/text.hpp"
#include "domain/values/uuid.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/json.hpp"

namespace alforis::api {

/// Names of members that must leave no trace but their slow hash. A body lists them as `k_secret`.
template <std::size_t N>
using SecretMembers = std::array<std::string_view, N>;

/// The client may choose the new entity's id: then sending the same again does nothing twice.
struct ProposedId {
  std::optional<domain::ProposedUuid> id;
};
BOOST_DESCRIBE_STRUCT(ProposedId, (), (id))

struct Removal {
  std::optional<domain::Text<1000>> reason;
};
BOOST_DESCRIBE_STRUCT(Removal, (), (reason))

template <class Body>
concept HasSecrets = requires {
  Body::k_secret;
};

/// The body as a request is told from others by, where it has secrets: as JSON, without them. A digest of it stands in
/// the Log, where a fast one over a password would let anybody who reads it try passwords past Argon2.
template <HasSecrets Body>
std::string without_secrets(Body body) {
  using Members = boost::describe::describe_members<Body, boost::describe::mod_public>;
  boost::mp11::mp_for_each<Members>([&body]<class D>(D) {
    if (std::ranges::find(Body::k_secret, std::string_view(D::name)) != Body::k_secret.end()) body.*D::pointer = {};
  });
  return domain::wire::to_json(body);
}

}  // namespace alforis::api
