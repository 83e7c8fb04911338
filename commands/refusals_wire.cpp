#include <charconv>
#include <stdexcept>

#include "commands/outcomes.hpp"
#include "commands/refusals.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::commands {

BOOST_DESCRIBE_ENUM(RejectionKind, invalid, forbidden, not_found, conflict, precondition_failed, key_reused,
                    unavailable)

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
  std::string outcome;  ///< by encode_outcome; empty: rejected
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

}  // namespace

std::string refusal_key(std::string_view command_id) { return std::string(k_refusal) += command_id; }

std::string encode_refusal(const StoredRefusal& refusal) {
  stored::Refusal text;
  text.request_hash = refusal.request_hash;
  if (const auto* outcome = std::get_if<Outcome>(&refusal.result)) {
    text.outcome = encode_outcome({refusal.time_us, {}, refusal.kind, *outcome});
  } else {
    const auto& rejection = std::get<Rejection>(refusal.result);
    text.kind = rejection.kind;
    text.code = rejection.code;
    text.detail = rejection.detail;
    for (const domain::Problem& problem : rejection.problems) {
      text.problems.push_back({problem.code, problem.pointer, problem.detail});
    }
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
    refusal.kind = outcome.kind;
    refusal.result = std::move(outcome.outcome);
    return refusal;
  }
  Rejection rejection{text->kind, text->code, text->detail, {}, text->moves, text->conflict};
  for (const stored::Problem& problem : text->problems) {
    rejection.problems.push_back({problem.code, problem.pointer, problem.detail});
  }
  refusal.result = std::move(rejection);
  return refusal;
}

}  // namespace alforis::commands
