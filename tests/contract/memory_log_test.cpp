#include "eventstore/memory_log.hpp"

#include "log_contract.hpp"
#include "settling_writer.hpp"

namespace alforis::eventstore {
namespace {

using namespace testing_support;

class MemoryLogUnderTest final : public LogUnderTest {
 public:
  Log& log() override { return log_; }
  void reopen() override {}

 private:
  MemoryLog log_{{}, k_max_record_bytes};
};

INSTANTIATE_TEST_SUITE_P(Memory, LogContract,
                         testing::Values(LogKind{"Memory", [] { return std::make_unique<MemoryLogUnderTest>(); },
                                                 std::chrono::milliseconds(500)}),
                         log_kind_name);

TEST(MemoryLog, AnAlteredRecordIsFound) {
  MemoryLog log;
  SettlingWriter(log, "w").commit(drafts("c", 3));
  log.alter(3, [](std::string& record) { record.back() = ' '; });
  EXPECT_THROW(read_all(log), LogDamaged);
}

}  // namespace
}  // namespace alforis::eventstore
