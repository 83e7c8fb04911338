#pragma once
// User: one of the firm's own people, with a role and a team. The password's hash is an event of its own and never part
// of a document.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "domain/entity.hpp"
#include "domain/notification.hpp"
#include "domain/values/email.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/personal.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(Role, viewer, sales, manager, admin)
BOOST_DEFINE_ENUM_CLASS(Locale, fr, en)
BOOST_DEFINE_ENUM_CLASS(Theme, light, dark, system)

template <class Shape>
struct UserData {
  ALFORIS_FIELD_KINDS
  static constexpr PersonalFields k_personal = PersonalFields::of("email", "full_name");

  Req<Email> email;  ///< unique
  Opt<Line<200>> full_name;
  Def<Role> role = Shape::initial(Role::sales);
  Opt<Uuid> team_id;
  Def<bool> active = Shape::initial(true);
  Def<Locale> locale = Shape::initial(Locale::fr);
  Opt<Line<64>> time_zone;  ///< IANA name; Europe/Paris when empty
  Def<Theme> theme = Shape::initial(Theme::system);
  Opt<std::vector<NotificationPreference>> notification_preferences;  ///< at most one for each type

  friend bool operator==(const UserData&, const UserData&) = default;

  BOOST_DESCRIBE_CLASS(UserData, (),
                       (email, full_name, role, team_id, active, locale, time_zone, theme, notification_preferences),
                       (), ())
};

struct UserCreated : UserData<Full> {
  static constexpr std::string_view k_type = "user.created.v1";
};
BOOST_DESCRIBE_STRUCT(UserCreated, (UserData<Full>), ())

struct UserUpdated : UserData<Patch> {
  static constexpr std::string_view k_type = "user.updated.v1";
};
BOOST_DESCRIBE_STRUCT(UserUpdated, (UserData<Patch>), ())

struct UserPasswordSet {
  static constexpr std::string_view k_type = "user.password_set.v1";
  std::string hash;  ///< Argon2id in PHC string form (RFC 9106 parameters inside)
};
BOOST_DESCRIBE_STRUCT(UserPasswordSet, (), (hash))

struct User : Entity, UserData<Full> {
  static constexpr std::string_view k_entity = "user";

  friend bool operator==(const User&, const User&) = default;
};
BOOST_DESCRIBE_STRUCT(User, (Entity, UserData<Full>), ())

void evolve(std::optional<User>& state, UserCreated event, const EventContext& context);
void evolve(std::optional<User>& state, const UserUpdated& event, const EventContext& context);
void evolve(std::optional<User>& state, const UserPasswordSet& event, const EventContext& context);

}  // namespace alforis::domain
