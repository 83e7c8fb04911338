// JSON of described structs: every problem with its place, and round trips of everything there is.
#include <gmock/gmock.h>

#include "domain/import_batch.hpp"
#include "domain/patch.hpp"
#include "domain/wire/codec.hpp"
#include "domain/wire/json.hpp"
#include "tests/samples/events.hpp"
#include "tests/samples/samples.hpp"

namespace alforis::domain::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using FullOrganisation = OrganisationData<Full>;
using OrganisationPatch = OrganisationData<Patch>;

/// `code@pointer` of each problem; empty when the text is right.
template <class T>
std::vector<std::string> problems(std::string_view text, wire::UnknownMembers unknown = wire::UnknownMembers::reject) {
  const auto read = wire::from_json<T>(text, unknown);
  std::vector<std::string> found;
  if (read) return found;
  const Problems all = read.error();
  EXPECT_FALSE(all.empty());
  for (const Problem& problem : all) {
    found.push_back(problem.code + '@' + problem.pointer);
    EXPECT_FALSE(problem.detail.empty());
  }
  return found;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// `name` with a string literal as it stands in the text.
std::string named(std::string_view literal) { return R"({"name":)" + std::string(literal) + '}'; }

// ---- problems
// --------------------------------------------------------------------------------------------------------

TEST(JsonReader, ReportsEveryProblemAtOnceWithItsPlace) {
  EXPECT_THAT(problems<FullOrganisation>(
                  R"({"name":" ","type":"bank","email":"x","lei":12,"tags":["a",3,""],"aum":{"amount":"1","x":1},)"
                  R"("signature_probability":101,"active":"yes","nom":"y","city":"a","city":"b"})"),
              ElementsAre("empty@/name", "unknown_value@/type", "invalid_email@/email", "wrong_type@/lei",
                          "wrong_type@/tags/1", "empty@/tags/2", "wrong_type@/aum/amount", "unknown_member@/aum/x",
                          "out_of_range@/signature_probability", "wrong_type@/active", "unknown_member@/nom",
                          "duplicate_member@/city"));
}

TEST(JsonReader, MissesWhatIsRequired) {
  EXPECT_THAT(problems<FullOrganisation>("{}"), ElementsAre("required@/name"));
  EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A","aum":{"currency":"EUR"}})"),
              ElementsAre("required@/aum/amount"));
  EXPECT_THAT(problems<LinkCreated>("{}"), ElementsAre("required@/person_id", "required@/organisation_id"));
  EXPECT_THAT(problems<OrganisationPatch>("{}"), ElementsAre());
}

TEST(JsonReader, CommandsRejectUnknownMembersAndEventsIgnoreThem) {
  constexpr std::string_view k_text = R"({"name":"A","later":{"a":[1]}})";
  EXPECT_THAT(problems<FullOrganisation>(k_text), ElementsAre("unknown_member@/later"));
  EXPECT_THAT(problems<FullOrganisation>(k_text, wire::UnknownMembers::ignore), ElementsAre());
  EXPECT_TRUE(decode_event("organisation.created.v1", k_text).has_value());
}

TEST(JsonReader, WhatWasStoredIsBelievedButForItsShape) {
  // Of a program whose checks were others: it is shown as it was written.
  const auto loose = wire::from_stored<FullOrganisation>(R"({"name":" A ","email":"x","phone":"\u0001","later":1})");
  ASSERT_TRUE(loose.has_value());
  EXPECT_EQ(loose->name->text(), " A ");
  EXPECT_EQ(loose->email->text(), "x");
  FullOrganisation out;
  const auto found = wire::read_stored(R"({"name":1,"lei":"x","tags":{},"aum":{"currency":"EUR"}})", out);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].pointer + ' ' + found[0].code, "/name wrong_type");
  EXPECT_EQ(found[1].pointer + ' ' + found[1].code, "/lei invalid_length");
  EXPECT_EQ(found[2].pointer + ' ' + found[2].code, "/tags wrong_type");
  EXPECT_EQ(found[3].pointer + ' ' + found[3].code, "/aum/amount required");
  EXPECT_EQ(wire::from_stored<FullOrganisation>("{").error().front().code, "malformed_json");
}

