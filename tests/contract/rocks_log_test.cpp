#include "eventstore/rocks_log.hpp"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "log_contract.hpp"
#include "settling_writer.hpp"

namespace alforis::eventstore {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace testing_support;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// ---- the contract -------------------------------------------------------------------------------------------------

class RocksLogUnderTest final : public LogUnderTest {
 public:
  explicit RocksLogUnderTest(std::size_t recent_bytes) : recent_bytes_(recent_bytes) { reopen(); }
  Log& log() override { return *log_; }
  void reopen() override {
    log_.reset();
    RocksLogOptions options;
    options.max_record_bytes = k_max_record_bytes;
    options.recent_bytes = recent_bytes_;
    log_ = std::make_unique<RocksLog>(directory_.path() + "/log", options);
  }

 private:
  const std::size_t recent_bytes_;
  TemporaryDirectory directory_;
  std::unique_ptr<RocksLog> log_;
};

LogKind rocks(std::string name, std::size_t recent_bytes) {
  return {std::move(name), [=] { return std::make_unique<RocksLogUnderTest>(recent_bytes); }, 500ms};
}

// Once with the newest records in memory, once reading all of them from RocksDB.
INSTANTIATE_TEST_SUITE_P(Rocks, LogContract, testing::Values(rocks("Rocks", 4 << 20), rocks("RocksWithoutRecent", 0)),
                         log_kind_name);

// ---- child processes ----------------------------------------------------------------------------------------------

constexpr const char* k_child_directory = "ALFORIS_TEST_CHILD_DIRECTORY";

/// This program once more, to run one disabled test on a directory; its standard output comes back through a pipe.
class Child {
 public:
  Child(const std::string& test, const std::string& directory) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const std::string filter = "--gtest_filter=" + test;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::setenv(k_child_directory, directory.c_str(), 1);
      ::execl("/proc/self/exe", "contract_tests", "--gtest_also_run_disabled_tests", filter.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ::fdopen(ends[0], "r");
  }
  ~Child() {
    if (pid_ > 0) kill_and_wait();
    std::fclose(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line that starts with "# ", without it; empty at the end.
  std::string next_line() {
    char* line = nullptr;
    std::size_t capacity = 0;
    std::string found;
    while (::getline(&line, &capacity, output_) > 0) {
      found = line;
      if (found.starts_with("# ")) break;
      found.clear();
    }
    std::free(line);
    return found.empty() ? found : found.substr(2, found.size() - 3);
  }

  void kill_and_wait() {
    ::kill(pid_, SIGKILL);
    wait();
  }

  int wait() {
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }

 private:
  pid_t pid_ = -1;
  std::FILE* output_ = nullptr;
};

/// One write(), so that the line is out, or not, when the process is killed.
void say(const std::string& line) {
  const std::string text = "# " + line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

std::string child_directory() {
  const char* directory = std::getenv(k_child_directory);
  return directory ? directory : "";
}

/// Opens the log and reads it to its end; says how that ended.
std::string open_and_read(const std::string& directory) {
  try {
    RocksLog log(directory);
    read_all(log);
    return "read";
  } catch (const LogDamaged&) {
    return "damaged";
  } catch (const LogUnavailable& error) {
    return error.what();
  }
}

// ---- crashes ------------------------------------------------------------------------------------------------------

TEST(RocksLogChild, DISABLED_CommitsUntilKilled) {
  RocksLogOptions options;
  options.write_buffer_bytes = 256 << 10;  // so that it is killed while flushing and compacting, too
  RocksLog log(child_directory(), options);
  SettlingWriter writer(log, "child");
  const std::string round = std::to_string(log.end());
  for (int group = 0;; ++group) {
    const auto sent = drafts(round + '.' + std::to_string(group), 20, 400);
    writer.commit(sent);
    for (const auto& draft : sent) say(draft.command_id);
  }
}

TEST(RocksLogCrash, KillLosesNothingThatWasAcknowledged) {
  const TemporaryDirectory directory;
  std::set<std::string> acknowledged;
  for (int round = 0; round < 8; ++round) {
    Child child("RocksLogChild.DISABLED_CommitsUntilKilled", directory.path() + "/log");
    for (int i = 0; i < 200 + 333 * round; ++i) acknowledged.insert(child.next_line());
    child.kill_and_wait();
    for (std::string line = child.next_line(); !line.empty(); line = child.next_line()) acknowledged.insert(line);

    RocksLog log(directory.path() + "/log");
    const auto ids = command_ids(read_all(log));
    const std::set<std::string> found(ids.begin(), ids.end());
    EXPECT_EQ(found.size(), ids.size()) << "a command took effect twice";
    EXPECT_TRUE(std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end()));
    EXPECT_FALSE(acknowledged.contains(""));
  }
}

// ---- full disk ----------------------------------------------------------------------------------------------------

/// Ten commits of 20 kB each that LZ4 can't make smaller.
std::vector<CommitDraft> incompressible_drafts(const std::string& name) {
  static std::mt19937_64 random(1);
  auto made = drafts(name, 10);
  for (CommitDraft& draft : made) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += static_cast<char>('0' + random() % 43);
    for (char& c : text) c = c == '\\' ? 'x' : c;
    draft.events[0].data = "{\"text\":\"" + text + "\"}";
  }
  return made;
}

/// Commits until it fails; readers must still be served; after `make_space` the same log must go on.
void expect_full_disk_is_survived(const std::string& directory, const std::function<void()>& make_space,
                                  const char* reason) {
  RocksLogOptions options;
  options.write_buffer_bytes = 1 << 20;
  options.recent_bytes = 0;
  RocksLog log(directory, options);
  std::vector<std::string> acknowledged;
  Cursor cursor;
  const auto remember = [&](const Commit& commit) {
    acknowledged.push_back(commit.command_id);
    cursor = {commit.position, commit.epoch, commit.sequence, commit.chain};
  };
  auto epoch = std::make_unique<WriterEpoch>(log, cursor, "w", remember);
  const auto commit_group = [&](const std::string& name) {
    for (const Commit& commit : epoch->commit(incompressible_drafts(name), 5s)) remember(commit);
  };
  std::string failure;
  for (int group = 0; failure.empty() && group < 1'000; ++group) {
    try {
      commit_group("before" + std::to_string(group));
    } catch (const AppendFailed& error) {
      failure = error.what();
    }
  }
  EXPECT_THAT(failure, HasSubstr(reason));
  EXPECT_THROW(WriterEpoch(log, cursor, "w", remember), AppendFailed);
  EXPECT_THAT(command_ids(read_all(log)), ElementsAreArray(acknowledged));

  make_space();
  epoch = std::make_unique<WriterEpoch>(log, cursor, "w", remember);
  for (int group = 0; group < 20; ++group) commit_group("after" + std::to_string(group));
  EXPECT_THAT(command_ids(read_all(log)), ElementsAreArray(acknowledged));
}

/// A file system of its own, in memory.
class SmallDisk {
 public:
  SmallDisk() : mounted_(::mount("tmpfs", path().c_str(), "tmpfs", 0, "size=24m") == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& path() const { return mount_point_.path(); }
  void grow() { ASSERT_EQ(::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, "size=96m"), 0); }

