#pragma once
// Two tiers of errors. What depends on input is a value: Result<T> holds a T or the problems found, all of them, each
// with its place. What means a broken machine (disk, network, database) is an exception. A broken invariant aborts.

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::domain {

/// One thing wrong with an input: a stable code (snake_case), where it is (JSON pointer by RFC 6901, "" for the whole),
/// and an English sentence for logs and scripts. Clients get the sentence of `code` in their own language.
struct Problem {
  std::string code;
  std::string pointer;
  std::string detail;

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// Every problem of one input. Never empty when it is the error of a Result.
using Problems = std::vector<Problem>;

/// Thrown by Result::value() when the caller did not look: a bug, never an answer to a client.
struct UncheckedResult : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] inline void throw_exception_from_error(const Problems& problems, const boost::source_location&) {
  throw UncheckedResult(problems.empty() ? "unchecked result"
                                         : problems.front().code + " at '" + problems.front().pointer +
                                               "': " + problems.front().detail);
}

template <class T>
using Result = boost::system::result<T, Problems>;

/// The usual way to fail: one problem at the value itself.
inline Problems problem(std::string_view code, std::string_view detail, std::string_view pointer = "") {
  return {Problem{std::string(code), std::string(pointer), std::string(detail)}};
}

}  // namespace alforis::domain