TEST(JsonReader, NullEmptiesOptionalMembersOnly) {
  EXPECT_THAT(problems<FullOrganisation>(
                  R"({"name":null,"type":null,"email":null,"aum":null,"tags":null,"active":null,"owner_id":null})"),
              ElementsAre("not_nullable@/name", "not_nullable@/type", "not_nullable@/tags", "not_nullable@/active"));
  EXPECT_THAT(problems<OrganisationPatch>(
                  R"({"name":null,"type":null,"email":null,"aum":null,"tags":null,"active":null,"owner_id":null})"),
              ElementsAre("not_nullable@/name", "not_nullable@/type", "not_nullable@/active"));
  EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A","tags":[null],"aum":{"amount":null}})"),
              ElementsAre("not_nullable@/tags/0", "not_nullable@/aum/amount"));
}

TEST(JsonReader, APatchKnowsAbsentFromNull) {
  const auto patch = wire::from_json<OrganisationPatch>(R"({"email":null,"city":"Paris","tags":null})").value();
  EXPECT_TRUE(patch.email.touched());
  EXPECT_FALSE(patch.email.value().has_value());
  EXPECT_EQ(patch.city.value()->text(), "Paris");
  EXPECT_TRUE(patch.tags.touched());
  EXPECT_FALSE(patch.phone.touched());
  EXPECT_FALSE(patch.name.has_value());
  EXPECT_EQ(wire::to_json(patch), R"({"email":null,"city":"Paris","tags":null})");
}

TEST(JsonReader, ListsHaveALimitOfTheirType) {
  const auto tags = [](std::size_t count) {
    return R"({"name":"A","tags":[)" + repeated(R"("x",)", count - 1) + R"("x"]})";
  };
  EXPECT_THAT(problems<FullOrganisation>(tags(50)), ElementsAre());
  EXPECT_THAT(problems<FullOrganisation>(tags(51)), ElementsAre("too_many@/tags"));
  const auto batch = [](std::size_t count) {
    const std::string record = R"({"record":{"name":"A"}})";
    return R"({"import_id":"018f0000-0000-7000-8000-000000000001","source":"f","records":[)" +
           repeated(record + ',', count - 1) + record + "]}";
  };
  EXPECT_THAT(problems<ImportBatch>(batch(500)), ElementsAre());
  EXPECT_THAT(problems<ImportBatch>(batch(501)), ElementsAre("too_many@/records"));
}

TEST(JsonReader, SaysNoMoreThanAHundredProblems) {
  std::string text = "{";
  for (int i = 0; i < 300; ++i) text += "\"m" + std::to_string(i) + "\":1,";
  EXPECT_EQ(problems<FullOrganisation>(text + R"("name":"A"})").size(), wire::k_max_problems);
}

TEST(JsonReader, EscapesPointersByRfc6901) {
  EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A","a/b~c":1,"":2,"~1":3,"\u00e9\"":4})"),
              ElementsAre("unknown_member@/a~1b~0c", "unknown_member@/", "unknown_member@/~01", "unknown_member@/é\""));
}

// ---- texts that are no JSON
// ------------------------------------------------------------------------------------------

TEST(JsonReader, KnowsWhatIsNoJsonFromWhatIsWrongJson) {
  const std::string nul(1, '\0');
  const std::string texts[] = {
      "",         " ",       "{",        "}",           "{\"name\"}",       "{\"name\":\"A\",}",
      "nul",      "{'a':1}", "{} {}",    "[1,2",        "{\"a\":01}",       "{\"a\":1e}",
      "\xEF\xBB", nul,       "{}" + nul, "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":.5}"};
  for (const std::string& text : texts) {
    EXPECT_THAT(problems<FullOrganisation>(text), ElementsAre("malformed_json@")) << text;
    const auto read = wire::from_json<FullOrganisation>(text);
    EXPECT_TRUE(wire::malformed(read.error())) << text;
  }
  EXPECT_FALSE(wire::malformed(problem("required", "", "/name")));
}

TEST(JsonReader, TextMustBeUnicode) {
  const std::string bad[] = {"\xC3\x28",
                             "\xFF",
                             "\xED\xA0\x80",
                             "\xF4\x90\x80\x80",
                             "\xC0\xAF",
                             "a\x01"
                             "b",
                             "a\nb"};
  for (const std::string& bytes : bad) {
    EXPECT_THAT(problems<FullOrganisation>(named('"' + bytes + '"')), ElementsAre("malformed_json@")) << bytes;
  }
  for (const auto* literal : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("x\ud83dx")"}) {
    const auto found = problems<FullOrganisation>(named(literal));
    ASSERT_EQ(found.size(), 1u) << literal;
    EXPECT_TRUE(found[0] == "malformed_json@" || found[0] == "invalid_utf8@/name") << literal << found[0];
  }
  EXPECT_THAT(problems<FullOrganisation>(named(R"("a\u0000b")")), ElementsAre("control_character@/name"));
  EXPECT_THAT(problems<FullOrganisation>(named(R"("\ud83d\ude00")")), ElementsAre());
}

