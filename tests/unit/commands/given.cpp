// The words of given.hpp.
#include "given.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "commands/auto_tasks.hpp"

namespace alforis::commands::testing {

using namespace domain;

namespace {

/// What ids stand for. Tests name things on several threads at once.
class Names {
 public:
  void add(const std::string& id, std::string_view name) {
    const std::lock_guard lock(mutex_);
    names_.emplace(id, name);
  }

  std::map<std::string, std::string> all() const {
    const std::lock_guard lock(mutex_);
    return names_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> names_;
};

Names& names() {
  static Names known;
  return known;
}

Instant now() { return Instant::parse(std::string(k_today) + "T12:00:00Z").value(); }

std::string_view kind_text(RejectionKind kind) {
  switch (kind) {
    case RejectionKind::invalid:
      return "invalid";
    case RejectionKind::forbidden:
      return "forbidden";
    case RejectionKind::not_found:
      return "not_found";
    case RejectionKind::conflict:
      return "conflict";
    case RejectionKind::precondition_failed:
      return "precondition_failed";
    case RejectionKind::key_reused:
      return "key_reused";
    case RejectionKind::unavailable:
      return "unavailable";
    case RejectionKind::moved:
      return "moved";
  }
  return "?";
}

std::string shown(const Rejection& rejection) {
  std::string text(kind_text(rejection.kind));
  text += ' ' + rejection.code;
  for (const Problem& problem : rejection.problems) text += ' ' + problem.code + '@' + problem.pointer;
  if (!rejection.moves.empty()) text += " moves:";
  for (const std::string& move : rejection.moves) text += ' ' + move;
  if (rejection.conflict) text += " other: " + rejection.conflict->text();
  return with_names(text);
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

std::string digits(int number, int width) {
  const std::string text = std::to_string(number);
  return std::string(static_cast<std::size_t>(width) - text.size(), '0') + text;
}

/// The digit that makes the Luhn sum of `text` and it a multiple of ten.
char luhn_digit(std::string_view text) {
  int sum = 0;
  bool doubled = true;
  for (auto c = text.rbegin(); c != text.rend(); ++c, doubled = !doubled) {
    const int digit = (*c - '0') * (doubled ? 2 : 1);
    sum += digit / 10 + digit % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace

Uuid id(std::string_view name) {
  static const Uuid firm = Uuid::parse("018f0000-0000-7000-8000-00000000f14a").value();
  const Uuid made = Uuid::v5(firm, name);
  names().add(made.text(), name);
  return made;
}

std::string with_ids(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    // An e-mail address has its @ inside; a name stands alone between quotes.
    if (text[at] != '@' || at == 0 || text[at - 1] != '"') {
      out += text[at++];
      continue;
    }
    const std::size_t begin = ++at;
    while (at < text.size() && is_word(text[at])) ++at;
    out += id(text.substr(begin, at - begin)).text();
  }
  return out;
}

std::string with_names(std::string text) {
  for (const auto& [id, name] : names().all()) {
    for (auto at = text.find(id); at != std::string::npos; at = text.find(id)) text.replace(at, id.size(), name);
  }
  return text;
}

Date date(std::string_view text) { return Date::parse(text).value(); }

std::optional<Text<1000>> reason(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return Text<1000>::parse(text).value();
}

std::string lei(int number) {
  const std::string body = "969500" + digits(number, 12);
  int rest = 0;
  for (const char c : body + "00") rest = (rest * 10 + (c - '0')) % 97;
  return body + digits(98 - rest, 2);
}

std::string siren(int number) {
  const std::string body = digits(10'000'000 + number, 8);
  return body + luhn_digit(body);
}

std::string siret(int number, int establishment) {
  const std::string body = siren(number) + digits(establishment, 4);
  return body + luhn_digit(body);
}

CreateOrganisation create_organisation(std::string_view name, std::string_view json) {
  return {id(name), read<OrganisationData<Full>>(json)};
}
UpdateOrganisation update_organisation(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<OrganisationData<Patch>>(json)};
}
ChangeStage change_stage(std::string_view name, PipelineStage stage, std::string_view why, IfMatch if_match) {
  return {id(name), if_match, stage, reason(why)};
}
DeleteOrganisation delete_organisation(std::string_view name, IfMatch if_match) {
  return {id(name), if_match, std::nullopt};
}
RestoreOrganisation restore_organisation(std::string_view name, IfMatch if_match) { return {id(name), if_match}; }
ImportOrganisation import_organisation(std::string_view name, std::string_view json, ImportPolicy policy) {
  return {id(name), read<OrganisationData<Full>>(json), policy};
}
CreatePerson create_person(std::string_view name, std::string_view json) {
  return {id(name), read<PersonData<Full>>(json)};
}
UpdatePerson update_person(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<PersonData<Patch>>(json)};
}
DeletePerson delete_person(std::string_view name, IfMatch if_match) { return {id(name), if_match, std::nullopt}; }
RestorePerson restore_person(std::string_view name, IfMatch if_match) { return {id(name), if_match}; }
CreateLink create_link(std::string_view name, std::string_view person, std::string_view organisation,
                       std::string_view members) {
  std::string json = R"({"person_id":"@)" + std::string(person) + R"(","organisation_id":"@)";
  json += std::string(organisation) + '"' + (members.empty() ? "" : ",") + std::string(members) + '}';
  return {id(name), read<LinkCreated>(json)};
}
UpdateLink update_link(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<LinkData<Patch>>(json)};
}
EndLink end_link(std::string_view name, std::optional<Date> until, IfMatch if_match) {
  return {id(name), if_match, until, std::nullopt};
}
CreateProduit create_produit(std::string_view name, std::string_view json) {
  return {id(name), read<ProduitData<Full>>(json)};
}
UpdateProduit update_produit(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<ProduitData<Patch>>(json)};
}
CreateMandat create_mandat(std::string_view name, std::string_view json) {
  return {id(name), read<MandatCreated>(json)};
}
UpdateMandat update_mandat(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<MandatData<Patch>>(json)};
}

