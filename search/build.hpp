#pragma once
// Filling an empty index: whole blocks of documents at a time, written as sorted files that RocksDB takes over as they
// are. Many times the speed of Index::write, and several blocks can be made at once.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "search/index.hpp"

namespace alforis::search {

/// How many documents have a word.
using WordCounts = std::unordered_map<std::string, std::uint32_t>;

/// Documents of one block of numbers (number >> k_block_bits). What it makes is byte for byte what Index::write makes
/// of the same documents when all changes are worked in.
class BlockOfDocuments {
 public:
  /// `number` rises from call to call and stays within one block.
  void add(DocumentNumber number, std::span<const Field> fields, std::string_view facts);

  /// Writes everything into `store`, which has nothing of this block yet; adds the documents of each word to `words`.
  /// It is empty then.
  void load_into(Store& store, WordCounts& words);

 private:
  struct Postings {
    BlockBuilder block;
    std::vector<Place> places;  ///< of `document`, which is not in the block yet
    DocumentNumber document = 0;
    std::uint32_t documents = 0;
    void finish_document();
  };

  std::unordered_map<std::string, Postings> terms_;
  SortedPairs documents_;
  SortedPairs texts_;
  std::string key_;
};

/// Writes the words of all blocks, once the last block is there.
void load_words(Store& store, const WordCounts& words);

}  // namespace alforis::search
