#include "search/index.hpp"

#include "search/keys.hpp"

namespace alforis::search {

namespace {

std::uint8_t length_of(const DocumentTerms& terms) {
  std::size_t words = 0;
  for (const auto& [key, places] : terms) words += is_word(key) ? places.size() : 0;
  return length_code(words);
}

}  // namespace

std::string term_key(Form form, std::string_view text) {
  std::string key(1, static_cast<char>(form));
  key += text;
  return key;
}

void each_place(std::span<const Field> fields, const std::function<void(const Term& term, Place place)>& visit) {
  std::array<std::uint32_t, k_most_fields> next{};
  for (const Field& field : fields) {
    std::uint32_t& from = next[field.number];
    std::uint32_t last = 0;
    for (const Term& term : analyse(field.kind, field.text)) {
      visit(term, {field.number, from + term.position});
      last = term.position + 1;
    }
    if (last > 0) from += last + k_field_gap;
  }
}

DocumentTerms terms_of(std::span<const Field> fields) {
  DocumentTerms terms;
  each_place(fields, [&](const Term& term, Place place) { terms[term_key(term.form, term.text)].push_back(place); });
  for (auto& [key, places] : terms) {
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
  }
  return terms;
}

std::string encode_fields(std::span<const Field> fields) {
  std::string bytes;
  for (const Field& field : fields) {
    bytes.push_back(static_cast<char>(field.number));
    bytes.push_back(static_cast<char>(field.kind));
    put_varint(bytes, field.text.size());
    bytes += field.text;
  }
  return bytes;
}

std::optional<std::vector<Field>> decode_fields(std::string_view bytes) {
  std::vector<Field> fields;
  while (!bytes.empty()) {
    if (bytes.size() < 3) return std::nullopt;
    Field field{static_cast<std::uint8_t>(bytes[0]), static_cast<FieldKind>(bytes[1]), {}};
    if (field.number >= k_most_fields || field.kind > FieldKind::shown) return std::nullopt;
    bytes.remove_prefix(2);
    std::uint64_t size = 0;
    std::string_view text;
    if (!take_varint(bytes, size) || !take_bytes(bytes, size, text)) return std::nullopt;
    field.text = text;
    fields.push_back(std::move(field));
  }
  return fields;
}

// ---- opening

Index::Index(const std::filesystem::path& directory, const Load& load, Store::Access access)
    : store_(directory, access) {
  std::vector<std::pair<std::string, std::uint32_t>> words;
  store_.scan(Shelf::words, {}, {}, [&](std::string_view key, std::string_view value) {
    std::uint64_t count = 0;
    if (!take_varint(value, count)) throw IndexDamaged("the search index has a word without a count");
    words.emplace_back(key, static_cast<std::uint32_t>(count));
    return true;
  });
  dictionary_.fill(std::move(words));
  store_.scan(Shelf::documents, {}, {}, [&](std::string_view key, std::string_view value) {
    const DocumentNumber number = number_of(key);
    if (value.empty()) throw IndexDamaged("the search index has an empty document");
    if (number >= lengths_.size()) lengths_.resize(number + 1);
    lengths_[number] = static_cast<std::uint8_t>(value.front());
    load(number, value.substr(1));
    return true;
  });
}

// ---- writing

void Index::Writing::put(DocumentNumber number, std::span<const Field> fields, std::string_view facts) {
  const DocumentTerms after = terms_of(fields);
  replace(number, after);
  lengths_[number] = length_of(after);
  batch_.put(Shelf::texts, number_key(number), encode_fields(fields));
  batch_.put(Shelf::documents, number_key(number), document_record(lengths_[number], facts));
}

/// Touches the terms that differ alone.
void Index::Writing::replace(DocumentNumber number, const DocumentTerms& after) {
  auto [known, fresh] = before_.try_emplace(number);
  if (fresh) {
    if (const auto fields = index_.fields(number)) known->second = terms_of(*fields);
  }
  DocumentTerms& before = known->second;
  for (const auto& [key, places] : before) {
    if (after.contains(key)) continue;
    changes_[posting_key(key, number)] += encode_absence(local_number(number));
    if (is_word(key)) --counts_[key.substr(1)];
  }
  for (const auto& [key, places] : after) {
    const auto had = before.find(key);
    if (had != before.end() && had->second == places) continue;
    changes_[posting_key(key, number)] += encode_posting(local_number(number), encode_places(places));
    if (had == before.end() && is_word(key)) ++counts_[key.substr(1)];
  }
  before = after;
}

void Index::write(Writing& writing, const std::function<void()>& meanwhile) {
  // In order: neighbours are found faster in RocksDB's skip list.
  std::vector<const std::pair<const std::string, std::string>*> changes;
  changes.reserve(writing.changes_.size());
  for (const auto& change : writing.changes_) changes.push_back(&change);
  std::sort(changes.begin(), changes.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* change : changes) writing.batch_.merge(change->first, change->second);
  for (const auto& [word, change] : writing.counts_) {
    if (change == 0) continue;
    const auto count = static_cast<std::int64_t>(dictionary_.documents(word)) + change;
    if (count > 0) {
      writing.batch_.put(Shelf::words, word, count_text(static_cast<std::uint64_t>(count)));
    } else {
      writing.batch_.erase(Shelf::words, word);
    }
  }
  const std::lock_guard no_more(turnstile_);
  const std::unique_lock alone(lock_);
  store_.write(writing.batch_);
  for (const auto& [word, change] : writing.counts_) {
    if (change != 0) dictionary_.count(word, change);
  }
  for (const auto& [number, length] : writing.lengths_) {
    if (number >= lengths_.size()) lengths_.resize(number + 1);
    lengths_[number] = length;
  }
  if (meanwhile) meanwhile();
}

// ---- reading

std::shared_lock<std::shared_mutex> Index::reading() const {
  { const std::lock_guard after_writers(turnstile_); }
  return std::shared_lock(lock_);
}

std::vector<StoredBlock> Index::Postings::of(std::string_view term) {
  std::vector<StoredBlock> blocks;
  const std::string prefix = posting_prefix(term);
  for (at_.seek(prefix); !at_.at_end() && at_.key().starts_with(prefix); at_.next()) {
    blocks.push_back({number_of(at_.key()), std::string(at_.value())});
  }
  return blocks;
}

std::vector<StoredBlock> Index::Postings::from(std::string_view beginning, std::size_t most, bool& cut) {
  std::vector<StoredBlock> blocks;
  for (at_.seek(beginning); !at_.at_end() && at_.key().starts_with(beginning); at_.next()) {
    if (blocks.size() == most) {
      cut = true;
      break;
    }
    blocks.push_back({number_of(at_.key()), std::string(at_.value())});
  }
  return blocks;
}

std::optional<std::vector<Field>> Index::fields(DocumentNumber number) const {
  const auto bytes = store_.get(Shelf::texts, number_key(number));
  if (!bytes) return std::nullopt;
  auto fields = decode_fields(*bytes);
  if (!fields) throw IndexDamaged("the search index has fields that can't be read");
  return fields;
}

std::vector<std::optional<std::vector<Field>>> Index::fields(std::span<const DocumentNumber> numbers) const {
  std::vector<std::string> keys;
  for (const DocumentNumber number : numbers) keys.push_back(number_key(number));
  std::vector<std::optional<std::vector<Field>>> all;
  for (const auto& bytes : store_.get(Shelf::texts, keys)) {
    all.push_back(bytes ? decode_fields(*bytes) : std::nullopt);
    if (bytes && !all.back()) throw IndexDamaged("the search index has fields that can't be read");
  }
  return all;
}

}  // namespace alforis::search
