#include "eventstore/kafka_log.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <optional>
#include <thread>

namespace alforis::eventstore {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
using Properties = std::map<std::string, std::string>;

constexpr int k_partition = 0;
constexpr std::size_t k_max_message_bytes = 8 << 20;
constexpr std::size_t k_message_overhead = 64 << 10;  // headers and framing, generously
constexpr milliseconds k_probe_interval{1'000};       // how long a reader trusts a silent broker
constexpr milliseconds k_probe_timeout{500};
constexpr milliseconds k_nudge_timeout{100};
constexpr std::size_t k_replay_bytes = 1 << 20;  // more than that in one go is no longer the end of the log

template <auto Destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
using ConfPtr = std::unique_ptr<rd_kafka_conf_t, Destroyer<rd_kafka_conf_destroy>>;
using HandlePtr = std::unique_ptr<rd_kafka_t, Destroyer<rd_kafka_destroy>>;
using TopicPtr = std::unique_ptr<rd_kafka_topic_t, Destroyer<rd_kafka_topic_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_destroy>>;
using EventPtr = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_destroy>>;
using PartitionsPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Destroyer<rd_kafka_topic_partition_list_destroy>>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, Destroyer<rd_kafka_message_destroy>>;
using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_destroy>>;
using ResourcePtr = std::unique_ptr<rd_kafka_ConfigResource_t, Destroyer<rd_kafka_ConfigResource_destroy>>;
using AdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t, Destroyer<rd_kafka_AdminOptions_destroy>>;

int count(milliseconds time) { return static_cast<int>(std::max<std::int64_t>(time.count(), 0)); }

milliseconds until(Clock::time_point deadline) { return std::chrono::ceil<milliseconds>(deadline - Clock::now()); }

// ---- settings -----------------------------------------------------------------------------------------------------

/// For an outage of seconds, not of hours: come back quickly, and notice a peer that no longer answers.
Properties common_properties(const KafkaLogOptions& options) {
  return {{"bootstrap.servers", options.bootstrap_servers},
          {"client.id", "alforis"},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", "1000"},
          {"socket.keepalive.enable", "true"},
          {"socket.nagle.disable", "true"},
          {"socket.timeout.ms", "10000"},
          {"message.max.bytes", std::to_string(k_max_message_bytes)}};
}

Properties producer_properties(const KafkaLogOptions& options) {
  auto properties = common_properties(options);
  properties.merge(Properties{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      // A broker that has no state of a new producer accepts its second request even when the first was refused; and
      // records after a lost one would be sent all the same. With these two, what is stored is always a prefix.
      {"max.in.flight.requests.per.connection", "1"},
      {"enable.gapless.guarantee", "true"},
      {"linger.ms", "0"},
      {"compression.codec", "lz4"},
      {"message.timeout.ms", std::to_string(options.append_timeout.count())},
      {"retry.backoff.ms", "20"},
      {"queue.buffering.max.kbytes", "65536"},
  });
  return properties;
}

Properties consumer_properties(const KafkaLogOptions& options) {
  auto properties = common_properties(options);
  properties.merge(Properties{
      {"auto.offset.reset", "error"},
      {"enable.auto.commit", "false"},
      {"isolation.level", "read_uncommitted"},
      {"check.crcs", "true"},
      {"fetch.min.bytes", "1"},
      {"fetch.wait.max.ms", "100"},
      {"fetch.error.backoff.ms", "20"},
      {"fetch.message.max.bytes", std::to_string(2 << 20)},
      {"queued.max.messages.kbytes", "16384"},
  });
  return properties;
}

/// What a log needs of its topic: that nothing is ever deleted, and that the largest record fits.
Properties topic_needs(const KafkaLogOptions& options) {
  return {{"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"cleanup.policy", "delete"},
          {"max.message.bytes",
           std::to_string(std::max(k_max_message_bytes, options.max_record_bytes + k_message_overhead))}};
}

}  // namespace

// ---- Connection ---------------------------------------------------------------------------------------------------

/// One librdkafka instance, and the last thing that it complained of.
class KafkaLog::Connection {
 public:
  using Configure = std::function<void(rd_kafka_conf_t*)>;

  Connection(rd_kafka_type_t type, Properties properties, const KafkaLogOptions& options,
             const Configure& configure = {})
      : options_(options) {
    ConfPtr conf(rd_kafka_conf_new());
    for (const auto& [name, value] : options.properties) properties.insert_or_assign(name, value);
    for (const auto& [name, value] : properties) set(conf.get(), name, value);
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int, const char* reason, void* self) {
      static_cast<Connection*>(self)->complaint_ = reason;
    });
    if (!properties.contains("debug")) {
      rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    }
    if (configure) configure(conf.get());
    char error[512];
    handle_.reset(rd_kafka_new(type, conf.get(), error, sizeof error));
    if (!handle_) throw std::invalid_argument("Kafka: " + std::string(error));
    static_cast<void>(conf.release());  // now the handle's
    topic_.reset(rd_kafka_topic_new(handle_.get(), options.topic.c_str(), nullptr));
    if (!topic_) throw std::invalid_argument("Kafka: \"" + options.topic + "\" can't be a topic's name");
  }

