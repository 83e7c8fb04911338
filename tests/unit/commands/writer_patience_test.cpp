// Commands that wait for a log that can't be written.
#include <gtest/gtest.h>

#include "given.hpp"
#include "writer_rig.hpp"

namespace alforis::commands::testing {
namespace {

using eventstore::Commit;
using eventstore::MemoryLog;
using eventstore::MemoryLogFaults;

CommandRequest create(const std::string& name) {
  return {"create " + name,
          domain::system_actor(),
          "",
          "{}",
          false,
          create_organisation(name, R"({"name":")" + name + "\"}")};
}

Outcome done(const CommandResult& result) { return std::get<Outcome>(result); }
Rejection refused(const CommandResult& result) { return std::get<Rejection>(result); }

TEST(PatientCommands, AreAnsweredWhenTheLogCanBeWrittenAgain) {
  GatedLog log;
  WriterRig rig(log);
  done(rig.run(create("before")));
  const eventstore::WriterEpoch other(log, {}, "other", [](const Commit&) {});
  CommandRequest patient = create("after");
  patient.patient = true;
  EXPECT_TRUE(done(rig.run(patient)).created) << "although another writer had taken over";
  MemoryLogFaults full;
  full.nothing_written = 1;
  log.memory().set_faults(full);
  patient = create("later");
  patient.patient = true;
  auto waiting = rig.submit(patient);
  refused(rig.run(create("during")));
  log.memory().set_faults({});
  EXPECT_TRUE(done(waiting.get()).created);
}

TEST(PatientCommands, AreToldAtTheEndThatNothingComesAnyMore) {
  MemoryLog log;
  std::future<CommandResult> waiting;
  {
    WriterRig rig(log);
    MemoryLogFaults full;
    full.nothing_written = 1;
    log.set_faults(full);
    CommandRequest patient = create("never");
    patient.patient = true;
    waiting = rig.submit(patient);
  }
  EXPECT_EQ(refused(waiting.get()).kind, RejectionKind::unavailable);
}

}  // namespace
}  // namespace alforis::commands::testing
