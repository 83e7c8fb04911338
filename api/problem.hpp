#pragma once
// Errors as clients see them: application/problem+json (RFC 9457). Every code stands in one table (problem_table.cpp)
// with its status and its sentences in both languages; the same table makes the pages that `type` points to.

#include <boost/system/result.hpp>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/response.hpp"
#include "commands/rejection.hpp"
#include "domain/result.hpp"
#include "domain/user.hpp"

namespace alforis::api {

/// One row of the table of codes.
struct ProblemCode {
  std::string_view code;  ///< stable, snake_case
  unsigned status;        ///< of a document with this code; 0: only ever an entry of `errors`
  std::string_view en;    ///< a sentence for clients
  std::string_view fr;
};

/// Every code, sorted by code.
std::span<const ProblemCode> problem_codes();
/// nullptr when the table does not have it. O(log n)
const ProblemCode* find_problem_code(std::string_view code);
/// The code's sentence in the language; the code itself when the table does not have it.
std::string_view problem_sentence(std::string_view code, domain::Locale locale);

/// One thing wrong with an input: in the body (`pointer`) or in the query (`parameter`, then pointer is not sent).
struct ProblemError {
  std::string code;
  std::string pointer;
  std::string parameter;
  std::string
      detail;  ///< English; French readers get the code's sentence. Empty: the code's sentence in both languages
};

/// A problem before it has a language and a request id.
struct Problem {
  std::string code;
  unsigned status = 0;  ///< 0: the table's
  std::string detail;   ///< English; empty, or French asked for: the code's sentence
  std::vector<ProblemError> errors;
  std::vector<std::string> moves;        ///< 409: what is allowed instead
  std::optional<domain::Uuid> conflict;  ///< 409: the other record
  unsigned retry_after = 0;              ///< seconds; 0: no Retry-After
  std::vector<ResponseHeader> headers;   ///< Allow, WWW-Authenticate, …

  static Problem of(std::string_view code, std::string_view detail = {});
  /// 400 when the text is no JSON at all, else 422 `invalid_input` with every problem.
  static Problem of(const domain::Problems& problems);
  static Problem of(const commands::Rejection& rejection);
  /// 400 about query parameters: `invalid_parameter` with one entry.
  static Problem parameter(std::string_view name, std::string_view code, std::string_view detail);
};

/// The answer: the document in the client's language.
Response to_response(const Problem& problem, domain::Locale locale, std::string_view request_id);

/// A problem on its way up through code that has no other way to say it; the router answers with it.
class ProblemException : public std::exception {
 public:
  explicit ProblemException(Problem problem) : problem_(std::move(problem)) {}
  const Problem& problem() const { return problem_; }
  const char* what() const noexcept override { return problem_.code.c_str(); }

 private:
  Problem problem_;
};

/// A T or the problem to answer with. value() on a problem throws ProblemException: a handler may just let it.
template <class T>
using Expected = boost::system::result<T, Problem>;

[[noreturn]] inline void throw_exception_from_error(const Problem& problem, const boost::source_location&) {
  throw ProblemException(problem);
}

/// The page that `type` points to, in both languages; nullopt for unknown codes.
std::optional<Response> problem_page(std::string_view code);

}  // namespace alforis::api