  rd_kafka_t* get() const { return handle_.get(); }
  rd_kafka_topic_t* topic() const { return topic_.get(); }

  /// "topic t at host:port: what happened (what librdkafka said before)".
  std::string describe(const std::string& what) const {
    return "topic " + options_.topic + " at " + options_.bootstrap_servers + ": " + what +
           (complaint_.empty() ? "" : " (" + complaint_ + ')');
  }
  std::string describe(rd_kafka_resp_err_t error) const { return describe(rd_kafka_err2str(error)); }

  struct Offsets {
    std::int64_t low = 0;
    std::int64_t high = 0;
  };
  /// Fills in the first offset and the one after the last. rd_kafka_query_watermark_offsets() would do it in one call,
  /// but goes on past its time-out while the broker is gone.
  rd_kafka_resp_err_t query(Offsets& offsets, milliseconds timeout) const {
    const auto deadline = Clock::now() + timeout;
    if (const auto error = query(offsets.low, RD_KAFKA_OFFSET_BEGINNING, deadline)) return error;
    return query(offsets.high, RD_KAFKA_OFFSET_END, deadline);
  }

  /// Makes librdkafka look at once whether it should fetch more. After its queue was full it looks only once a second
  /// (later versions have fetch.queue.backoff.ms for that), unless the broker's thread has something else to do.
  void nudge() const {
    std::int64_t ignored = 0;
    query(ignored, RD_KAFKA_OFFSET_END, Clock::now() + k_nudge_timeout);
  }

  void ensure_topic();

 private:
  static void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
    char error[512];
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) != RD_KAFKA_CONF_OK) {
      throw std::invalid_argument("Kafka setting " + name + ": " + error);
    }
  }

  rd_kafka_resp_err_t query(std::int64_t& offset, std::int64_t logical, Clock::time_point deadline) const {
    const PartitionsPtr partitions(rd_kafka_topic_partition_list_new(1));
    auto* partition = rd_kafka_topic_partition_list_add(partitions.get(), options_.topic.c_str(), k_partition);
    partition->offset = logical;  // stands for a time, as in the protocol's ListOffsets
    const auto error = rd_kafka_offsets_for_times(get(), partitions.get(), std::max(count(until(deadline)), 1));
    offset = partition->offset;
    return error ? error : partition->err;
  }

  /// Partitions that have a leader; 0 when the topic does not exist, nothing while nobody can say.
  std::optional<int> ready_partitions(milliseconds timeout);
  void create_topic(milliseconds timeout);
  void check_topic(milliseconds timeout);
  template <class Request>
  EventPtr ask(rd_kafka_admin_op_t operation, milliseconds timeout, const Request& request);

  const KafkaLogOptions& options_;
  std::string complaint_;  // written by rd_kafka_poll, which is called by the thread that reads it
  HandlePtr handle_;
  TopicPtr topic_;
};

