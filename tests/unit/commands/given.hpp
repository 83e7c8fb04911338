#pragma once
// Given / when / then for deciders: a small firm with a fixed cast, commands written as JSON, decisions shown as text.
//
// Everything has a name ("ada", "acme"); its id is made from the name, `@acme` in a command's JSON stands for the id,
// and ids in what comes back are shown as names again.

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "commands/command.hpp"
#include "commands/keys.hpp"
#include "commands/undo.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"

namespace alforis::commands::testing {

/// The id that belongs to a name.
domain::Uuid id(std::string_view name);
/// `@name` replaced by the name's id.
std::string with_ids(std::string_view text);
/// Known ids replaced by their names.
std::string with_names(std::string text);

/// JSON with `@name` for ids, read as T. Fails the test and throws when it is wrong.
template <class T>
T read(std::string_view json) {
  auto value = domain::wire::from_json<T>(with_ids(json));
  if (!value) {
    const domain::Problems problems = value.error();
    throw std::invalid_argument(problems.front().code + " at " + problems.front().pointer + " in " + std::string(json));
  }
  return std::move(*value);
}

domain::Date date(std::string_view text);
std::optional<Text<1000>> reason(std::string_view text);
/// A right LEI, SIREN or SIRET, different for each number.
std::string lei(int number);
std::string siren(int number);
std::string siret(int number, int establishment = 1);

// ---- commands, briefly
// -----------------------------------------------------------------------------------------------

CreateOrganisation create_organisation(std::string_view name, std::string_view json);
UpdateOrganisation update_organisation(std::string_view name, std::string_view json, IfMatch if_match = {});
ChangeStage change_stage(std::string_view name, domain::PipelineStage stage, std::string_view why = "",
                         IfMatch if_match = {});
DeleteOrganisation delete_organisation(std::string_view name, IfMatch if_match = {});
RestoreOrganisation restore_organisation(std::string_view name, IfMatch if_match = {});
ImportOrganisation import_organisation(std::string_view name, std::string_view json,
                                       domain::ImportPolicy policy = domain::ImportPolicy::fill);
CreatePerson create_person(std::string_view name, std::string_view json);
UpdatePerson update_person(std::string_view name, std::string_view json, IfMatch if_match = {});
DeletePerson delete_person(std::string_view name, IfMatch if_match = {});
RestorePerson restore_person(std::string_view name, IfMatch if_match = {});
CreateLink create_link(std::string_view name, std::string_view person, std::string_view organisation,
                       std::string_view members = "");
UpdateLink update_link(std::string_view name, std::string_view json, IfMatch if_match = {});
EndLink end_link(std::string_view name, std::optional<domain::Date> until = {}, IfMatch if_match = {});
CreateProduit create_produit(std::string_view name, std::string_view json);
UpdateProduit update_produit(std::string_view name, std::string_view json, IfMatch if_match = {});
CreateMandat create_mandat(std::string_view name, std::string_view json);
UpdateMandat update_mandat(std::string_view name, std::string_view json, IfMatch if_match = {});
SignMandat sign(std::string_view name, std::string_view day = "", IfMatch if_match = {});
ActivateMandat activate(std::string_view name, std::string_view day = "", IfMatch if_match = {});
TerminateMandat terminate(std::string_view name, std::string_view why, std::string_view day = "");
AddProduitToMandat add_produit(std::string_view mandat, std::string_view produit, std::string_view day = "");
RemoveProduitFromMandat remove_produit(std::string_view mandat, std::string_view produit, std::string_view day = "");
CreateInteraction log_interaction(std::string_view name, std::string_view json);
UpdateInteraction update_interaction(std::string_view name, std::string_view json, IfMatch if_match = {});
CreateTask create_task(std::string_view name, std::string_view json);
UpdateTask update_task(std::string_view name, std::string_view json, IfMatch if_match = {});
UpdateWorkspace update_workspace(std::string_view json, IfMatch if_match = {});
CreateKpi create_kpi(std::string_view name, std::string_view json);
UpdateKpi update_kpi(std::string_view name, std::string_view json, IfMatch if_match = {});
CreateTeam create_team(std::string_view name, std::string_view json);
UpdateTeam update_team(std::string_view name, std::string_view json, IfMatch if_match = {});
CreateUser create_user(std::string_view name, std::string_view json, std::string_view password_hash = "");
UpdateUser update_user(std::string_view name, std::string_view json, IfMatch if_match = {});
SetPassword set_password(std::string_view name, std::string_view hash);

// ---- the firm
// --------------------------------------------------------------------------------------------------------

inline constexpr std::string_view k_nothing = "nothing";
inline constexpr std::string_view k_today = "2025-06-15";

/// A decision as text: a line `type name {json}` per event, "nothing" for none, `warned code@pointer` per warning; a
/// refusal as
/// `kind code [problem@pointer …] [moves: a b] [other: name]`.
std::string shown(const Decided& decided);

/// The cast:
///
///     ada    admin, no team          ivan   sales, paris, inactive     nina   sales, no team
///     mona   manager, paris          leo    manager, lyon
///     sam    sales, paris            lia    sales, lyon
///     sue    sales, paris            vic    viewer, paris
class Firm {
 public:
  Firm();

  /// Decides as `actor` and lets it happen; the test fails when it is refused.
  Firm& given(std::string_view actor, const Command& command);
  /// Decides as `actor` and tells; nothing happens.
  std::string when(std::string_view actor, const Command& command) const;
  /// As given(), with the tasks that come of it; returns what it did as the history would tell it.
  UndoneCommit told(std::string_view actor, const Command& command, std::int64_t position);
  /// The tasks that come of it by themselves (auto_tasks.hpp): each one's JSON on a line.
  std::string tasks_of(std::string_view actor, const Command& command) const;

  template <class State>
  State state(std::string_view name) const {
    return StateView(*values_).find<State>(id(name)).value();
  }
  StateView view() const { return StateView(*values_); }
  const Overlay& values() const { return *values_; }

 private:
  Decided decided(std::string_view actor, const Command& command) const;

  std::unique_ptr<NoKeyValues> bottom_ = std::make_unique<NoKeyValues>();
  std::unique_ptr<Overlay> values_ = std::make_unique<Overlay>(*bottom_);
};

}  // namespace alforis::commands::testing
