// Tallies: what is counted while rows change is what the events say, and what a rebuild counts.

#include <map>
#include <random>

#include "database.hpp"
#include "domain/values/time_zone.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::projections {
namespace {

using domain::Date;
using domain::Instant;
using domain::PipelineStage;

/// What a sum is of: measure, first day, bucket, value, whose organisation, whose work, currency.
using Key = std::tuple<Measure, std::string, int, int, std::optional<Uuid>, std::optional<Uuid>, std::string>;
using Counts = std::map<Key, std::int64_t>;

Date paris_day(Instant instant) { return domain::local_time(instant, "Europe/Paris").date; }
std::string month_of(Instant instant) { return paris_day(instant).text().substr(0, 7) + "-01"; }
std::string week_of(Instant instant) {
  const Date day = paris_day(instant);
  const std::chrono::weekday weekday(day.days());
  return Date::from_ymd(day.days() - std::chrono::days(weekday.iso_encoding() - 1))->text();
}

/// Events at random, and beside them, by hand, what has come of them so far.
class Firm {
 public:
  explicit Firm(unsigned seed) : random_(seed) {}

  /// One more commit's events.
  std::vector<Happened> something(Instant now) {
    now_ = now;
    switch (below(10)) {
      case 0:
      case 1:
        return {create_organisation()};
      case 2:
        return {change_organisation()};
      case 3:
        return {move_stage()};
      case 4:
        return {create_mandat(), create_interaction()};
      case 5:
        return {move_mandat()};
      case 6:
        return {create_interaction()};
      case 7:
        return {change_interaction()};
      case 8:
        return {create_task()};
      default:
        return {change_task()};
    }
  }

  /// Where the commit came to lie.
  void committed(Position position) {
    if (moved_ != nullptr) moved_->moves.back().position = position;
    moved_ = nullptr;
  }

  Counts counts() const {
    Counts counts;
    for (const auto& [id, o] : organisations_) {
      if (o.deleted) continue;
      ++counts[{Measure::pipeline, "1970-01-01", static_cast<int>(o.stage), 0, o.owner, {}, o.potential ? "EUR" : ""}];
      for (const Move& move : o.moves) {
        ++counts[{Measure::entered, month_of(move.at), static_cast<int>(move.to), 0, o.owner, {}, ""}];
        if (!move.from) continue;
        ++counts[{Measure::stage_days, "1970-01-01", static_cast<int>(*move.from), move.days, o.owner, {}, ""}];
        if (move.to == PipelineStage::signe) {
          ++counts[{Measure::closings, month_of(move.at), 0, 0, o.owner, move.owner, ""}];
        }
      }
    }
    for (const auto& [id, m] : mandats_) {
      if (const auto& o = organisations_.at(m.organisation); !o.deleted) {
        ++counts[{Measure::mandats, "1970-01-01", m.signed_ ? 1 : 0, 0, o.owner, {}, ""}];
      }
    }
    for (const auto& [id, i] : interactions_) count_interaction(i, counts);
    for (const auto& [id, t] : tasks_) {
      const auto& o = organisations_.at(t.organisation);
      if (o.deleted || !t.completed) continue;
      const Measure measure = t.pitch ? Measure::pitchs : Measure::due_diligences;
      ++counts[{measure, month_of(*t.completed), 0, 0, o.owner, t.assignee ? *t.assignee : id_of('u', 1), ""}];
    }
    return counts;
  }