void KafkaLog::Connection::ensure_topic() {
  const auto deadline = Clock::now() + options_.open_timeout;
  bool created = false;
  while (true) {
    rd_kafka_poll(get(), 0);
    const auto partitions = ready_partitions(std::min(until(deadline), milliseconds(2'000)));
    if (partitions && *partitions > 1) {
      throw std::invalid_argument(
          describe("has " + std::to_string(*partitions) + " partitions, a log needs exactly one"));
    }
    if (partitions && *partitions == 1) break;
    if (partitions && !created) {
      create_topic(until(deadline));
      created = true;
    }
    if (Clock::now() >= deadline) throw LogUnavailable(describe("no answer in time"));
    std::this_thread::sleep_for(milliseconds(20));
  }
  check_topic(until(deadline));
}

std::optional<int> KafkaLog::Connection::ready_partitions(milliseconds timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(get(), 0, topic(), &metadata, std::max(count(timeout), 1))) return std::nullopt;
  const std::unique_ptr<const rd_kafka_metadata_t, Destroyer<rd_kafka_metadata_destroy>> owner(metadata);
  if (metadata->topic_cnt != 1) return std::nullopt;
  const auto& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return 0;
  if (found.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) throw LogUnavailable(describe(found.err));
  if (found.err || found.partition_cnt == 0) return std::nullopt;
  const std::span partitions(found.partitions, static_cast<std::size_t>(found.partition_cnt));
  for (const auto& partition : partitions) {
    if (partition.leader < 0) return std::nullopt;
  }
  return found.partition_cnt;
}

template <class Request>
EventPtr KafkaLog::Connection::ask(rd_kafka_admin_op_t operation, milliseconds timeout, const Request& request) {
  const AdminOptionsPtr options(rd_kafka_AdminOptions_new(get(), operation));
  char ignored[128];
  rd_kafka_AdminOptions_set_request_timeout(options.get(), std::max(count(timeout), 1), ignored, sizeof ignored);
  const QueuePtr queue(rd_kafka_queue_new(get()));
  request(options.get(), queue.get());
  EventPtr event(rd_kafka_queue_poll(queue.get(), count(timeout) + 1'000));
  if (!event) throw LogUnavailable(describe("no answer in time"));
  return event;
}

void KafkaLog::Connection::create_topic(milliseconds timeout) {
  char error[512];
  const NewTopicPtr topic(
      rd_kafka_NewTopic_new(options_.topic.c_str(), 1, options_.replication_factor, error, sizeof error));
  if (!topic) throw std::invalid_argument(describe(error));
  auto properties = options_.topic_properties;
  for (const auto& [name, value] : topic_needs(options_)) properties.insert_or_assign(name, value);
  for (const auto& [name, value] : properties) rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());

  const auto event = ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout, [&](auto* options, auto* queue) {
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    rd_kafka_CreateTopics(get(), topics, 1, options, queue);
  });
  if (const auto failed = rd_kafka_event_error(event.get())) {
    throw LogUnavailable(describe("can't be created: " + std::string(rd_kafka_err2str(failed))));
  }
  std::size_t size = 0;
  const auto* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &size);
  for (const auto* result : std::span(results, size)) {
    const auto failed = rd_kafka_topic_result_error(result);
    if (!failed || failed == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* why = rd_kafka_topic_result_error_string(result);
    throw LogUnavailable(describe("can't be created: " + std::string(why ? why : rd_kafka_err2str(failed))));
  }
}

/// A topic made by hand, or by auto.create.topics.enable, would drop its records after a week.
void KafkaLog::Connection::check_topic(milliseconds timeout) {
  const ResourcePtr resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, options_.topic.c_str()));
  const auto event = ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout, [&](auto* options, auto* queue) {
    rd_kafka_ConfigResource_t* resources[] = {resource.get()};
    rd_kafka_DescribeConfigs(get(), resources, 1, options, queue);
  });
  std::size_t size = 0;
  if (rd_kafka_event_error(event.get()))
    return;  // we may not be allowed to ask; then the operator answers for the topic
  const auto* found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &size);
  if (size != 1 || rd_kafka_ConfigResource_error(found[0])) return;
  const auto* entries = rd_kafka_ConfigResource_configs(found[0], &size);
  const auto needs = topic_needs(options_);
  for (const auto* entry : std::span(entries, size)) {
    const std::string name = rd_kafka_ConfigEntry_name(entry);
    const char* text = rd_kafka_ConfigEntry_value(entry);
    const std::string value = text ? text : "";
    if (!needs.contains(name) || value == needs.at(name)) continue;
    const std::size_t least = options_.max_record_bytes + k_message_overhead;
    if (name == "max.message.bytes" && std::strtoull(value.c_str(), nullptr, 10) >= least) continue;
    throw std::invalid_argument(describe("has " + name + '=' + value + ", a log needs " + needs.at(name) +
                                         " (change it with kafka-configs.sh --alter)"));
  }
}

// ---- Producer -----------------------------------------------------------------------------------------------------

