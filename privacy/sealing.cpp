#include "privacy/sealing.hpp"

#include <algorithm>
#include <boost/describe.hpp>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "domain/events.hpp"
#include "domain/wire/base64url.hpp"
#include "domain/wire/json.hpp"

namespace alforis::privacy {

using domain::Uuid;

namespace {

constexpr std::string_view k_version = "v1:";
constexpr std::string_view k_start = R"({"sealed":")";

/// What is personal in events of a type.
struct Shape {
  std::unordered_set<std::string_view> personal;
  bool within_to = false;  ///< the members are those of the object `to`
};

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

/// Stamps are nobody's: they say which record it is and when it changed.
constexpr bool is_stamp(std::string_view name) {
  bool found = false;
  boost::mp11::mp_for_each<MembersOf<domain::Entity>>([&]<class D>(D) { found = found || name == D::name; });
  return found;
}

template <class T>
Shape shape_of() {
  Shape shape;
  boost::mp11::mp_for_each<MembersOf<T>>([&]<class D>(D) {
    const std::string_view name = D::name;
    if (domain::is_personal<T>(name) && !is_stamp(name)) shape.personal.insert(name);
  });
  return shape;
}

template <class Event>
struct ShapeOf {
  static Shape get() { return shape_of<Event>(); }
};
template <class State>
struct ShapeOf<domain::Reverted<State>> {
  static Shape get() {
    Shape shape = shape_of<State>();
    shape.within_to = true;
    return shape;
  }
};

/// Of the types of event that may hold personal data.
const Shape* shape_of_type(std::string_view type) {
  static const auto shapes = [] {
    std::unordered_map<std::string_view, Shape> known;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, domain::AnyEvent>>([&]<class T>(T) {
      using Event = typename T::type;
      Shape shape = ShapeOf<Event>::get();
      if (!shape.personal.empty()) known.emplace(Event::k_type, std::move(shape));
    });
    return known;
  }();
  const auto found = shapes.find(type);
  return found == shapes.end() ? nullptr : &found->second;
}

std::string bound_to(const EventPlace& event, const Sealed& sealed) {
  std::string text(k_version);
  text += event.type;
  text += '\n';
  text += event.entity_id;
  text += '\n';
  text += sealed.subject.text() + '\n' + sealed.key.text();
  return text;
}

/// A member as it stands in the text of its object.
struct Place {
  std::string_view name;
  std::string_view text;  ///< `"name":value`

