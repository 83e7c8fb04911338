#include "projections/postgres/connection.hpp"

#include <poll.h>
#include <postgresql/libpq-fe.h>

namespace alforis::projections::postgres {

namespace {

/// Statement texts kept prepared; lists have as many shapes as people think of, so there must be an end.
constexpr std::size_t k_most_prepared = 200;

/// COPY data handed to libpq at a time: small enough to go out while the rest waits.
constexpr std::size_t k_copy_chunk = 64 << 10;

std::string trimmed_message(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, FreeResult>;

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

struct FreeCancel {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};

const PGresult* raw(const void* result) { return static_cast<const PGresult*>(result); }

/// Classes in which the statement may be right but the server is not in a state to do it: connection, resources,
/// operator, system.
bool server_trouble(std::string_view state) {
  return state.starts_with("08") || state.starts_with("53") || state.starts_with("57") || state.starts_with("58") ||
         state == "25006" || state.empty();
}

}  // namespace

StatementFailed::StatementFailed(const std::string& message, std::string state)
    : std::runtime_error(message), sqlstate(std::move(state)) {}

bool StatementFailed::data_fault() const {
  return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("54");
}

bool StatementFailed::undefined_object() const {
  return sqlstate == "42P01" || sqlstate == "3F000" || sqlstate == "42703";
}

// ---- Rows

Rows::Rows(void* result) : result_(result) {}
Rows::~Rows() { PQclear(static_cast<PGresult*>(result_)); }
Rows::Rows(Rows&& other) noexcept : result_(std::exchange(other.result_, nullptr)) {}
Rows& Rows::operator=(Rows&& other) noexcept {
  std::swap(result_, other.result_);
  return *this;
}

std::size_t Rows::size() const { return static_cast<std::size_t>(PQntuples(raw(result_))); }

bool Rows::null(std::size_t row, std::size_t column) const {
  return PQgetisnull(raw(result_), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view Rows::text(std::size_t row, std::size_t column) const {
  const auto r = static_cast<int>(row);
  const auto c = static_cast<int>(column);
  return {PQgetvalue(raw(result_), r, c), static_cast<std::size_t>(PQgetlength(raw(result_), r, c))};
}

std::int64_t Rows::integer(std::size_t row, std::size_t column) const {
  const std::string_view digits = text(row, column);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::uint64_t Rows::affected() const {
  const std::string_view digits = PQcmdTuples(static_cast<PGresult*>(result_));
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// ---- Connection

class Connection::Core {
 public:
  Core(const std::string& dsn, const ConnectionOptions& options) : stall_timeout_(options.stall_timeout) {
    connect(dsn, options);
    PQsetNoticeProcessor(
        connection(), [](void*, const char*) {}, nullptr);
    if (PQsetnonblocking(connection(), 1) != 0) fail();
    cancel_.reset(PQgetCancel(connection()));
    send([&] {
      const std::string settings =
          "SET timezone TO 'UTC'; SET datestyle TO 'ISO, YMD'; SET jit TO off; SET statement_timeout TO " +
          std::to_string(options.statement_timeout.count());
      return PQsendQuery(connection(), settings.c_str());
    });
  }

  template <class Send>
  Rows send(Send&& submit) {
    if (broken_) throw Unavailable("the connection to PostgreSQL is lost");
    if (submit() != 1) fail();
    flush();
    return collect();
  }

  Rows run(const std::string& sql, std::span<const Param> params) {
    return send([&] {
      const auto values = pointers(params);
      return PQsendQueryParams(connection(), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(),
                               nullptr, nullptr, 0);
    });
  }

  Rows prepared(const std::string& sql, std::span<const Param> params) {
    const std::string& name = statement(sql);
    return send([&] {
      const auto values = pointers(params);
      return PQsendQueryPrepared(connection(), name.c_str(), static_cast<int>(values.size()), values.data(), nullptr,
                                 nullptr, 0);
    });
  }

  void script(const std::string& sql) {
    send([&] { return PQsendQuery(connection(), sql.c_str()); });
  }

  std::uint64_t copy_in(const std::string& sql, std::string_view data) {
    if (broken_) throw Unavailable("the connection to PostgreSQL is lost");
    if (PQsendQuery(connection(), sql.c_str()) != 1) fail();
    flush();
    await_result();
    ResultPtr started(PQgetResult(connection()));
    if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
      drain();
      throw_failed(started.get());
    }
    for (std::size_t at = 0; at < data.size(); at += k_copy_chunk) {
      const std::string_view chunk = data.substr(at, k_copy_chunk);
      put([&] { return PQputCopyData(connection(), chunk.data(), static_cast<int>(chunk.size())); });
    }
    put([&] { return PQputCopyEnd(connection(), nullptr); });
    flush();
    return collect().affected();
  }

  void cancel() const {
    char error[256];
    PQcancel(cancel_.get(), error, sizeof error);
  }

  bool alive() const { return !broken_ && PQstatus(connection()) == CONNECTION_OK; }

 private:
  void connect(const std::string& dsn, const ConnectionOptions& options) {
    const std::string timeout =
        std::to_string(std::max<std::int64_t>(2, (options.connect_timeout.count() + 999) / 1000));
    const char* const keywords[] = {"application_name", "connect_timeout", "client_encoding",
                                    "tcp_user_timeout", "dbname",          nullptr};
    const std::string stall = std::to_string(options.stall_timeout.count());
    // What the caller's string says comes last and counts.
    const char* const values[] = {
        options.application.c_str(), timeout.c_str(), "UTF8", stall.c_str(), dsn.c_str(), nullptr};
    connection_.reset(PQconnectdbParams(keywords, values, 1));
    if (PQstatus(connection()) != CONNECTION_OK) fail();
  }

  static std::vector<const char*> pointers(std::span<const Param> params) {
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const Param& param : params) {
      // The client library would end the text there and compare with something else.
      if (param && param->find('\0') != std::string::npos) throw std::invalid_argument("a parameter holds a NUL");
      values.push_back(param ? param->c_str() : nullptr);
    }
    return values;
  }

  const std::string& statement(const std::string& sql) {
    if (const auto known = prepared_.find(sql); known != prepared_.end()) return known->second;
    if (prepared_.size() >= k_most_prepared) {
      script("DEALLOCATE ALL");
      prepared_.clear();
    }
    const std::string name = "s" + std::to_string(++statements_);
    send([&] { return PQsendPrepare(connection(), name.c_str(), sql.c_str(), 0, nullptr); });
    return prepared_.emplace(sql, name).first->second;
  }

  /// Waits until the socket is ready for `events`, as long as the server may be silent.
  void wait(short events) {
    pollfd socket{PQsocket(connection()), events, 0};
    const int timeout = stall_timeout_.count() == 0 ? -1 : static_cast<int>(stall_timeout_.count());
    while (true) {
      const int ready = ::poll(&socket, 1, timeout);
      if (ready > 0) return;
      if (ready < 0 && errno == EINTR) continue;
      broken_ = true;
      throw Unavailable("PostgreSQL has not answered for " + std::to_string(timeout) + " ms");
    }
  }

  /// Sends what libpq still holds back; reads meanwhile, because a server that cannot get rid of its answers does not
  /// listen.
  void flush() {
    while (true) {
      const int left = PQflush(connection());
      if (left == 0) return;
      if (left < 0) return;  // the error waits among the results
      wait(POLLIN | POLLOUT);
      if (PQconsumeInput(connection()) != 1) return;
    }
  }

  template <class Put>
  void put(Put&& submit) {
    while (true) {
      const int done = submit();
      if (done == 1) return;
      if (done < 0) fail();
      wait(POLLIN | POLLOUT);
      if (PQconsumeInput(connection()) != 1) fail();
    }
  }

  void await_result() {
    while (PQisBusy(connection()) == 1) {
      wait(POLLIN);
      if (PQconsumeInput(connection()) != 1) fail();
    }
  }

  /// Reads all results of what was sent and returns the last one, or throws for the first that failed.
  Rows collect() {
    ResultPtr last;
    ResultPtr failed;
    while (true) {
      await_result();
      ResultPtr next(PQgetResult(connection()));
      if (!next) break;
      const auto status = PQresultStatus(next.get());
      const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
      if (!good && !failed) {
        failed = std::move(next);
      } else {
        last = std::move(next);
      }
      if (PQstatus(connection()) != CONNECTION_OK) break;
    }
    if (failed) throw_failed(failed.get());
    if (!last) fail();
    return Rows(last.release());
  }

  void drain() {
    while (PQstatus(connection()) == CONNECTION_OK) {
      await_result();
      if (!ResultPtr(PQgetResult(connection()))) return;
    }
  }

  [[noreturn]] void throw_failed(const PGresult* result) {
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const std::string sqlstate = state == nullptr ? "" : state;
    const std::string message = trimmed_message(PQresultErrorMessage(result));
    if (PQstatus(connection()) != CONNECTION_OK) broken_ = true;
    if (broken_ || server_trouble(sqlstate)) throw Unavailable(message);
    throw StatementFailed(message, sqlstate);
  }

  [[noreturn]] void fail() {
    broken_ = true;
    throw Unavailable(trimmed_message(PQerrorMessage(connection())));
  }

  PGconn* connection() const { return connection_.get(); }

  std::unique_ptr<PGconn, Finish> connection_;
  std::unique_ptr<PGcancel, FreeCancel> cancel_;
  std::chrono::milliseconds stall_timeout_;
  bool broken_ = false;
  std::unordered_map<std::string, std::string> prepared_;
  std::uint64_t statements_ = 0;
};

Connection::Connection(const std::string& dsn, const ConnectionOptions& options)
    : core_(std::make_unique<Core>(dsn, options)) {}
Connection::~Connection() = default;

void Connection::script(const std::string& sql) { core_->script(sql); }
Rows Connection::run(const std::string& sql, std::span<const Param> params) { return core_->run(sql, params); }
Rows Connection::prepared(const std::string& sql, std::span<const Param> params) {
  return core_->prepared(sql, params);
}
std::uint64_t Connection::copy_in(const std::string& sql, std::string_view data) { return core_->copy_in(sql, data); }
void Connection::cancel() const { core_->cancel(); }
bool Connection::alive() const { return core_->alive(); }

// ---- Transaction

Transaction::Transaction(Connection& connection, const std::string& begin) : connection_(connection) {
  connection_.script(begin);
}

Transaction::~Transaction() {
  if (!open_ || !connection_.alive()) return;
  try {
    connection_.script("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is gone, and the transaction with it.
  }
}

void Transaction::commit() {
  open_ = false;
  connection_.script("COMMIT");
}

// ---- text

std::string array_literal(std::span<const std::string> values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + '}';
}

std::string quoted_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace alforis::projections::postgres