 private:
  TemporaryDirectory mount_point_;
  bool mounted_;
};

TEST(RocksLogFullDisk, IsReportedAndSurvived) {
  SmallDisk disk;
  if (!disk.mounted()) {
    GTEST_SKIP() << "mounting a small tmpfs needs root; RlimitIsReportedAndSurvived covers what it can without";
  }
  expect_full_disk_is_survived(
      disk.path() + "/log", [&] { disk.grow(); }, "No space left");
  EXPECT_EQ(open_and_read(disk.path() + "/log"), "read");
}

/// The limit of one file's size, in a process of its own, because it holds for everything that the process writes.
TEST(RocksLogChild, DISABLED_RunsIntoTheLimit) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 700 << 10;  // less than a write-ahead log grows to
  ::setrlimit(RLIMIT_FSIZE, &limit);
  expect_full_disk_is_survived(
      child_directory(),
      [&] {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_FSIZE, &limit);
      },
      "File too large");
}

TEST(RocksLogFullDisk, RlimitIsReportedAndSurvived) {
  const TemporaryDirectory directory;
  Child child("RocksLogChild.DISABLED_RunsIntoTheLimit", directory.path() + "/log");
  EXPECT_EQ(child.wait(), 0);
  RocksLog log(directory.path() + "/log");
  EXPECT_THAT(read_all(log), testing::Not(IsEmpty()));
}