class KafkaLog::Producer {
 public:
  explicit Producer(const KafkaLogOptions& options)
      : options_(options),
        connection_(RD_KAFKA_PRODUCER, producer_properties(options), options, [](rd_kafka_conf_t* conf) {
          rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
            static_cast<Delivery*>(message->_private)->report(*message);
          });
        }) {}

  /// Without the purge, destruction would wait for what can't be sent.
  ~Producer() { rd_kafka_purge(connection_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT); }

  Position append(std::span<const std::string> records) {
    const auto deadline = Clock::now() + options_.append_timeout;
    Delivery delivery;
    for (const std::string& record : records) send(record, delivery, deadline);
    while (delivery.reported < records.size() && !delivery.error) {
      if (Clock::now() >= deadline) throw AppendFailed(connection_.describe("not acknowledged in time"));
      rd_kafka_poll(connection_.get(), count(until(deadline)));
    }
    if (delivery.error) throw AppendFailed(connection_.describe(delivery.error));
    // The broker knows a record that was sent twice, but not always where it put it.
    if (delivery.last_offset < 0) throw AppendFailed(connection_.describe("acknowledged without an offset"));
    return static_cast<Position>(delivery.last_offset) + 1;
  }

 private:
  struct Delivery {
    std::size_t reported = 0;
    std::int64_t last_offset = -1;  // reports come in the order of sending
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

    void report(const rd_kafka_message_t& message) {
      ++reported;
      if (message.err && !error) error = message.err;
      last_offset = message.offset;
    }
  };

  /// The record is not copied: it must stay until it has been reported, or the producer is gone.
  void send(const std::string& record, Delivery& delivery, Clock::time_point deadline) {
    while (true) {
      const auto error = try_send(record, delivery);
      if (!error) return;
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) throw AppendFailed(connection_.describe(error));
      if (delivery.error) throw AppendFailed(connection_.describe(delivery.error));
      if (Clock::now() >= deadline) throw AppendFailed(connection_.describe("not acknowledged in time"));
      rd_kafka_poll(connection_.get(), 10);
    }
  }

  rd_kafka_resp_err_t try_send(const std::string& record, Delivery& delivery) {
    rd_kafka_headers_t* headers = make_headers(record_head(record));
    const auto error =
        rd_kafka_producev(connection_.get(), RD_KAFKA_V_RKT(connection_.topic()), RD_KAFKA_V_PARTITION(k_partition),
                          RD_KAFKA_V_VALUE(const_cast<char*>(record.data()), record.size()),
                          RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(&delivery), RD_KAFKA_V_END);
    if (error) rd_kafka_headers_destroy(headers);  // otherwise the message's
    return error;
  }

  static rd_kafka_headers_t* make_headers(const RecordHead& head) {
    const std::pair<std::string_view, std::string_view> members[] = {
        {"type", head.type}, {"epoch", head.epoch}, {"sequence", head.sequence}, {"command", head.command}};
    rd_kafka_headers_t* headers = rd_kafka_headers_new(std::size(members));
    for (const auto& [name, value] : members) {
      if (value.empty()) continue;
      rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    return headers;
  }

  const KafkaLogOptions& options_;
  Connection connection_;
};

// ---- Tail ---------------------------------------------------------------------------------------------------------

/// Reads from one offset on with a consumer of its own; no consumer group, whose coordinator would be one more thing to
/// fail.
class KafkaLog::Tail final : public Log::RawReader {
 public:
  Tail(const KafkaLogOptions& options, Position after)
      : options_(options), connection_(RD_KAFKA_CONSUMER, consumer_properties(options), options), after_(after) {
    start();
  }
  ~Tail() override { rd_kafka_consume_stop(connection_.topic(), k_partition); }

  std::vector<StoredRecord> read(std::size_t max, milliseconds wait) override {
    if (max == 0) return {};
    if (damage_) std::rethrow_exception(damage_);
    rd_kafka_poll(connection_.get(), 0);
    std::vector<StoredRecord> records;
    // The first one is waited for, the others are taken as they are: consume_batch() alone would wait for all of `max`.
    take(consume(milliseconds(0)), records);
    if (records.empty() && !damage_) {
      if (std::exchange(bytes_in_a_row_, 0) > k_replay_bytes) connection_.nudge();
      take(consume(wait), records);
    }
    if (!records.empty() && max > 1) drain(max - 1, records);
    if (!records.empty()) {
      answered_ = Clock::now();
    } else if (damage_) {
      std::rethrow_exception(damage_);
    } else {
      probe();
    }
    return records;
  }

 private:
  void start() {
    if (rd_kafka_consume_start(connection_.topic(), k_partition, static_cast<std::int64_t>(after_)) != 0) {
      throw LogUnavailable(connection_.describe(rd_kafka_last_error()));
    }
  }

  rd_kafka_message_t* consume(milliseconds wait) {
    return rd_kafka_consume(connection_.topic(), k_partition, count(wait));
  }

