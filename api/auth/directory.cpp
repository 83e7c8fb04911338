#include "api/auth/directory.hpp"

namespace alforis::api {

std::optional<domain::Viewer> UserDirectory::viewer(const domain::Uuid& user) const {
  const auto known = users();
  const auto found = known->find(user);
  if (found == known->end() || !found->second.active) return std::nullopt;
  return found->second.viewer;
}

bool UserDirectory::contains(const domain::Uuid& user) const { return users()->contains(user); }

void UserDirectory::replace(const projections::Directory& directory) {
  auto fresh = std::make_shared<Users>();
  for (const auto& user : directory.users) fresh->emplace(user.id, Entry{{user.id, user.role, user.team}, user.active});
  std::atomic_store(&users_, std::shared_ptr<const Users>(std::move(fresh)));
  loaded_.store(true, std::memory_order_release);
}

}  // namespace alforis::api
