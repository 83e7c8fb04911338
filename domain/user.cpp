#include "domain/user.hpp"

#include <algorithm>
#include <utility>

#include "domain/patch.hpp"

namespace alforis::domain {

void evolve(std::optional<User>& state, UserCreated event, const EventContext& context) {
  state.emplace();
  static_cast<UserData<Full>&>(*state) = std::move(event);
  stamp_created(*state, context);
}

namespace {

/// The secrets, made when there are none yet.
UserSecrets& secrets_of(User& user) { return user.secrets ? *user.secrets : user.secrets.emplace(); }

void set_link(std::optional<User>& state, const std::string& hash, const Instant& expires_at,
              const EventContext& context) {
  if (!state) return;
  secrets_of(*state).link_hash = hash;
  secrets_of(*state).link_expires_at = expires_at;
  stamp_updated(*state, context);
}

/// A link that was handed out before is of no use any more.
void void_link(User& user) {
  if (!user.secrets) return;
  user.secrets->link_hash.reset();
  user.secrets->link_expires_at.reset();
}

}  // namespace

void evolve(std::optional<User>& state, const UserUpdated& event, const EventContext& context) {
  if (!state) return;
  apply<UserData>(*state, event);
  // It may lie in a mailbox that is somebody else's by now.
  if (event.email || !state->active) void_link(*state);
  stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserPasswordSet&, const EventContext& context) {
  if (!state) return;
  void_link(*state);
  stamp_updated(*state, context);
  secrets_of(*state).password_version = state->version;
}

void evolve(std::optional<User>& state, const UserPasswordRehashed&, const EventContext& context) {
  if (state) stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserInvited& event, const EventContext& context) {
  set_link(state, event.token_hash, *event.expires_at, context);
}

void evolve(std::optional<User>& state, const UserPasswordResetRequested& event, const EventContext& context) {
  set_link(state, event.token_hash, *event.expires_at, context);
}

void evolve(std::optional<User>& state, const UserTotpEnrolled& event, const EventContext& context) {
  if (!state) return;
  secrets_of(*state).totp_enrolled = event.sealed_secret;
  stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserTotpConfirmed& event, const EventContext& context) {
  if (!state) return;
  UserSecrets& secrets = secrets_of(*state);
  secrets.totp_enrolled.reset();
  secrets.totp = event.sealed_secret;
  secrets.totp_step = event.step;
  secrets.recovery_hashes = event.recovery_hashes;
  state->two_factor = true;
  stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserTotpUsed& event, const EventContext& context) {
  if (!state) return;
  UserSecrets& secrets = secrets_of(*state);
  secrets.totp_step = std::max(secrets.totp_step, event.step);
  stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserRecoveryCodeUsed& event, const EventContext& context) {
  if (!state) return;
  std::erase(secrets_of(*state).recovery_hashes, event.hash);
  stamp_updated(*state, context);
}

void evolve(std::optional<User>& state, const UserTotpDisabled&, const EventContext& context) {
  if (!state) return;
  UserSecrets& secrets = secrets_of(*state);
  secrets.totp_enrolled.reset();
  secrets.totp.reset();
  secrets.totp_step = 0;
  secrets.recovery_hashes.clear();
  state->two_factor = false;
  stamp_updated(*state, context);
}

}  // namespace alforis::domain
