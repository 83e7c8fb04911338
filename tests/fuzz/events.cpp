// Events as a log might hold them: the first line is the type, the rest the data.
#include "domain/events.hpp"

#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alforis;
  using namespace alforis::domain;
  std::string_view text = fuzz::text_of(data, size);
  const std::string_view type = fuzz::next(text, '\n');
  const auto event = decode_event(type, text);
  if (!event) return 0;
  const std::string written = encode_event(*event);
  const auto again = decode_event(type, written);
  fuzz::require(again.has_value() && encode_event(*again) == written, "an event is read as it was written");
  std::visit(
      [](const auto& e) {
        std::optional<StateOf<std::remove_cvref_t<decltype(e)>>> state;
        evolve(state, e, EventContext{});
        evolve(state, e, EventContext{});
      },
      *event);
  return 0;
}