TEST(JsonReader, NestingEndsAtThirtyTwoLevels) {
  const auto nested = [](std::size_t levels) {
    return R"({"name":"A","x":)" + repeated("[", levels - 1) + repeated("]", levels - 1) + "}";
  };
  EXPECT_THAT(problems<FullOrganisation>(nested(wire::k_max_depth)), ElementsAre("unknown_member@/x"));
  EXPECT_THAT(problems<FullOrganisation>(nested(wire::k_max_depth + 1)), ElementsAre("too_deep@"));
  EXPECT_THAT(problems<FullOrganisation>(nested(500'000)), ElementsAre("too_deep@"));
  EXPECT_THAT(problems<FullOrganisation>(repeated("[", 500'000)), ElementsAre("malformed_json@")) << "never closed";
  EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A"})"), ElementsAre()) << "the next text is read as ever";
}

TEST(JsonReader, LargeTextsAreReadLikeSmallOnes) {
  const std::string large = R"({"name":"A","notes":")" + std::string(12 << 20, 'x') + "\"}";
  EXPECT_THAT(problems<FullOrganisation>(large), ElementsAre("too_long@/notes"));
  EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A"})"), ElementsAre());
  EXPECT_THAT(problems<FullOrganisation>(repeated(" ", 3 << 20) + R"({"name":"A"})"), ElementsAre());
}

TEST(JsonReader, NumbersAreExactOrRefused) {
  const auto amount = [](std::string_view number) {
    return problems<FullOrganisation>(R"({"name":"A","aum":{"amount":)" + std::string(number) + "}}");
  };
  for (const auto* right : {"0", "-0", "9223372036854775807", "-9223372036854775808"})
    EXPECT_THAT(amount(right), ElementsAre());
  EXPECT_THAT(amount("9223372036854775808"), ElementsAre("out_of_range@/aum/amount"));
  EXPECT_THAT(amount("18446744073709551615"), ElementsAre("out_of_range@/aum/amount"));
  for (const auto* fraction : {"1.5", "1.0", "1e3"})
    EXPECT_THAT(amount(fraction), ElementsAre("wrong_type@/aum/amount"));
  const auto percent = [](std::string_view number) {
    return problems<FullOrganisation>(R"({"name":"A","signature_probability":)" + std::string(number) + '}');
  };
  for (const auto* right : {"0", "100", "12.5", "0.01", "1e1", "-0.0"})
    EXPECT_THAT(percent(right), ElementsAre()) << right;
  EXPECT_THAT(percent("100.01"), ElementsAre("out_of_range@/signature_probability"));
  EXPECT_THAT(percent("-1"), ElementsAre("out_of_range@/signature_probability"));
  EXPECT_THAT(percent("0.001"), ElementsAre("too_many_decimals@/signature_probability"));
  EXPECT_THAT(percent("1e308"), ElementsAre("out_of_range@/signature_probability"));
}

TEST(JsonReader, NumbersThatNo64BitsHoldAreOutOfRangeWhereTheyStand) {
  for (const std::string& huge : {std::string("18446744073709551616"), std::string("-9223372036854775809"),
                                  std::string("1e400"), std::string("-1.5E+999"), repeated("9", 5000)}) {
    EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A","aum":{"amount":)" + huge + "}}"),
                ElementsAre("out_of_range@/aum/amount"));
    EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A","signature_probability":)" + huge + "}"),
                ElementsAre("out_of_range@/signature_probability"));
    EXPECT_THAT(problems<FullOrganisation>(R"({"name":"\"1e400,","city":)" + huge + R"(,"x":[)" + huge + "]}"),
                ElementsAre("wrong_type@/city", "unknown_member@/x"));
    EXPECT_THAT(problems<FullOrganisation>(huge), ElementsAre("wrong_type@"));
  }
  const auto read =
      wire::from_json<FullOrganisation>(R"({"name":"\\\"1e400 é","signature_probability":1e-400,"aum":1e400})");
  EXPECT_EQ(read.error().size(), 1u) << "texts and small numbers are as they were";
  for (const auto* wrong :
       {"01", "-", "1e400x", "1e", "1.e400", "0001e400", "+1e400", "1e400e5", "1-1", "--1", "1e+"}) {
    EXPECT_THAT(problems<FullOrganisation>(R"({"name":"A","a":1e400,"aum":)" + std::string(wrong) + "}"),
                ElementsAre("malformed_json@"))
        << wrong;
  }
}

