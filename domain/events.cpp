#include "domain/events.hpp"

#include <unordered_map>

#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"

namespace alforis::domain {

namespace {

using Decoder = Result<AnyEvent> (*)(std::string_view);

template <class Event>
Result<AnyEvent> decode_as(std::string_view data) {
  Result<AnyEvent> event(boost::system::in_place_value, std::in_place_type<Event>);
  Problems problems = wire::read_stored(data, std::get<Event>(*event));
  if (!problems.empty()) return problems;
  return event;
}

const std::unordered_map<std::string_view, Decoder>& decoders() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Decoder> known;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AnyEvent>>(
        [&]<class T>(T) { known.emplace(T::type::k_type, &decode_as<typename T::type>); });
    return known;
  }();
  return table;
}

using Shower = std::string (*)(std::string_view);

template <class Event>
std::string show_as(std::string_view data) {
  Event event;
  return wire::read_stored(data, event).empty() ? wire::shown_json(event) : "{}";
}

/// Of the types that have secrets.
const std::unordered_map<std::string_view, Shower>& showers() {
  static const auto table = [] {
    std::unordered_map<std::string_view, Shower> known;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AnyEvent>>([&]<class T>(T) {
      if constexpr (HasSecrets<typename T::type>) known.emplace(T::type::k_type, &show_as<typename T::type>);
    });
    return known;
  }();
  return table;
}

}  // namespace

Follows follows(EntityKind kind) {
  Follows found = Follows::owner;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AllStates>>([&]<class T>(T) {
    if (EventsOf<typename T::type>::k_kind == kind) found = EventsOf<typename T::type>::k_follows;
  });
  return found;
}

bool can_be_deleted(EntityKind kind) {
  bool found = false;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, AnyEvent>>([&]<class T>(T) {
    using Event = typename T::type;
    const bool deletes = Event::k_type.find(".deleted.") != std::string_view::npos ||
                         Event::k_type.find(".revoked.") != std::string_view::npos;
    if (deletes && EventsOf<StateOf<Event>>::k_kind == kind) found = true;
  });
  return found;
}

std::string_view event_type(const AnyEvent& event) {
  return std::visit([](const auto& e) { return std::remove_cvref_t<decltype(e)>::k_type; }, event);
}

EntityKind entity_kind(const AnyEvent& event) {
  return std::visit([](const auto& e) { return EventsOf<StateOf<std::remove_cvref_t<decltype(e)>>>::k_kind; }, event);
}

std::optional<EntityKind> entity_kind_of_type(std::string_view type) {
  return enum_from_text<EntityKind>(type.substr(0, type.find('.')));
}

std::string_view shown_event(std::string_view type, std::string_view data, std::string& room) {
  const auto shower = showers().find(type);
  if (shower == showers().end()) return data;
  room = shower->second(data);
  return room;
}

std::string encode_event(const AnyEvent& event) {
  return std::visit([](const auto& e) { return wire::to_json(e); }, event);
}

Result<AnyEvent> decode_event(std::string_view type, std::string_view data) {
  const auto decoder = decoders().find(type);
  if (decoder == decoders().end()) {
    return problem("unknown_event_type", "this program does not know the event type " + std::string(type));
  }
  return decoder->second(data);
}

}  // namespace alforis::domain