// ---- damage on the disk -------------------------------------------------------------------------------------------

std::vector<fs::path> files_with(const std::string& directory, const std::string& extension) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == extension && entry.file_size() > 0) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void flip_byte(const fs::path& path, std::uintmax_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const auto byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
  ASSERT_TRUE(file);
}

TEST(RocksLogDamage, OfATableFileIsNoticed) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  {
    RocksLog log(path);
    SettlingWriter(log, "w").commit(drafts("c", 500, 500));
  }
  EXPECT_EQ(open_and_read(path), "read");  // recovery moves the write-ahead log into a table file
  const auto tables = files_with(path, ".sst");
  ASSERT_THAT(tables, SizeIs(1));
  for (const double part : {0.01, 0.3, 0.6, 0.9}) {
    const auto offset = static_cast<std::uintmax_t>(part * static_cast<double>(fs::file_size(tables[0])));
    flip_byte(tables[0], offset);
    EXPECT_EQ(open_and_read(path), "damaged") << "at byte " << offset;
    flip_byte(tables[0], offset);
  }
  EXPECT_EQ(open_and_read(path), "read");
  fs::rename(tables[0], directory.path() + "/gone");
  EXPECT_EQ(open_and_read(path), "damaged");
}

/// Kept open while it is copied, so that the copy is what a crash leaves: everything is in the write-ahead log.
void make_crashed_log(const std::string& path, const std::string& copy) {
  RocksLog log(path);
  SettlingWriter writer(log, "w");
  for (int group = 0; group < 50; ++group) writer.commit(drafts("g" + std::to_string(group), 10, 100));
  fs::copy(path, copy);
}

TEST(RocksLogDamage, OfTheWriteAheadLogIsNoticed) {
  const TemporaryDirectory directory;
  make_crashed_log(directory.path() + "/log", directory.path() + "/crashed");
  for (const double part : {0.1, 0.5, 0.9}) {
    const std::string copy = directory.path() + "/copy" + std::to_string(part);
    fs::copy(directory.path() + "/crashed", copy);
    const auto logs = files_with(copy, ".log");
    ASSERT_THAT(logs, SizeIs(1));
    flip_byte(logs[0], static_cast<std::uintmax_t>(part * static_cast<double>(fs::file_size(logs[0]))));
    EXPECT_EQ(open_and_read(copy), "damaged");
  }
}

TEST(RocksLogDamage, ATornTailIsWhatACrashLeaves) {
  const TemporaryDirectory directory;
  const std::string copy = directory.path() + "/crashed";
  make_crashed_log(directory.path() + "/log", copy);
  const auto logs = files_with(copy, ".log");
  ASSERT_THAT(logs, SizeIs(1));
  fs::resize_file(logs[0], fs::file_size(logs[0]) - 100);
  RocksLog log(copy);
  EXPECT_THAT(read_all(log), SizeIs(490));  // without the last append, which is gone as a whole
  SettlingWriter writer(log, "next");
  writer.commit(drafts("more", 10));
  EXPECT_THAT(read_all(log), SizeIs(500));
}

