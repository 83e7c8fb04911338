#include "eventstore/kafka_log.hpp"

#include <librdkafka/rdkafka.h>

#include <random>
#include <thread>

#include "kafka_broker.hpp"
#include "log_contract.hpp"
#include "settling_writer.hpp"

namespace alforis::eventstore {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::SizeIs;
using Clock = std::chrono::steady_clock;

std::string fresh_topic() {
  std::random_device device;
  return "alforis-test-" + std::to_string(device()) + std::to_string(device());
}

KafkaLogOptions options_for(const std::string& address, const std::string& topic = fresh_topic()) {
  KafkaLogOptions options;
  options.bootstrap_servers = address;
  options.topic = topic;
  options.max_record_bytes = k_max_record_bytes;
  options.append_timeout = 3s;
  options.unavailable_after = 2s;
  return options;
}

// ---- the contract -------------------------------------------------------------------------------------------------

class KafkaLogUnderTest final : public LogUnderTest {
 public:
  KafkaLogUnderTest() { reopen(); }
  Log& log() override { return *log_; }
  Log& elsewhere() override { return *elsewhere_; }
  void reopen() override {
    log_ = std::make_unique<KafkaLog>(options_);
    elsewhere_ = std::make_unique<KafkaLog>(options_);
  }

 private:
  const KafkaLogOptions options_ = options_for(kafka_address());
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<KafkaLog> elsewhere_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, LogContract,
                         testing::Values(LogKind{"Kafka", [] { return std::make_unique<KafkaLogUnderTest>(); }, 500ms}),
                         log_kind_name);

// ---- the topic ----------------------------------------------------------------------------------------------------

/// What the log itself never does to a topic.
class Admin {
 public:
  explicit Admin(const std::string& address) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", address.c_str(), nullptr, 0);
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    queue_ = rd_kafka_queue_new(handle_);
  }
  ~Admin() {
    rd_kafka_queue_destroy(queue_);
    rd_kafka_destroy(handle_);
  }

  void create_topic(const std::string& name, int partitions, const std::map<std::string, std::string>& properties) {
    auto* topic = rd_kafka_NewTopic_new(name.c_str(), partitions, 1, nullptr, 0);
    for (const auto& [key, value] : properties) rd_kafka_NewTopic_set_config(topic, key.c_str(), value.c_str());
    rd_kafka_CreateTopics(handle_, &topic, 1, nullptr, queue_);
    await();
    rd_kafka_NewTopic_destroy(topic);
  }

  void delete_records_before(const std::string& topic, std::int64_t offset) {
    auto* partitions = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(partitions, topic.c_str(), 0)->offset = offset;
    auto* request = rd_kafka_DeleteRecords_new(partitions);
    rd_kafka_DeleteRecords(handle_, &request, 1, nullptr, queue_);
    await();
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(partitions);
  }

  void delete_topic(const std::string& name) {
    auto* topic = rd_kafka_DeleteTopic_new(name.c_str());
    rd_kafka_DeleteTopics(handle_, &topic, 1, nullptr, queue_);
    await();
    rd_kafka_DeleteTopic_destroy(topic);
  }

 private:
  void await() {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, 10'000);
    ASSERT_TRUE(event);
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
  }

  rd_kafka_t* handle_;
  rd_kafka_queue_t* queue_;
};

