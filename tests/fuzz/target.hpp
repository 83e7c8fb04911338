#pragma once
// What every fuzz target offers: libFuzzer calls it with what it makes up, corpus_replay.cpp with what is kept.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace alforis::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// The text before the next `separator`, which is skipped too; all of it when there is none.
inline std::string_view next(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

/// A promise that must hold whatever comes in.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

}  // namespace alforis::fuzz
