#include "api/auth/directory.hpp"

#include "domain/values/time_zone.hpp"

namespace alforis::api {

std::optional<domain::Viewer> UserDirectory::viewer(const domain::Uuid& user) const {
  const auto known = users();
  const auto found = known->find(user);
  if (found == known->end() || !found->second.active) return std::nullopt;
  return found->second.viewer;
}

bool UserDirectory::contains(const domain::Uuid& user) const { return users()->contains(user); }

bool UserDirectory::seen_by(const domain::Viewer& viewer, const domain::Uuid& user) const {
  const auto known = users();
  const auto found = known->find(user);
  return found != known->end() && domain::can_see_user(viewer, user, found->second.viewer.team);
}

std::string UserDirectory::time_zone(const domain::Uuid& user) const {
  const auto known = users();
  const auto found = known->find(user);
  if (found == known->end() || found->second.time_zone.empty()) return std::string(domain::k_default_time_zone);
  return found->second.time_zone;
}

void UserDirectory::replace(const projections::Directory& directory) {
  const std::lock_guard lock(changing_);
  const auto known = users();
  auto fresh = std::make_shared<Users>();
  for (const auto& user : directory.users) {
    const auto newer = known->find(user.id);
    if (newer != known->end() && newer->second.version > user.version) {
      fresh->insert(*newer);
    } else {
      fresh->emplace(user.id, Entry{{user.id, user.role, user.team}, user.active, user.version, user.time_zone});
    }
  }
  publish(std::move(fresh));
  loaded_.store(true, std::memory_order_release);
}

bool UserDirectory::update(const domain::User& user) {
  const std::lock_guard lock(changing_);
  auto fresh = std::make_shared<Users>(*users());
  const auto known = fresh->find(user.id);
  if (known == fresh->end() || known->second.version >= user.version) return false;
  const Entry before = std::exchange(known->second, Entry{{user.id, user.role, user.team_id},
                                                          user.active,
                                                          user.version,
                                                          user.time_zone ? user.time_zone->text() : std::string()});
  const Entry& now = known->second;
  const bool other =
      before.active != now.active || before.viewer.role != now.viewer.role || before.viewer.team != now.viewer.team;
  publish(std::move(fresh));
  return other;
}

}  // namespace alforis::api
