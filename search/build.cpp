#include "search/build.hpp"

#include <algorithm>
#include <array>

#include "search/keys.hpp"

namespace alforis::search {

void BlockOfDocuments::Postings::finish_document() {
  if (places.empty()) return;
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  block.add(local_number(document), encode_places(places));
  places.clear();
  ++documents;
}

void BlockOfDocuments::add(DocumentNumber number, std::span<const Field> fields, std::string_view facts) {
  std::size_t words = 0;
  each_place(fields, [&](const Term& term, Place place) {
    key_.assign(1, static_cast<char>(term.form));
    key_ += term.text;
    Postings& postings = terms_[key_];
    if (postings.document != number) postings.finish_document();
    postings.document = number;
    postings.places.push_back(place);
    words += term.form == Form::word ? 1 : 0;
  });
  documents_.emplace_back(number_key(number), document_record(length_code(words), facts));
  texts_.emplace_back(number_key(number), encode_fields(fields));
}

void BlockOfDocuments::load_into(Store& store, WordCounts& words) {
  if (documents_.empty()) return;
  const std::string block = documents_.front().first;
  SortedPairs postings;
  postings.reserve(terms_.size());
  for (auto& [term, of] : terms_) {
    of.finish_document();
    postings.emplace_back(posting_key(term, number_of(block)), of.block.finish());
    if (is_word(term)) words[term.substr(1)] += of.documents;
  }
  terms_.clear();
  std::sort(postings.begin(), postings.end());
  store.load(Shelf::postings, postings);
  store.load(Shelf::documents, documents_);
  store.load(Shelf::texts, texts_);
  documents_.clear();
  texts_.clear();
}

void load_words(Store& store, const WordCounts& words) {
  SortedPairs pairs;
  pairs.reserve(words.size());
  for (const auto& [word, count] : words) pairs.emplace_back(word, count_text(count));
  std::sort(pairs.begin(), pairs.end());
  store.load(Shelf::words, pairs);
}

}  // namespace alforis::search