TEST(JsonReader, OnlyAnObjectIsAnObject) {
  for (const auto* text : {"[]", "1", "\"a\"", "true"}) {
    EXPECT_THAT(problems<FullOrganisation>(text), ElementsAre("wrong_type@")) << text;
  }
  EXPECT_THAT(problems<FullOrganisation>("null"), ElementsAre("not_nullable@"));
  EXPECT_THAT(problems<FullOrganisation>(R"({"name":{},"aum":[],"tags":{}})"),
              ElementsAre("wrong_type@/name", "wrong_type@/aum", "wrong_type@/tags"));
}

// ---- writing
// ---------------------------------------------------------------------------------------------------------

TEST(JsonWriter, EscapesWhatJsonWantsEscapedAndNothingElse) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  all += "é😀\u2028";
  std::string text;
  wire::quote(text, all);
  EXPECT_THAT(text, HasSubstr(R"(\u0000\u0001)"));
  EXPECT_THAT(text, HasSubstr(R"(\t\n\u000b\u000c\r)"));
  EXPECT_THAT(text, HasSubstr(R"( !\"#)"));
  EXPECT_THAT(text, HasSubstr(R"([\\])"));
  EXPECT_THAT(text, HasSubstr("\x7F"
                              "é😀\u2028\""));
  const auto read = wire::from_json<UserPasswordSet>(R"({"hash":)" + text + "}");
  EXPECT_EQ(read.value().hash, all);
}

TEST(JsonWriter, LeavesOutWhatIsEmpty) {
  FullOrganisation data;
  data.name = parsed<Line<255>>("A");
  EXPECT_EQ(wire::to_json(data),
            R"({"name":"A","type":"autre","pipeline_stage":"prospect","strategies":[],"tags":[],"active":true})");
  EXPECT_EQ(wire::to_json(OrganisationPatch{}), "{}");
  data.aum = Money{-5};
  data.signature_probability = Percent::from_hundredths(1250).value();
  EXPECT_THAT(wire::to_json(data), HasSubstr(R"("signature_probability":12.5,"aum":{"amount":-5,"currency":"EUR"})"));
}

// ---- round trips
// -----------------------------------------------------------------------------------------------------

template <class T>
void expect_round_trip(const T& value) {
  const std::string text = wire::to_json(value);
  const auto read = wire::from_json<T>(text);
  ASSERT_TRUE(read.has_value()) << text;
  EXPECT_EQ(wire::to_json(*read), text);
  EXPECT_TRUE(value == *read) << text;
}

TEST(RoundTrip, OfEveryEvent) {
  for (const auto& samples : {full_events(1), full_events(2), fewest_events(), clearing_events()}) {
    for (const auto& [type, data] : samples) {
      const auto read = decode_event(type, data);
      ASSERT_TRUE(read.has_value()) << type << data;
      EXPECT_EQ(event_type(*read), type);
      EXPECT_EQ(encode_event(*read), data) << type;
    }
  }
}

TEST(RoundTrip, OfEveryState) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllStates>>([]<class T>(T) {
    using State = typename T::type;
    expect_round_trip(full<State>(1));
    expect_round_trip(full<State>(2));
    expect_round_trip(fewest<State>());
  });
}

TEST(RoundTrip, OfEveryChange) {
  const auto both = []<class Change>(std::type_identity<Change>) {
    expect_round_trip(full<Change>(3));
    expect_round_trip(clearing<Change>());
    expect_round_trip(Change{});
  };
  both(std::type_identity<OrganisationPatch>{});
  both(std::type_identity<PersonData<Patch>>{});
  both(std::type_identity<LinkData<Patch>>{});
  both(std::type_identity<TeamData<Patch>>{});
  both(std::type_identity<UserData<Patch>>{});
}

