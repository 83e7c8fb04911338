#pragma once
// The keys and small values of the index's shelves.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "search/analysis.hpp"
#include "search/postings.hpp"
#include "search/store.hpp"
#include "search/varint.hpp"

namespace alforis::search {

/// Four bytes in the order of the numbers.
inline std::string number_key(std::uint32_t number) {
  std::string key(4, '\0');
  for (int i = 3; i >= 0; --i, number >>= 8) key[static_cast<std::size_t>(i)] = static_cast<char>(number & 0xff);
  return key;
}

/// The number that a key ends with. Throws IndexDamaged.
inline std::uint32_t number_of(std::string_view key) {
  if (key.size() < 4) throw IndexDamaged("the search index has a key that ends early");
  std::uint32_t number = 0;
  for (const char c : key.substr(key.size() - 4)) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}

/// No term has a NUL, so that a term's blocks never lie between those of another.
inline std::string posting_prefix(std::string_view term) {
  std::string key(term);
  key.push_back('\0');
  return key;
}

/// Of the block that has the document.
inline std::string posting_key(std::string_view term, DocumentNumber document) {
  return posting_prefix(term) + number_key(document >> k_block_bits);
}

inline std::uint32_t local_number(DocumentNumber document) { return document & (k_block_documents - 1); }

/// Whether a term's key (term_key) is that of a word.
inline bool is_word(std::string_view term) { return term.front() == static_cast<char>(Form::word); }

/// A number of words as its logarithm to the base of 1.25.
inline std::uint8_t length_code(std::size_t words) {
  return static_cast<std::uint8_t>(std::min(255.0, std::log(static_cast<double>(words) + 1) / std::log(1.25)));
}

inline std::string document_record(std::uint8_t length, std::string_view facts) {
  std::string record(1, static_cast<char>(length));
  record += facts;
  return record;
}

inline std::string count_text(std::uint64_t count) {
  std::string text;
  put_varint(text, count);
  return text;
}

}  // namespace alforis::search
