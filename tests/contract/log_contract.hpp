#pragma once
// What every log must do, as one suite. A log takes part by instantiating LogContract with a way to make one.

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "eventstore/log.hpp"

namespace alforis::eventstore {

/// A fresh, empty log for one test.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual Log& log() = 0;
  /// The log as another process sees it, where the log allows several; otherwise the same object.
  virtual Log& elsewhere() { return log(); }
  /// Closes the log and opens it again, as a restart of the process does. Readers must be gone.
  virtual void reopen() = 0;
};

struct LogKind {
  std::string name;
  std::function<std::unique_ptr<LogUnderTest>()> make;
  std::chrono::milliseconds slowest_wake_up;  ///< of a reader that waits, generously
};

/// Small, so that the test of the limit needs little memory.
constexpr std::size_t k_max_record_bytes = 2 << 20;

class LogContract : public testing::TestWithParam<LogKind> {
 protected:
  Log& log() { return made_->log(); }
  Log& elsewhere() { return made_->elsewhere(); }
  void reopen() { made_->reopen(); }

 private:
  std::unique_ptr<LogUnderTest> made_ = GetParam().make();
};

inline std::string log_kind_name(const testing::TestParamInfo<LogKind>& info) { return info.param.name; }

/// A directory of its own, gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace alforis::eventstore
