#pragma once
// Posting lists: which documents have a term, and where in them. A list is cut into blocks by document number, so that
// one document's change touches one block. Pure.
//
// A block is read far more often than it changes, and its changes come one by one: it is a base, which is whole, and
// behind it the changes since, which only have to be appended (concatenation is RocksDB's merge). Numbers are LEB128.
//
//   block   = size of base, base, change*
//   base    = count, gap*count, size of the next part, size of places*count, places*count
//   change  = local number * 2 + (1: has the term, 0: no longer), and with 1: size of places, places
//   places  = (field * 2 + 1, position | difference of positions * 2)+       the second in the same field as before

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::search {

/// A document's number, dense from 0.
using DocumentNumber = std::uint32_t;

/// Documents of a block: 2^k_block_bits.
inline constexpr unsigned k_block_bits = 14;
inline constexpr std::uint32_t k_block_documents = 1U << k_block_bits;

/// Where a term stands in a document.
struct Place {
  std::uint8_t field = 0;
  std::uint32_t position = 0;  ///< of the word in the field

  friend auto operator<=>(const Place&, const Place&) = default;
};

/// `places` are in order, each once, not empty.
std::string encode_places(std::span<const Place> places);

/// Appends to `places`; false when the bytes are no places, and what was appended is then worth nothing.
bool decode_places(std::string_view bytes, std::vector<Place>& places);

/// One change of a block, to be appended to it. `local`: the document's number within the block.
std::string encode_posting(std::uint32_t local, std::string_view places);
std::string encode_absence(std::uint32_t local);

/// Makes a whole block of postings that come in order.
class BlockBuilder {
 public:
  /// `local` rises from call to call.
  void add(std::uint32_t local, std::string_view places);
  bool empty() const { return count_ == 0; }
  /// The block; the builder is empty again.
  std::string finish();

 private:
  std::uint32_t count_ = 0;
  std::uint32_t next_ = 0;
  std::string gaps_;
  std::string sizes_;
  std::string places_;
};

/// The postings of a block. What it was read from outlives it.
class Block {
 public:
  /// False when the bytes are no block: they are damaged.
  bool read(std::string_view bytes);

  /// Numbers within the block, rising.
  std::span<const std::uint16_t> documents() const { return documents_; }

  /// Where the term stands in the index-th document, encoded. Empty when the block is damaged there: looked at only
  /// now.
  std::string_view places(std::size_t index);

 private:
  bool read_base(std::string_view base);
  bool apply(std::string_view changes);

  std::vector<std::uint16_t> documents_;
  std::string_view sizes_;  ///< of places, not looked at until somebody asks
  std::string_view places_;
  std::vector<std::uint32_t> offsets_;     ///< of places, found when first asked for; one more than documents
  std::vector<std::string_view> applied_;  ///< places one by one, where there were changes
};

/// How many documents a block has, its latest changes not looked at: for estimates.
std::uint32_t about_documents(std::string_view block);

/// What a block becomes with changes behind it: appended as long as they are few beside its base, else worked into it.
/// nullopt when it is damaged. `block` is nullopt when there is none yet.
std::optional<std::string> merge_block(std::optional<std::string_view> block,
                                       std::span<const std::string_view> changes);

}  // namespace alforis::search