// ---- schema
// ----------------------------------------------------------------------------------------------------------

std::string schema_at(const std::string& schema, std::string_view pointer) {
  static simdjson::dom::parser parser;
  simdjson::dom::element root = parser.parse(schema);
  return simdjson::minify(root.at_pointer(pointer).value());
}

TEST(JsonSchema, SaysWhatTheReaderChecks) {
  const std::string schema = wire::json_schema<FullOrganisation>();
  EXPECT_EQ(schema_at(schema, "/required"), R"(["name"])");
  EXPECT_EQ(schema_at(schema, "/additionalProperties"), "false");
  EXPECT_EQ(schema_at(schema, "/properties/name"), R"({"type":"string","maxLength":255})");
  EXPECT_EQ(schema_at(schema, "/properties/phone"),
            R"({"type":"string","description":")" + std::string(Phone::k_schema_description) + R"(","maxLength":50})");
  EXPECT_EQ(schema_at(schema, "/properties/type/enum"),
            R"(["client","fournisseur","distributeur","emetteur","autre"])");
  EXPECT_EQ(schema_at(schema, "/properties/owner_id"), R"({"type":"string","format":"uuid"})");
  EXPECT_EQ(schema_at(schema, "/properties/signature_probability"), R"({"type":"number","minimum":0,"maximum":100})");
  EXPECT_EQ(schema_at(schema, "/properties/tags"),
            R"({"type":"array","maxItems":50,"items":{"type":"string","maxLength":50}})");
  EXPECT_EQ(schema_at(schema, "/properties/aum/required"), R"(["amount"])");
  EXPECT_EQ(schema_at(schema, "/properties/active"), R"({"type":"boolean"})");
  EXPECT_EQ(schema_at(schema, "/properties/siret/pattern"), R"("^[0-9]{14}$")");
  const std::string patch = wire::json_schema<OrganisationPatch>();
  EXPECT_EQ(schema_at(patch, "/properties/name"), R"({"type":"string","maxLength":255})");
  EXPECT_EQ(schema_at(patch, "/properties/city"), R"({"anyOf":[{"type":"string","maxLength":100},{"type":"null"}]})");
  EXPECT_THROW(schema_at(patch, "/required"), simdjson::simdjson_error);
}

/// A described member, and whether no document tells it.
using SecretMember = std::pair<std::string_view, bool>;

void expect_tells(const std::string& schema, const std::vector<SecretMember>& members) {
  EXPECT_EQ(schema_at(schema, "/type"), R"("object")");
  for (const auto& [name, secret] : members) {
    EXPECT_EQ(schema.find('"' + std::string(name) + "\":{") != std::string::npos, !secret) << name;
  }
}

TEST(JsonSchema, OfEveryEventAndStateIsJsonWithEveryMemberButSecrets) {
  const auto check = []<class T>(std::type_identity<T>) {
    std::vector<SecretMember> members;
    boost::mp11::mp_for_each<MembersOf<T>>(
        [&](auto member) { members.emplace_back(member.name, is_secret<T>(member.name)); });
    expect_tells(wire::json_schema<T>(), members);
  };
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AnyEvent>>(check);
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllStates>>(check);
}

// ---- what the compiler holds us to
// -----------------------------------------------------------------------------------

struct Forgetful {
  int described = 0;
  int forgotten = 0;
};
BOOST_DESCRIBE_STRUCT(Forgetful, (), (described))

struct ForgetfulBase : Forgetful {};
BOOST_DESCRIBE_STRUCT(ForgetfulBase, (Forgetful), ())

struct ForgetfulDerived : Money {
  int described = 0;
  int forgotten = 0;
};
BOOST_DESCRIBE_STRUCT(ForgetfulDerived, (Money), (described))

struct WholeDerived : Money {
  int described = 0;
};
BOOST_DESCRIBE_STRUCT(WholeDerived, (Money), (described))

static_assert(!wire::fully_described<Forgetful>());
static_assert(wire::fully_described<ForgetfulBase>() && !wire::bases_fully_described<ForgetfulBase>());
static_assert(!wire::fully_described<ForgetfulDerived>());
static_assert(wire::fully_described<WholeDerived>() && wire::bases_fully_described<WholeDerived>());
static_assert(wire::fully_described<Organisation>() && wire::bases_fully_described<Organisation>());

}  // namespace
}  // namespace alforis::domain::testing
