#pragma once
// What the firm's people may be told about, and how they want to be told.

#include <boost/describe.hpp>
#include <string_view>

#include "domain/wire/fields.hpp"

namespace alforis::domain {

BOOST_DEFINE_ENUM_CLASS(NotificationType, task_due, task_assigned, task_completed, new_interaction,
                        interaction_assigned, pipeline_update, pipeline_stuck, mandat_signed, mandat_expiring_soon,
                        organisation_assigned, mention, import_completed, export_ready, webhook_disabled, system)

/// Whether and how often e-mails tell of notifications.
BOOST_DEFINE_ENUM_CLASS(EmailFrequency, none, immediate, daily, weekly)

/// How a user wants to be told of one type. What a list of preferences does not name is as the defaults are.
struct NotificationPreference {
  Required<NotificationType> type;
  bool in_app = true;
  EmailFrequency email = EmailFrequency::none;

  friend bool operator==(const NotificationPreference&, const NotificationPreference&) = default;
};
BOOST_DESCRIBE_STRUCT(NotificationPreference, (), (type, in_app, email))

}  // namespace alforis::domain
