#include "api/auth/revoked_sessions.hpp"

namespace alforis::api {

void RevokedSessions::add(std::span<const domain::Uuid> sessions, std::int64_t now_seconds) {
  const std::lock_guard lock(changing_);
  auto fresh = std::make_shared<Until>(*std::atomic_load(&until_));
  std::erase_if(*fresh, [now_seconds](const auto& known) { return known.second < now_seconds; });
  for (const auto& session : sessions) fresh->try_emplace(session, now_seconds + remembered_.count());
  std::atomic_store(&until_, std::shared_ptr<const Until>(std::move(fresh)));
}

}  // namespace alforis::api
