#include "eventstore/commit.hpp"

#include <openssl/evp.h>
#include <simdjson.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>

namespace alforis::eventstore {
namespace {

constexpr std::string_view k_hex_digits = "0123456789abcdef";
constexpr std::string_view k_commit_front = R"({"type":"commit","epoch":)";
constexpr std::string_view k_epoch_front = R"({"type":"epoch","epoch":)";
constexpr std::string_view k_chain_member = R"(,"chain":")";
constexpr std::size_t k_digest_digits = 2 * std::tuple_size_v<Digest>;
constexpr std::size_t k_tail_size = k_chain_member.size() + k_digest_digits + 2;  // …"}
constexpr std::size_t k_time_size = std::string_view("2000-01-01T00:00:00.000000Z").size();

// ---- text ---------------------------------------------------------------------------------------------------------

void append_hex(std::string& out, const Digest& digest) {
  for (const std::uint8_t byte : digest) {
    out += k_hex_digits[byte >> 4];
    out += k_hex_digits[byte & 15];
  }
}

constexpr std::uint8_t k_no_digit = 0xFF;

// The value of each digit, k_no_digit for all else.
constexpr auto k_hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(k_no_digit);
  for (std::size_t i = 0; i < k_hex_digits.size(); ++i) {
    values[static_cast<unsigned char>(k_hex_digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint8_t hex_value(char c) { return k_hex_values[static_cast<unsigned char>(c)]; }

std::optional<Digest> parse_hex(std::string_view text) {
  Digest digest;
  if (text.size() != k_digest_digits) return std::nullopt;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const std::uint8_t high = hex_value(text[2 * i]);
    const std::uint8_t low = hex_value(text[2 * i + 1]);
    seen |= high | low;
    digest[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (seen == k_no_digit) return std::nullopt;
  return digest;
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  out.append(buffer.data(), end);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// RFC 8259 section 7. Runs without anything to escape are copied at once.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, run, i - run);
    run = i + 1;
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i];
    } else {
      out += "\\u00";
      out += k_hex_digits[c >> 4];
      out += k_hex_digits[c & 15];
    }
  }
  out.append(text, run);
  out += '"';
}

void put_digits(char* at, int width, std::int64_t number) {
  for (int i = width - 1; i >= 0; --i, number /= 10) at[i] = static_cast<char>('0' + number % 10);
}

/// RFC 3339 in UTC with microseconds.
void append_time(std::string& out, std::int64_t time_us) {
  using namespace std::chrono;
  const sys_time<microseconds> time{microseconds{time_us}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) throw std::invalid_argument("commit: time is outside the years 0000 to 9999");
  const std::int64_t in_day = (time - day).count();
  char text[k_time_size + 1] = "0000-00-00T00:00:00.000000Z";
  put_digits(text, 4, year);
  put_digits(text + 5, 2, static_cast<unsigned>(date.month()));
  put_digits(text + 8, 2, static_cast<unsigned>(date.day()));
  put_digits(text + 11, 2, in_day / 3'600'000'000);
  put_digits(text + 14, 2, in_day / 60'000'000 % 60);
  put_digits(text + 17, 2, in_day / 1'000'000 % 60);
  put_digits(text + 20, 6, in_day % 1'000'000);
  out.append(text, k_time_size);
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::string_view k_shape = "0000-00-00T00:00:00.000000Z";
  if (text.size() != k_shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (k_shape[i] == '0' ? !digit : text[i] != k_shape[i]) return std::nullopt;
  }
  const auto number = [&](int at, int width) {
    int value = 0;
    for (int i = at; i < at + width; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  const year_month_day date{year{number(0, 4)}, month(number(5, 2)), day(number(8, 2))};
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 59) return std::nullopt;
  const auto time = sys_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)} +
                    microseconds{number(20, 6)};
  return time.time_since_epoch().count();
}

// ---- chain --------------------------------------------------------------------------------------------------------

/// SHA-256 with everything that OpenSSL allocates kept for the next time.
class Sha256 {
 public:
  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    if (!algorithm_ || !context_) throw std::runtime_error("OpenSSL offers no SHA-256");
  }
  ~Sha256() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  Digest operator()(const Digest& previous, std::string_view body) {
    Digest digest;
    if (!EVP_DigestInit_ex2(context_, algorithm_, nullptr) ||
        !EVP_DigestUpdate(context_, previous.data(), previous.size()) ||
        !EVP_DigestUpdate(context_, body.data(), body.size()) ||
        !EVP_DigestFinal_ex(context_, digest.data(), nullptr)) {
      throw std::runtime_error("OpenSSL could not compute SHA-256");
    }
    return digest;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

Digest next_chain(const Digest& previous, std::string_view body) {
  thread_local Sha256 sha256;
  return sha256(previous, body);
}

// ---- encoding -----------------------------------------------------------------------------------------------------

/// A text that is not exactly one JSON object would close its member early or never: the record would be read back as
/// something else, or stop every reader for ever.
void require_object(std::string_view text, std::string_view what) {
  thread_local simdjson::dom::parser parser;
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("commit: " + std::string(what) + " is not a JSON object: " + why);
  };
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') refuse("it has to start with { and end with }");
  if (text == "{}") return;
  simdjson::dom::element parsed;
  if (const auto error = parser.parse(text.data(), text.size()).get(parsed)) refuse(simdjson::error_message(error));
}

void require_utf8(const std::string& record) {
  if (!simdjson::validate_utf8(record)) throw std::invalid_argument("commit: text is not UTF-8");
}

std::size_t estimated_size(const CommitDraft& draft) {
  std::size_t size = 256 + draft.command_id.size() + draft.actor.size() + draft.metadata.size();
  for (const Event& event : draft.events) size += 40 + event.type.size() + event.entity_id.size() + event.data.size();
  return size;
}

void append_event(std::string& out, const Event& event) {
  require_object(event.data, "an event's data");
  out += R"({"type":)";
  append_quoted(out, event.type);
  out += R"(,"id":)";
  append_quoted(out, event.entity_id);
  out += R"(,"data":)";
  out += event.data;
  out += '}';
}

// ---- decoding -----------------------------------------------------------------------------------------------------

namespace ondemand = simdjson::ondemand;

/// The reader's memory, kept from record to record: simdjson wants the text followed by readable padding.
struct Decoder {
  ondemand::parser parser;
  std::vector<char> padded;

  simdjson::padded_string_view pad(std::string_view record) {
    const std::size_t needed = record.size() + simdjson::SIMDJSON_PADDING;
    if (padded.size() < needed) padded.resize(2 * needed);
    std::memcpy(padded.data(), record.data(), record.size());
    std::memset(padded.data() + record.size(), 0, simdjson::SIMDJSON_PADDING);
    return simdjson::padded_string_view(padded.data(), record.size(), padded.size());
  }
};

/// Why a record can't be read; becomes LogDamaged once the position is known.
struct Malformed {
  std::string why;
};

template <class T>
T checked(simdjson::simdjson_result<T> result, std::string_view member) {
  T value;
  if (const auto error = std::move(result).get(value)) {
    throw Malformed{"member \"" + std::string(member) + "\": " + simdjson::error_message(error)};
  }
  return value;
}

std::uint64_t number_member(ondemand::object& object, std::string_view name) {
  return checked(object.find_field(name).get_uint64(), name);
}

/// Valid until the next record is parsed.
std::string_view text_member(ondemand::object& object, std::string_view name) {
  return checked(object.find_field(name).get_string(), name);
}

std::string_view raw_member(ondemand::object& object, std::string_view name) {
  auto value = checked(object.find_field(name).get_object(), name);
  return checked(value.raw_json(), name);
}

std::int64_t time_member(ondemand::object& object) {
  const auto time = parse_time(text_member(object, "time"));
  if (!time) throw Malformed{"member \"time\" is not RFC 3339 in UTC with microseconds"};
  return *time;
}

void read_events(ondemand::object& object, std::vector<Event>& events) {
  auto array = checked(object.find_field("events").get_array(), "events");
  for (auto element : array) {
    auto event = checked(element.get_object(), "events");
    Event& read = events.emplace_back();
    read.type = text_member(event, "type");
    read.entity_id = text_member(event, "id");
    read.data = raw_member(event, "data");
  }
}

void read_commit(ondemand::object& object, Commit& commit) {
  commit.command_id = text_member(object, "command");
  commit.actor = text_member(object, "actor");
  commit.time_us = time_member(object);
  commit.metadata = raw_member(object, "meta");
  read_events(object, commit.events);
}

/// No chain covers an epoch record, so that it is held to the one text that it can have.
EpochRecord read_epoch(ondemand::object& object, std::uint64_t epoch, std::string_view text) {
  EpochRecord record;
  record.epoch = epoch;
  record.writer = text_member(object, "writer");
  record.time_us = time_member(object);
  if (encode_epoch(record) != text) throw Malformed{"epoch record is not as it was written"};
  return record;
}

/// A commit record as framed by its fixed tail.
struct Framed {
  std::string_view body;
  Digest chain;
};

Framed framed(std::string_view record) {
  const bool closed = record.size() > k_tail_size && record.ends_with("\"}");
  const auto tail = closed ? record.substr(record.size() - k_tail_size) : std::string_view();
  if (!tail.starts_with(k_chain_member)) throw Malformed{"commit does not end with its chain: torn or altered"};
  const auto chain = parse_hex(tail.substr(k_chain_member.size(), k_digest_digits));
  if (!chain) throw Malformed{"chain is not 64 hexadecimal digits"};
  return {record.substr(0, record.size() - k_tail_size), *chain};
}

std::optional<EpochRecord> accept_epoch(Cursor& cursor, std::uint64_t epoch, ondemand::object& object,
                                        std::string_view text) {
  EpochRecord record = read_epoch(object, epoch, text);
  if (epoch <= cursor.epoch) return std::nullopt;
  if (epoch != cursor.epoch + 1) {
    throw Malformed{"epoch " + std::to_string(epoch) + " follows epoch " + std::to_string(cursor.epoch) +
                    ": an epoch record before it is lost"};
  }
  cursor.epoch = epoch;
  cursor.sequence = 0;
  return record;
}

std::optional<Commit> accept_commit(Cursor& cursor, std::uint64_t epoch, ondemand::object& object,
                                    std::string_view record) {
  const Framed frame = framed(record);
  const std::uint64_t sequence = number_member(object, "sequence");
  if (epoch > cursor.epoch) throw Malformed{"commit of epoch " + std::to_string(epoch) + ", whose record is lost"};
  if (epoch < cursor.epoch || sequence != cursor.sequence + 1) return std::nullopt;
  if (next_chain(cursor.chain, frame.body) != frame.chain) {
    throw Malformed{"chain is broken: this commit, or one before it, is not what was written"};
  }
  std::optional<Commit> commit(std::in_place);
  read_commit(object, *commit);
  commit->epoch = epoch;
  commit->sequence = cursor.sequence = sequence;
  commit->chain = cursor.chain = frame.chain;
  return commit;
}

}  // namespace

// ---- public -------------------------------------------------------------------------------------------------------

LogDamaged::LogDamaged(Position at, const std::string& what)
    : std::runtime_error("log is damaged at position " + std::to_string(at) + ": " + what), position(at) {}

std::string hex(const Digest& digest) {
  std::string text;
  text.reserve(k_digest_digits);
  append_hex(text, digest);
  return text;
}

std::string Cursor::text() const {
  std::string out;
  for (const std::uint64_t number : {position, epoch, sequence}) {
    append_number(out, number);
    out += ':';
  }
  append_hex(out, chain);
  return out;
}

Cursor Cursor::parse(std::string_view text) {
  Cursor cursor;
  const auto refuse = [&] { throw std::invalid_argument("not a cursor: \"" + std::string(text) + '"'); };
  std::string_view rest = text;
  for (std::uint64_t* number : {&cursor.position, &cursor.epoch, &cursor.sequence}) {
    const auto colon = rest.find(':');
    const auto parsed = parse_number(rest.substr(0, colon));
    if (colon == rest.npos || !parsed) refuse();
    *number = *parsed;
    rest.remove_prefix(colon + 1);
  }
  const auto chain = parse_hex(rest);
  if (!chain) refuse();
  cursor.chain = *chain;
  return cursor;
}

std::string encode_commit(const CommitDraft& draft, std::uint64_t epoch, std::uint64_t sequence, const Digest& previous,
                          Digest& chain) {
  require_object(draft.metadata, "metadata");
  std::string out;
  out.reserve(estimated_size(draft));
  out += k_commit_front;
  append_number(out, epoch);
  out += R"(,"sequence":)";
  append_number(out, sequence);
  out += R"(,"command":)";
  append_quoted(out, draft.command_id);
  out += R"(,"actor":)";
  append_quoted(out, draft.actor);
  out += R"(,"time":")";
  append_time(out, draft.time_us);
  out += R"(","meta":)";
  out += draft.metadata;
  out += R"(,"events":[)";
  for (const Event& event : draft.events) {
    if (out.back() == '}') out += ',';
    append_event(out, event);
  }
  out += ']';
  require_utf8(out);
  chain = next_chain(previous, out);
  out += k_chain_member;
  append_hex(out, chain);
  out += "\"}";
  return out;
}

