// What a record looks like, what the filter lets pass, and how cursors are written.
#include "eventstore/commit.hpp"

#include <gmock/gmock.h>

#include <random>

namespace alforis::eventstore {
namespace {

using testing::HasSubstr;

constexpr std::int64_t k_time_us = 1'700'000'000'123'456;

CommitDraft draft(std::string command = "c-1") {
  return {std::move(command), "someone", k_time_us, R"({"request":"r-1"})", {{"thing.made.v1", "t-1", R"({"n":1})"}}};
}

std::string epoch(std::uint64_t number, std::string writer = "w") {
  return encode_epoch({number, std::move(writer), 0});
}

/// Writes the records of one writer after another, each continuing the chain.
struct Author {
  Digest chain{};

  std::string commit(std::uint64_t epoch, std::uint64_t sequence, const CommitDraft& what = draft()) {
    return encode_commit(what, epoch, sequence, chain, chain);
  }
};

enum class Outcome { ignored, opened, counted, damaged };

Outcome offer(CommitFilter& filter, const std::string& record) {
  try {
    return static_cast<Outcome>(filter.accept(filter.cursor().position + 1, record).index());
  } catch (const LogDamaged&) {
    return Outcome::damaged;
  }
}

// ---- records ------------------------------------------------------------------------------------------------------

TEST(CommitRecord, IsOneLineOfJsonThatAPersonCanRead) {
  Digest chain{};
  const auto text = encode_commit(draft(), 3, 7, Digest{}, chain);
  EXPECT_EQ(text, R"({"type":"commit","epoch":3,"sequence":7,"command":"c-1","actor":"someone",)"
                  R"("time":"2023-11-14T22:13:20.123456Z","meta":{"request":"r-1"},)"
                  R"("events":[{"type":"thing.made.v1","id":"t-1","data":{"n":1}}],"chain":")" +
                      hex(chain) + "\"}");
}

TEST(CommitRecord, ChainIsTheHashOfTheOneBeforeAndOfTheBytesBeforeIt) {
  // sha256sum of 32 zero bytes and the text, computed with coreutils.
  Digest chain{};
  encode_commit({"c", "a", 0, "{}", {}}, 1, 1, Digest{}, chain);
  EXPECT_EQ(hex(chain), "b12b7bebfc5fdd5f682245bb3b99d6ba5725e2db6c1995436c62757acc090344");
}

TEST(EpochRecordText, IsOneLineOfJsonThatAPersonCanRead) {
  EXPECT_EQ(encode_epoch({4, "host \"a\"#1", -1}),
            R"({"type":"epoch","epoch":4,"writer":"host \"a\"#1","time":"1969-12-31T23:59:59.999999Z"})");
}

class RoundTrip : public testing::TestWithParam<CommitDraft> {};

TEST_P(RoundTrip, GivesBackEveryByte) {
  CommitFilter filter;
  Author author;
  ASSERT_EQ(offer(filter, epoch(1)), Outcome::opened);
  auto accepted = filter.accept(2, author.commit(1, 1, GetParam()));
  const auto* commit = std::get_if<Commit>(&accepted);
  ASSERT_TRUE(commit);
  EXPECT_EQ(static_cast<const CommitDraft&>(*commit), GetParam());
  EXPECT_EQ(commit->position, 2u);
  EXPECT_EQ(commit->epoch, 1u);
  EXPECT_EQ(commit->sequence, 1u);
  EXPECT_EQ(commit->chain, author.chain);
  EXPECT_EQ(filter.cursor(), (Cursor{2, 1, 1, author.chain}));
}

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += R"({"a":)";
  return text + "{}" + std::string(depth, '}');
}