  void drain(std::size_t max, std::vector<StoredRecord>& records) {
    std::vector<rd_kafka_message_t*> messages(std::min<std::size_t>(max, 1024));
    const auto size = rd_kafka_consume_batch(connection_.topic(), k_partition, 0, messages.data(), messages.size());
    records.reserve(records.size() + static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    for (ssize_t i = 0; i < size; ++i) take(messages[static_cast<std::size_t>(i)], records);
  }

  void take(rd_kafka_message_t* raw, std::vector<StoredRecord>& records) {
    if (!raw) return;
    const MessagePtr message(raw);
    if (damage_) return;
    if (message->err) return take_error(*message);
    const auto position = static_cast<Position>(message->offset) + 1;
    if (position <= after_) return;  // read before the consumer was restarted
    records.push_back({position, std::string(static_cast<const char*>(message->payload), message->len)});
    bytes_in_a_row_ += message->len;
    after_ = position;
  }

  void take_error(const rd_kafka_message_t& message) {
    switch (message.err) {
      case RD_KAFKA_RESP_ERR__BAD_MSG:
      case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
        damage_ =
            std::make_exception_ptr(LogDamaged(after_ + 1, connection_.describe(rd_kafka_message_errstr(&message))));
        return;
      case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        throw LogUnavailable(connection_.describe(message.err));
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        out_of_range_ = true;
        return;
      default:
        return;  // an outage: librdkafka tries again by itself, and probe() says when it takes too long
    }
  }

  /// Asks a broker from which nothing came for a while whether it is there, and whether our place in the log still is.
  void probe() {
    const auto now = Clock::now();
    if (now < next_probe_ || (!out_of_range_ && now < answered_ + k_probe_interval)) return;
    Connection::Offsets offsets;
    const auto error = connection_.query(offsets, k_probe_timeout);
    next_probe_ = Clock::now() + k_probe_timeout;
    if (error) {
      if (next_probe_ > answered_ + options_.unavailable_after) throw LogUnavailable(connection_.describe(error));
      return;
    }
    answered_ = Clock::now();
    require_place(offsets);
    if (std::exchange(out_of_range_, false)) {
      rd_kafka_consume_stop(connection_.topic(), k_partition);
      start();
    }
  }

  /// A new leader may for a moment know of fewer records than its predecessor has given out: asked twice before it
  /// counts.
  void require_place(const Connection::Offsets& offsets) {
    const auto next = static_cast<std::int64_t>(after_);
    if (offsets.low > next) {
      throw LogDamaged(after_ + 1, connection_.describe("records up to position " + std::to_string(offsets.low) +
                                                        " have been removed from the topic"));
    }
    shrunk_ = offsets.high < next ? shrunk_ + 1 : 0;
    if (shrunk_ >= 2) {
      throw LogDamaged(after_ + 1, connection_.describe("the topic ends at position " + std::to_string(offsets.high) +
                                                        ", before what has been read"));
    }
  }

  const KafkaLogOptions& options_;
  Connection connection_;
  Position after_;
  std::size_t bytes_in_a_row_ = 0;  // since there was last nothing to take
  std::exception_ptr damage_;       // thrown once what came before it has been handed out
  bool out_of_range_ = false;
  int shrunk_ = 0;
  Clock::time_point answered_ = Clock::now();
  Clock::time_point next_probe_{};
};

// ---- KafkaLog -----------------------------------------------------------------------------------------------------

KafkaLog::KafkaLog(KafkaLogOptions options)
    : options_(std::move(options)),
      client_(std::make_unique<Connection>(RD_KAFKA_CONSUMER, common_properties(options_), options_)) {
  client_->ensure_topic();
}

KafkaLog::~KafkaLog() = default;

Position KafkaLog::append(std::span<const std::string> records) {
  require_size(records);
  if (records.empty()) return end();
  const std::lock_guard lock(append_mutex_);
  if (!producer_) producer_ = std::make_unique<Producer>(options_);
  try {
    return producer_->append(records);
  } catch (...) {
    producer_.reset();
    throw;
  }
}

std::unique_ptr<Log::RawReader> KafkaLog::raw_reader(Position after) { return std::make_unique<Tail>(options_, after); }

Position KafkaLog::end() {
  const auto deadline = Clock::now() + options_.unavailable_after;
  while (true) {
    Connection::Offsets offsets;
    const auto error = client_->query(offsets, std::max(until(deadline), milliseconds(1)));
    if (!error && offsets.low > 0) {
      throw LogDamaged(1, client_->describe("records up to position " + std::to_string(offsets.low) +
                                            " have been removed from the topic"));
    }
    if (!error) return static_cast<Position>(offsets.high);
    if (Clock::now() >= deadline) throw LogUnavailable(client_->describe(error));
    std::this_thread::sleep_for(milliseconds(50));
  }
}

}  // namespace alforis::eventstore
