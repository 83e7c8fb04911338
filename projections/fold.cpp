#include "projections/fold.hpp"

#include "domain/kinds.hpp"
#include "domain/wire/json.hpp"
#include "privacy/sealing.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;

namespace {

/// A book of the audit log is opened by whatever is noted first.
template <class State>
constexpr bool k_opened_by_any = std::is_same_v<State, domain::AuditBook>;

bool creates(std::string_view type) { return type.find(".created.") != std::string_view::npos; }

std::string describe(const domain::Problems& problems) {
  const domain::Problem& first = problems.front();
  return first.code + (first.pointer.empty() ? "" : " at " + first.pointer) + ": " + first.detail;
}

/// Most events have none.
template <class Event>
void note_secrets(Secrets&, const Uuid&, const Event&) {}

void note_secrets(Secrets& secrets, const Uuid& user, const domain::UserPasswordSet& event) {
  secrets[{user, SecretKind::password}] = event.hash;
}
void note_secrets(Secrets& secrets, const Uuid& user, const domain::UserPasswordRehashed& event) {
  secrets[{user, SecretKind::password}] = event.hash;
}
void note_secrets(Secrets& secrets, const Uuid& user, const domain::UserTotpEnrolled& event) {
  secrets[{user, SecretKind::totp_enrolled}] = event.sealed_secret;
}
void note_secrets(Secrets& secrets, const Uuid& user, const domain::UserTotpConfirmed& event) {
  secrets[{user, SecretKind::totp_enrolled}] = std::nullopt;
  secrets[{user, SecretKind::totp}] = event.sealed_secret;
}
void note_secrets(Secrets& secrets, const Uuid& user, const domain::UserTotpDisabled&) {
  secrets[{user, SecretKind::totp_enrolled}] = std::nullopt;
  secrets[{user, SecretKind::totp}] = std::nullopt;
}
void note_secrets(Secrets& secrets, const Uuid& key, const domain::ApiKeyCreated& event) {
  secrets[{key, SecretKind::api_key}] = event.secret_hash;
}
void note_secrets(Secrets& secrets, const Uuid& key, const domain::ApiKeyRevoked&) {
  secrets[{key, SecretKind::api_key}] = std::nullopt;
}

}  // namespace

domain::Result<domain::EventContext> event_context(const Item& item) {
  const auto id = Uuid::parse(item.event().entity_id);
  if (!id) return domain::problem("invalid_uuid", "the entity's id is not a UUID");
  const auto actor = Uuid::parse(item.commit->actor);
  if (!actor) return domain::problem("invalid_uuid", "the commit's actor is not a UUID");
  return domain::EventContext{*id, *actor, domain::Instant::from_micros(item.commit->time_us)};
}

std::optional<Uuid> batch_of(std::string_view metadata) {
  for (const std::string_view member : {std::string_view(R"("batch":")"), std::string_view(R"("import":")")}) {
    const auto at = metadata.find(member);
    if (at == std::string_view::npos) continue;
    if (auto id = Uuid::parse(metadata.substr(at + member.size(), Uuid::k_text_length))) return *id;
  }
  return std::nullopt;
}

Folder::Folder(std::span<const Item> items, const privacy::Keys& keys) : items_(items), keys_(keys) {
  contexts_.resize(items.size());
  for (std::size_t item = 0; item < items.size(); ++item) look_at(item);
}

void Folder::look_at(std::size_t item) {
  const eventstore::Event& event = items_[item].event();
  const auto kind = domain::entity_kind_of_type(event.type);
  if (!kind) return refuse(item, "unknown_event_type: this program does not know the event type " + event.type);
  auto context = event_context(items_[item]);
  if (!context) return refuse(item, describe(context.error()));
  contexts_[item] = *context;
  domain::with_state(*kind, [&]<class T>(T) {
    auto& slots = std::get<Slots<typename T::type>>(slots_);
    const std::size_t before = slots.size();
    slots.of(context->id);
    if (slots.size() > before && !creates(event.type)) needed_[static_cast<std::size_t>(*kind)].push_back(context->id);
  });
}

const std::vector<Uuid>& Folder::needed(EntityKind kind) const { return needed_[static_cast<std::size_t>(kind)]; }

