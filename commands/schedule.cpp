#include "commands/schedule.hpp"

#include "commands/mandat.hpp"
#include "commands/session.hpp"

namespace alforis::commands {

using domain::Date;

namespace {

Date day_before(const Date& day) {
  const auto before = Date::from_ymd(day.days() - std::chrono::days(1));
  return before ? *before : day;
}

template <class Make>
void add(std::vector<ScheduledCommand>& due, std::string_view policy, const std::vector<Uuid>& ids,
         const StateView& state, const Make& make) {
  using State = typename std::invoke_result_t<Make, const Uuid&>::Subject;
  for (const Uuid& id : ids) {
    const auto version = std::to_string(present_version<State>(id, state));
    std::string command_id = "policy/" + std::string(policy) + '/' + id.text() + '/' + version;
    due.push_back({std::move(command_id), std::string(policy), make(id)});
  }
}

}  // namespace

std::vector<ScheduledCommand> due_commands(const StateView& state, const Date& today, std::size_t most) {
  std::vector<ScheduledCommand> due;
  add(due, "mandat_end", state.due(index::mandat_ends(), day_before(today), most), state,
      [](const Uuid& id) { return EndMandat{id}; });
  add(due, "mandat_expiring_soon", state.due(index::mandat_expiries(), today, most), state,
      [](const Uuid& id) { return AnnounceMandatExpiry{id}; });
  add(due, "session_expiry", state.due(index::session_expiries(), day_before(today), most), state, [](const Uuid& id) {
    return RevokeSession{id, domain::SessionEnd::expired};
  });
  return due;
}

}  // namespace alforis::commands
