#pragma once
// Documents, from the state of an entity and of those around it.

#include <functional>
#include <string>
#include <vector>

#include "projections/search/documents.hpp"

namespace alforis::projections {

/// Those around an entity, as far as its documents speak of them.
class Neighbours {
 public:
  virtual ~Neighbours() = default;

  /// Of the entity's document; of a link that of its part of the person's. Given out when there is none yet.
  virtual search::DocumentNumber number(domain::EntityKind kind, const domain::Uuid& id) = 0;

  /// By which it may be named; empty: not at all (unknown, deleted, erased).
  virtual std::string organisation_name(const domain::Uuid& id) = 0;
  virtual std::string produit_name(const domain::Uuid& id) = 0;

  struct Person {
    std::string name;                         ///< by which they may be named; empty: not at all
    std::vector<domain::Uuid> organisations;  ///< of their live links
  };
  virtual Person person(const domain::Uuid& id) = 0;

  /// In the order of their ids.
  virtual std::vector<domain::Link> live_links(const domain::Uuid& person) = 0;
};

/// Takes a document.
using Emit = std::function<void(search::DocumentNumber number, const SearchFacts& facts,
                                const std::vector<search::Field>& fields)>;

/// The documents of an entity: one, but for people, who have a further one for each live link behind the first. Also of
/// one that is deleted, without texts: who sees what hangs on it hangs on it.
void compose(const domain::Organisation& organisation, Neighbours& around, const Emit& emit);
void compose(const domain::Person& person, Neighbours& around, const Emit& emit);
void compose(const domain::Produit& produit, Neighbours& around, const Emit& emit);
void compose(const domain::Mandat& mandat, Neighbours& around, const Emit& emit);
void compose(const domain::Interaction& interaction, Neighbours& around, const Emit& emit);
void compose(const domain::Task& task, Neighbours& around, const Emit& emit);

}  // namespace alforis::projections
