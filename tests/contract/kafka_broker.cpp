#include "kafka_broker.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace alforis::eventstore {
namespace {

const std::string k_tool = std::string(ALFORIS_SOURCE_DIR) + "/tools/kafka";

/// A listening socket that is closed again; port 0 takes any that is free. Returns the port, or 0 when it is taken.
int try_port(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

/// A free port followed by a free one, for the broker and its controller.
int free_port_pair() {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int port = try_port(0);
    if (port > 0 && port < 65'534 && try_port(port + 1) != 0) return port;
  }
  throw std::runtime_error("no two free ports for a Kafka broker");
}

void run(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::unique_ptr<KafkaBroker>& own_broker() {
  static std::unique_ptr<KafkaBroker> broker;
  return broker;
}

class StopsOwnBroker final : public testing::Environment {
 public:
  void TearDown() override { own_broker().reset(); }
};
[[maybe_unused]] const auto* const k_registered = testing::AddGlobalTestEnvironment(new StopsOwnBroker);

}  // namespace

KafkaBroker::KafkaBroker() : port_(free_port_pair()) {
  directory_ = (std::filesystem::temp_directory_path() / "alforis-kafka-XXXXXX").string();
  if (!::mkdtemp(directory_.data())) throw std::runtime_error("can't make a temporary directory");
  run("setsid sh -c \"while kill -0 " + std::to_string(::getpid()) + "; do sleep 1; done; '" + k_tool +
      "' kill --dir '" + directory_ + "'; rm -rf '" + directory_ + "'\" </dev/null >/dev/null 2>&1 &");
  start();
}

KafkaBroker::~KafkaBroker() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void KafkaBroker::start() { tool("start --port " + std::to_string(port_)); }

void KafkaBroker::kill() { tool("kill"); }

void KafkaBroker::tool(const std::string& arguments) {
  run("'" + k_tool + "' " + arguments + " --dir '" + directory_ + "' </dev/null >/dev/null");
}

std::string kafka_address() {
  const char* given = std::getenv("ALFORIS_TEST_KAFKA");
  return given && *given ? given : own_kafka_broker().address();
}

KafkaBroker& own_kafka_broker() {
  auto& broker = own_broker();
  if (!broker) broker = std::make_unique<KafkaBroker>();
  return *broker;
}

}  // namespace alforis::eventstore
