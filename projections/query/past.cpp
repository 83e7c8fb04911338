#include "projections/query/past.hpp"

#include "domain/kinds.hpp"
#include "domain/wire/json.hpp"
#include "projections/query/columns.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;

namespace {

template <class State>
std::optional<State> state_of(const Uuid& id, const std::vector<HistoryRow>& rows) {
  std::optional<State> state;
  for (const HistoryRow& row : rows) {
    const auto event = domain::decode_event(row.type, row.data);
    if (event) domain::evolve_by(state, *event, {id, row.actor, row.time});
  }
  return state;
}

}  // namespace

std::optional<PastRecord> past_record(EntityKind kind, const Uuid& id, const std::vector<HistoryRow>& rows) {
  std::optional<PastRecord> record;
  domain::with_state(kind, [&]<class T>(T) {
    const auto state = state_of<typename T::type>(id, rows);
    if (!state) return;
    record = PastRecord{domain::wire::shown_json(*state), state->version, state->deleted(), state->deleted_by};
  });
  return record;
}

void append_past_row(postgres::CopyBuffer& out, EntityKind kind, const Uuid& id, const std::vector<HistoryRow>& rows,
                     const TeamOf& team_of) {
  domain::with_state(kind, [&]<class T>(T) {
    using State = typename T::type;
    const auto state = state_of<State>(id, rows);
    if (!state) return;
    const std::string document = domain::wire::shown_json(*state);
    RowSource<State> row{*state, document, std::nullopt, rows.back().position};
    if constexpr (requires { state->owner_id; }) {
      if (state->owner_id) row.team = team_of(*state->owner_id);
    }
    encode_row(out, row);
  });
}

}  // namespace alforis::projections
