#include "api/problem.hpp"

#include <algorithm>
#include <cctype>

#include "domain/wire/json.hpp"

namespace alforis::api {

namespace {

using domain::wire::quote;

constexpr unsigned k_default_retry_seconds = 1;

unsigned status_of(commands::RejectionKind kind) {
  switch (kind) {
    case commands::RejectionKind::invalid:
      return 422;
    case commands::RejectionKind::forbidden:
      return 403;
    case commands::RejectionKind::not_found:
      return 404;
    case commands::RejectionKind::conflict:
      return 409;
    case commands::RejectionKind::precondition_failed:
      return 412;
    case commands::RejectionKind::key_reused:
      return 422;
    case commands::RejectionKind::unavailable:
      return 503;
    case commands::RejectionKind::moved:
      return 301;
  }
  return 500;
}

std::vector<ProblemError> errors_of(const domain::Problems& problems) {
  std::vector<ProblemError> errors;
  errors.reserve(problems.size());
  for (const domain::Problem& problem : problems) errors.push_back({problem.code, problem.pointer, {}, problem.detail});
  return errors;
}

void member(std::string& out, std::string_view name, std::string_view value) {
  out.push_back(',');
  quote(out, name);
  out.push_back(':');
  quote(out, value);
}

/// The choices that a reader's English detail names stand in every language.
std::string detail_in(domain::Locale locale, std::string_view code, std::string_view english) {
  const auto sentence = problem_sentence(code, locale);
  if (english.empty()) return std::string(sentence);
  if (locale == domain::Locale::en) return std::string(english);
  if (find_problem_code(code) == nullptr) return std::string(english);
  constexpr std::string_view k_choices = "expected one of ";
  const auto choices = english.find(k_choices);
  if (choices == std::string_view::npos) return std::string(sentence);
  return std::string(sentence) + " Valeurs possibles : " + std::string(english.substr(choices + k_choices.size()));
}

void write_errors(std::string& out, const std::vector<ProblemError>& errors, domain::Locale locale) {
  out += R"(,"errors":[)";
  bool first = true;
  for (const ProblemError& error : errors) {
    if (!first) out.push_back(',');
    first = false;
    if (error.parameter.empty()) {
      out += R"({"pointer":)";
      quote(out, error.pointer);
    } else {
      out += R"({"parameter":)";
      quote(out, error.parameter);
    }
    member(out, "code", error.code);
    member(out, "detail", detail_in(locale, error.code, error.detail));
    out.push_back('}');
  }
  out.push_back(']');
}

void write_moves(std::string& out, const std::vector<std::string>& moves) {
  out += R"(,"moves":[)";
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (i != 0) out.push_back(',');
    quote(out, moves[i]);
  }
  out.push_back(']');
}

std::string_view without_period(std::string_view sentence) {
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

std::string document(const Problem& problem, unsigned status, domain::Locale locale, std::string_view request_id) {
  std::string out = R"({"type":)";
  quote(out, "/problems/" + problem.code);
  member(out, "title", without_period(problem_sentence(problem.code, locale)));
  out += R"(,"status":)" + std::to_string(status);
  member(out, "detail", detail_in(locale, problem.code, problem.detail));
  member(out, "code", problem.code);
  member(out, "request_id", request_id);
  if (!problem.errors.empty()) write_errors(out, problem.errors, locale);
  if (!problem.moves.empty()) write_moves(out, problem.moves);
  if (problem.conflict) member(out, "conflict", problem.conflict->text());
  out.push_back('}');
  return out;
}

}  // namespace

Problem Problem::of(std::string_view code, std::string_view detail) {
  Problem problem;
  problem.code = code;
  problem.detail = detail;
  return problem;
}

Problem Problem::of(const domain::Problems& problems) {
  if (domain::wire::malformed(problems)) return of(problems.front().code, problems.front().detail);
  Problem problem = of("invalid_input");
  problem.errors = errors_of(problems);
  return problem;
}

Problem Problem::of(const commands::Rejection& rejection) {
  Problem problem = of(rejection.code, rejection.detail);
  problem.status = status_of(rejection.kind);
  problem.errors = errors_of(rejection.problems);
  problem.moves = rejection.moves;
  problem.conflict = rejection.conflict;
  if (rejection.kind == commands::RejectionKind::unavailable) problem.retry_after = k_default_retry_seconds;
  return problem;
}

Problem Problem::parameter(std::string_view name, std::string_view code, std::string_view detail) {
  Problem problem = of("invalid_parameter");
  problem.errors.push_back({std::string(code), {}, std::string(name), std::string(detail)});
  return problem;
}

Response to_response(const Problem& problem, domain::Locale locale, std::string_view request_id) {
  const ProblemCode* row = find_problem_code(problem.code);
  Response response;
  response.status = problem.status != 0 ? problem.status : row != nullptr && row->status != 0 ? row->status : 422;
  response.content_type = k_problem_json;
  response.cache_control = "no-store";
  response.body = document(problem, response.status, locale, request_id);
  response.headers = problem.headers;
  response.problem = problem.code;
  response.header("Content-Language", locale == domain::Locale::fr ? "fr" : "en");
  if (problem.retry_after != 0) response.header("Retry-After", std::to_string(problem.retry_after));
  return response;
}

std::optional<Response> problem_page(std::string_view code) {
  const ProblemCode* row = find_problem_code(code);
  if (row == nullptr) return std::nullopt;
  std::string page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  page += row->code;
  page += "</title></head><body><h1><code>";
  page += row->code;
  page += "</code></h1><p>";
  page += row->en;
  page += "</p><p lang=\"fr\">";
  page += row->fr;
  page += "</p><p>";
  page += row->status == 0 ? "An entry of <code>errors</code> in an answer with status 422 or 400."
                           : "Usual status: " + std::to_string(row->status) + ".";
  page += "</p><p><a href=\"/docs\">API</a></p></body></html>";
  return Response::text(k_html, std::move(page));
}

}  // namespace alforis::api
