// CSV by RFC 4180, and as it really comes.
#include "imports/csv.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace alforis::imports {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows rows_of(std::string_view text, const CsvOptions& options = {}) {
  const auto file = read_csv(text, options);
  EXPECT_TRUE(file);
  Rows rows;
  if (!file) return rows;
  for (const auto& record : file->records) rows.push_back(record.cells);
  return rows;
}

TEST(Csv, LinesEndInLfCrlfOrCrAndTheLastMayHaveNoEnd) {
  const Rows expected = {{"a", "b"}, {"c", "d"}};
  EXPECT_EQ(rows_of("a,b\nc,d\n"), expected);
  EXPECT_EQ(rows_of("a,b\r\nc,d"), expected);
  EXPECT_EQ(rows_of("a,b\rc,d\r"), expected);
}

TEST(Csv, TheDelimiterIsTheOneTheFirstRecordHasMostOf) {
  EXPECT_EQ(read_csv("a;b;c,d\n")->delimiter, ';');
  EXPECT_EQ(read_csv("a\tb\n")->delimiter, '\t');
  EXPECT_EQ(read_csv("a|b|c\n")->delimiter, '|');
  EXPECT_EQ(read_csv("\"x,y,z\";b\n")->delimiter, ';');
  EXPECT_EQ(read_csv("name\nAlpha\n")->delimiter, ',');
  EXPECT_EQ(rows_of("a;b,c\n", {.delimiter = ','}), (Rows{{"a;b", "c"}}));
}

TEST(Csv, QuotedCellsHoldDelimitersQuotesAndLines) {
  EXPECT_EQ(rows_of("\"a;1\";\"say \"\"yes\"\"\";\"two\nlines\"\n"), (Rows{{"a;1", "say \"yes\"", "two\nlines"}}));
  EXPECT_EQ(rows_of("\"a\" ,\"b\"  \n"), (Rows{{"a", "b"}}));
  EXPECT_EQ(rows_of("a\"b,c\n"), (Rows{{"a\"b", "c"}}));
}

TEST(Csv, EveryRecordKnowsItsPhysicalLine) {
  const auto file = read_csv("h,i\r\n\"1\r\n2\r\n3\",x\r\n\r\n4,y\r\n");
  ASSERT_TRUE(file);
  ASSERT_EQ(file->records.size(), 3U);
  EXPECT_EQ(file->records[1].line, 2);
  EXPECT_EQ(file->records[2].line, 6);
}

TEST(Csv, AByteOrderMarkAndExcelsHintAreNoText) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBFname;x\nA;1\n"), (Rows{{"name", "x"}, {"A", "1"}}));
  EXPECT_EQ(rows_of("sep=|\r\na;b|c\r\n"), (Rows{{"a;b", "c"}}));
}

TEST(Csv, AQuoteThatIsNotDoubledStandsForItselfAndIsTold) {
  const auto file = read_csv("a;b\n\"only \\\"managed\\\" accounts\";x\n");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->records[1].cells, (std::vector<std::string>{R"(only \"managed\" accounts)", "x"}));
  ASSERT_EQ(file->notices.size(), 1U);
  EXPECT_EQ(file->notices[0].code, "stray_quote");
  EXPECT_EQ(file->notices[0].line, 2);
}

TEST(Csv, AQuoteThatNeverEndsIsAnErrorWithItsLine) {
  const auto file = read_csv("a,b\n1,2\n\"open,3\n4,5\n");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error()[0].code, "unterminated_quote");
  EXPECT_NE(file.error()[0].detail.find("line 3"), std::string::npos);
}

TEST(Csv, CellsThatAreNoUtf8AreReadAsWindows1252EachForItself) {
  const auto file = read_csv("name,city\nSoci\xE9t\xE9,\x80 100\nSoci\xC3\xA9t\xC3\xA9,x\n");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->records[1].cells, (std::vector<std::string>{"Société", "€ 100"}));
  EXPECT_EQ(file->records[2].cells[0], "Société");
  ASSERT_EQ(file->notices.size(), 1U);
  EXPECT_EQ(file->notices[0].code, "windows_1252");
  EXPECT_EQ(file->notices[0].message.substr(0, 2), "2 ");
}

TEST(Csv, NulCharactersAreDroppedAndTold) {
  const auto file = read_csv(std::string_view("a,b\n1\0,2\n", 9));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->records[1].cells[0], "1");
  ASSERT_EQ(file->notices.size(), 1U);
  EXPECT_EQ(file->notices[0].code, "nul_character");
}

TEST(Csv, Utf16IsRefusedInWords) {
  const auto file = read_csv("\xFF\xFEn\0a\0");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error()[0].code, "utf16");
}

TEST(Csv, NothingGivesNothing) {
  EXPECT_TRUE(rows_of("").empty());
  EXPECT_TRUE(rows_of("\n\r\n\n").empty());
  EXPECT_TRUE(rows_of("\xEF\xBB\xBF").empty());
}

TEST(Csv, WhatIsWrittenReadsBack) {
  std::mt19937 random(7);
  constexpr std::string_view k_characters = "ab\",;\n\r x";
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> cells = {"first"};
    for (int i = 0; i < 3; ++i) {
      std::string cell = "c";
      for (std::size_t length = random() % 8; length > 0; --length)
        cell += k_characters[random() % k_characters.size()];
      cells.push_back(cell + "d");
    }
    std::string line;
    for (const auto& cell : cells) {
      if (!line.empty()) line += ',';
      append_csv_cell(line, cell);
    }
    ASSERT_EQ(rows_of(line + "\r\n", {.delimiter = ','}), Rows{cells}) << line;
  }
}

TEST(Csv, CellsThatSpreadsheetsWouldComputeAreNeutralised) {
  std::string out;
  append_csv_cell(out, "=1+1");
  EXPECT_EQ(out, "'=1+1");
  out.clear();
  append_csv_cell(out, "@a,b");
  EXPECT_EQ(out, "\"'@a,b\"");
}

TEST(Csv, GarbageNeverCrashes) {
  std::mt19937 random(11);
  constexpr std::string_view k_characters = "\"\"\",;\t|\r\n \\a\xC3\xA9\x80\xFF=";
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::size_t length = random() % 60; length > 0; --length) text += k_characters[random() % k_characters.size()];
    const auto file = read_csv(text);
    EXPECT_TRUE(file || file.error()[0].code == "unterminated_quote");
  }
}

}  // namespace
}  // namespace alforis::imports