void Folder::supply(EntityKind kind, const Uuid& id, std::string_view document) {
  domain::with_state(kind, [&]<class T>(T) {
    using State = typename T::type;
    Slot<State>& slot = std::get<Slots<State>>(slots_).of(id);
    slot.existed = true;
    auto state = domain::wire::from_stored<State>(document);
    if (!state) {
      slot.trouble = "unreadable_document: the stored document does not read back: " + describe(state.error());
      return;
    }
    if constexpr (requires { state->owner_id; }) slot.owner_before = state->owner_id;
    slot.state = std::move(*state);
  });
}

void Folder::fold() {
  for (std::size_t item = 0; item < items_.size(); ++item) {
    if (refused(item)) continue;
    const eventstore::Event& event = items_[item].event();
    auto decoded = decode(event);
    if (!decoded) {
      refuse(item, describe(decoded.error()));
      continue;
    }
    std::visit([&](auto& known) { apply(item, std::move(known)); }, *decoded);
  }
  if (refusals_.empty()) return;
  std::sort(refusals_.begin(), refusals_.end(), [](const Refusal& a, const Refusal& b) { return a.item < b.item; });
  throw ItemsRefused(std::move(refusals_));
}

domain::Result<domain::AnyEvent> Folder::decode(const eventstore::Event& event) const {
  try {
    std::string room;
    return domain::decode_event(event.type, privacy::open({event.type, event.entity_id}, event.data, keys_, room));
  } catch (const privacy::KeysUnavailable& away) {
    throw StoreUnavailable(away.what());
  } catch (const privacy::KeyMissing& missing) {
    return domain::Problems{{"key_missing", "", missing.what()}};
  } catch (const privacy::SealBroken& broken) {
    return domain::Problems{{"seal_broken", "", broken.what()}};
  }
}

template <class Event>
void Folder::apply(std::size_t item, Event&& event) {
  using State = domain::StateOf<Event>;
  Slot<State>& slot = std::get<Slots<State>>(slots_).of(contexts_[item].id);
  if (!slot.trouble.empty()) return refuse(item, slot.trouble);
  // evolve is total and would pass over both in silence; a projection must not.
  if (creates(Event::k_type) && slot.state) return refuse(item, "created_twice: the entity exists already");
  if (!creates(Event::k_type) && !slot.state && !k_opened_by_any<State>)
    return refuse(item, "never_created: the entity's creation was never seen");
  note_secrets(secrets_, slot.id, event);
  if constexpr (requires { event.keys; }) {
    destroyed_keys_.insert(destroyed_keys_.end(), event.keys.begin(), event.keys.end());
  }
  if constexpr (std::is_same_v<Event, domain::OrganisationStageChanged>) {
    const domain::PipelineStage from = slot.state->pipeline_stage;
    const domain::Instant since = slot.state->stage_since;
    evolve(slot.state, std::forward<Event>(event), contexts_[item]);
    stage_moves_.push_back(stage_move(item, *slot.state, from, since));
  } else if constexpr (std::is_same_v<Event, domain::Reverted<domain::Organisation>>) {
    const domain::PipelineStage from = slot.state->pipeline_stage;
    const domain::Instant since = slot.state->stage_since;
    const auto undone = static_cast<Position>(*event.position);
    evolve(slot.state, std::forward<Event>(event), contexts_[item]);
    if (slot.state->pipeline_stage != from) {
      stage_undos_.push_back({undone, stage_move(item, *slot.state, from, since)});
    }
  } else {
    evolve(slot.state, std::forward<Event>(event), contexts_[item]);
    if constexpr (std::is_same_v<Event, domain::OrganisationCreated>) {
      stage_moves_.push_back(stage_move(item, *slot.state, std::nullopt, contexts_[item].time));
    }
  }
  slot.position = items_[item].commit->position;
}

StageMove Folder::stage_move(std::size_t item, const domain::Organisation& organisation,
                             std::optional<domain::PipelineStage> from, domain::Instant since) const {
  constexpr std::int64_t k_day = 86'400'000'000;
  const domain::Instant now = contexts_[item].time;
  return {organisation.id,
          items_[item].commit->position,
          items_[item].index,
          now,
          from,
          organisation.pipeline_stage,
          static_cast<std::int32_t>((now.micros() - since.micros()) / k_day),
          organisation.owner_id};
}

void Folder::refuse(std::size_t item, std::string reason) {
  if (refused_entities_.insert(items_[item].event().entity_id).second) refusals_.push_back({item, std::move(reason)});
}

bool Folder::refused(std::size_t item) const {
  return !refused_entities_.empty() && refused_entities_.contains(items_[item].event().entity_id);
}

}  // namespace alforis::projections
