#include "eventstore/log.hpp"

#include <algorithm>
#include <random>

namespace alforis::eventstore {
namespace {

constexpr std::size_t k_replay_batch = 1024;
constexpr std::chrono::milliseconds k_replay_wait{100};  // how soon a requested stop is noticed

std::string with_nonce(const std::string& writer) {
  std::random_device device;
  Digest nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(device());
  return writer + '#' + hex(nonce).substr(0, 16);
}

std::int64_t unix_time_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

void Log::require_size(std::span<const std::string> records) const {
  for (const std::string& record : records) {
    if (record.size() <= max_record_bytes()) continue;
    throw RecordTooLarge("record of " + std::to_string(record.size()) + " bytes is over the log's limit of " +
                         std::to_string(max_record_bytes()));
  }
}

// ---- Reader -------------------------------------------------------------------------------------------------------

Reader::Reader(Log& log, Cursor from) : raw_(log.raw_reader(from.position)), filter_(from) {}

std::vector<Commit> Reader::read(std::size_t max, std::chrono::milliseconds wait) {
  if (damage_) std::rethrow_exception(damage_);
  std::vector<Commit> commits;
  try {
    const auto records = raw_->read(max, wait);
    commits.reserve(records.size());
    for (const StoredRecord& record : records) accept(record, commits);
  } catch (const LogDamaged&) {
    damage_ = std::current_exception();
    if (commits.empty()) throw;
  }
  return commits;
}

void Reader::accept(const StoredRecord& record, std::vector<Commit>& commits) {
  // A record that the storage lost would look like a sequence left out by a deposed writer, and be passed over in
  // silence.
  const Position expected = filter_.cursor().position + 1;
  if (record.position != expected) {
    throw LogDamaged(expected, "record is missing, the next one is at " + std::to_string(record.position));
  }
  auto accepted = filter_.accept(record.position, record.value);
  if (auto* commit = std::get_if<Commit>(&accepted)) {
    commits.push_back(std::move(*commit));
  } else if (auto* epoch = std::get_if<EpochRecord>(&accepted)) {
    newest_epoch_ = std::move(*epoch);
  }
}

// ---- WriterEpoch --------------------------------------------------------------------------------------------------

WriterEpoch::WriterEpoch(Log& log, Cursor known, const std::string& writer, const OnCommit& replay,
                         std::stop_token stop)
    : log_(log), reader_(log, known) {
  replay_to(log_.end(), replay, stop);
  epoch_ = cursor().epoch + 1;
  const EpochRecord mine{epoch_, with_nonce(writer), unix_time_us()};
  const Position position = log_.append(std::array{encode_epoch(mine)});
  replay_to(position, replay, stop);
  if (reader_.newest_epoch() != mine) {
    throw Deposed("epoch " + std::to_string(epoch_) +
                  " was opened by another writer: " + reader_.newest_epoch().writer);
  }
}

void WriterEpoch::replay_to(Position end, const OnCommit& replay, const std::stop_token& stop) {
  while (cursor().position < end) {
    if (stop.stop_requested()) throw Deposed("asked to stop before the epoch was open");
    const std::size_t left = end - cursor().position;
    for (const Commit& commit : reader_.read(std::min(left, k_replay_batch), k_replay_wait)) replay(commit);
  }
}

std::vector<Commit> WriterEpoch::commit(std::span<const CommitDraft> drafts, std::chrono::milliseconds timeout) {
  std::vector<std::string> records;
  records.reserve(drafts.size());
  std::uint64_t sequence = cursor().sequence;
  Digest chain = cursor().chain;
  for (const CommitDraft& draft : drafts) {
    records.push_back(encode_commit(draft, epoch_, ++sequence, chain, chain));
  }
  if (records.empty()) return {};
  const Position last = log_.append(records);
  return read_back(records.size(), last, timeout);
}

void WriterEpoch::confirm() {
  const Position end = log_.end();
  while (cursor().position < end) {
    // Late records of deposed writers do not count and may be passed.
    const std::size_t left = end - cursor().position;
    const bool written = !reader_.read(std::min(left, k_replay_batch), k_replay_wait).empty();
    if (written || cursor().epoch != epoch_) throw Deposed("another writer has written");
  }
}

std::vector<Commit> WriterEpoch::read_back(std::size_t count, Position last, std::chrono::milliseconds timeout) {
  using std::chrono::milliseconds;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::vector<Commit> commits;
  while (commits.size() < count) {
    if (cursor().epoch != epoch_) throw Deposed("epoch " + std::to_string(cursor().epoch) + " has been opened");
    if (cursor().position >= last) throw AppendFailed("commits were appended, but do not count");
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left < milliseconds(0)) throw AppendFailed("commits were appended, but did not come back in time");
    // No more records than are missing: what others wrote after the last of ours is for the next call to find.
    auto read = reader_.read(count - commits.size(), left);
    std::move(read.begin(), read.end(), std::back_inserter(commits));
  }
  return commits;
}

}  // namespace alforis::eventstore
