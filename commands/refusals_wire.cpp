#include <charconv>
#include <stdexcept>

#include "commands/outcomes.hpp"
#include "commands/refusals.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::commands {

BOOST_DESCRIBE_ENUM(RejectionKind, invalid, forbidden, not_found, conflict, precondition_failed, key_reused,
                    unavailable, moved)

/// As they stand in the store.
namespace stored {

struct Problem {
  static constexpr std::size_t k_max_in_list = domain::wire::k_max_problems;
  std::string code;
  std::string pointer;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (code, pointer, detail))

struct Refusal {
  std::string request_hash;
  std::string outcome;  ///< by encode_outcome, its warnings being the problems; empty: rejected
  RejectionKind kind = RejectionKind::invalid;
  std::string code;
  std::string detail;
  std::vector<Problem> problems;
  std::vector<std::string> moves;
  std::optional<domain::Uuid> conflict;
};
BOOST_DESCRIBE_STRUCT(Refusal, (), (request_hash, outcome, kind, code, detail, problems, moves, conflict))

}  // namespace stored

namespace {

[[noreturn]] void damaged() { throw std::runtime_error("a refusal in the state store is damaged"); }

std::vector<stored::Problem> to_stored(const domain::Problems& problems) {
  std::vector<stored::Problem> texts;
  for (const domain::Problem& problem : problems) texts.push_back({problem.code, problem.pointer, problem.detail});
  return texts;
}

domain::Problems from_stored(const std::vector<stored::Problem>& texts) {
  domain::Problems problems;
  for (const stored::Problem& text : texts) problems.push_back({text.code, text.pointer, text.detail});
  return problems;
}

}  // namespace

std::string refusal_key(std::string_view command_id) { return std::string(k_refusal) += command_id; }

std::string encode_refusal(const StoredRefusal& refusal) {
  stored::Refusal text;
  text.request_hash = refusal.request_hash;
  if (const auto* outcome = std::get_if<Outcome>(&refusal.result)) {
    text.outcome = encode_outcome({refusal.time_us, {}, refusal.kind, *outcome});
    text.problems = to_stored(outcome->warnings);
  } else {
    const auto& rejection = std::get<Rejection>(refusal.result);
    text.kind = rejection.kind;
    text.code = rejection.code;
    text.detail = rejection.detail;
    text.problems = to_stored(rejection.problems);
    text.moves = rejection.moves;
    text.conflict = rejection.conflict;
  }
  return std::to_string(refusal.time_us) + ' ' + domain::wire::to_json(text);
}

StoredRefusal decode_refusal(std::string_view value) {
  const auto blank = value.find(' ');
  if (blank == std::string_view::npos) damaged();
  auto text = domain::wire::from_stored<stored::Refusal>(value.substr(blank + 1));
  if (!text) damaged();
  StoredRefusal refusal;
  const auto time = std::from_chars(value.data(), value.data() + blank, refusal.time_us);
  if (time.ec != std::errc() || time.ptr != value.data() + blank) damaged();
  refusal.request_hash = text->request_hash;
  if (!text->outcome.empty()) {
    StoredOutcome outcome = decode_outcome(text->outcome);
    outcome.outcome.changed = false;
    outcome.outcome.warnings = from_stored(text->problems);
    refusal.kind = outcome.kind;
    refusal.result = std::move(outcome.outcome);
    return refusal;
  }
  refusal.result =
      Rejection{text->kind, text->code, text->detail, from_stored(text->problems), text->moves, text->conflict};
  return refusal;
}

}  // namespace alforis::commands
