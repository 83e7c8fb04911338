// Every event ever written must decode and evolve for ever: tests/golden/events/ holds samples of each type as they
// were once written, and is only ever added to.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "domain/kinds.hpp"
#include "domain/wire/json.hpp"
#include "tests/samples/events.hpp"
#include "tests/samples/samples.hpp"

namespace alforis::domain {
namespace {

std::filesystem::path file_of(std::string_view type) {
  return std::filesystem::path(ALFORIS_SOURCE_DIR) / "tests/golden/events" / (std::string(type) + ".json");
}

/// Samples by name, each the text of an event's data.
using Samples = std::map<std::string, std::string>;

Samples read_samples(const std::filesystem::path& path) {
  simdjson::ondemand::parser parser;
  const simdjson::padded_string text = simdjson::padded_string::load(path.string());
  simdjson::ondemand::document document = parser.iterate(text);
  Samples samples;
  for (auto field : document.get_object()) {
    const std::string name(std::string_view(field.unescaped_key()));
    std::string_view raw = simdjson::ondemand::object(field.value()).raw_json();  // with the blanks behind it
    samples.emplace(name, raw.substr(0, raw.rfind('}') + 1));
  }
  return samples;
}

TEST(GoldenEvents, EveryTypeHasAFullAndAMinimalSample) {
  const auto full = testing::full_events();
  const auto fewest = testing::fewest_events();
  for (std::size_t i = 0; i < full.size(); ++i) {
    const auto path = file_of(full[i].type);
    if (!std::filesystem::exists(path)) {
      ADD_FAILURE() << path << " is missing; it should hold:\n{\n\"full\": " << full[i].data
                    << ",\n\"minimal\": " << fewest[i].data << "\n}\n";
      continue;
    }
    const Samples samples = read_samples(path);
    EXPECT_TRUE(samples.contains("full") && samples.contains("minimal")) << path;
  }
}

TEST(GoldenEvents, FullSamplesHaveEveryMemberThatTheTypeHad) {
  // A member added later is not in the old samples; add a sample beside them when this fails.
  for (const auto& [type, data] : testing::full_events()) {
    if (!std::filesystem::exists(file_of(type))) continue;
    std::string all;
    for (const auto& [name, text] : read_samples(file_of(type))) all += text;
    for (const wire::Member& member : wire::members_of(data)) {
      EXPECT_NE(all.find('"' + member.name + "\":"), std::string::npos)
          << type << " has no sample with " << member.name;
    }
  }
}

void expect_evolves(const AnyEvent& event) {
  const EventContext context{Uuid::v5({}, "entity"), Uuid::v5({}, "actor"), Instant::from_micros(1)};
  with_state(entity_kind(event), [&]<class T>(T) {
    using State = typename T::type;
    std::optional<State> none;
    evolve_by(none, event, context);
    std::optional<State> some = testing::fewest<State>();
    evolve_by(some, event, context);
    EXPECT_TRUE(some.has_value());
  });
}

/// Every member is written again as it was, in its order. A field with a default that came later may stand beside them.
void expect_keeps(const std::string& written, const std::string& text) {
  const auto now = wire::members_of(written);
  auto at = now.begin();
  for (const wire::Member& member : wire::members_of(text)) {
    at = std::find(at, now.end(), member);
    ASSERT_NE(at, now.end()) << member.name << " is not written as it was: " << written;
  }
}

TEST(GoldenEvents, DecodeEvolveAndAreWrittenAsTheyWere) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(file_of("x").parent_path())) {
    ++files;
    const std::string type = file.path().stem().string();
    for (const auto& [name, text] : read_samples(file.path())) {
      SCOPED_TRACE(type + ' ' + name);
      const auto event = decode_event(type, text);
      if (!event) {
        const Problems problems = event.error();
        ADD_FAILURE() << problems.front().code << " at " << problems.front().pointer;
        continue;
      }
      EXPECT_EQ(event_type(*event), type);
      expect_keeps(encode_event(*event), text);
      expect_evolves(*event);
    }
  }
  EXPECT_GE(files, boost::mp11::mp_size<AnyEvent>::value);
}

}  // namespace
}  // namespace alforis::domain