namespace {
std::optional<Date> maybe_date(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(date(text));
}
}  // namespace

SignMandat sign(std::string_view name, std::string_view day, IfMatch if_match) {
  return {id(name), if_match, maybe_date(day)};
}
ActivateMandat activate(std::string_view name, std::string_view day, IfMatch if_match) {
  return {id(name), if_match, maybe_date(day)};
}
TerminateMandat terminate(std::string_view name, std::string_view why, std::string_view day) {
  return {id(name), {}, reason(why).value(), maybe_date(day)};
}
AddProduitToMandat add_produit(std::string_view mandat, std::string_view produit, std::string_view day) {
  return {id(mandat), {}, id(produit), maybe_date(day), std::nullopt};
}
RemoveProduitFromMandat remove_produit(std::string_view mandat, std::string_view produit, std::string_view day) {
  return {id(mandat), {}, id(produit), maybe_date(day), std::nullopt};
}
CreateInteraction log_interaction(std::string_view name, std::string_view json) {
  return {id(name), read<InteractionData<Full>>(json)};
}
UpdateInteraction update_interaction(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<InteractionData<Patch>>(json)};
}
CreateTask create_task(std::string_view name, std::string_view json) { return {id(name), read<TaskData<Full>>(json)}; }
UpdateTask update_task(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<TaskData<Patch>>(json)};
}
UpdateWorkspace update_workspace(std::string_view json, IfMatch if_match) {
  return {if_match, read<WorkspaceData<Patch>>(json)};
}
CreateKpi create_kpi(std::string_view name, std::string_view json) { return {id(name), read<KpiCreated>(json)}; }
UpdateKpi update_kpi(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<KpiData<Patch>>(json)};
}
CreateTeam create_team(std::string_view name, std::string_view json) { return {id(name), read<TeamData<Full>>(json)}; }
UpdateTeam update_team(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<TeamData<Patch>>(json)};
}
CreateUser create_user(std::string_view name, std::string_view json, std::string_view password_hash) {
  CreateUser command{id(name), read<UserCreated>(json), std::nullopt};
  if (!password_hash.empty()) command.password_hash = password_hash;
  return command;
}
UpdateUser update_user(std::string_view name, std::string_view json, IfMatch if_match) {
  return {id(name), if_match, read<UserData<Patch>>(json)};
}
SetPassword set_password(std::string_view name, std::string_view hash) { return {id(name), std::string(hash)}; }

