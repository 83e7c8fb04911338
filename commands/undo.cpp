#include "commands/undo.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "commands/keys.hpp"
#include "commands/saved_view.hpp"
#include "domain/kinds.hpp"
#include "domain/wire/json.hpp"

namespace alforis::commands {

using namespace domain;

namespace {

template <class State>
struct Undo {
  using Subject = State;
  std::shared_ptr<const UndoneCommit> commit;
};

std::optional<Text<1000>> why() { return Text<1000>::parse("annulation").value(); }

// ---- what was made goes: by the same deciders that delete, which know what stands against it

Decided take_away(const Organisation& made, const DecisionContext& context) {
  return decide(DeleteOrganisation{made.id, {}, why()}, context);
}
Decided take_away(const Person& made, const DecisionContext& context) {
  return decide(DeletePerson{made.id, {}, why()}, context);
}
Decided take_away(const Link& made, const DecisionContext& context) {
  return decide(EndLink{made.id, {}, {}, why()}, context);
}
Decided take_away(const Produit& made, const DecisionContext& context) {
  return decide(DeleteProduit{made.id, {}, why()}, context);
}
Decided take_away(const Mandat& made, const DecisionContext& context) {
  return decide(DeleteMandat{made.id, {}, why()}, context);
}
Decided take_away(const Interaction& made, const DecisionContext& context) {
  return decide(DeleteInteraction{made.id, {}, why()}, context);
}
Decided take_away(const Task& made, const DecisionContext& context) {
  return decide(DeleteTask{made.id, {}, why()}, context);
}
Decided take_away(const Kpi& made, const DecisionContext& context) {
  return decide(DeleteKpi{made.id, {}, why()}, context);
}
Decided take_away(const SavedView& made, const DecisionContext& context) {
  return decide(DeleteSavedView{made.id, {}, why()}, context);
}
template <class State>
Decided take_away(const State&, const DecisionContext&) {
  return conflict("cannot_undo", "a new " + std::string(State::k_entity) + " stays: deactivate it instead");
}

/// As it was gone before, `gone`: a link has ended on the same day again.
Decided take_away_again(const Link& present, const Link& gone, const DecisionContext& context) {
  const auto until = gone.until && present.since ? std::max(gone.until, present.since) : gone.until;
  return decide(EndLink{present.id, {}, until, why()}, context);
}
template <class State>
Decided take_away_again(const State& present, const State&, const DecisionContext& context) {
  return take_away(present, context);
}

bool is_gone(const Link& link) { return !link.live; }
template <class State>
bool is_gone(const State& state) {
  return state.deleted();
}

bool made_itself(const Task& task) { return task.auto_rule.has_value(); }
template <class State>
bool made_itself(const State&) {
  return false;
}

// ---- references

template <class State>
bool is_live(const Uuid& id, const DecisionContext& context) {
  const auto found = context.state.find<State>(id);
  if constexpr (std::is_same_v<State, User>) {
    return found && found->active;
  } else {
    return found && !found->deleted();
  }
}

/// Members that name other records, which may have gone meanwhile.
struct Reference {
  std::string_view member;
  bool (*live)(const Uuid&, const DecisionContext&);
};
constexpr Reference k_references[] = {
    {"owner_id", &is_live<User>},    {"assignee_id", &is_live<User>}, {"organisation_id", &is_live<Organisation>},
    {"person_id", &is_live<Person>}, {"mandat_id", &is_live<Mandat>}, {"produit_id", &is_live<Produit>},
    {"team_id", &is_live<Team>},
};

/// What a member names, when it is one that names a record.
struct Named {
  const Reference* reference;
  Uuid id;
};
const Reference* reference_of(std::string_view member) {
  const auto* const reference = std::find_if(std::begin(k_references), std::end(k_references),
                                             [&](const Reference& known) { return known.member == member; });
  return reference == std::end(k_references) ? nullptr : reference;
}
std::optional<Named> named_by(const wire::Member& member) {
  const Reference* const reference = reference_of(member.name);
  if (reference == nullptr || !member.value) return std::nullopt;
  return Named{reference, Uuid::parse(std::string_view(*member.value).substr(1, Uuid::k_text_length)).value()};
}

/// The whole of one undoing: gathers events, and what stands against them.
class Undoing {
 public:
  Undoing(const UndoneCommit& commit, const DecisionContext& context)
      : commit_(commit), context_(context), parts_(is_merge(commit)) {}