std::string why_refused(const KafkaLogOptions& options) {
  try {
    KafkaLog log(options);
    return "taken";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(KafkaLogTopic, ThatWouldForgetOrReorderIsRefused) {
  const std::string address = kafka_address();
  const std::map<std::string, std::string> good = {{"retention.ms", "-1"}, {"retention.bytes", "-1"}};
  const auto with = [&](const std::string& name, const std::string& value) {
    auto properties = good;
    properties.insert_or_assign(name, value);
    return properties;
  };
  struct {
    int partitions;
    std::map<std::string, std::string> properties;
    const char* why;
  } rows[] = {{1, good, "taken"},
              {2, good, "2 partitions"},
              {1, {}, "retention.ms=604800000"},
              {1, with("retention.bytes", "1000000"), "retention.bytes=1000000"},
              {1, with("cleanup.policy", "compact"), "cleanup.policy=compact"},
              {1, with("max.message.bytes", "1000000"), "max.message.bytes=1000000"}};
  for (const auto& row : rows) {
    const auto options = options_for(address);
    Admin(address).create_topic(options.topic, row.partitions, row.properties);
    EXPECT_THAT(why_refused(options), HasSubstr(row.why));
  }
}

TEST(KafkaLogTopic, SettingsThatKafkaDoesNotKnowAreRefused) {
  auto options = options_for(kafka_address());
  options.properties = {{"no.such.setting", "1"}};
  EXPECT_THAT(why_refused(options), HasSubstr("no.such.setting"));
}

TEST(KafkaLogTopic, RecordsThatWereRemovedAreDamage) {
  const auto options = options_for(kafka_address());
  KafkaLog log(options);
  SettlingWriter(log, "w").commit(drafts("c", 9));
  Admin(options.bootstrap_servers).delete_records_before(options.topic, 5);
  for (const Position from : {0, 4}) {
    auto reader = log.raw_reader(from);
    const auto start = Clock::now();
    const auto read_until_damage = [&] {
      while (Clock::now() < start + 10s) {
        for (const auto& record : reader->read(100, 100ms)) ADD_FAILURE() << "read position " << record.position;
      }
    };
    try {
      read_until_damage();
      ADD_FAILURE() << "not noticed";
    } catch (const LogDamaged& damage) {
      EXPECT_EQ(damage.position, from + 1);
      EXPECT_THAT(damage.what(), HasSubstr("up to position 5 have been removed"));
    }
  }
  EXPECT_THAT(log.raw_reader(5)->read(100, 5s), testing::Not(testing::IsEmpty()));
  EXPECT_THROW(log.end(), LogDamaged);
}

TEST(KafkaLogTopic, ATopicThatWasMadeAnewIsDamage) {
  const auto options = options_for(kafka_address());
  auto log = std::make_unique<KafkaLog>(options);
  SettlingWriter(*log, "w").commit(drafts("c", 9));
  const Position end = log->end();
  log.reset();
  Admin(options.bootstrap_servers).delete_topic(options.topic);
  for (int attempt = 0;; ++attempt) {
    try {
      log = std::make_unique<KafkaLog>(options);
      break;
    } catch (const LogUnavailable&) {
      ASSERT_LT(attempt, 20);
      std::this_thread::sleep_for(500ms);
    }
  }
  auto reader = log->raw_reader(end);
  const auto start = Clock::now();
  EXPECT_THROW(while (Clock::now() < start + 15s) reader->read(100, 100ms), LogDamaged);
}

TEST(KafkaLogTopic, HeadersSayWhatARecordIs) {
  const auto options = options_for(kafka_address());
  KafkaLog log(options);
  SettlingWriter(log, "w").commit(drafts("c", 1));
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", options.bootstrap_servers.c_str(), nullptr, 0);
  rd_kafka_t* consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(consumer, options.topic.c_str(), nullptr);
  rd_kafka_consume_start(topic, 0, 1);
  rd_kafka_message_t* message = rd_kafka_consume(topic, 0, 10'000);
  ASSERT_TRUE(message);
  rd_kafka_headers_t* headers = nullptr;
  ASSERT_EQ(rd_kafka_message_headers(message, &headers), RD_KAFKA_RESP_ERR_NO_ERROR);
  std::vector<std::string> found;
  const char* name = nullptr;
  const void* value = nullptr;
  for (std::size_t i = 0, size = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &size); ++i) {
    found.push_back(std::string(name) + '=' + std::string(static_cast<const char*>(value), size));
  }
  EXPECT_THAT(found, ElementsAre("type=commit", "epoch=1", "sequence=1", "command=c-0"));
  EXPECT_EQ(message->key_len, 0u);
  rd_kafka_message_destroy(message);
  rd_kafka_consume_stop(topic, 0);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(consumer);
}

// ---- the broker goes and comes ------------------------------------------------------------------------------------

TEST(KafkaLogBroker, ThatIsNotThereIsNamedInTime) {
  auto options = options_for("127.0.0.1:1");
  options.open_timeout = 1s;
  const auto start = Clock::now();
  try {
    KafkaLog log(options);
    FAIL() << "opened";
  } catch (const LogUnavailable& error) {
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:1"));
  }
  EXPECT_LT(Clock::now() - start, 5s);
}

TEST(KafkaLogBroker, LeavesReadersAndWritersWaitingBoundedlyAndTheyRecover) {
  KafkaBroker& broker = own_kafka_broker();
  KafkaLog log(options_for(broker.address()));
  log.append(std::array<std::string, 1>{"first"});
  auto reader = log.raw_reader(0);
  ASSERT_THAT(reader->read(10, 5s), SizeIs(1));

  broker.kill();
  const auto gone = Clock::now();
  EXPECT_THROW(log.append(std::array<std::string, 1>{"lost"}), AppendFailed);
  EXPECT_LT(Clock::now() - gone, 6s);
  EXPECT_THROW(while (Clock::now() < gone + 20s) reader->read(10, 100ms), LogUnavailable);
  EXPECT_LT(Clock::now() - gone, 10s);
  EXPECT_THROW(log.end(), LogUnavailable);

  broker.start();
  Position appended = 0;
  for (int attempt = 0; appended == 0 && attempt < 20; ++attempt) {
    try {
      appended = log.append(std::array<std::string, 1>{"second"});
    } catch (const AppendFailed&) {
    }
  }
  EXPECT_EQ(log.end(), appended);
  std::vector<StoredRecord> records;
  for (int attempt = 0; records.empty() && attempt < 100; ++attempt) {
    try {
      records = reader->read(10, 100ms);
    } catch (const LogUnavailable&) {
    }
  }
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].value, "second");
}

TEST(KafkaLogBroker, KilledMidCommitLosesNothingThatWasAcknowledged) {
  KafkaBroker& broker = own_kafka_broker();
  KafkaLog log(options_for(broker.address()));
  std::vector<CommitDraft> acknowledged;
  std::atomic<std::size_t> count = 0;
  int failures = 0;
  std::jthread committing([&](const std::stop_token& stop) {
    SettlingWriter writer(log, "w", 10ms);
    for (int group = 0; !stop.stop_requested(); ++group) {
      const auto sent = drafts("g" + std::to_string(group), 10, 500);
      writer.commit(sent);
      acknowledged.insert(acknowledged.end(), sent.begin(), sent.end());
      count = acknowledged.size();
    }
    failures = writer.failures();
  });
  const auto await_more = [&](std::size_t more) {
    const auto deadline = Clock::now() + 60s;
    for (const std::size_t wanted = count + more; count < wanted;) {
      ASSERT_LT(Clock::now(), deadline);
      std::this_thread::sleep_for(5ms);
    }
  };
  for (int round = 0; round < 2; ++round) {
    await_more(200);
    broker.kill();
    std::this_thread::sleep_for(500ms);
    broker.start();
  }
  await_more(200);
  committing.request_stop();
  committing.join();
  EXPECT_GE(failures, 1);
  EXPECT_THAT(command_ids(read_all(log)), ElementsAreArray(command_ids(acknowledged)));
}

}  // namespace
}  // namespace alforis::eventstore