 private:
  struct Move {
    Instant at;
    std::optional<PipelineStage> from;
    PipelineStage to;
    int days;
    std::optional<Uuid> owner;
    Position position = 0;
  };
  struct Organisation {
    std::optional<Uuid> owner;
    bool deleted = false;
    bool potential = false;
    PipelineStage stage = PipelineStage::prospect;
    Instant since;
    std::vector<Move> moves;
  };
  struct Mandat {
    Uuid organisation;
    bool signed_ = false;
  };
  struct Interaction {
    Uuid organisation;
    domain::InteractionType type;
    Instant at;
    std::optional<Uuid> assignee;
    bool done = true;
    bool deleted = false;
  };
  struct Task {
    Uuid organisation;
    bool pitch = false;
    std::optional<Uuid> assignee;
    std::optional<Instant> completed;
  };

  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  template <class Map>
  auto& any(Map& map) {
    return *std::next(map.begin(), below(static_cast<int>(map.size())));
  }
  std::optional<Uuid> somebody() {
    const int n = below(4);
    return n == 0 ? std::nullopt : std::optional(id_of('u', n));
  }
  /// A moment in 2025, near the end of a month or week as often as not.
  Instant moment() { return Instant::from_micros((1'735'600'000LL + below(8760) * 3600LL) * 1'000'000); }

  void count_interaction(const Interaction& i, Counts& counts) const {
    const auto& o = organisations_.at(i.organisation);
    if (o.deleted || i.deleted || !i.done) return;
    ++counts[{Measure::activity, week_of(i.at), static_cast<int>(i.type), 0, o.owner, {}, ""}];
    if (i.type == domain::InteractionType::meeting || i.type == domain::InteractionType::visio) {
      ++counts[{Measure::rdv, month_of(i.at), 0, 0, o.owner, i.assignee ? *i.assignee : id_of('u', 1), ""}];
    }
  }

  Happened create_organisation() {
    const Uuid id = id_of('o', static_cast<int>(organisations_.size()) + 1);
    auto event = organisation("Maison", somebody());
    if (below(2) == 0) {
      event.potential_amount = domain::Money{below(1000) * 100LL, domain::CurrencyCode::euro()};
      event.signature_probability = domain::Percent::from_hundredths(below(100) * 100).value();
    }
    organisations_[id] = {event.owner_id,          false, event.potential_amount.has_value(),
                          PipelineStage::prospect, now_,  {{now_, {}, PipelineStage::prospect, 0, event.owner_id}}};
    return {id, event};
  }

  Happened change_organisation() {
    if (organisations_.empty()) return create_organisation();
    auto& [id, o] = any(organisations_);
    if (below(3) == 0) {
      o.deleted = !o.deleted;
      if (o.deleted) return {id, domain::OrganisationDeleted{}};
      return {id, domain::OrganisationRestored{}};
    }
    o.owner = somebody();
    domain::OrganisationUpdated event;
    event.owner_id = o.owner ? domain::Edit<Uuid>(*o.owner) : domain::Edit<Uuid>::clear();
    return {id, event};
  }

  Happened move_stage() {
    if (organisations_.empty()) return create_organisation();
    auto& [id, o] = any(organisations_);
    if (o.moves.size() > 1 && below(3) == 0) return {id, take_move_back(o)};
    const auto to = static_cast<PipelineStage>((static_cast<int>(o.stage) + 1 + below(5)) % 7);
    const domain::OrganisationStageChanged event{o.stage, to, {}, {}};
    const auto days = static_cast<int>((now_.micros() - o.since.micros()) / 86'400'000'000);
    o.moves.push_back({now_, o.stage, to, days, o.owner});
    o.stage = to;
    o.since = now_;
    moved_ = &o;
    return {id, event};
  }

  /// The last move, which then never was; now and then of a commit that was none, which makes a move of it.
  domain::Reverted<domain::Organisation> take_move_back(Organisation& o) {
    const Move last = o.moves.back();
    const Move& before = o.moves[o.moves.size() - 2];
    const bool of_a_move = below(3) != 0;
    domain::Reverted<domain::Organisation> event;
    event.position = static_cast<std::int64_t>(of_a_move ? last.position : 1'000'000);
    event.to = domain::JsonObject(R"({"pipeline_stage":")" + std::string(domain::enum_text(*last.from)) +
                                  R"(","stage_since":")" + before.at.text() + R"("})");
    if (of_a_move) {
      o.moves.pop_back();
    } else {
      const auto days = static_cast<int>((now_.micros() - o.since.micros()) / 86'400'000'000);
      o.moves.push_back({now_, o.stage, *last.from, days, o.owner});
      moved_ = &o;
    }
    o.stage = *last.from;
    o.since = before.at;
    return event;
  }

  Happened create_mandat() {
    if (organisations_.empty()) return create_organisation();
    const Uuid id = id_of('m', static_cast<int>(mandats_.size()) + 1);
    domain::MandatCreated event;
    event.organisation_id = any(organisations_).first;
    mandats_[id] = {*event.organisation_id, false};
    return {id, event};
  }

  Happened move_mandat() {
    if (mandats_.empty()) return create_mandat();
    auto& [id, mandat] = any(mandats_);
    mandat.signed_ = true;
    return {id, domain::MandatSigned{Date::parse("2025-01-01").value()}};
  }

  Happened create_interaction() {
    if (organisations_.empty()) return create_organisation();
    const Uuid id = id_of('i', static_cast<int>(interactions_.size()) + 1);
    domain::InteractionCreated event;
    event.title = domain::Line<200>::parse("Point").value();
    event.type = static_cast<domain::InteractionType>(below(7));
    event.occurred_at = moment();
    event.organisation_id = any(organisations_).first;
    event.assignee_id = somebody();
    interactions_[id] = {*event.organisation_id, event.type, *event.occurred_at, event.assignee_id};
    return {id, event};
  }

  Happened change_interaction() {
    if (interactions_.empty()) return create_interaction();
    auto& [id, interaction] = any(interactions_);
    if (below(3) == 0) {
      interaction.deleted = !interaction.deleted;
      if (interaction.deleted) return {id, domain::InteractionDeleted{}};
      return {id, domain::InteractionRestored{}};
    }
    domain::InteractionUpdated event;
    interaction.at = moment();
    interaction.done = below(2) == 0;
    event.occurred_at = interaction.at;
    event.status = interaction.done ? domain::InteractionStatus::done : domain::InteractionStatus::todo;
    return {id, event};
  }

  Happened create_task() {
    if (organisations_.empty()) return create_organisation();
    const Uuid id = id_of('k', static_cast<int>(tasks_.size()) + 1);
    domain::TaskCreated event;
    event.title = domain::Line<255>::parse("Étude").value();
    event.category = below(2) == 0 ? domain::TaskCategory::pitch : domain::TaskCategory::due_diligence;
    event.organisation_id = any(organisations_).first;
    event.assignee_id = somebody();
    tasks_[id] = {*event.organisation_id, event.category == domain::TaskCategory::pitch, event.assignee_id, {}};
    return {id, event};
  }

  Happened change_task() {
    if (tasks_.empty()) return create_task();
    auto& [id, task] = any(tasks_);
    if (task.completed) {
      task.completed.reset();
      return {id, domain::TaskReopened{}};
    }
    task.completed = now_;
    return {id, domain::TaskCompleted{}};
  }

  Instant now_;
  std::mt19937 random_;
  Organisation* moved_ = nullptr;  ///< whose last move is the commit under way
  std::map<Uuid, Organisation> organisations_;
  std::map<Uuid, Mandat> mandats_;
  std::map<Uuid, Interaction> interactions_;
  std::map<Uuid, Task> tasks_;
};

/// The rows of the table, but for sums of money.
std::vector<std::string> shown(const Counts& counts) {
  std::vector<std::string> rows;
  const auto user = [](const std::optional<Uuid>& id) { return id ? id->text() : std::string(k_nobody); };
  for (const auto& [key, n] : counts) {
    const auto& [measure, period, bucket, value, owner, worker, currency] = key;
    rows.push_back(std::to_string(static_cast<int>(measure)) + '|' + period + '|' + user(owner) + '|' + user(worker) +
                   '|' + std::to_string(bucket) + '|' + std::to_string(value) + '|' + currency + '|' +
                   std::to_string(n));
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

class Tallies : public QueryTest {
 protected:
  std::vector<std::string> counted() {
    auto rows = sql_.rows("SELECT measure, period, owner_id, user_id, bucket, value, currency, n FROM " + workspace_ +
                          ".tallies");
    std::sort(rows.begin(), rows.end());
    return rows;
  }
};

TEST_F(Tallies, CountWhatTheEventsSayAndWhatARebuildCounts) {
  start();
  Firm firm(20'261);
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 25; ++i) {
      feed_.advance(std::chrono::hours(7));
      firm.committed(feed_.commit(firm.something(feed_.next_time())));
    }
    if (round % 4 != 0) continue;  // batches of one round and of several
    settle();
    ASSERT_EQ(counted(), shown(firm.counts())) << "round " << round;
  }
  settle();
  const auto verified = verify_query(log_, options());
  EXPECT_FALSE(verified.first) << verified.first->table << ' ' << verified.first->id << ' ' << verified.first->column
                               << ": " << verified.first->live << " / " << verified.first->rebuilt;
  rebuild_query(log_, options());
  EXPECT_EQ(counted(), shown(firm.counts()));
  for (int i = 0; i < 50; ++i) {
    feed_.advance(std::chrono::hours(7));
    firm.committed(feed_.commit(firm.something(feed_.next_time())));
  }
  settle();
  EXPECT_EQ(counted(), shown(firm.counts())) << "a rebuilt version is not kept up";
}

TEST_F(Tallies, OneThatIsWrongIsNamedByVerify) {
  start();
  feed_.commit(id_of('o', 1), organisation("Alpha"));
  settle();
  sql_.run("UPDATE " + live() + ".tallies SET n = 2 WHERE measure = 0");
  const auto verified = verify_query(log_, options());
  ASSERT_TRUE(verified.first);
  EXPECT_EQ(verified.first->table, "tallies");
  EXPECT_EQ(verified.first->column, "n");
  EXPECT_EQ(verified.first->live, "2");
  EXPECT_EQ(verified.first->rebuilt, "1");
}

TEST_F(Tallies, MoneyIsSummedByCurrencyAndWeighted) {
  start();
  auto first = organisation("Alpha");
  first.potential_amount = domain::Money{100'01, domain::CurrencyCode::euro()};
  first.signature_probability = domain::Percent::parse("12.5").value();
  auto second = organisation("Beta", id_of('u', 2));
  second.potential_amount = domain::Money{1'000'00, domain::CurrencyCode::euro()};
  feed_.commit({{id_of('o', 1), first}, {id_of('o', 2), second}});
  settle();
  TallyQuery query;
  query.viewer = administrator();
  query.measures = {Measure::pipeline};
  const auto rows = reader_.tallies(query);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].n, 2);
  EXPECT_EQ(rows[0].amount, 1'100'01);
  EXPECT_EQ(rows[0].weighted, 12'50);
  EXPECT_EQ(rows[0].currency, "EUR");
}

TEST_F(Tallies, AreOfWhatTheViewerSees) {
  start();
  feed_.commit({{id_of('t', 1), team("Paris")},
                {id_of('t', 2), team("Lyon")},
                {id_of('u', 2), user("a@example.fr", domain::Role::sales, id_of('t', 1))},
                {id_of('u', 3), user("b@example.fr", domain::Role::sales, id_of('t', 1))},
                {id_of('u', 4), user("c@example.fr", domain::Role::sales, id_of('t', 2))}});
  feed_.commit({{id_of('o', 1), organisation("Nôtre", id_of('u', 2))},
                {id_of('o', 2), organisation("Du collègue", id_of('u', 3))},
                {id_of('o', 3), organisation("D'ailleurs", id_of('u', 4))},
                {id_of('o', 4), organisation("À tous")}});
  settle();
  const auto seen = [&](const domain::Viewer& who, std::optional<Uuid> of_team = std::nullopt) {
    TallyQuery query;
    query.viewer = who;
    query.measures = {Measure::pipeline};
    query.team = of_team;
    std::int64_t n = 0;
    for (const TallyRow& row : reader_.tallies(query)) n += row.n;
    return n;
  };
  EXPECT_EQ(seen(administrator()), 4);
  EXPECT_EQ(seen(viewer(id_of('u', 2), domain::Role::sales, id_of('t', 1))), 3);
  EXPECT_EQ(seen(viewer(id_of('u', 2), domain::Role::sales)), 2);
  EXPECT_EQ(seen(viewer(id_of('u', 2), domain::Role::manager, id_of('t', 1)), id_of('t', 2)), 0);
  EXPECT_EQ(seen(administrator(), id_of('t', 2)), 1);
  feed_.commit(id_of('u', 3), moved_to(id_of('t', 2)));
  settle();
  EXPECT_EQ(seen(viewer(id_of('u', 2), domain::Role::sales, id_of('t', 1))), 2);
}

}  // namespace
}  // namespace alforis::projections