  Decided decide() {
    Decision decision{commit_.changes.front().id, {}};
    decision.makes_tasks = false;
    // The last change first: what came of others goes before them.
    for (auto change = commit_.changes.rbegin(); change != commit_.changes.rend() && !refusal_; ++change) {
      with_state(change->kind, [&]<class T>(T) { take_back<typename T::type>(*change); });
    }
    if (!refusal_) check_references();
    if (!refusal_) check_keys();
    if (refusal_) return std::move(*refusal_);
    if (!changed_since_.empty()) {
      Rejection rejection = conflict("changed_since", "what it changed has been changed since");
      rejection.problems = std::move(changed_since_);
      return rejection;
    }
    decision.events = std::move(events_);
    return decision;
  }

 private:
  template <class State>
  void take_back(const EntityChange& change) {
    const auto present = context_.state.find<State>(change.id);
    if (!present || !may_see(*present, context_)) {
      refusal_ = not_found("command");
    } else if (change.erased) {
      refusal_ = conflict("cannot_undo", "what was erased does not come back");
    } else if (change.created) {
      take_back_creation(*present, change);
    } else {
      take_back_members(*present, change);
    }
  }

  template <class State>
  void take_back_creation(const State& present, const EntityChange& change) {
    if (is_gone(present)) return;
    const bool touched = present.version != change.version;
    if (touched && made_itself(present)) return;
    const bool own = present.created_by == context_.actor.id && context_.actor.role != Role::viewer;
    if (!own && !can_delete(context_.actor, context_.state.whose(present))) {
      refusal_ = forbidden("only managers take away what others made");
      return;
    }
    if (touched) {
      say_changed(change, "version");
      return;
    }
    if (!can_delete(context_.actor, context_.state.whose(present)) && others_hang_on(present)) {
      refusal_ = conflict("cannot_undo", "others have built on it");
      return;
    }
    // Its maker need not be one who may delete; what stands against it is not told to who might not see it.
    DecisionContext as_admin = context_;
    as_admin.actor.role = Role::admin;
    auto taken = take_away(present, as_admin);
    if (!taken && context_.actor.role != Role::admin) {
      refusal_ = conflict(taken.error().code, "other records depend on it");
      return;
    }
    push(present.id, std::move(taken));
  }

  /// There always is a workspace: its first change changed what it was before anybody had touched it.
  void take_back_creation(const Workspace& present, const EntityChange& change) {
    const auto untouched = wire::members_of(wire::shown_json(untouched_workspace()));
    EntityChange first = change;
    for (MemberChange& member : first.members) {
      const std::string* value = wire::value_of(untouched, member.name);
      if (value != nullptr) member.from = *value;
    }
    std::erase_if(first.members, [](const MemberChange& member) { return member.from == member.to; });
    take_back_members(present, first);
  }

  /// Whether something of somebody else's belongs to what the actor made.
  bool others_hang_on(const Organisation& made) const {
    return any_of_others<Link>(index::of_organisation(Link::k_entity, made.id)) ||
           any_of_others<Mandat>(index::of_organisation(Mandat::k_entity, made.id)) ||
           any_of_others<Interaction>(index::of_organisation(Interaction::k_entity, made.id)) ||
           any_of_others<Task>(index::of_organisation(Task::k_entity, made.id)) ||
           any_of_others<Kpi>(index::of_organisation(Kpi::k_entity, made.id));
  }
  bool others_hang_on(const Person& made) const { return any_of_others<Link>(index::links_of_person(made.id)); }
  template <class State>
  bool others_hang_on(const State&) const {
    return false;
  }

  template <class State>
  bool any_of_others(const std::string& key) const {
    const auto ids = context_.state.holders(key);
    return std::any_of(ids.begin(), ids.end(), [&](const Uuid& id) {
      const auto found = context_.state.find<State>(id);
      return found && !is_gone(*found) && found->created_by != context_.actor.id && !made_itself(*found);
    });
  }

  void push(const Uuid& id, Decided taken) {
    if (!taken) {
      refusal_ = std::move(taken).error();
      return;
    }
    for (NewEvent& event : taken->events) events_.push_back(std::move(event));
    note_keys(id, {});
  }