std::string shown(const Decided& decided) {
  if (!decided) {
    const Rejection rejection = decided.error();
    return shown(rejection);
  }
  std::string text(decided->events.empty() ? k_nothing : "");
  for (const NewEvent& happened : decided->events) {
    if (!text.empty()) text += '\n';
    text += std::string(event_type(happened.event)) + ' ' + happened.id.text() + ' ' + encode_event(happened.event);
  }
  for (const Problem& warning : decided->warnings) text += "\nwarned " + warning.code + '@' + warning.pointer;
  return with_names(text);
}

Firm::Firm() {
  constexpr std::string_view k_system = "system";
  given(k_system, create_team("paris", R"({"name":"Paris"})"));
  given(k_system, create_team("lyon", R"({"name":"Lyon"})"));
  const auto hire = [&](std::string_view name, std::string_view members) {
    const std::string json = R"({"email":")" + std::string(name) + R"(@firm.example",)" + std::string(members) + '}';
    given(k_system, create_user(name, json));
  };
  hire("ada", R"("role":"admin")");
  hire("mona", R"("role":"manager","team_id":"@paris")");
  hire("leo", R"("role":"manager","team_id":"@lyon")");
  hire("sam", R"("role":"sales","team_id":"@paris")");
  hire("sue", R"("role":"sales","team_id":"@paris")");
  hire("lia", R"("role":"sales","team_id":"@lyon")");
  hire("nina", R"("role":"sales")");
  hire("ivan", R"("role":"sales","team_id":"@paris","active":false)");
  hire("vic", R"("role":"viewer","team_id":"@paris")");
}

Decided Firm::decided(std::string_view actor, const Command& command) const {
  const StateView view(*values_);
  const Uuid actor_id = actor == "system" ? system_actor() : id(actor);
  const DecisionContext context{view, view.viewer(actor_id).value(), now(), date(k_today)};
  return command.decide(context);
}

Firm& Firm::given(std::string_view actor, const Command& command) {
  const Decided decision = decided(actor, command);
  if (!decision) {
    ADD_FAILURE() << "given what is refused: " << shown(decision);
    return *this;
  }
  const Uuid actor_id = actor == "system" ? system_actor() : id(actor);
  for (const NewEvent& happened : decision->events) fold(*values_, happened.event, {happened.id, actor_id, now()});
  return *this;
}

std::string Firm::when(std::string_view actor, const Command& command) const { return shown(decided(actor, command)); }

UndoneCommit Firm::told(std::string_view actor, const Command& command, std::int64_t position) {
  Decision decision = decided(actor, command).value();
  const StateView view(*values_);
  const Uuid actor_id = actor == "system" ? system_actor() : id(actor);
  add_auto_tasks(decision, "a-command", {view, view.viewer(actor_id).value(), now(), date(k_today)});
  UndoneCommit commit{position, {}};
  std::vector<std::string> before;
  for (const NewEvent& happened : decision.events) {
    const bool known = std::any_of(commit.changes.begin(), commit.changes.end(),
                                   [&](const EntityChange& change) { return change.id == happened.id; });
    if (known) continue;
    const EntityKind kind = entity_kind(happened.event);
    before.push_back(view.document(kind, happened.id, -1));
    commit.changes.push_back({kind, happened.id, before.back().empty(), false, 0, {}});
  }
  for (const NewEvent& happened : decision.events) {
    const auto version = fold(*values_, happened.event, {happened.id, actor_id, now()});
    for (EntityChange& change : commit.changes) {
      if (change.id == happened.id) change.version = version;
    }
  }
  for (std::size_t i = 0; i < before.size(); ++i) {
    EntityChange& change = commit.changes[i];
    change.members = member_changes(before[i], view.document(change.kind, change.id, -1));
  }
  return commit;
}

std::string Firm::tasks_of(std::string_view actor, const Command& command) const {
  Decision decision = decided(actor, command).value();
  const std::size_t own = decision.events.size();
  const StateView view(*values_);
  const Uuid actor_id = actor == "system" ? system_actor() : id(actor);
  add_auto_tasks(decision, "a-command", {view, view.viewer(actor_id).value(), now(), date(k_today)});
  std::string tasks;
  for (std::size_t i = own; i < decision.events.size(); ++i) {
    tasks += (tasks.empty() ? "" : "\n") + with_names(domain::encode_event(decision.events[i].event));
  }
  return tasks;
}

}  // namespace alforis::commands::testing
