#pragma once
// The log on a Kafka cluster: one topic with one partition.

#include <map>
#include <mutex>

#include "eventstore/log.hpp"

namespace alforis::eventstore {

struct KafkaLogOptions {
  std::string bootstrap_servers;  ///< host:port, comma-separated
  std::string topic;
  std::size_t max_record_bytes = 4 << 20;  ///< the topic must take max.message.bytes of this and 64 KiB more
  int replication_factor = -1;             ///< of a topic that is created; -1: the broker's default

  /// Settings of a topic that is created, beside those that a log needs: min.insync.replicas and the like.
  std::map<std::string, std::string> topic_properties;
  /// librdkafka's settings for every connection (SASL, TLS); they win over ours. With "debug" set, librdkafka logs to
  /// stderr.
  std::map<std::string, std::string> properties;

  std::chrono::milliseconds open_timeout{15'000};    ///< until the constructor throws LogUnavailable
  std::chrono::milliseconds append_timeout{10'000};  ///< until append() throws AppendFailed
  std::chrono::milliseconds unavailable_after{
      5'000};  ///< without any answer, until end() and readers throw LogUnavailable
};

/// Log in a Kafka topic: position = offset + 1, no key, the headers type, epoch, sequence and command repeat what the
/// value says. An append is acknowledged by all in-sync replicas (acks=all, idempotent producer). Thread-safe.
///
/// After a failed append the producer is thrown away with all that it still wanted to send; a request already on the
/// wire may still be stored later, which CommitFilter's rule takes care of.
class KafkaLog final : public Log {
 public:
  /// Creates the topic when it does not exist (one partition, kept for ever). Throws LogUnavailable when no broker
  /// answers within open_timeout, std::invalid_argument for settings that librdkafka does not know and for a topic that
  /// is no log: it has several partitions, would forget records, or takes only smaller ones.
  explicit KafkaLog(KafkaLogOptions options);
  ~KafkaLog() override;

  Position append(std::span<const std::string> records) override;
  std::unique_ptr<RawReader> raw_reader(Position after) override;
  Position end() override;
  std::size_t max_record_bytes() const override { return options_.max_record_bytes; }

 private:
  class Connection;
  class Producer;
  class Tail;

  const KafkaLogOptions options_;
  std::unique_ptr<Connection> client_;  // for questions: offsets, topics
  std::mutex append_mutex_;
  std::unique_ptr<Producer> producer_;  // null after a failed append
};

}  // namespace alforis::eventstore
