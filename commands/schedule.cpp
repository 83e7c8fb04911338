#include "commands/schedule.hpp"

#include "commands/mandat.hpp"

namespace alforis::commands {

using domain::Date;

namespace {

Date day_before(const Date& day) {
  const auto before = Date::from_ymd(day.days() - std::chrono::days(1));
  return before ? *before : day;
}

template <class Make>
void add(std::vector<ScheduledCommand>& due, std::string_view policy, const std::vector<Uuid>& ids, const Date& today,
         const Make& make) {
  for (const Uuid& id : ids) {
    std::string command_id = "policy/" + std::string(policy) + '/' + id.text() + '/' + today.text();
    due.push_back({std::move(command_id), std::string(policy), make(id)});
  }
}

}  // namespace

std::vector<ScheduledCommand> due_commands(const StateView& state, const Date& today, std::size_t most) {
  std::vector<ScheduledCommand> due;
  add(due, "mandat_end", state.due(index::mandat_ends(), day_before(today), most), today,
      [](const Uuid& id) { return EndMandat{id}; });
  add(due, "mandat_expiring_soon", state.due(index::mandat_expiries(), today, most), today,
      [](const Uuid& id) { return AnnounceMandatExpiry{id}; });
  return due;
}

}  // namespace alforis::commands
