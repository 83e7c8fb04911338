#pragma once
// Commands of people.

#include <optional>
#include <string>
#include <vector>

#include "commands/decision.hpp"
#include "domain/person.hpp"

namespace alforis::commands {

struct CreatePerson {
  using Subject = domain::Person;
  Uuid id;
  domain::PersonData<Full> data;
};
struct UpdatePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
  domain::PersonData<Patch> patch;
};
struct DeletePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};
struct RestorePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
};

/// Forgets the person for good: whatever is sealed under the person's key, here and in every copy of the Log.
struct ErasePerson {
  using Subject = domain::Person;
  Uuid id;
  IfMatch if_match;
  std::optional<Text<1000>> reason;
};

Decided decide(const CreatePerson& command, const DecisionContext& context);
Decided decide(const UpdatePerson& command, const DecisionContext& context);
Decided decide(const DeletePerson& command, const DecisionContext& context);
Decided decide(const RestorePerson& command, const DecisionContext& context);
Decided decide(const ErasePerson& command, const DecisionContext& context);

/// All index keys that a person has in a state; every one leads to its id.
std::vector<std::string> keys_of(const domain::Person& person);

}  // namespace alforis::commands
