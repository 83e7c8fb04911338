#pragma once
// One PostgreSQL connection: statements with bind parameters, prepared once, and binary COPY. Everything above it is
// free of libpq.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::projections::postgres {

/// The server is away, went away, or did not answer in time. The connection is of no more use.
struct Unavailable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server refused a statement; the connection lives, an open transaction has failed.
struct StatementFailed : std::runtime_error {
  StatementFailed(const std::string& message, std::string state);

  std::string sqlstate;  ///< five characters, PostgreSQL's appendix A

  /// The reason lies in the values: data exception, constraint, limit of the program (classes 22, 23, 54).
  bool data_fault() const;
  /// The statement speaks of something that is not there (any more): schema, table, column.
  bool undefined_object() const;
};

/// A bind parameter in text form; nullopt is NULL. Must not contain NUL.
using Param = std::optional<std::string>;

/// Rows of an answer, values in text form.
class Rows {
 public:
  explicit Rows(void* result);
  ~Rows();
  Rows(Rows&& other) noexcept;
  Rows& operator=(Rows&& other) noexcept;

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  bool null(std::size_t row, std::size_t column) const;
  /// "" for NULL. Valid as long as the Rows.
  std::string_view text(std::size_t row, std::size_t column) const;
  std::int64_t integer(std::size_t row, std::size_t column) const;
  bool boolean(std::size_t row, std::size_t column) const { return text(row, column) == "t"; }
  /// Rows that an INSERT, UPDATE, DELETE or COPY touched.
  std::uint64_t affected() const;

 private:
  void* result_;
};

struct ConnectionOptions {
  std::string application;
  std::chrono::milliseconds connect_timeout{3000};
  std::chrono::milliseconds statement_timeout{0};  ///< 0: none
  std::chrono::milliseconds stall_timeout{30000};  ///< the server may be silent for this long, 0: for ever
};

/// Not thread-safe. Every call throws Unavailable or StatementFailed.
class Connection {
 public:
  Connection(const std::string& dsn, const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Statements without parameters, separated by semicolons; one transaction unless they say otherwise.
  void script(const std::string& sql);

  /// One statement, planned anew each time.
  Rows run(const std::string& sql, std::span<const Param> params = {});
  Rows run(const std::string& sql, std::initializer_list<Param> params) { return run(sql, std::span(params)); }

  /// One statement, parsed once per connection and text.
  Rows prepared(const std::string& sql, std::span<const Param> params = {});
  Rows prepared(const std::string& sql, std::initializer_list<Param> params) {
    return prepared(sql, std::span(params));
  }

  /// `sql` is a COPY … FROM STDIN; returns the number of rows.
  std::uint64_t copy_in(const std::string& sql, std::string_view data);

  /// Asks the server to give up the statement under way, which then throws Unavailable. The only call that may be made
  /// from another thread; does nothing when there is none, and never throws.
  void cancel() const;

  /// False once Unavailable was thrown or is bound to be.
  bool alive() const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

/// A transaction that is rolled back unless commit() was called.
class Transaction {
 public:
  explicit Transaction(Connection& connection, const std::string& begin = "BEGIN");
  /// Takes over the one that is open, or will be before this ends.
  struct Adopt {};
  Transaction(Connection& connection, Adopt) : connection_(connection) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

/// `{a,b}` of texts, quoted as array input needs it.
std::string array_literal(std::span<const std::string> values);

/// `"name"`, quotes doubled.
std::string quoted_identifier(std::string_view name);

}  // namespace alforis::projections::postgres