TEST(RocksLogDamage, AMissingRecordIsNoticed) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  {
    RocksLog log(path);
    SettlingWriter(log, "w").commit(drafts("c", 9));
  }
  {
    rocksdb::Options options;
    options.num_levels = 2;
    rocksdb::DB* database = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, path, &database).ok());
    const std::unique_ptr<rocksdb::DB> owner(database);
    // The last commits of an epoch: no later one would reveal by its chain that one of them is missing.
    ASSERT_TRUE(database->Delete({}, rocksdb::Slice("\0\0\0\0\0\0\0\x08", 8)).ok());
  }
  RocksLog log(path);
  Reader reader(log);
  EXPECT_THAT(reader.read(100, 1s), SizeIs(6));
  try {
    reader.read(100, 1s);
    FAIL() << "passed over";
  } catch (const LogDamaged& damage) {
    EXPECT_EQ(damage.position, 8u);
  }
}

// ---- the directory ------------------------------------------------------------------------------------------------

template <class Error>
std::string why_not_opened(const std::string& path, RocksLogOptions options = {}) {
  try {
    RocksLog log(path, options);
    return "opened";
  } catch (const Error& error) {
    return error.what();
  }
}

TEST(RocksLogDirectory, ThatAnotherWriterHoldsIsRefused) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  const RocksLog log(path);
  EXPECT_THAT(why_not_opened<LogUnavailable>(path), HasSubstr("in use"));
}

TEST(RocksLogChild, DISABLED_OpensBeside) {
  try {
    const RocksLog log(child_directory());
    say("opened");
  } catch (const LogUnavailable& error) {
    say(error.what());
  }
}

TEST(RocksLogDirectory, ThatAnotherProcessHoldsIsRefused) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  const RocksLog log(path);
  Child child("RocksLogChild.DISABLED_OpensBeside", path);
  EXPECT_THAT(child.next_line(), HasSubstr("in use"));
}

TEST(RocksLogDirectory, ThatHoldsSomethingElseIsRefused) {
  const TemporaryDirectory directory;
  std::ofstream(directory.path() + "/notes.txt") << "mine";
  EXPECT_THAT(why_not_opened<std::invalid_argument>(directory.path()), HasSubstr("something else"));
  std::ofstream(directory.path() + "/.alforis-log") << "alforis log\nformat 2\n";
  EXPECT_THAT(why_not_opened<std::invalid_argument>(directory.path()), HasSubstr("format 2"));
  EXPECT_THAT(why_not_opened<LogUnavailable>(directory.path() + "/notes.txt/log"), HasSubstr("notes.txt"));
}

// ---- reading beside the writer ------------------------------------------------------------------------------------

RocksLogOptions read_only() {
  RocksLogOptions options;
  options.read_only = true;
  options.poll_interval = 5ms;
  return options;
}

TEST(RocksLogReadOnly, FollowsTheWriter) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/log";
  RocksLogOptions small;
  small.write_buffer_bytes = 128 << 10;  // flushes and compacts meanwhile
  RocksLog log(path, small);
  SettlingWriter writer(log, "w");
  writer.commit(drafts("first", 10));

  RocksLog beside(path, read_only());
  Reader reader(beside);
  std::vector<Commit> followed;
  for (int round = 0; round < 40; ++round) {
    writer.commit(drafts("round" + std::to_string(round), 25, 400));
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (reader.cursor().position < log.end() && std::chrono::steady_clock::now() < deadline) {
      for (auto& commit : reader.read(100, 100ms)) followed.push_back(std::move(commit));
    }
  }
  EXPECT_EQ(followed, writer.known());
  EXPECT_EQ(beside.end(), log.end());
  EXPECT_THAT(reader.read(10, 30ms), IsEmpty());
  EXPECT_THROW(beside.append(std::array<std::string, 1>{"x"}), AppendFailed);
}

TEST(RocksLogReadOnly, CreatesNothing) {
  const TemporaryDirectory directory;
  EXPECT_THAT(why_not_opened<LogUnavailable>(directory.path() + "/log", read_only()), HasSubstr("no log directory"));
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

}  // namespace
}  // namespace alforis::eventstore
