#include "programs/settings.hpp"

#include "eventstore/kafka_log.hpp"
#include "eventstore/rocks_log.hpp"

namespace alforis::programs {

void add_store_options(CLI::App& app, StoreSettings& settings, NeedsPostgres needs) {
  app.add_option("--data", settings.data, "directory of the embedded log and the writer's state")
      ->envname("ALFORIS_DATA")
      ->capture_default_str();
  app.add_option("--workspace", settings.workspace, "name of the firm's workspace")
      ->envname("ALFORIS_WORKSPACE")
      ->capture_default_str();
  app.add_option("--log", settings.log, "where the log is")
      ->envname("ALFORIS_LOG")
      ->check(CLI::IsMember({"embedded", "kafka"}))
      ->capture_default_str();
  app.add_option("--kafka-brokers", settings.kafka_brokers, "host:port, comma-separated")
      ->envname("ALFORIS_KAFKA_BROKERS")
      ->capture_default_str();
  app.add_option("--kafka-topic", settings.kafka_topic, "topic of the log (default: alforis.WORKSPACE.log)")
      ->envname("ALFORIS_KAFKA_TOPIC");
  app.add_option("--kafka-property", settings.kafka_properties,
                 "name=value for librdkafka (TLS, SASL); may be repeated")
      ->envname("ALFORIS_KAFKA_PROPERTY");
  const bool needed = needs == NeedsPostgres::yes;
  const std::string otherwise = needed ? "" : "; without it, what is sealed stays sealed";
  app.add_option("--postgres", settings.postgres,
                 "libpq connection string of the query tables and the key vault" + otherwise)
      ->envname("ALFORIS_POSTGRES")
      ->required(needed);
  app.add_option("--master-key-file", settings.master_key_file,
                 "file with the master key that the keys of persons are wrapped under, as NAME:KEY" + otherwise)
      ->envname("ALFORIS_MASTER_KEY_FILE")
      ->required(needed);
}

std::unique_ptr<eventstore::Log> open_log(const StoreSettings& settings, bool read_only) {
  if (settings.log == "embedded") {
    eventstore::RocksLogOptions options;
    options.read_only = read_only;
    return std::make_unique<eventstore::RocksLog>(settings.log_directory(), options);
  }
  eventstore::KafkaLogOptions options;
  options.bootstrap_servers = settings.kafka_brokers;
  options.topic = settings.kafka_topic.empty() ? "alforis." + settings.workspace + ".log" : settings.kafka_topic;
  for (const std::string& property : settings.kafka_properties) {
    const auto equals = property.find('=');
    if (equals == std::string::npos) throw std::runtime_error("--kafka-property " + property + ": write name=value");
    options.properties.emplace(property.substr(0, equals), property.substr(equals + 1));
  }
  return std::make_unique<eventstore::KafkaLog>(std::move(options));
}

}  // namespace alforis::programs
