// The commit reader. After a first line "records" every further one is a record of a log; after any other, the lines
// are the command, actor, metadata, and type, id and data of one event, which are written and read back.
#include "eventstore/commit.hpp"
#include "target.hpp"

namespace {

using namespace alforis;
using namespace alforis::eventstore;

void read_records(std::string_view text) {
  CommitFilter filter;
  while (!text.empty()) {
    const Cursor before = filter.cursor();
    try {
      filter.accept(before.position + 1, fuzz::next(text, '\n'));
      fuzz::require(filter.cursor().position == before.position + 1, "an accepted record moves the cursor");
    } catch (const LogDamaged&) {
      fuzz::require(filter.cursor() == before, "damage leaves the cursor where it was");
      return;
    }
  }
}

void write_and_read(std::string_view text) {
  CommitDraft draft;
  draft.command_id = fuzz::next(text, '\n');
  draft.actor = fuzz::next(text, '\n');
  draft.metadata = fuzz::next(text, '\n');
  const auto type = fuzz::next(text, '\n');
  const auto id = fuzz::next(text, '\n');
  draft.events.push_back({std::string(type), std::string(id), std::string(text)});
  Digest chain{};
  std::string record;
  try {
    record = encode_commit(draft, 1, 1, chain, chain);
  } catch (const std::invalid_argument&) {
    return;
  }
  CommitFilter filter;
  filter.accept(1, encode_epoch({1, "fuzz", 0}));
  const auto read = filter.accept(2, record);
  const auto* commit = std::get_if<Commit>(&read);
  fuzz::require(commit != nullptr, "what was written counts");
  fuzz::require(static_cast<const CommitDraft&>(*commit) == draft, "a commit is read as it was written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  if (fuzz::next(text, '\n') == "records") {
    read_records(text);
  } else {
    write_and_read(text);
  }
  return 0;
}
