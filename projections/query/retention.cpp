#include "projections/query/retention.hpp"

#include <charconv>

#include "domain/mandat.hpp"
#include "projections/query/history.hpp"

namespace alforis::projections {

using domain::MandatStatus;

namespace {

std::string stored(MandatStatus status) { return std::to_string(static_cast<int>(status)); }

struct Place {
  std::int64_t micros = 0;
  domain::Uuid id;
};

std::optional<Place> read_place(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Place place;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, place.micros);
  const auto id = domain::Uuid::parse(text.substr(colon + 1));
  if (error != std::errc{} || end != text.data() + colon || !id) return std::nullopt;
  if (place.micros < domain::Instant::k_min_micros || place.micros > domain::Instant::k_max_micros) return std::nullopt;
  place.id = *id;
  return place;
}

}  // namespace

std::string retention_place(std::int64_t created_micros, std::string_view id) {
  return std::to_string(created_micros) + ':' + std::string(id);
}

domain::Result<Statement> retention_statement(const std::string& schema, const RetentionQuery& query) {
  Statement statement;
  const std::string before = statement.bind(query.before.text(), "timestamptz");
  const std::string last_interaction =
      "(SELECT max(r.occurred_at) FROM " + schema + ".interactions r WHERE NOT r.deleted AND ";
  std::string after;
  if (!query.after.empty()) {
    const auto place = read_place(query.after);
    if (!place) return domain::problem("invalid_value", "this cursor does not belong to this list", "after");
    after = " AND (p.created_at, p.id) > (" +
            statement.bind(domain::Instant::from_micros(place->micros).text(), "timestamptz") + ", " +
            statement.bind(place->id.text(), "uuid") + ')';
  }
  statement.sql =
      "SELECT p.id, p.doc, (extract(epoch FROM p.created_at) * 1000000)::bigint, (extract(epoch FROM c.contact) * "
      "1000000)::bigint FROM " +
      schema + ".people p CROSS JOIN LATERAL (SELECT greatest(p.created_at, " + last_interaction +
      "r.person_id = p.id), " + last_interaction +
      "r.participant_ids <> '{}' AND r.participant_ids @> ARRAY[p.id::text COLLATE \"C\"])) AS contact) c WHERE "
      "p.erased_at IS NULL AND p.created_at < " +
      before + " AND c.contact < " + before + after + " AND NOT EXISTS (SELECT FROM " + schema + ".links l JOIN " +
      schema +
      ".mandats m ON m.organisation_id = l.organisation_id WHERE l.person_id = p.id AND l.live AND NOT "
      "m.deleted AND m.status IN (" +
      stored(MandatStatus::signe) + ", " + stored(MandatStatus::actif) + ")) ORDER BY p.created_at, p.id LIMIT " +
      std::to_string(query.limit + 1);
  return statement;
}

}  // namespace alforis::projections
