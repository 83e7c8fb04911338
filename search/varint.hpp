#pragma once
// LEB128: seven bits a byte, the lowest first.

#include <cstdint>
#include <string>
#include <string_view>

namespace alforis::search {

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Takes a number from the front of `in`; false when there is none, or one above 2^63.
inline bool take_varint(std::string_view& in, std::uint64_t& value) {
  if (!in.empty() && static_cast<unsigned char>(in[0]) < 0x80) {
    value = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    return true;
  }
  value = 0;
  for (std::size_t i = 0; i < in.size() && i < 9; ++i) {
    const auto byte = static_cast<unsigned char>(in[i]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      in.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

/// So many bytes from the front of `in`; false when there are fewer.
inline bool take_bytes(std::string_view& in, std::uint64_t count, std::string_view& bytes) {
  if (count > in.size()) return false;
  bytes = in.substr(0, count);
  in.remove_prefix(count);
  return true;
}

}  // namespace alforis::search
