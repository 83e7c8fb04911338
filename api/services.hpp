#pragma once
// What handlers work with, put together once by the composition root.

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/auth/api_keys.hpp"
#include "api/auth/directory.hpp"
#include "api/auth/login_throttle.hpp"
#include "api/auth/password.hpp"
#include "api/auth/password_rules.hpp"
#include "api/auth/revoked_sessions.hpp"
#include "api/auth/secret_box.hpp"
#include "api/auth/token.hpp"
#include "api/cache/position_gate.hpp"
#include "api/cache/record_cache.hpp"
#include "api/rate_limit.hpp"
#include "api/work_pool.hpp"
#include "commands/writer.hpp"
#include "projections/query/reader.hpp"
#include "projections/runner.hpp"
#include "projections/search/projection.hpp"

namespace alforis::api {

/// A handful of database readers, lent to the threads of the work pool.
class ReaderPool {
 public:
  using Make = std::function<projections::QueryReader()>;

  explicit ReaderPool(Make make) : make_(std::move(make)) {}

  /// Runs `ask` with a reader of its own.
  template <class F>
  auto with(F&& ask) {
    Lease lease{*this, take()};
    return ask(*lease.reader);
  }

 private:
  using ReaderPtr = std::unique_ptr<projections::QueryReader>;
  struct Lease {
    ReaderPool& pool;
    ReaderPtr reader;
    ~Lease() { pool.give_back(std::move(reader)); }
  };

  ReaderPtr take();
  void give_back(ReaderPtr reader);

  Make make_;
  std::mutex mutex_;
  std::vector<ReaderPtr> idle_;
};

/// The clock, injected so that tests can move it.
using Clock = std::function<std::int64_t()>;  ///< Unix time in microseconds

/// One more than cores: where PostgreSQL has the same ones, more queries at once make each of them slower and starve
/// commands; and one that takes long still leaves the others all of them.
inline std::size_t usual_read_threads() { return std::max(2U, std::thread::hardware_concurrency()) + 1; }

struct ServiceOptions {
  std::size_t read_threads = usual_read_threads();  ///< each holds a PostgreSQL connection while it reads
  std::size_t read_queue = 2048;
  std::size_t hash_threads = 2;  ///< passwords take long: reads do not wait for them
  std::size_t hash_queue = 256;
  std::size_t search_threads = std::max(2U, std::thread::hardware_concurrency());
  std::size_t search_queue = 1024;
  std::size_t record_cache_bytes = 64U << 20;
  std::size_t page_cache_bytes = 32U << 20;
  std::chrono::milliseconds position_timeout{3000};       ///< how long a read waits for what was written
  std::chrono::seconds token_lifetime{15 * 60};           ///< of access tokens
  std::chrono::seconds refresh_lifetime{30 * 24 * 3600};  ///< of sessions that are not refreshed
  PasswordCost password_cost;                             ///< of new hashes; others are made again at a login
  std::size_t min_password = k_min_password;              ///< characters of a new password
  std::string public_url;  ///< where browsers reach us, without a slash at the end; empty: as the request says
  bool tls = false;        ///< browsers reach us by TLS: cookies are for it only
};

/// Shared by all handlers; all members are thread-safe.
struct Services {
  Services(commands::Writer& writer, ReaderPool::Make make_reader, TokenKey key, Clock clock, ServiceOptions options);

  commands::Writer& writer;
  ServiceOptions options;
  TokenKey key;
  Clock now_us;
  ReaderPool readers;
  WorkPool pool;
  WorkPool hashing;
  WorkPool searching;
  projections::CurrentIndex search_index;
  PositionGate search_gate;  ///< where the search index is
  UserDirectory directory;
  RevokedSessions revoked_sessions;
  LoginThrottle throttle;
  ApiKeyDirectory api_keys;
  SecretBox totp_box;  ///< for the secrets of one-time codes
  RecordCache records;
  PageCache pages;
  PositionGate gate;
  RateLimit refusal_notes;  ///< of a user, or of a network: who is refused all the time must not fill the Log
  /// Refusals that are not in the audit log. Shared with the writer's answers, which may come when all this has gone.
  std::shared_ptr<std::atomic<std::uint64_t>> notes_lost = std::make_shared<std::atomic<std::uint64_t>>(0);

  std::int64_t now_seconds() const { return now_us() / 1'000'000; }
  /// A fresh version 7 id by the clock and the thread's generator.
  domain::Uuid new_id() const;

  /// What a database commit changed is dropped, then waiting reads go on. Called by the projection's runner.
  void on_committed(const projections::Committed& committed);
  /// What an acknowledged command changed is dropped at once: memory that speaks for the tables must not outlive the
  /// answer while they cannot be written. What became of a user counts at once, too.
  void on_acknowledged(const commands::Outcome& outcome);
  /// Loads the user directory; who is not in it has no session. Loaded again when the log says that a
  /// user was made or changed, and when somebody unknown logs in. Throws projections::DatabaseUnavailable.
  void load_directory();
  /// Loads which sessions were revoked lately. At the start, and when the log says that some were. Throws
  /// projections::DatabaseUnavailable.
  void load_revoked_sessions();
  /// Loads the API keys, likewise.
  void load_api_keys();
  /// Loads what the firm chose, likewise.
  void load_workspace();
  /// Whether whoever opens the file of a person is to be noted first.
  bool audits_reads_of_people() const { return audits_reads_of_people_.load(std::memory_order_relaxed); }
  /// Tells the log that an API key was used. Does not wait.
  void tell_use(const ApiKeyDirectory::Grant& grant, std::string_view address);

 private:
  /// Loads again what the commit, or one before it that could not be read, has changed. `types`: the beginnings of the
  /// events' types that change it.
  void load_changed(const projections::Committed& committed, std::string_view types, std::atomic<bool>& stale,
                    void (Services::*load)());

  std::mutex
      directory_mutex_;  ///< held from the question to the answer's use: an older answer must not replace a newer
  std::atomic<bool> directory_stale_{false};
  std::atomic<bool> revoked_stale_{false};
  std::atomic<bool> api_keys_stale_{false};
  std::atomic<bool> workspace_stale_{false};
  std::atomic<bool> audits_reads_of_people_{false};
};

}  // namespace alforis::api
