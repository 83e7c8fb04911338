#pragma once
// A command, whichever it is: so that the writer, and all that hand commands over, need not know them one by one.

#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include "commands/rejection.hpp"
#include "domain/entity_kind.hpp"

namespace alforis::commands {

struct Decision;
struct DecisionContext;
class StateView;
using Decided = boost::system::result<Decision, Rejection>;

// decision.hpp has these.
struct PendingDecision;
template <class State>
constexpr domain::EntityKind kind_of();
template <class State>
std::int64_t present_version(const domain::Uuid& id, const StateView& state);

/// Made from any command struct that has a `decide`; without one it does not compile. Copies share what they hold.
class Command {
 public:
  /// None yet: to be assigned before it is used.
  Command() = default;
  template <class C>
  requires(!std::is_same_v<C, Command>) Command(C command)  // NOLINT: a command struct is meant to fit in
      : held_(std::make_shared<Holder<C>>(std::move(command))) {}

  Decided decide(const DecisionContext& context) const;
  /// Of the entity that the command is about.
  domain::EntityKind kind() const { return held_->kind(); }
  /// Of its subject as the state has it; 0 when there is none.
  std::int64_t version(const domain::Uuid& subject, const StateView& state) const {
    return held_->version(subject, state);
  }

 private:
  class Held {
   public:
    Held() = default;
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    virtual ~Held() = default;
    virtual void decide_to(PendingDecision& to, const DecisionContext& context) const = 0;
    virtual domain::EntityKind kind() const = 0;
    virtual std::int64_t version(const domain::Uuid& subject, const StateView& state) const = 0;
  };
  template <class C>
  class Holder;

  std::shared_ptr<const Held> held_;
};

/// Compiles where the command's own header is included.
template <class C>
class Command::Holder final : public Held {
 public:
  explicit Holder(C command) : command_(std::move(command)) {}

  void decide_to(PendingDecision& to, const DecisionContext& context) const override {
    decide_command(command_, to, context);
  }
  domain::EntityKind kind() const override { return kind_of<typename C::Subject>(); }
  std::int64_t version(const domain::Uuid& subject, const StateView& state) const override {
    return present_version<typename C::Subject>(subject, state);
  }

 private:
  C command_;
};

}  // namespace alforis::commands
