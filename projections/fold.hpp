#pragma once
// The pure core of projections that keep what entities are: a batch of events and the documents they change, folded
// into final states and history rows.

#include <array>
#include <boost/describe.hpp>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "domain/events.hpp"
#include "privacy/keys.hpp"
#include "projections/projection.hpp"

namespace alforis::projections {

/// What an event needs before it can be folded: who, when, about what. Fails with what is wrong with the commit's or
/// event's ids.
domain::Result<domain::EventContext> event_context(const Item& item);

/// What is kept beside the tables of entities, for who has to compare it.
BOOST_DEFINE_ENUM_CLASS(SecretKind, password, totp, totp_enrolled, api_key)

/// Whose, and which, is what; nullopt: none any more.
using Secrets = std::map<std::pair<domain::Uuid, SecretKind>, std::optional<std::string>>;

/// The bulk change or import that a commit's metadata names; nullopt for most.
std::optional<domain::Uuid> batch_of(std::string_view metadata);

/// One entity in a batch.
template <class State>
struct Slot {
  domain::Uuid id;
  std::optional<State> state;
  bool existed = false;                      ///< there is a row of it
  std::optional<domain::Uuid> owner_before;  ///< whose it was, for kinds that have owners
  Position position = 0;                     ///< of its last event
  std::string trouble;                       ///< why the stored document could not be used
};

/// The entities of one kind in a batch, in the order of their first event.
template <class State>
class Slots {
 public:
  Slot<State>& of(const domain::Uuid& id) {
    const auto [at, fresh] = index_.try_emplace(id, slots_.size());
    if (fresh) slots_.emplace_back().id = id;
    return slots_[at->second];
  }
  /// nullptr when the batch has nothing of it.
  const Slot<State>* find(const domain::Uuid& id) const {
    const auto at = index_.find(id);
    return at == index_.end() ? nullptr : &slots_[at->second];
  }
  auto begin() const { return slots_.begin(); }
  auto end() const { return slots_.end(); }
  std::size_t size() const { return slots_.size(); }

 private:
  std::deque<Slot<State>> slots_;
  std::unordered_map<domain::Uuid, std::size_t> index_;
};

/// An organisation's entry into a stage, by a move or by its creation.
struct StageMove {
  domain::Uuid organisation;
  Position position = 0;  ///< of its event, with `index`
  std::uint32_t index = 0;
  domain::Instant moved_at;
  std::optional<domain::PipelineStage> from;  ///< empty: created there
  domain::PipelineStage to = domain::PipelineStage::prospect;
  std::int32_t days = 0;              ///< whole days in `from`
  std::optional<domain::Uuid> owner;  ///< whose the organisation was then
};

/// An undoing that put an organisation back into another stage: the move that it took back never was. What was no move
/// (an undoing before) is answered by one.
struct StageUndo {
  Position undone = 0;  ///< of the commit that was taken back
  StageMove instead;
};

/// The items need only live until fold() is done. Folds one batch. Call order: constructor, needed(), supply() for each
/// document found, fold(), then the results.
class Folder {
 public:
  /// Looks at types and ids only.
  explicit Folder(std::span<const Item> items, const privacy::Keys& keys = privacy::no_keys());

  /// Entities of the kind that have to be loaded: their first event here is not the one that creates them.
  const std::vector<domain::Uuid>& needed(domain::EntityKind kind) const;

  /// A stored document of a needed entity.
  void supply(domain::EntityKind kind, const domain::Uuid& id, std::string_view document);

  /// Throws ItemsRefused with the first bad event of each entity that has one: unknown type, undecodable, sealed under
  /// a key that is not in the vault, of an entity that was never created. Throws StoreUnavailable when the vault can't
  /// be asked.
  void fold();

  template <class State>
  const Slots<State>& slots() const {
    return std::get<Slots<State>>(slots_);
  }

  /// Those that the batch changes, as they are after it.
  const Secrets& secrets() const { return secrets_; }

  /// That erasures in the batch destroy.
  const std::vector<domain::Uuid>& destroyed_keys() const { return destroyed_keys_; }

  /// In the order of the events.
  const std::vector<StageMove>& stage_moves() const { return stage_moves_; }

  /// In the order of the events; each comes after the moves.
  const std::vector<StageUndo>& stage_undos() const { return stage_undos_; }

  /// One per item, for history rows.
  const std::vector<domain::EventContext>& contexts() const { return contexts_; }

 private:
  void look_at(std::size_t item);
  void refuse(std::size_t item, std::string reason);
  domain::Result<domain::AnyEvent> decode(const eventstore::Event& event) const;
  bool refused(std::size_t item) const;
  template <class Event>
  void apply(std::size_t item, Event&& event);
  StageMove stage_move(std::size_t item, const domain::Organisation& organisation,
                       std::optional<domain::PipelineStage> from, domain::Instant since) const;

  std::span<const Item> items_;
  const privacy::Keys& keys_;
  std::vector<domain::EventContext> contexts_;
  std::vector<Refusal> refusals_;
  std::unordered_set<std::string_view> refused_entities_;
  std::array<std::vector<domain::Uuid>, boost::mp11::mp_size<domain::AllStates>::value> needed_;  ///< by kind
  boost::mp11::mp_rename<boost::mp11::mp_transform<Slots, domain::AllStates>, std::tuple> slots_;
  Secrets secrets_;
  std::vector<domain::Uuid> destroyed_keys_;
  std::vector<StageMove> stage_moves_;
  std::vector<StageUndo> stage_undos_;
};

}  // namespace alforis::projections
