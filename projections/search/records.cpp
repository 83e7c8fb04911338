#include "projections/search/records.hpp"

#include <array>
#include <cstring>

#include "search/varint.hpp"

namespace alforis::projections {

using domain::EntityKind;
using domain::Uuid;

// ---- keys of the states' shelf

Uuid id_of(std::string_view bytes) {
  std::array<std::uint8_t, 16> raw{};
  if (bytes.size() != raw.size()) throw search::IndexDamaged("the search index has an id of another length");
  std::memcpy(raw.data(), bytes.data(), raw.size());
  return Uuid(raw);
}

std::string_view bytes_of(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

std::string state_prefix(EntityKind kind) { return {'e', static_cast<char>(kind)}; }
std::string state_key(EntityKind kind, const Uuid& id) { return state_prefix(kind) + std::string(bytes_of(id)); }
std::string document_number_key(const Uuid& id) { return 'n' + std::string(bytes_of(id)); }
std::string links_prefix(const Uuid& person) { return 'l' + std::string(bytes_of(person)); }
std::string parked_prefix(std::string_view entity) { return 'p' + std::string(entity) + '\0'; }

std::uint64_t read_number(std::string_view text) {
  std::uint64_t number = 0;
  if (!search::take_varint(text, number))
    throw search::IndexDamaged("the search index has a number that can't be read");
  return number;
}

std::string encode_cursor(const eventstore::Cursor& cursor) {
  std::string bytes;
  search::put_varint(bytes, cursor.position);
  search::put_varint(bytes, cursor.epoch);
  search::put_varint(bytes, cursor.sequence);
  bytes.append(reinterpret_cast<const char*>(cursor.chain.data()), cursor.chain.size());
  return bytes;
}

eventstore::Cursor decode_cursor(std::string_view bytes) {
  eventstore::Cursor cursor;
  if (!search::take_varint(bytes, cursor.position) || !search::take_varint(bytes, cursor.epoch) ||
      !search::take_varint(bytes, cursor.sequence) || bytes.size() != cursor.chain.size()) {
    throw search::IndexDamaged("the search index has a checkpoint that can't be read");
  }
  std::memcpy(cursor.chain.data(), bytes.data(), bytes.size());
  return cursor;
}

// ---- parked events

namespace {

void put_text(std::string& out, std::string_view text) {
  search::put_varint(out, text.size());
  out += text;
}

std::string take_text(std::string_view& in) {
  std::uint64_t size = 0;
  std::string_view text;
  if (!search::take_varint(in, size) || !search::take_bytes(in, size, text)) {
    throw search::IndexDamaged("the search index has a parked event that can't be read");
  }
  return std::string(text);
}

}  // namespace

std::string parked_key(const ParkedEvent& parked) {
  std::string key = parked_prefix(parked.entity_id());
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(parked.commit.position >> shift));
  for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(parked.index >> shift));
  return key;
}

std::string encode_parked(const ParkedEvent& parked) {
  const eventstore::Commit& commit = parked.commit;
  std::string bytes;
  for (const std::uint64_t number : {commit.position, std::uint64_t{parked.index}, commit.epoch, commit.sequence,
                                     static_cast<std::uint64_t>(commit.time_us)}) {
    search::put_varint(bytes, number);
  }
  const eventstore::Event& event = commit.events.front();
  for (const std::string_view text :
       {std::string_view(parked.reason), std::string_view(event.type), std::string_view(event.entity_id),
        std::string_view(event.data), std::string_view(commit.command_id), std::string_view(commit.actor),
        std::string_view(commit.metadata)}) {
    put_text(bytes, text);
  }
  return bytes;
}

ParkedEvent decode_parked(std::string_view bytes) {
  ParkedEvent parked;
  std::array<std::uint64_t, 5> numbers{};
  for (auto& number : numbers) {
    if (!search::take_varint(bytes, number))
      throw search::IndexDamaged("the search index has a parked event that can't be read");
  }
  parked.commit.position = numbers[0];
  parked.index = static_cast<std::uint32_t>(numbers[1]);
  parked.commit.epoch = numbers[2];
  parked.commit.sequence = numbers[3];
  parked.commit.time_us = static_cast<std::int64_t>(numbers[4]);
  parked.reason = take_text(bytes);
  auto& event = parked.commit.events.emplace_back();
  event.type = take_text(bytes);
  event.entity_id = take_text(bytes);
  event.data = take_text(bytes);
  parked.commit.command_id = take_text(bytes);
  parked.commit.actor = take_text(bytes);
  parked.commit.metadata = take_text(bytes);
  return parked;
}

}  // namespace alforis::projections
