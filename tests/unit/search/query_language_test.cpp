// The search box: operators where they are meant, words everywhere else.
#include "search/query_language.hpp"

#include <gtest/gtest.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace alforis::search {
namespace {

using namespace std::string_literals;

bool knows(std::string_view field, std::string_view value) {
  if (field == "type") return value == "person" || value == "organisation";
  return field == "city" || field == "étape";
}

// One word per clause and filter, so that a table can be read: + goes on, ! negated, '' a phrase, [] a filter.
std::string told(const ParsedQuery& query) {
  std::string out;
  for (const auto& clause : query.clauses) {
    if (!out.empty()) out += ' ';
    if (clause.negated) out += '!';
    out += clause.phrase ? "'" + clause.text + "'" : "<" + clause.text + ">";
    if (clause.may_go_on) out += '+';
  }
  for (const auto& filter : query.filters) {
    if (!out.empty()) out += ' ';
    if (filter.negated) out += '!';
    out += "[" + filter.field + "=" + filter.value + "]";
  }
  return out;
}

struct Row {
  std::string typed;
  std::string expected;
};

void check(const std::vector<Row>& rows) {
  for (const auto& row : rows) EXPECT_EQ(told(parse_query(row.typed, knows)), row.expected) << "typed: " << row.typed;
}

TEST(QueryLanguage, NothingAndBlanksAreNoClause) {
  check({{"", ""}, {" ", ""}, {" \t\r\n\u00A0\u3000", ""}, {"\"", ""}, {"-", ""}, {":", ""}, {"\0"s, ""}});
}

TEST(QueryLanguage, NeighbouringWordsAreOneRunPartedAsTyped) {
  check({{"dupont", "<dupont>+"},
         {"jean dupont", "<jean dupont>+"},
         {"  jean   dupont  ", "<jean   dupont>"},
         {"jean\u00A0dupont", "<jean\u00A0dupont>+"},
         {"M&G  R & D", "<M&G  R & D>+"},
         {"l'Oréal 'x' d’Arcy", "<l'Oréal 'x' d’Arcy>+"}});
}

TEST(QueryLanguage, FiltersTakeNoPartInTheOrderOfWords) {
  check({{"jean type:person dupont", "<jean dupont>+ [type=person]"},
         {"jean  type:person  -city:lyon  dupont", "<jean dupont>+ [type=person] ![city=lyon]"},
         {"city:lyon jean", "<jean>+ [city=lyon]"}});
}

TEST(QueryLanguage, PhrasesAndNegatedClausesPartRuns) {
  check({{"a \"b c\" d", "<a> 'b c' <d>+"},
         {"a -b c", "<a> !<b> <c>+"},
         {"a -\"b c\" d e", "<a> !'b c' <d e>+"},
         {"a -foo:bar c", "<a> !<foo:bar> <c>+"}});
}

TEST(QueryLanguage, AllThreeKindsOfQuotesMakeAPhrase) {
  check({{"\"deux mots\"", "'deux mots'"},
         {"«deux mots»", "'deux mots'"},
         {"“deux mots”", "'deux mots'"},
         {"«\u00A0deux  mots\u00A0»", "'deux  mots'"},
         {"\"un\"", "'un'"},
         {"\"a b\"\"c d\"«e»", "'a b' 'c d' 'e'"},
         {"\"a b\"c", "'a b' <c>+"},
         {"\"type:person -x\"", "'type:person -x'"}});
}

TEST(QueryLanguage, APhraseEndsAtTheFirstQuoteThatClosesItAndOtherQuotesInItAreBlanks) {
  check({{"\"a «b» c\"", "'a  b  c'"},
         {"«a \"b\" c»", "'a  b  c'"},
         {"“a «b” c»", "'a  b' <c>"},
         {"«a «b» c» d", "'a  b' <c  d>+"},
         {"“a \"b\" c", "<a> 'b' <c>+"}});
}

TEST(QueryLanguage, AnUnclosedQuoteIsABlank) {
  check({{"\"deux mots", "<deux mots>+"},
         {"« deux mots", "<deux mots>+"},
         {"“deux mots", "<deux mots>+"},
         {"deux mots\"", "<deux mots>"},
         {"deux mots»", "<deux mots>"},
         {"un ”deux »trois", "<un  deux  trois>+"},
         {"«deux mots\"", "<deux mots>"},
         {"\"a\" \"b", "'a' <b>+"},
         {"-\"deux mots", "<- deux mots>+"}});
}

TEST(QueryLanguage, AQuoteInsideAWordIsABlank) {
  check({{"ab\"cd", "<ab cd>+"},
         {"ab\"cd\" ef", "<ab cd  ef>+"},
         {"ab\"cd \"ef gh\"", "<ab cd> 'ef gh'"},
         {"5\" x 3\" tube", "<5  x 3  tube>+"},
         {"ab«cd ef»gh", "<ab cd ef gh>+"}});
}

TEST(QueryLanguage, AnEmptyPhraseIsNothing) {
  check({{"\"\"", ""},
         {"«»", ""},
         {"“ ”", ""},
         {"-\"\"", ""},
         {"a \"\" b", "<a b>+"},
         {"a \"\"", "<a>"},
         {"-\"\"a", "<a>+"}});
}

TEST(QueryLanguage, AMinusBehindABlankNegatesAWordAPhraseOrAFilter) {
  check({{"-mot", "!<mot>"},
         {"a -mot", "<a> !<mot>"},
         {"a\u00A0-mot", "<a> !<mot>"},
         {"-a -b", "!<a> !<b>"},
         {"-\"deux mots\"", "!'deux mots'"},
         {"-«deux mots»", "!'deux mots'"},
         {"-type:person", "![type=person]"},
         {"-city:\"aix en provence\"", "![city=aix en provence]"},
         {"-Saint-Malo", "!<Saint-Malo>"},
         {"--a", "!<-a>"}});
}

TEST(QueryLanguage, AnyOtherMinusIsPartOfTheWords) {
  check({{"Saint-Malo", "<Saint-Malo>+"},
         {"a - b", "<a - b>+"},
         {"a- b-", "<a- b->+"},
         {"\"a\"-b", "'a' <-b>+"},
         {"city:\"x\"-b", "<-b>+ [city=x]"},
         {"- \"a b\"", "'a b'"},
         {"a –b −c", "<a –b −c>+"}});
}

TEST(QueryLanguage, AKnownFilterIsOneWhateverItsCaseAndItsFieldComesInLowerCase) {
  check({{"type:person", "[type=person]"},
         {"TyPe:person", "[type=person]"},
         {"ÉTAPE:Gagné", "[étape=Gagné]"},
         {"city:Saint-Malo", "[city=Saint-Malo]"},
         {"city:a:b", "[city=a:b]"},
         {"city:a\u2003b", "<b>+ [city=a]"},
         {"city:a\"b", "<b>+ [city=a]"}});
}

TEST(QueryLanguage, AValueMayStandInQuotes) {
  check({{"city:\"aix en provence\"", "[city=aix en provence]"},
         {"city:« Aix »", "[city=Aix]"},
         {"city:“Aix\u00A0en  Provence”", "[city=Aix\u00A0en  Provence]"},
         {"city:\"a «b» c\"d", "<d>+ [city=a «b» c]"},
         {"city:\"-a type:person\"", "[city=-a type:person]"},
         {"city:\"aix en", "<city: aix en>+"}});
}

TEST(QueryLanguage, AnUnknownFilterIsWordsOfTheRun) {
  check({{"a foo:bar b", "<a foo:bar b>+"},
         {"type:robot", "<type:robot>+"},
         {"http://x.fr/?a", "<http://x.fr/?a>+"},
         {"12:30", "<12:30>+"},
         {"foo:\"bar -baz\" b", "<foo: bar -baz  b>+"},
         {"foo:\"bar baz\"", "<foo: bar baz>"},
         {"-foo:bar", "!<foo:bar>"},
         {"-foo:\"bar baz\" b", "!<foo: bar baz> <b>+"}});
}

TEST(QueryLanguage, AFilterWithoutAFieldOrAValueIsWords) {
  check({{"type:", "<type:>+"},
         {"type: person", "<type: person>+"},
         {"type :person", "<type :person>+"},
         {"city:\"\" a", "<city:   a>+"},
         {"city:\" \"", "<city:>"},
         {"-city:", "!<city:>"},
         {"city:\0a"s, "<city: a>+"},
         {":a", "<:a>+"},
         {"a : b", "<a : b>+"}});
}

TEST(QueryLanguage, TheFilterIsOnlyAskedAboutWithAFieldAndAValue) {
  std::vector<std::string> asked;
  parse_query("A:b c: :d e:\"\" f:\" g \" -H:i \"j:k\" l:m:n", [&](std::string_view field, std::string_view value) {
    asked.push_back(std::string(field) + "=" + std::string(value));
    return false;
  });
  EXPECT_EQ(asked, (std::vector<std::string>{"a=b", "f=g", "h=i", "l=m:n"}));
}

TEST(QueryLanguage, OnlyAWordThatEndsTheQueryMayGoOn) {
  check({{"dup", "<dup>+"},
         {"dup ", "<dup>"},
         {"dup\u00A0", "<dup>"},
         {"dup\n", "<dup>"},
         {"dup type:person", "<dup> [type=person]"},
         {"type:person dup", "<dup>+ [type=person]"},
         {"dup -", "<dup ->"},
         {"dup -x", "<dup> !<x>"},
         {"dup \"x\"", "<dup> 'x'"},
         {"\"x\" dup", "'x' <dup>+"},
         {"dup !", "<dup !>"},
         {"dup!", "<dup!>+"},
         {"dup -!", "<dup>"}});
}

TEST(QueryLanguage, AClauseWithoutALetterOrADigitIsLeftOutAndPartsNothing) {
  check({{"!?", ""},
         {"- & +", ""},
         {"\"...\"", ""},
         {"-!", ""},
         {"a \"...\" b", "<a b>+"},
         {"a -- b -> c", "<a b c>+"},
         {"! \"a\" ?", "'a'"},
         {"👍 🎉", ""},
         {"½", "<½>+"},
         {"Ⅳ", "<Ⅳ>+"}});
}

TEST(QueryLanguage, ControlCharactersAndNulAreBlanks) {
  check({{"a\0b"s, "<a b>+"},
         {"a\x01\x7F\u009F-b", "<a> !<b>"},
         {"a\0"s, "<a>"},
         {"\"a\0\x1B\"b\""s, "'a' <b>"},
         {"city:a\x02"s + "b", "<b>+ [city=a]"},
         {"city:\"a\0b\""s, "[city=a b]"},
         {"a\tb\nc", "<a\tb\nc>+"}});
}

TEST(QueryLanguage, EveryScriptIsRead) {
  check({{"שלום עולם", "<שלום עולם>+"},
         {"-\"مرحبا بك\" سلام", "!'مرحبا بك' <سلام>+"},
         {"می\u200Cخواهم", "<می\u200Cخواهم>+"},
         {"東京\u3000-大阪", "<東京> !<大阪>"},
         {"city:Αθήνα", "[city=Αθήνα]"},
         {"e\u0301cole", "<e\u0301cole>+"}});
}

TEST(QueryLanguage, EmojiAreKeptAmongWords) {
  check({{"👩‍🚀 marie 🎉 curie", "<👩‍🚀 marie 🎉 curie>+"},
         {"\"bravo 🎉\"", "'bravo 🎉'"},
         {"city:🎉", "[city=🎉]"},
         {"dup 🎉", "<dup 🎉>"}});
}

TEST(QueryLanguage, BytesThatAreNoUtf8AreBlanks) {
  check({{"a\xFF"s + "b", "<a b>+"},
         {"a\xE2\x80 -b", "<a> !<b>"},
         {"a\xC2"s, "<a>"},
         {"\"a\xE2\x80\" b", "'a' <b>+"},
         {"\xED\xA0\x80", ""},
         {"city:\"a\xC0\xAF"s + "b\"", "[city=a  b]"}});
}

TEST(QueryLanguage, ManyOperatorsAreAllTaken) {
  std::string typed;
  for (int i = 0; i < 300; ++i)
    typed += "w" + std::to_string(i) + " -x type:person -\"y z\" «p q» -city:\"a b\" foo:bar ";
  const auto query = parse_query(typed, knows);
  EXPECT_EQ(query.filters.size(), 600U);
  EXPECT_EQ(query.clauses.size(), 300U * 4 + 1);
  EXPECT_EQ(query.clauses[4].text, "foo:bar w1");
  EXPECT_EQ(query.clauses.back().text, "foo:bar");
}

TEST(QueryLanguage, TenThousandCharactersAreOneWordAndAThousandWordsOneRun) {
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "mot" + std::to_string(i) + " ";
  words += "fin";
  const std::string word(10'000, 'a');
  EXPECT_EQ(parse_query(word, knows), (ParsedQuery{{{false, false, word, true}}, {}}));
  EXPECT_EQ(parse_query(words, knows), (ParsedQuery{{{false, false, words, true}}, {}}));
}

double seconds_for(const std::string& part, std::size_t times) {
  std::string typed;
  for (std::size_t i = 0; i < times; ++i) typed += part;
  double least = 1e9;
  for (int i = 0; i < 3; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    parse_query(typed, knows);
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

TEST(QueryLanguage, TimeGrowsWithTheLengthAndNotItsSquare) {
  for (const char* part : {"a", "mot ", "« ", "“a ", "-\" ", "-« ", "city:« ", "foo:“x ", "\"\" a ", "a type:person ",
                           ": ", "foo:", "-", "! ", "\xC2", "\xE2\x80"}) {
    const double once = seconds_for(part, 5'000);
    const double eight = seconds_for(part, 40'000);
    EXPECT_LT(eight, 32 * once + 0.05) << part;  // 64 times if it were the square
  }
}

std::string nasty_text(std::mt19937& random) {
  static const std::vector<std::string> k_parts = {
      "a",      "É",      "9",      " ",           "  ",       "\u00A0",   "\t",      "\n",
      "\0"s,    "\x1F",   "\u0085", "\"",          "«",        "»",        "“",       "”",
      "„",      "'",      "’",      "-",           "--",       "–",        ":",       "::",
      "!",      "&",      "type:",  "type:person", "city:",    "CITY:\"",  "-city:«", "foo:",
      "\u200F", "\u200D", "\uFEFF", "👩‍🚀", "שלום",     "e\u0301",  "\\",      "%",
      "(",      ")",      "\xFF",   "\xC2",        "\xE2\x80", "\xF0\x9F", "\u2028",  "𝒳"};
  std::string text;
  for (std::size_t left = random() % 40; left > 0; --left) text += k_parts[random() % k_parts.size()];
  return text;
}

bool has_word(const std::string& text) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    EXPECT_GE(c, 0);
    if (c >= 0 && (u_isalpha(c) != 0 || u_isdigit(c) != 0)) return true;
  }
  return false;
}

TEST(QueryLanguage, WhateverIsTypedEveryClauseHasAWordAndOnlyTheLastMayGoOn) {
  std::mt19937 random(20240229);  // NOLINT: the same texts in every run
  for (int i = 0; i < 50'000; ++i) {
    const std::string typed = nasty_text(random);
    auto query = parse_query(typed, knows);
    for (const auto& clause : query.clauses) {
      ASSERT_TRUE(has_word(clause.text)) << typed;
      ASSERT_TRUE(!clause.may_go_on || (&clause == &query.clauses.back() && !clause.phrase && !clause.negated))
          << typed;
      ASSERT_EQ(clause.text.find('\0'), std::string::npos) << typed;
    }
    for (const auto& filter : query.filters) ASSERT_TRUE(knows(filter.field, filter.value)) << typed;
    // A blank behind it all changes nothing else.
    if (!query.clauses.empty()) query.clauses.back().may_go_on = false;
    ASSERT_EQ(parse_query(typed + " ", knows), query) << typed;
  }
}

TEST(QueryLanguage, NeighbouringPlainRunsNeverStandApart) {
  std::mt19937 random(7);  // NOLINT: the same texts in every run
  const auto plain = [](const Clause& clause) { return !clause.phrase && !clause.negated; };
  for (int i = 0; i < 20'000; ++i) {
    const std::string typed = nasty_text(random);
    const auto clauses = parse_query(typed, knows).clauses;
    for (std::size_t k = 1; k < clauses.size(); ++k) {
      ASSERT_FALSE(plain(clauses[k - 1]) && plain(clauses[k])) << typed;
    }
  }
}

}  // namespace
}  // namespace alforis::search
