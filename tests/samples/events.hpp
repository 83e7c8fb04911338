#pragma once
// Samples of every event there is, made in one file: each that made its own would take ten seconds longer to compile.

#include <string>
#include <string_view>
#include <vector>

namespace alforis::domain::testing {

/// An event as it is written.
struct EventSample {
  std::string_view type;
  std::string data;
};

/// One of each type, in the order of AnyEvent, every member filled; different numbers give different values.
std::vector<EventSample> full_events(int number = 1);

/// One of each type, in the order of AnyEvent, with only what must be there.
std::vector<EventSample> fewest_events();

/// One of each type that changes fields (`….updated.v1`), with all that can be cleared cleared.
std::vector<EventSample> clearing_events();

}  // namespace alforis::domain::testing