std::string encode_epoch(const EpochRecord& record) {
  std::string out(k_epoch_front);
  append_number(out, record.epoch);
  out += R"(,"writer":)";
  append_quoted(out, record.writer);
  out += R"(,"time":")";
  append_time(out, record.time_us);
  out += "\"}";
  require_utf8(out);
  return out;
}

RecordHead record_head(std::string_view record) {
  const auto take = [&](std::string_view front, std::string_view stop) -> std::string_view {
    if (!record.starts_with(front)) return {};
    record.remove_prefix(front.size());
    const auto value = record.substr(0, record.find_first_of(stop));
    record.remove_prefix(value.size());
    return value;
  };
  if (record.starts_with(k_epoch_front)) return {"epoch", take(k_epoch_front, ",}"), {}, {}};
  if (!record.starts_with(k_commit_front)) return {};
  RecordHead head{"commit", take(k_commit_front, ",}"), take(R"(,"sequence":)", ",}"), {}};
  constexpr std::string_view k_command = R"(,"command":")";
  if (!record.starts_with(k_command)) return head;
  record.remove_prefix(k_command.size());
  std::size_t end = 0;
  while (end < record.size() && record[end] != '"') end += record[end] == '\\' ? 2 : 1;
  head.command = record.substr(0, end);
  return head;
}

CommitFilter::CommitFilter(Cursor from) : cursor_(from) {}

std::variant<std::monostate, EpochRecord, Commit> CommitFilter::accept(Position position, std::string_view record) {
  thread_local Decoder decoder;
  try {
    Cursor next = cursor_;
    next.position = position;
    auto document = checked(decoder.parser.iterate(decoder.pad(record)), "record");
    auto object = checked(document.get_object(), "record");
    const std::string_view type = text_member(object, "type");
    const bool is_commit = type == "commit";
    if (!is_commit && type != "epoch") throw Malformed{"unknown type \"" + std::string(type) + '"'};
    const std::uint64_t epoch = number_member(object, "epoch");
    std::variant<std::monostate, EpochRecord, Commit> result;
    if (is_commit) {
      if (auto commit = accept_commit(next, epoch, object, record)) {
        commit->position = position;
        result = std::move(*commit);
      }
    } else if (auto opened = accept_epoch(next, epoch, object, record)) {
      result = std::move(*opened);
    }
    cursor_ = next;
    return result;
  } catch (const Malformed& malformed) {
    throw LogDamaged(position, malformed.why);
  }
}

}  // namespace alforis::eventstore
