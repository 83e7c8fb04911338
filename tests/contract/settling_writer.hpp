#pragma once
// A writer as the command side has one, without commands: what it is asked to commit is in the log exactly once when it
// says so, whatever happens meanwhile.

#include <optional>
#include <random>
#include <set>
#include <thread>

#include "eventstore/log.hpp"

namespace alforis::eventstore::testing_support {

inline CommitDraft draft(std::string command_id, std::size_t data_bytes = 20) {
  return {std::move(command_id),
          "someone",
          1'700'000'000'000'000,
          R"({"request":"r-1"})",
          {{"thing.made.v1", "t-1", "{\"text\":\"" + std::string(data_bytes, 'x') + "\"}"}}};
}

inline std::vector<CommitDraft> drafts(const std::string& prefix, std::size_t count, std::size_t data_bytes = 20) {
  std::vector<CommitDraft> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(draft(prefix + '-' + std::to_string(i), data_bytes));
  return made;
}

class SettlingWriter {
 public:
  SettlingWriter(Log& log, std::string name, std::chrono::microseconds pause = std::chrono::milliseconds(1))
      : log_(log), name_(std::move(name)), pause_(pause), random_(std::hash<std::string>()(name_)) {}

  /// Returns when every draft is in the log. Each failure costs an epoch; the replay of the next one says which of the
  /// drafts it has put there all the same.
  void commit(std::span<const CommitDraft> drafts) {
    while (true) {
      try {
        if (!epoch_) open();
        const auto pending = unsettled(drafts);
        if (pending.empty()) return;
        for (const Commit& commit : epoch_->commit(pending, std::chrono::seconds(5))) remember(commit);
      } catch (const AppendFailed&) {
        step_down();
      } catch (const Deposed&) {
        step_down();
      } catch (const LogUnavailable&) {
        step_down();
      }
    }
  }

  int epochs_opened() const { return epochs_opened_; }
  int failures() const { return failures_; }
  const std::vector<Commit>& known() const { return known_; }

 private:
  void open() {
    epoch_.emplace(log_, cursor_, name_, [this](const Commit& commit) { remember(commit); });
    ++epochs_opened_;
  }

  void step_down() {
    ++failures_;
    epoch_.reset();
    if (pause_.count() > 0) std::this_thread::sleep_for(pause_ * (random_() % 8));
  }

  void remember(const Commit& commit) {
    cursor_ = {commit.position, commit.epoch, commit.sequence, commit.chain};
    settled_.insert(commit.command_id);
    known_.push_back(commit);
  }

  std::vector<CommitDraft> unsettled(std::span<const CommitDraft> drafts) const {
    std::vector<CommitDraft> pending;
    for (const CommitDraft& draft : drafts) {
      if (!settled_.contains(draft.command_id)) pending.push_back(draft);
    }
    return pending;
  }

  Log& log_;
  const std::string name_;
  const std::chrono::microseconds pause_;
  std::mt19937_64 random_;
  Cursor cursor_;
  std::set<std::string> settled_;
  std::vector<Commit> known_;
  std::optional<WriterEpoch> epoch_;
  int epochs_opened_ = 0;
  int failures_ = 0;
};

/// All valid commits after `from`, up to the log's end of now.
inline std::vector<Commit> read_all(Log& log, Cursor from = {}) {
  Reader reader(log, from);
  std::vector<Commit> all;
  for (const Position end = log.end(); reader.cursor().position < end;) {
    auto commits = reader.read(1000, std::chrono::milliseconds(100));
    std::move(commits.begin(), commits.end(), std::back_inserter(all));
  }
  return all;
}

inline std::vector<std::string> command_ids(std::span<const Commit> commits) {
  std::vector<std::string> ids;
  for (const Commit& commit : commits) ids.push_back(commit.command_id);
  return ids;
}

inline std::vector<std::string> command_ids(std::span<const CommitDraft> drafts) {
  std::vector<std::string> ids;
  for (const CommitDraft& draft : drafts) ids.push_back(draft.command_id);
  return ids;
}

}  // namespace alforis::eventstore::testing_support
