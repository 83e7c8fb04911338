#include "tests/samples/events.hpp"

#include "domain/events.hpp"
#include "domain/wire/json.hpp"
#include "tests/samples/samples.hpp"

namespace alforis::domain::testing {

namespace {

template <class F>
void for_each_event_type(F&& f) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AnyEvent>>(f);
}

}  // namespace

std::vector<EventSample> full_events(int number) {
  std::vector<EventSample> samples;
  for_each_event_type([&]<class T>(T) {
    using Event = typename T::type;
    samples.push_back({Event::k_type, wire::to_json(full<Event>(number))});
  });
  return samples;
}

std::vector<EventSample> fewest_events() {
  std::vector<EventSample> samples;
  for_each_event_type([&]<class T>(T) {
    using Event = typename T::type;
    samples.push_back({Event::k_type, wire::to_json(fewest<Event>())});
  });
  return samples;
}

std::vector<EventSample> clearing_events() {
  std::vector<EventSample> samples;
  for_each_event_type([&]<class T>(T) {
    using Event = typename T::type;
    if constexpr (Event::k_type.ends_with(".updated.v1")) {
      samples.push_back({Event::k_type, wire::to_json(clearing<Event>())});
    }
  });
  return samples;
}

}  // namespace alforis::domain::testing
