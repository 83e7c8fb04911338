#include "programs/log_walk.hpp"

namespace alforis::programs {

eventstore::Cursor walk(eventstore::Log& log, const std::function<bool(const eventstore::Commit&)>& visit) {
  constexpr std::size_t k_batch = 1000;
  const auto end = log.end();
  eventstore::Reader reader(log);
  while (reader.cursor().position < end) {
    for (const eventstore::Commit& commit : reader.read(k_batch, std::chrono::milliseconds(1000))) {
      if (!visit(commit)) return reader.cursor();
    }
  }
  return reader.cursor();
}

}  // namespace alforis::programs