INSTANTIATE_TEST_SUITE_P(
    Drafts, RoundTrip,
    testing::Values(
        CommitDraft{"", "", 0, "{}", {}},
        CommitDraft{
            "quote\" back\\slash", std::string("nul\0tab\t\x1f\x7f", 10), 1, "{}", {{"t", "é 漢 🙂", "{}"}}},
        CommitDraft{"c", "a", -62'167'219'200'000'000, "{}", {}},  // 0000-01-01T00:00:00Z
        CommitDraft{"c", "a", 253'402'300'799'999'999, "{}", {}},  // 9999-12-31T23:59:59.999999Z
        CommitDraft{"c", "a", 951'782'400'000'001, "{}", {}},      // 29 February 2000
        CommitDraft{"c", "a", 0, "{ \"spaces\" : [ 1.50 , -0e-7 ,\t\"\\u00e9\\/\" ] , \"spaces\": {\n} }", {}},
        CommitDraft{"c", "a", 0, "{}", {{"t", "1", R"({"chain":"x","type":"epoch"})"}, {"", "", "{\"}\":\"{\\\"\"}"}}},
        CommitDraft{"c", "a", 0, nested(500), {{"t", "1", nested(500)}}},
        CommitDraft{"c", "a", 0, "{}", {{"t", "1", "{\"long\":\"" + std::string(1 << 20, 'x') + "\"}"}}},
        CommitDraft{"c", "a", 0, "{}", std::vector<Event>(1000, {"thing.made.v1", "id", R"({"k":[1,2,3]})"})}));

class Refused : public testing::TestWithParam<CommitDraft> {};

TEST_P(Refused, BecauseNoReaderCouldGiveItBack) {
  Digest chain{};
  EXPECT_THROW(encode_commit(GetParam(), 1, 1, Digest{}, chain), std::invalid_argument);
  EXPECT_EQ(chain, Digest{});
}

CommitDraft with_data(std::string data) { return {"c", "a", 0, "{}", {{"t", "1", std::move(data)}}}; }

INSTANTIATE_TEST_SUITE_P(Drafts, Refused,
                         testing::Values(with_data(""), with_data("[]"), with_data("1"), with_data(" {}"),
                                         with_data("{} "), with_data("{"), with_data("{}}"), with_data(R"({},"x":{})"),
                                         with_data(R"({"a":1}}],"x":[{"b":{})"), with_data(R"({"a":})"),
                                         with_data("{\"a\":\"\n\"}"), with_data("{\"a\":\"\xff\"}"),
                                         CommitDraft{"c", "a", 0, "null", {}}, CommitDraft{"\xc3", "a", 0, "{}", {}},
                                         CommitDraft{"c", "\xed\xa0\x80", 0, "{}", {}},
                                         CommitDraft{"c", "a", 0, "{}", {{"\xfe", "1", "{}"}}},
                                         CommitDraft{"c", "a", 253'402'300'800'000'000, "{}", {}},
                                         CommitDraft{"c", "a", -62'167'219'200'000'001, "{}", {}}));

TEST(RecordHeadText, SaysWhatTheRecordIs) {
  Author author;
  const auto commit = author.commit(12, 34, draft("a\"b"));
  const auto opened = epoch(5);
  EXPECT_EQ(record_head(commit).type, "commit");
  EXPECT_EQ(record_head(commit).epoch, "12");
  EXPECT_EQ(record_head(commit).sequence, "34");
  EXPECT_EQ(record_head(commit).command, R"(a\"b)");
  EXPECT_EQ(record_head(opened).type, "epoch");
  EXPECT_EQ(record_head(opened).epoch, "5");
  EXPECT_EQ(record_head(opened).command, "");
  for (std::size_t size = 0; size < commit.size(); ++size) record_head(commit.substr(0, size));  // reads no further
  EXPECT_EQ(record_head("{}").type, "");
}

// ---- the filter ---------------------------------------------------------------------------------------------------

TEST(CommitFilter, CountsOnlyTheNextSequenceOfTheNewestEpoch) {
  CommitFilter filter;
  Author author;
  const auto offer_all = [&](std::vector<std::pair<std::string, Outcome>> rows) {
    for (const auto& [record, outcome] : rows) EXPECT_EQ(offer(filter, record), outcome) << record;
  };
  const auto first = author.commit(1, 1);
  const auto deposed = Author{author.chain}.commit(1, 2);
  const auto second = author.commit(2, 1);
  offer_all({{epoch(1, "a"), Outcome::opened},
             {epoch(1, "b"), Outcome::ignored},  // lost the race
             {first, Outcome::counted},
             {first, Outcome::ignored},                  // sent twice
             {Author{}.commit(1, 3), Outcome::ignored},  // sequence 2 was not written
             {epoch(2, "b"), Outcome::opened},
             {deposed, Outcome::ignored},
             {epoch(1, "c"), Outcome::ignored},
             {epoch(2, "c"), Outcome::ignored},
             {second, Outcome::counted},
             {epoch(3, "a"), Outcome::opened},
             {epoch(4, "b"), Outcome::opened},  // nobody wrote in epoch 3
             {author.commit(4, 1), Outcome::counted},
             {author.commit(4, 2), Outcome::counted}});
  EXPECT_EQ(filter.cursor(), (Cursor{14, 4, 2, author.chain}));
}

TEST(CommitFilter, TellsWhichEpochOpened) {
  CommitFilter filter;
  auto accepted = filter.accept(1, encode_epoch({1, "host#1", k_time_us}));
  ASSERT_TRUE(std::holds_alternative<EpochRecord>(accepted));
  EXPECT_EQ(std::get<EpochRecord>(accepted), (EpochRecord{1, "host#1", k_time_us}));
}

TEST(CommitFilter, GoesOnFromEachCursorAlike) {
  std::vector<std::string> records = {epoch(1)};
  Author author;
  for (int i = 1; i <= 5; ++i) records.push_back(author.commit(1, i));
  records.push_back(epoch(2));
  for (int i = 1; i <= 5; ++i) records.push_back(author.commit(2, i));
  CommitFilter whole;
  for (const auto& record : records) {
    CommitFilter resumed(Cursor::parse(whole.cursor().text()));
    for (std::size_t i = whole.cursor().position; i < records.size(); ++i) {
      EXPECT_NE(offer(resumed, records[i]), Outcome::damaged);
    }
    EXPECT_EQ(resumed.cursor(), (Cursor{12, 2, 5, author.chain}));
    offer(whole, record);
  }
}

TEST(CommitFilter, FindsThatAnEpochRecordIsLost) {
  CommitFilter filter;
  EXPECT_EQ(offer(filter, Author{}.commit(1, 1)), Outcome::damaged);
  EXPECT_EQ(offer(filter, epoch(2)), Outcome::damaged);
  EXPECT_EQ(offer(filter, epoch(1)), Outcome::opened);
  EXPECT_EQ(offer(filter, epoch(3)), Outcome::damaged);
}

TEST(CommitFilter, FindsThatACommitIsLost) {
  CommitFilter filter;
  Author author;
  author.commit(1, 1);  // not offered
  EXPECT_EQ(offer(filter, epoch(1)), Outcome::opened);
  EXPECT_EQ(offer(filter, epoch(2)), Outcome::opened);
  EXPECT_EQ(offer(filter, author.commit(2, 1)), Outcome::damaged);
}

TEST(CommitFilter, FindsEveryChangedByteAndEveryCut) {
  const auto record = Author{}.commit(1, 1);
  CommitFilter opened;
  ASSERT_EQ(offer(opened, epoch(1)), Outcome::opened);
  for (std::size_t i = 0; i < record.size(); ++i) {
    auto cut = record.substr(0, i);
    auto changed = record;
    changed[i] ^= 1;
    CommitFilter filter = opened;
    EXPECT_EQ(offer(filter, cut), Outcome::damaged) << cut;
    // A changed epoch or sequence makes it another writer's record; the next commit finds the gap in the chain.
    if (const auto outcome = offer(filter, changed); outcome != Outcome::ignored) {
      EXPECT_EQ(outcome, Outcome::damaged) << changed;
    }
    EXPECT_EQ(filter.cursor().sequence, 0u);
  }
}

TEST(CommitFilter, FindsEveryCutOfAnEpochRecord) {
  const auto record = epoch(1);
  for (std::size_t i = 0; i < record.size(); ++i) {
    CommitFilter filter;
    EXPECT_EQ(offer(filter, record.substr(0, i)), Outcome::damaged);
    EXPECT_EQ(filter.cursor(), Cursor{});
  }
}

TEST(CommitFilter, TakesOnlyRecordsOfOurs) {
  for (const char* foreign : {"", " ", "{}", "[]", "null", "hello", "{\"type\":\"commit\"}", "{\"type\":1}",
                              "{\"type\":\"other\",\"epoch\":1}", "{\"type\":\"epoch\",\"epoch\":-1,\"writer\":\"w\"}",
                              "{\"type\":\"epoch\",\"epoch\":1,\"writer\":\"w\",\"time\":\"yesterday\"}", "\xff\xfe"}) {
    CommitFilter filter;
    EXPECT_EQ(offer(filter, foreign), Outcome::damaged) << foreign;
  }
  CommitFilter filter;
  EXPECT_EQ(offer(filter, epoch(1) + " "), Outcome::damaged);
  EXPECT_EQ(offer(filter, epoch(1) + epoch(2)), Outcome::damaged);
  Author author;
  ASSERT_EQ(offer(filter, epoch(1)), Outcome::opened);
  EXPECT_EQ(offer(filter, author.commit(1, 1) + "\n"), Outcome::damaged);
}

TEST(CommitFilter, SurvivesRandomChanges) {
  std::mt19937_64 random(1);
  Author author;
  const auto record = author.commit(1, 1);
  CommitFilter opened;
  offer(opened, epoch(1));
  for (int round = 0; round < 20'000; ++round) {
    auto text = record;
    for (int i = 0; i < 4; ++i) {
      const auto at = random() % text.size();
      if (random() % 2 == 0) text[at] = static_cast<char>(random());
      if (random() % 4 == 0) text.erase(at, random() % 8);
      if (text.empty()) break;
    }
    CommitFilter filter = opened;
    if (text != record) {
      EXPECT_NE(offer(filter, text), Outcome::counted) << text;
    }
  }
}

TEST(LogDamagedMessage, NamesThePosition) {
  const LogDamaged damage(17, "torn");
  EXPECT_EQ(damage.position, 17u);
  EXPECT_THAT(damage.what(), HasSubstr("position 17: torn"));
}

// ---- cursors ------------------------------------------------------------------------------------------------------

TEST(CursorText, IsReadBack) {
  Cursor cursor{18'446'744'073'709'551'615u, 2, 3, {}};
  for (std::size_t i = 0; i < cursor.chain.size(); ++i) cursor.chain[i] = static_cast<std::uint8_t>(7 * i);
  for (const Cursor& each : {cursor, Cursor{}}) EXPECT_EQ(Cursor::parse(each.text()), each);
  EXPECT_EQ(Cursor{}.text(), "0:0:0:" + std::string(64, '0'));
}

TEST(CursorText, RefusesEverythingElse) {
  const std::string chain(64, 'a');
  for (const std::string& text :
       {std::string(), std::string("0"), std::string("1:2:3"), "1:2:" + chain, "1:2:3:4:" + chain,
        "1:2:3:" + chain + "a", "1:2:3:" + chain.substr(1), "1:2:3:" + std::string(64, 'g'),
        "1:2:3:" + std::string(64, 'A'), "-1:2:3:" + chain, ":2:3:" + chain, "+1:2:3:" + chain, "1 :2:3:" + chain,
        "18446744073709551616:2:3:" + chain}) {
    EXPECT_THROW(Cursor::parse(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace alforis::eventstore
