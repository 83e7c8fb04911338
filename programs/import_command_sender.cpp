#include "programs/import_command_sender.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "domain/wire/json.hpp"

namespace alforis::programs {
namespace {

using domain::ImportRecord;
using imports::FoldedOrganisation;

constexpr std::size_t k_connections = 3;
constexpr std::size_t k_most_lines_told = 50;
// The route takes 16 MiB. A record is below 100 kB, so that the last one of a batch may go over this.
constexpr std::size_t k_batch_bytes = std::size_t{8} << 20U;

struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Names, notes and description are what makes a record large.
std::size_t weight(const FoldedOrganisation& record) {
  constexpr std::size_t k_other_members = 2000;
  const auto& data = record.data;
  return k_other_members +
         2 * ((data.notes ? data.notes->text().size() : 0) + (data.description ? data.description->text().size() : 0));
}

std::vector<Slice> slices_of(const std::vector<FoldedOrganisation>& records) {
  std::vector<Slice> slices;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (slices.empty() || i - slices.back().begin == ImportRecord::k_max_in_list || bytes > k_batch_bytes) {
      slices.push_back({i, i});
      bytes = 0;
    }
    bytes += weight(records[i]);
    slices.back().end = i + 1;
  }
  return slices;
}

std::string body_of(const ImportRun& run, const std::vector<FoldedOrganisation>& records, Slice slice) {
  domain::ImportBatch batch;
  batch.import_id = run.id;
  batch.source = run.source;
  batch.on_existing = run.on_existing;
  batch.dry_run = run.dry_run;
  for (std::size_t i = slice.begin; i < slice.end; ++i) {
    ImportRecord record{records[i].data, records[i].lines};
    record.lines.resize(std::min(record.lines.size(), k_most_lines_told));
    batch.records.push_back(std::move(record));
  }
  return domain::wire::to_json(batch);
}

// The threads of one run take slice after slice until none is left or one has failed.
class Sender {
 public:
  Sender(const ImportRun& run, const std::vector<FoldedOrganisation>& records, std::shared_ptr<ServerSession> session,
         const std::function<void(std::size_t)>& progress)
      : run_(run), records_(records), session_(std::move(session)), progress_(progress), slices_(slices_of(records)) {
    sent_.outcomes.resize(records.size());
  }

  SentImport send() {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(k_connections, slices_.size()); ++i) {
      threads.emplace_back([this] { work(); });
    }
    for (auto& thread : threads) thread.join();
    return std::move(sent_);
  }

 private:
  void work() {
    try {
      HttpClient client(session_);
      for (std::size_t i = next_.fetch_add(1); i < slices_.size() && !failed_; i = next_.fetch_add(1)) {
        send_slice(client, i);
      }
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }

  void send_slice(HttpClient& client, std::size_t index) {
    const Slice slice = slices_[index];
    const HttpResponse response = client.send({"POST", "/api/v1/imports/organisations", body_of(run_, records_, slice),
                                               "import-" + run_.id.text() + "-" + std::to_string(index + 1)});
    if (!response.ok()) return fail("the server does not take records " + range(slice) + ": " + explain(response));
    auto result =
        domain::wire::from_json<domain::ImportBatchResult>(response.body, domain::wire::UnknownMembers::ignore);
    if (!result || result->outcomes.size() != slice.end - slice.begin) {
      return fail("the server's answer to records " + range(slice) + " is no result of an import");
    }
    const std::lock_guard lock(mutex_);
    std::move(result->outcomes.begin(), result->outcomes.end(),
              sent_.outcomes.begin() + static_cast<std::ptrdiff_t>(slice.begin));
    done_ += slice.end - slice.begin;
    progress_(done_);
  }

  static std::string range(Slice slice) { return std::to_string(slice.begin + 1) + " to " + std::to_string(slice.end); }

  void fail(const std::string& trouble) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    if (sent_.trouble.empty()) sent_.trouble = trouble;
  }

  const ImportRun& run_;
  const std::vector<FoldedOrganisation>& records_;
  std::shared_ptr<ServerSession> session_;
  const std::function<void(std::size_t)>& progress_;
  std::vector<Slice> slices_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;  // over what follows
  SentImport sent_;
  std::size_t done_ = 0;
};

}  // namespace

SentImport send_import(const ImportRun& run, const std::vector<FoldedOrganisation>& records,
                       const std::shared_ptr<ServerSession>& session,
                       const std::function<void(std::size_t done)>& progress) {
  return Sender(run, records, session, progress).send();
}

}  // namespace alforis::programs
