#include "search/postings.hpp"

#include "search/varint.hpp"

namespace alforis::search {

namespace {

/// Changes behind a base of so many bytes that are left as they are. More are worked in: reading them all each time
/// would cost more than writing the base once.
std::size_t most_appended(std::size_t base) { return 256 + base / 8; }

struct Change {
  std::uint32_t local = 0;
  std::optional<std::string_view> places;  ///< nullopt: gone
};

bool take_change(std::string_view& in, Change& change) {
  std::uint64_t tag = 0;
  if (!take_varint(in, tag) || tag >> 1 >= k_block_documents) return false;
  change.local = static_cast<std::uint32_t>(tag >> 1);
  change.places.reset();
  if ((tag & 1) == 0) return true;
  std::uint64_t size = 0;
  std::string_view places;
  if (!take_varint(in, size) || !take_bytes(in, size, places) || places.empty()) return false;
  change.places = places;
  return true;
}

/// Base and changes of a block; false when it has no such parts.
bool split(std::string_view block, std::string_view& base, std::string_view& changes) {
  std::uint64_t size = 0;
  if (!take_varint(block, size) || !take_bytes(block, size, base)) return false;
  changes = block;
  return true;
}

}  // namespace

// ---- places

std::string encode_places(std::span<const Place> places) {
  std::string bytes;
  std::optional<Place> before;
  for (const Place& place : places) {
    if (before && before->field == place.field) {
      put_varint(bytes, std::uint64_t{place.position - before->position} << 1);
    } else {
      put_varint(bytes, std::uint64_t{place.field} << 1 | 1);
      put_varint(bytes, place.position);
    }
    before = place;
  }
  return bytes;
}

bool decode_places(std::string_view bytes, std::vector<Place>& places) {
  std::optional<Place> at;
  while (!bytes.empty()) {
    std::uint64_t tag = 0;
    if (!take_varint(bytes, tag)) return false;
    if ((tag & 1) != 0) {
      std::uint64_t position = 0;
      if (tag >> 1 > 0xff || !take_varint(bytes, position) || position > UINT32_MAX) return false;
      at = Place{static_cast<std::uint8_t>(tag >> 1), static_cast<std::uint32_t>(position)};
    } else {
      if (!at || (tag >> 1) > UINT32_MAX - at->position) return false;
      at->position += static_cast<std::uint32_t>(tag >> 1);
    }
    places.push_back(*at);
  }
  return at.has_value();
}

std::string encode_posting(std::uint32_t local, std::string_view places) {
  std::string bytes;
  put_varint(bytes, std::uint64_t{local} << 1 | 1);
  put_varint(bytes, places.size());
  bytes += places;
  return bytes;
}

std::string encode_absence(std::uint32_t local) {
  std::string bytes;
  put_varint(bytes, std::uint64_t{local} << 1);
  return bytes;
}

// ---- blocks

void BlockBuilder::add(std::uint32_t local, std::string_view places) {
  put_varint(gaps_, local - next_);
  put_varint(sizes_, places.size());
  places_ += places;
  next_ = local + 1;
  ++count_;
}

std::string BlockBuilder::finish() {
  std::string base;
  base.reserve(gaps_.size() + sizes_.size() + places_.size() + 12);
  put_varint(base, count_);
  base += gaps_;
  put_varint(base, sizes_.size());
  base += sizes_;
  base += places_;
  std::string block;
  block.reserve(base.size() + 4);
  put_varint(block, base.size());
  block += base;
  count_ = 0;
  next_ = 0;
  gaps_.clear();
  sizes_.clear();
  places_.clear();
  return block;
}

bool Block::read(std::string_view bytes) {
  documents_.clear();
  offsets_.clear();
  applied_.clear();
  std::string_view base;
  std::string_view changes;
  if (!split(bytes, base, changes) || !read_base(base)) return false;
  return changes.empty() || apply(changes);
}

bool Block::read_base(std::string_view base) {
  sizes_ = {};
  places_ = {};
  if (base.empty()) return true;
  std::uint64_t count = 0;
  if (!take_varint(base, count) || count > k_block_documents) return false;
  documents_.resize(count);
  std::uint64_t next = 0;
  for (auto& document : documents_) {
    std::uint64_t gap = 0;
    if (!take_varint(base, gap) || gap >= k_block_documents - next) return false;
    next += gap;
    document = static_cast<std::uint16_t>(next++);
  }
  std::uint64_t size = 0;
  if (!take_varint(base, size) || !take_bytes(base, size, sizes_)) return false;
  places_ = base;
  return true;
}

std::string_view Block::places(std::size_t index) {
  if (!applied_.empty()) return applied_[index];
  if (offsets_.empty()) {
    offsets_.reserve(documents_.size() + 1);
    offsets_.push_back(0);
    std::string_view rest = sizes_;
    for (std::uint64_t size = 0; take_varint(rest, size);) {
      offsets_.push_back(
          static_cast<std::uint32_t>(std::min<std::uint64_t>(offsets_.back() + size, places_.size() + 1)));
    }
  }
  if (offsets_.size() != documents_.size() + 1 || offsets_.back() != places_.size()) return {};
  return places_.substr(offsets_[index], offsets_[index + 1] - offsets_[index]);
}

/// The last change of a document counts.
bool Block::apply(std::string_view changes) {
  std::map<std::uint16_t, std::optional<std::string_view>> last;
  for (Change change; !changes.empty();) {
    if (!take_change(changes, change)) return false;
    last[static_cast<std::uint16_t>(change.local)] = change.places;
  }
  std::vector<std::uint16_t> documents;
  std::vector<std::string_view> all_places;
  const auto keep = [&](std::uint16_t document, std::string_view places) {
    documents.push_back(document);
    all_places.push_back(places);
  };
  auto changed = last.begin();
  const auto keep_changed_before = [&](std::uint32_t document) {
    for (; changed != last.end() && changed->first < document; ++changed) {
      if (changed->second) keep(changed->first, *changed->second);
    }
  };
  for (std::size_t i = 0; i < documents_.size(); ++i) {
    keep_changed_before(documents_[i]);
    if (changed == last.end() || changed->first != documents_[i]) keep(documents_[i], places(i));
  }
  keep_changed_before(k_block_documents);
  documents_ = std::move(documents);
  applied_ = std::move(all_places);
  return true;
}

std::uint32_t about_documents(std::string_view block) {
  std::string_view base;
  std::string_view changes;
  std::uint64_t count = 0;
  if (!split(block, base, changes)) return 0;
  return take_varint(base, count) ? static_cast<std::uint32_t>(count) : 1;
}

std::optional<std::string> merge_block(std::optional<std::string_view> block,
                                       std::span<const std::string_view> changes) {
  const std::string nothing(1, '\0');  // a base of no bytes
  std::string joined(block.value_or(nothing));
  for (const std::string_view change : changes) joined += change;
  std::string_view base;
  std::string_view behind;
  if (!split(joined, base, behind)) return std::nullopt;
  if (behind.size() <= most_appended(base.size())) return joined;
  Block whole;
  if (!whole.read(joined)) return std::nullopt;
  BlockBuilder builder;
  for (std::size_t i = 0; i < whole.documents().size(); ++i) {
    if (whole.places(i).empty()) return std::nullopt;
    builder.add(whole.documents()[i], whole.places(i));
  }
  return builder.finish();
}

}  // namespace alforis::search
