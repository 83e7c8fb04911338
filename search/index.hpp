#pragma once
// The index: documents by number, their texts, and for each term the documents that have it. Says nothing of what a
// document is about, of ranking or of rights.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/analysis.hpp"
#include "search/dictionary.hpp"
#include "search/postings.hpp"
#include "search/store.hpp"

namespace alforis::search {

/// Most fields of a document, and so the first number that is none.
inline constexpr std::uint8_t k_most_fields = 64;

/// A field of a document.
struct Field {
  std::uint8_t number = 0;  ///< below k_most_fields: which field it is; one may be there several times
  FieldKind kind = FieldKind::text;
  std::string text;  ///< valid UTF-8

  friend bool operator==(const Field&, const Field&) = default;
};

/// A term as the index names it: its form's letter, then its text.
std::string term_key(Form form, std::string_view text);

/// Visits the terms of some fields with their places. Fields of one number follow each other with a gap of k_field_gap
/// positions, so that nothing is side by side over their border.
void each_place(std::span<const Field> fields, const std::function<void(const Term& term, Place place)>& visit);

/// The same by the terms' keys, each place once, in order.
using DocumentTerms = std::map<std::string, std::vector<Place>>;
DocumentTerms terms_of(std::span<const Field> fields);
inline constexpr std::uint32_t k_field_gap = 100;

/// How fields are kept, and read again. nullopt: damaged.
std::string encode_fields(std::span<const Field> fields);
std::optional<std::vector<Field>> decode_fields(std::string_view bytes);

/// A block of a term's postings: the documents from number << k_block_bits on.
struct StoredBlock {
  std::uint32_t number = 0;
  std::string bytes;
};

/// One thread writes, any number read.
class Index {
 public:
  /// Opens or makes the index in a directory of its own. `load` is called for each document, by its number, with its
  /// facts. Throws IndexDamaged, IndexUnavailable.
  using Load = std::function<void(DocumentNumber number, std::string_view facts)>;
  Index(const std::filesystem::path& directory, const Load& load, Store::Access access = Store::Access::whole);

  // ---- writing

  /// What is written together. Nothing of it is seen before write().
  class Writing {
   public:
    explicit Writing(Index& index) : index_(index), batch_(index.store_) {}

    /// The document's fields are these from now on. `facts`: the owner's own few bytes about it.
    void put(DocumentNumber number, std::span<const Field> fields, std::string_view facts);
    /// For the owner's own keys.
    StoreBatch& batch() { return batch_; }

   private:
    friend class Index;
    void replace(DocumentNumber number, const DocumentTerms& after);

    Index& index_;
    StoreBatch batch_;
    std::map<DocumentNumber, DocumentTerms> before_;  ///< of those that are changed, what this writing has made of them
    std::unordered_map<std::string, std::string> changes_;  ///< of blocks, one behind the other
    std::map<std::string, std::int64_t> counts_;            ///< of words
    std::map<DocumentNumber, std::uint8_t> lengths_;
  };

  /// `meanwhile` runs while nobody reads: for what the owner keeps in memory beside it.
  void write(Writing& writing, const std::function<void()>& meanwhile = {});

  // ---- reading

  /// While it lives, nothing is written.
  std::shared_lock<std::shared_mutex> reading() const;

  const Dictionary& dictionary() const { return dictionary_; }

  /// Reads posting lists.
  class Postings {
   public:
    explicit Postings(const Index& index) : at_(index.store_, Shelf::postings) {}

    /// All blocks of a term, in order.
    std::vector<StoredBlock> of(std::string_view term);

    /// Blocks of the terms that begin so, at most so many, term by term; `cut` when there are more.
    std::vector<StoredBlock> from(std::string_view beginning, std::size_t most, bool& cut);

   private:
    Store::Cursor at_;
  };

  std::optional<std::vector<Field>> fields(DocumentNumber number) const;
  std::vector<std::optional<std::vector<Field>>> fields(std::span<const DocumentNumber> numbers) const;

  /// How long a document is, as the logarithm to the base of 1.25 of its number of words.
  std::uint8_t length(DocumentNumber number) const { return number < lengths_.size() ? lengths_[number] : 0; }

  /// One past the highest number.
  DocumentNumber end() const { return static_cast<DocumentNumber>(lengths_.size()); }

  Store& store() { return store_; }
  const Store& store() const { return store_; }

 private:
  Store store_;
  Dictionary dictionary_;
  std::vector<std::uint8_t> lengths_;
  mutable std::shared_mutex lock_;
  mutable std::mutex turnstile_;  ///< a writer that waits holds it, else readers that follow each other keep it out
};

}  // namespace alforis::search
