// Fields as PostgreSQL reads them: lengths and bytes, also of what only exists while it is copied.
#include "projections/postgres/copy_buffer.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/values/uuid.hpp"

namespace alforis::projections::postgres {
namespace {

std::string big_endian(std::int32_t value) {
  std::string bytes(4, '\0');
  for (int at = 3; at >= 0; --at, value >>= 8) bytes[static_cast<std::size_t>(at)] = static_cast<char>(value & 255);
  return bytes;
}

/// A text[] with lower bound 1, as array_recv() of PostgreSQL takes it.
std::string array_of(const std::vector<std::string>& texts) {
  std::string array = big_endian(texts.empty() ? 0 : 1) + big_endian(0) + big_endian(25);
  if (!texts.empty()) array += big_endian(static_cast<std::int32_t>(texts.size())) + big_endian(1);
  for (const auto& text : texts) array += big_endian(static_cast<std::int32_t>(text.size())) + text;
  return big_endian(static_cast<std::int32_t>(array.size())) + array;
}

template <class Range>
std::string written(const Range& texts) {
  constexpr std::size_t k_header = 19 + 2;  // the file's and the row's
  constexpr std::size_t k_trailer = 2;
  CopyBuffer out;
  out.begin_row(1);
  out.text_array(texts);
  const std::string_view all = out.finish();
  return std::string(all.substr(k_header, all.size() - k_header - k_trailer));
}

TEST(CopyBuffer, WritesAnArrayOfTexts) {
  EXPECT_EQ(written(std::vector<std::string>{"fonds", "mandat"}), array_of({"fonds", "mandat"}));
  EXPECT_EQ(written(std::vector<std::string>{}), array_of({}));
}

TEST(CopyBuffer, WritesAnArrayOfIdsWhoseTextsLastOnlyWhileTheyAreCopied) {
  const std::vector<std::string> texts{"01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058"};
  std::vector<domain::Uuid> ids;
  for (const auto& text : texts) ids.push_back(*domain::Uuid::parse(text));
  EXPECT_EQ(written(ids), array_of(texts));
}

}  // namespace
}  // namespace alforis::projections::postgres