  template <class State>
  void take_back_members(const State& present, const EntityChange& change) {
    if constexpr (!boost::mp11::mp_contains<AnyEvent, Reverted<State>>::value) {
      refusal_ = conflict("cannot_undo", "what happens to a " + std::string(State::k_entity) + " has no way back");
    } else {
      set_back(present, change);
    }
  }

  template <class State>
  void set_back(const State& present, const EntityChange& change) {
    const auto members = wire::members_of(wire::shown_json(present));
    std::vector<wire::Member> back;
    std::vector<std::string_view> changed_since;
    for (const MemberChange& member : change.members) {
      const std::string* value = wire::value_of(members, member.name);
      const auto now = value == nullptr ? std::nullopt : std::optional(*value);
      if (now == member.from) continue;
      if (now != member.to) {
        changed_since.push_back(member.name);
      } else {
        back.push_back({member.name, member.from});
      }
    }
    if (back.empty() && changed_since.empty()) return;
    Reverted<State> event{commit_.position, JsonObject(wire::object_of(back, true))};
    std::optional<State> after = present;
    evolve(after, event, {present.id, context_.actor.id, context_.now});
    if (!may_take_back(present, *after)) return;
    for (const std::string_view member : changed_since) say_changed(change, member);
    if (back.empty()) return;
    if (merges_again(present, *after)) {
      refusal_ = conflict("cannot_undo", "the organisations were two again: merge them again");
      return;
    }
    if (!is_gone(present) && is_gone(*after)) {
      // A deletion, whoever it was that restored.
      push(present.id, take_away_again(present, *after, context_));
      return;
    }
    const bool revives = is_gone(present) && !is_gone(*after);
    if (!can_be_taken_back(present, *after)) return;
    if (!parts_) note_references(revives ? wire::members_of(wire::shown_json(*after)) : back, change);
    note_what_runs(present, *after, change);
    if (revives) revived_.insert(present.id);
    note_keys(present.id, keys_of(*after));
    events_.push_back({present.id, std::move(event)});
    if (lets_nobody_in(present, *after)) close_doors(present.id);
  }

  static bool is_merge(const UndoneCommit& commit) {
    return std::any_of(commit.changes.begin(), commit.changes.end(), [](const EntityChange& change) {
      return change.kind == EntityKind::organisation &&
             std::any_of(change.members.begin(), change.members.end(), [](const MemberChange& member) {
               return member.name == "merged_into" && !member.from && member.to;
             });
    });
  }

  /// A merge carries over what is in the trash as well, so that goes back too, and stays there: a merge would be for
  /// good otherwise as soon as one task of it is deleted.
  template <class State>
  bool was_carried() const {
    return parts_ && !std::is_same_v<State, Organisation>;
  }

  static std::string way_out_of_trash(const Organisation& deleted) { return deleted.merged_into ? "undo" : "restore"; }
  template <class State>
  static std::string way_out_of_trash(const State&) {
    return "restore";
  }

  /// A merge is more than its members: only its own decider carries over what hangs on the record by now.
  static bool merges_again(const Organisation& present, const Organisation& after) {
    return !present.merged_into && after.merged_into;
  }
  template <class State>
  static bool merges_again(const State&, const State&) {
    return false;
  }

  static bool lets_nobody_in(const User& present, const User& after) { return present.active && !after.active; }
  template <class State>
  static bool lets_nobody_in(const State&, const State&) {
    return false;
  }

  /// As when a user is deactivated in the usual way.
  void close_doors(const Uuid& user) {
    Decision closing{user, {}};
    end_sessions(user, SessionEnd::deactivated, std::nullopt, context_, closing);
    revoke_api_keys(user, context_, closing);
    for (NewEvent& event : closing.events) events_.push_back(std::move(event));
  }

  template <class State>
  bool may_take_back(const State& present, const State& after) {
    const Whose whose = context_.state.whose(present);
    const bool restores = present.deleted() && !after.deleted();
    const bool allowed =
        restores ? can_restore(context_.actor, whose, present.deleted_by)
                 : can_update(context_.actor, whose) && can_update(context_.actor, context_.state.whose(after));
    if (present.deleted() && !can_restore(context_.actor, whose, present.deleted_by)) {
      refusal_ = not_found("command");
    } else if (!allowed) {
      refusal_ = forbidden("the " + std::string(State::k_entity) + " is, or would be, somebody else's");
    }
    return !refusal_;
  }

