#pragma once
// The broker that the tests of the Kafka log talk to.

#include <memory>
#include <string>

namespace alforis::eventstore {

/// A broker of the tests' own, run by tools/kafka in a temporary directory on a free port. Stopped with the object, and
/// by a watchdog when the test program dies first.
class KafkaBroker {
 public:
  KafkaBroker();
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void start();
  void kill();  ///< kill -9

 private:
  void tool(const std::string& arguments);

  std::string directory_;
  int port_;
};

/// Bootstrap address for tests that leave the broker alone: ALFORIS_TEST_KAFKA, or the tests' own broker.
std::string kafka_address();

/// The tests' own broker, for those that kill it; started when it is first asked for, stopped after the last test.
KafkaBroker& own_kafka_broker();

}  // namespace alforis::eventstore