  std::string_view value() const { return text.substr(name.size() + 3); }
};

/// Where the value that begins at `at` ends: at the comma or brace behind it.
std::size_t end_of_value(std::string_view object, std::size_t at) {
  std::size_t depth = 0;
  for (; at < object.size(); ++at) {
    const char c = object[at];
    if (c == '"') {
      for (++at; at < object.size() && object[at] != '"'; ++at) at += object[at] == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == '}')) {
      break;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return at;
}

/// The members of an object that this program has just written: without white space, and with no escape in a name.
/// They point into it. Throws std::logic_error for any other text, since what is passed over would be lost.
std::vector<Place> places_in(std::string_view object) {
  std::vector<Place> places;
  std::size_t at = 1;
  while (at < object.size() && object[at] == '"') {
    const std::size_t colon = object.find(':', at);
    if (colon == std::string_view::npos) break;
    const std::size_t end = end_of_value(object, colon + 1);
    places.push_back({object.substr(at + 1, colon - at - 2), object.substr(at, end - at)});
    at = end + 1;
  }
  const bool whole = object == "{}" || (!places.empty() && at == object.size() && object.back() == '}');
  if (!whole) throw std::logic_error("the data of an event is not as this program writes it");
  return places;
}

/// An empty list says nothing of anybody.
bool is_personal(const Place& member, const Shape& shape) {
  return shape.personal.contains(member.name) && member.value() != "[]";
}

bool has_personal(std::string_view object, const Shape& shape) {
  const auto places = places_in(object);
  return std::any_of(places.begin(), places.end(), [&](const Place& member) { return is_personal(member, shape); });
}

void append_member(std::string& object, std::string_view member) {
  if (object.size() > 1) object += ',';
  object += member;
}

std::string seal_object(const EventPlace& event, std::string_view object, const Shape& shape,
                        const std::function<SealUnder()>& under) {
  std::string hidden = "{";
  std::string open = "{";
  for (const Place& member : places_in(object)) {
    append_member(is_personal(member, shape) ? hidden : open, member.text);
  }
  if (hidden.size() == 1) return std::string(object);
  const auto [subject, key] = under();
  const Sealed sealed{subject, key.id};
  const std::string bytes = encrypt(key.secret, hidden += '}', bound_to(event, sealed));
  std::string text(k_start);
  text += k_version;
  text += sealed.subject.text() + ':' + sealed.key.text() + ':' + domain::base64url(bytes) + '"';
  if (open.size() > 1) text += ',' + open.substr(1);
  return text += '}';
}

/// The parts of the text under `sealed`.
struct Envelope {
  Sealed under;
  std::string_view hidden;  ///< base64url
  std::string_view rest;    ///< of the object, from the comma or brace behind the text
};

[[noreturn]] void unreadable(std::string_view why) {
  throw SealBroken("a sealed member can't be read: " + std::string(why));
}

/// nullopt when the object has none.
std::optional<Envelope> envelope_of(std::string_view object) {
  if (!object.starts_with(k_start)) return std::nullopt;
  object.remove_prefix(k_start.size());
  const auto end = object.find('"');
  if (end == std::string_view::npos) unreadable("it has no end");
  std::string_view text = object.substr(0, end);
  if (!text.starts_with(k_version)) unreadable("its version is unknown to this program");
  text.remove_prefix(k_version.size());
  constexpr std::size_t k_id = Uuid::k_text_length;
  if (text.size() < 2 * k_id + 2 || text[k_id] != ':' || text[2 * k_id + 1] != ':') unreadable("it is too short");
  const auto subject = Uuid::parse(text.substr(0, k_id));
  const auto key = Uuid::parse(text.substr(k_id + 1, k_id));
  if (!subject || !key) unreadable("its ids are none");
  return Envelope{{*subject, *key}, text.substr(2 * k_id + 2), object.substr(end + 1)};
}

/// The object's members but the sealed ones, and those too unless they are erased.
std::string open_object(const EventPlace& event, const Envelope& envelope, const Keys& keys) {
  std::string object = "{";
  if (const auto secret = keys.find(envelope.under.key)) {
    std::string bytes;
    if (!domain::base64url_decode(envelope.hidden, bytes)) unreadable("it is no base64url");
    const auto plain = decrypt(*secret, bytes, bound_to(event, envelope.under));
    if (!plain) throw SealBroken("a sealed member was changed, or belongs to another event");
    object = plain->substr(0, plain->size() - 1);
  }
  std::string_view rest = envelope.rest;  // `,"name":…}` or `}`
  if (object.size() == 1 && rest.starts_with(',')) rest.remove_prefix(1);
  return object += rest;
}

/// The object `to` within an event's data, as it stands there.
std::string_view to_of(std::string_view data) {
  // It is the last member (see Reverted), and what comes before it is a number.
  constexpr std::string_view k_member = R"("to":)";
  const auto at = data.find(k_member);
  if (at == std::string_view::npos) return {};
  const auto start = at + k_member.size();
  return data.substr(start, data.size() - start - 1);
}

}  // namespace

bool holds_personal(std::string_view type, std::string_view data) {
  const Shape* const shape = shape_of_type(type);
  return shape != nullptr && has_personal(shape->within_to ? to_of(data) : data, *shape);
}

std::string seal(const EventPlace& event, std::string_view data, const std::function<SealUnder()>& under) {
  const Shape* const shape = shape_of_type(event.type);
  if (shape == nullptr) return std::string(data);
  if (!shape->within_to) return seal_object(event, data, *shape, under);
  const std::string_view to = to_of(data);
  std::string sealed(data.substr(0, data.size() - to.size() - 1));
  sealed += seal_object(event, to, *shape, under);
  return sealed += '}';
}

std::string_view open(const EventPlace& event, std::string_view data, const Keys& keys, std::string& room) {
  const Shape* const shape = shape_of_type(event.type);
  if (shape == nullptr) return data;
  const std::string_view object = shape->within_to ? to_of(data) : data;
  const auto envelope = envelope_of(object);
  if (!envelope) return data;
  room = open_object(event, *envelope, keys);
  if (shape->within_to) room = std::string(data.substr(0, data.size() - object.size() - 1)) + room + '}';
  return room;
}

std::optional<Sealed> sealed_under(std::string_view type, std::string_view data) {
  const Shape* const shape = shape_of_type(type);
  if (shape == nullptr) return std::nullopt;
  const auto envelope = envelope_of(shape->within_to ? to_of(data) : data);
  return envelope ? std::optional(envelope->under) : std::nullopt;
}

}  // namespace alforis::privacy