  template <class State>
  bool can_be_taken_back(const State& present, const State& after) {
    if (present.deleted() && after.deleted() && !was_carried<State>()) {
      refusal_ = conflict("deleted", "the " + std::string(State::k_entity) + " is deleted");
      refusal_->moves = {way_out_of_trash(present)};
    } else if (loses_last_admin(present, after)) {
      refusal_ = conflict("last_admin", "this is the last active administrator: make another one first");
    } else if (present.deleted() && !after.deleted()) {
      refusal_ = check_room_for(after);
    }
    return !refusal_;
  }

  Refusal check_room_for(const SavedView& back) const { return check_room_for_view(back.created_by, context_); }
  template <class State>
  Refusal check_room_for(const State&) const {
    return std::nullopt;
  }

  bool loses_last_admin(const User& present, const User& after) const {
    const bool stays = after.active && after.role == Role::admin;
    return !stays && last_active_admin(present.id, context_);
  }
  template <class State>
  bool loses_last_admin(const State&, const State&) const {
    return false;
  }

  void note_references(const std::vector<wire::Member>& members, const EntityChange& change) {
    for (const wire::Member& member : members) {
      if (const auto named = named_by(member)) references_.push_back({*named, pointer(change, member.name)});
    }
  }

  /// A mandat that runs again needs its organisation, and the produits that it has again.
  void note_what_runs(const Mandat& present, const Mandat& after, const EntityChange& change) {
    if (!after.running()) return;
    const auto needs = [&](std::string_view what, const Uuid& id, std::string_view member) {
      references_.push_back({Named{reference_of(what), id}, pointer(change, member)});
    };
    if (!present.running()) needs("organisation_id", *after.organisation_id, "status");
    for (const MandatProduit& stay : after.produits) {
      const bool had = present.running() && present.live_produit(*stay.produit_id) != nullptr;
      if (stay.live() && !had) needs("produit_id", *stay.produit_id, "produits");
    }
  }
  template <class State>
  static void note_what_runs(const State&, const State&, const EntityChange&) {}

  /// Checked when all is known that comes back with it.
  void check_references() {
    Problems problems;
    for (const auto& [named, pointer] : references_) {
      if (revived_.contains(named.id) || named.reference->live(named.id, context_)) continue;
      problems.push_back({"unknown_reference", pointer, "what it referred to is not there any more"});
    }
    if (problems.empty()) return;
    refusal_ = conflict("cannot_undo", "what it would refer to is not there any more");
    refusal_->problems = std::move(problems);
  }

  void note_keys(const Uuid& id, std::vector<std::string> keys) { keys_[id] = std::move(keys); }

  /// Keys that only one record may have, after all of it.
  void check_keys() {
    std::map<std::string_view, Uuid> taken;
    for (const auto& [id, keys] : keys_) {
      for (const std::string& key : keys) {
        if (!key.starts_with(k_unique_keys)) continue;
        const auto holder = context_.state.holder(key);
        const bool given_up = holder && keys_.contains(*holder);
        if (!taken.emplace(key, id).second || (holder && *holder != id && !given_up)) {
          refusal_ = conflict("cannot_undo", "another record has by now what only one may have");
          return;
        }
      }
    }
  }

  static std::string pointer(const EntityChange& change, std::string_view member) {
    return '/' + std::string(enum_text(change.kind)) + '/' + change.id.text() + '/' + std::string(member);
  }

  void say_changed(const EntityChange& change, std::string_view member) {
    changed_since_.push_back({"changed_since", pointer(change, member), "has been changed since"});
  }

  const UndoneCommit& commit_;
  const DecisionContext& context_;
  const bool parts_;  ///< two organisations again. What comes back with them refers to whom it did, gone or not
  std::vector<NewEvent> events_;
  Problems changed_since_;
  Refusal refusal_;
  std::map<Uuid, std::vector<std::string>> keys_;
  std::vector<std::pair<Named, std::string>> references_;  ///< and the member's pointer
  std::set<Uuid> revived_;
};

template <class State>
Decided decide(const Undo<State>& command, const DecisionContext& context) {
  return Undoing(*command.commit, context).decide();
}

}  // namespace

Command undo(UndoneCommit commit) {
  const EntityKind kind = commit.changes.front().kind;
  const auto shared = std::make_shared<const UndoneCommit>(std::move(commit));
  Command command;
  with_state(kind, [&]<class T>(T) { command = Undo<typename T::type>{shared}; });
  return command;
}

}  // namespace alforis::commands
