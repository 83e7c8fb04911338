#pragma once
// The templates behind json.hpp. Include only from `*_wire.cpp`: each instantiation costs compile time.

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <boost/pfr/tuple_size.hpp>
#include <concepts>
#include <optional>
#include <vector>

#include "domain/values/json_object.hpp"
#include "domain/values/stored.hpp"
#include "domain/wire/enums.hpp"
#include "domain/wire/fields.hpp"
#include "domain/wire/json.hpp"

namespace alforis::domain::wire {

namespace json = simdjson::dom;

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value;

/// A type of domain/values: made from text only by parse().
template <class T>
concept TextValue = requires(const T& v, std::string_view s) {
  {T::parse(s)};
  {v.text()};
}
&&std::string_view(T::k_schema_type) == "string";

/// A value that JSON shows as a number (Percent).
template <class T>
concept NumberValue = requires(const T& v, double d) {
  {T::from_double(d)};
  {v.text()};
}
&&std::string_view(T::k_schema_type) == "number";

/// Where the reader is; a pointer is only put together when there is a problem.
struct Path {
  const Path* parent = nullptr;
  std::string_view key;
  std::size_t index = 0;

  std::string pointer() const;
};

/// Whom the text comes from: somebody who may be wrong, or this program.
enum class Origin { anybody, stored };

struct ReadContext {
  UnknownMembers unknown;
  Origin origin;
  Problems problems;

  void report(const Path& path, std::string_view code, std::string_view detail);
  /// Takes over what a value's parse() found, at this place.
  void report(const Path& path, const Problems& found);
};

/// Makes values of stored texts.
class StoredText {
 public:
  template <class T>
  static T value(std::string_view text) {
    return T(Stored(), text);
  }
};

/// Parses the text once with the thread's parser. The element lives until the thread parses again.
Result<json::element> parse_text(std::string_view text);

std::string_view type_name(json::element element);

// ---- reading
// ---------------------------------------------------------------------------------------------------------

template <class T>
void read(json::element in, T& out, const Path& path, ReadContext& context);

inline void wrong_type(json::element in, const Path& path, ReadContext& context, std::string_view expected) {
  context.report(path, in.is_null() ? "not_nullable" : "wrong_type",
                 "expected " + std::string(expected) + ", found " + std::string(type_name(in)));
}

template <class T>
constexpr bool k_is_optional = false;
template <class T>
constexpr bool k_is_optional<std::optional<T>> = true;
template <class T>
constexpr bool k_is_required = false;
template <class T>
constexpr bool k_is_required<Required<T>> = true;
template <class T>
constexpr bool k_is_replace = false;
template <class T>
constexpr bool k_is_replace<Replace<T>> = true;
template <class T>
constexpr bool k_is_edit = false;
template <class T>
constexpr bool k_is_edit<Edit<T>> = true;
template <class T>
constexpr bool k_is_vector = false;
template <class T>
constexpr bool k_is_vector<std::vector<T>> = true;

/// Most elements of a list field: 50 (tags, strategies), unless the element's type says more in k_max_in_list.
template <class T>
constexpr std::size_t list_limit() {
  if constexpr (requires { T::k_max_in_list; }) {
    return T::k_max_in_list;
  } else {
    return 50;
  }
}

/// What T::parse or from_double gives has no default: read it beside the field.
template <class T>
std::optional<T> read_value(json::element in, const Path& path, ReadContext& context) {
  if constexpr (TextValue<T>) {
    std::string_view text;
    if (in.get(text) != simdjson::SUCCESS) {
      wrong_type(in, path, context, "a string");
      return std::nullopt;
    }
    if constexpr (std::is_constructible_v<T, Stored, std::string_view>) {
      if (context.origin == Origin::stored) return StoredText::value<T>(text);
    }
    auto parsed = T::parse(text);
    if (!parsed) {
      context.report(path, parsed.error());
      return std::nullopt;
    }
    return std::move(*parsed);
  } else if constexpr (NumberValue<T>) {
    double number = 0;
    if (in.get(number) != simdjson::SUCCESS) {
      wrong_type(in, path, context, "a number");
      return std::nullopt;
    }
    auto parsed = T::from_double(number);
    if (!parsed) {
      context.report(path, parsed.error());
      return std::nullopt;
    }
    return std::move(*parsed);
  } else {
    const auto before = context.problems.size();
    T value{};
    read(in, value, path, context);
    if (context.problems.size() != before) return std::nullopt;
    return value;
  }
}

template <class T>
struct MemberReader {
  std::string_view name;
  bool required;
  void (*read)(json::element, T&, const Path&, ReadContext&);
};

template <class T, class D>
void read_member(json::element in, T& out, const Path& path, ReadContext& context) {
  read(in, out.*D::pointer, path, context);
}

template <class D, class T>
using MemberType = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;

/// A plain struct may name the one member it makes no sense without (Money's amount).
template <class T, class Member>
constexpr bool must_be_there(std::string_view name) {
  if constexpr (requires { T::k_required_member; }) {
    return name == T::k_required_member;
  } else {
    return k_is_required<Member>;
  }
}

template <class T>
constexpr auto member_readers() {
  return []<class... D>(boost::mp11::mp_list<D...>) {
    return std::array<MemberReader<T>, sizeof...(D)>{
        MemberReader<T>{D::name, must_be_there<T, MemberType<D, T>>(D::name), &read_member<T, D>}...};
  }(boost::mp11::mp_rename<MembersOf<T>, boost::mp11::mp_list>{});
}

/// How many pairs of braces an aggregate takes, up to twelve: one for each base and each member of its own.
template <class T>
constexpr std::size_t brace_count() {
  std::size_t count = 1;
  if (requires { T{{}, {}}; }) count = 2;
  if (requires { T{{}, {}, {}}; }) count = 3;
  if (requires { T{{}, {}, {}, {}}; }) count = 4;
  if (requires { T{{}, {}, {}, {}, {}}; }) count = 5;
  if (requires { T{{}, {}, {}, {}, {}, {}}; }) count = 6;
  if (requires { T{{}, {}, {}, {}, {}, {}, {}}; }) count = 7;
  if (requires { T{{}, {}, {}, {}, {}, {}, {}, {}}; }) count = 8;
  if (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}}; }) count = 9;
  if (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) count = 10;
  if (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) count = 11;
  if (requires { T{{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}}; }) count = 12;
  return count;
}

/// A member missing in the describe macro would vanish from the Log in silence: aggregates are counted against PFR, or,
/// as PFR does not look into bases, against their braces.
template <class T>
constexpr bool fully_described() {
  using Bases = boost::describe::describe_bases<T, boost::describe::mod_any_access>;
  if constexpr (boost::mp11::mp_empty<Bases>::value) {
    return boost::pfr::tuple_size_v<T> == boost::mp11::mp_size<MembersOf<T>>::value;
  } else {
    using Own = boost::describe::describe_members<T, boost::describe::mod_public>;
    return brace_count<T>() == boost::mp11::mp_size<Bases>::value + boost::mp11::mp_size<Own>::value;
  }
}

template <class T>
constexpr bool bases_fully_described() {
  using Bases = boost::describe::describe_bases<T, boost::describe::mod_any_access>;
  return []<class... B>(boost::mp11::mp_list<B...>) {
    return (fully_described<typename B::type>() && ... && true);
  }(boost::mp11::mp_rename<Bases, boost::mp11::mp_list>{});
}

template <class T>
void read_object(json::element in, T& out, const Path& path, ReadContext& context) {
  static_assert(fully_described<T>() && bases_fully_described<T>(), "a member is missing in BOOST_DESCRIBE_*");
  static constexpr auto readers = member_readers<T>();
  json::object object;
  if (in.get(object) != simdjson::SUCCESS) return wrong_type(in, path, context, "an object");
  std::bitset<std::max<std::size_t>(readers.size(), 1)> seen;
  std::size_t guess = 0;  // Writers keep the order of declaration: the next member is most often the next key.
  for (const auto [key, value] : object) {
    std::size_t found = readers.size();
    for (std::size_t tried = 0; tried < readers.size(); ++tried) {
      const std::size_t at = guess + tried < readers.size() ? guess + tried : guess + tried - readers.size();
      if (readers[at].name == key) {
        found = at;
        break;
      }
    }
    const Path here{&path, key, 0};
    if (found == readers.size()) {
      if (context.unknown == UnknownMembers::reject) context.report(here, "unknown_member", "no such member here");
      continue;
    }
    if (seen[found]) {
      context.report(here, "duplicate_member", "this member appears more than once");
      continue;
    }
    seen[found] = true;
    guess = found + 1 < readers.size() ? found + 1 : 0;
    readers[found].read(value, out, here, context);
  }
  for (std::size_t i = 0; i < readers.size(); ++i) {
    if (readers[i].required && !seen[i])
      context.report(Path{&path, readers[i].name, 0}, "required", "this member is required");
  }
}

template <class T>
void read_list(json::element in, std::vector<T>& out, const Path& path, ReadContext& context) {
  json::array array;
  if (in.get(array) != simdjson::SUCCESS) return wrong_type(in, path, context, "an array");
  if (array.size() > list_limit<T>()) {
    return context.report(path, "too_many", "at most " + std::to_string(list_limit<T>()) + " elements");
  }
  out.clear();
  out.reserve(array.size());
  std::size_t index = 0;
  for (const json::element element : array) {
    const Path here{&path, {}, index++};
    if (auto value = read_value<T>(element, here, context)) out.push_back(std::move(*value));
  }
}

template <class T>
void read(json::element in, T& out, const Path& path, ReadContext& context) {
  if constexpr (k_is_optional<T>) {
    if (in.is_null()) {
      out.reset();
      return;
    }
    out = read_value<typename T::value_type>(in, path, context);
  } else if constexpr (k_is_replace<T>) {
    if (auto value = read_value<typename T::value_type>(in, path, context)) out.emplace(std::move(*value));
  } else if constexpr (k_is_required<T>) {
    if (auto value = read_value<std::remove_cvref_t<decltype(*out)>>(in, path, context)) out = std::move(*value);
  } else if constexpr (k_is_edit<T>) {
    using Value = typename std::remove_cvref_t<decltype(out.value())>::value_type;
    if (in.is_null()) {
      out = T::clear();
    } else if (auto value = read_value<Value>(in, path, context)) {
      out = T(std::move(*value));
    }
  } else if constexpr (k_is_vector<T>) {
    read_list(in, out, path, context);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (in.get(out) != simdjson::SUCCESS) wrong_type(in, path, context, "true or false");
  } else if constexpr (std::is_integral_v<T>) {
    std::int64_t number = 0;
    const auto error = in.get(number);
    if (error != simdjson::SUCCESS && error != simdjson::NUMBER_OUT_OF_RANGE) {
      return wrong_type(in, path, context, "an integer");
    }
    if (error != simdjson::SUCCESS || !std::in_range<T>(number)) {
      return context.report(path, "out_of_range", "the number is out of range");
    }
    out = static_cast<T>(number);
  } else if constexpr (std::is_enum_v<T>) {
    std::string_view text;
    if (in.get(text) != simdjson::SUCCESS) return wrong_type(in, path, context, "a string");
    if (const auto value = enum_from_text<T>(text)) {
      out = *value;
    } else {
      context.report(path, "unknown_value", "expected one of " + enum_choices<T>());
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    std::string_view text;
    if (in.get(text) != simdjson::SUCCESS) return wrong_type(in, path, context, "a string");
    out = text;
  } else if constexpr (std::is_same_v<T, JsonObject>) {
    if (!in.is_object()) return wrong_type(in, path, context, "an object");
    out = JsonObject(simdjson::minify(in));
  } else if constexpr (Described<T>) {
    read_object(in, out, path, context);
  } else {
    if (auto value = read_value<T>(in, path, context)) out = std::move(*value);
  }
}

template <class T>
Result<T> from_json(std::string_view text, UnknownMembers unknown) {
  auto element = parse_text(text);
  if (!element) return element.error();
  ReadContext context{unknown, Origin::anybody, {}};
  Result<T> result{boost::system::in_place_value};
  read(*element, *result, Path{}, context);
  if (!context.problems.empty()) return std::move(context.problems);
  return result;
}

template <class T>
Problems read_stored(std::string_view text, T& out) {
  auto element = parse_text(text);
  if (!element) return std::move(element).error();
  ReadContext context{UnknownMembers::ignore, Origin::stored, {}};
  read(*element, out, Path{}, context);
  return std::move(context.problems);
}

// ---- writing
// ---------------------------------------------------------------------------------------------------------

void write_integer(std::string& out, std::int64_t value);

template <class T>
void write(std::string& out, const T& value);

template <class T>
bool present(const T& value) {
  if constexpr (k_is_optional<T> || k_is_replace<T> || k_is_required<T>) {
    return value.has_value();
  } else if constexpr (k_is_edit<T>) {
    return value.touched();
  } else {
    return true;
  }
}

/// `,"name":` of a member, made by the compiler, so that it is one append.
template <class D>
constexpr auto k_member_key = [] {
  constexpr std::string_view k_name = D::name;
  std::array<char, k_name.size() + 4> key{',', '"'};
  std::copy(k_name.begin(), k_name.end(), key.begin() + 2);
  key[key.size() - 2] = '"';
  key[key.size() - 1] = ':';
  return key;
}();

/// Which members of an object are written.
enum class Shown { all, no_secrets };

template <Shown shown, class T>
void write_object(std::string& out, const T& value) {
  out.push_back('{');
  bool first = true;
  boost::mp11::mp_for_each<MembersOf<T>>([&]<class D>(D) {
    if constexpr (shown == Shown::no_secrets && is_secret<T>(D::name)) return;
    const auto& member = value.*D::pointer;
    if (!present(member)) return;
    const std::string_view key(k_member_key<D>.data(), k_member_key<D>.size());
    out.append(key.substr(first ? 1 : 0));
    first = false;
    write(out, member);
  });
  out.push_back('}');
}

template <class T>
void write(std::string& out, const T& value) {
  if constexpr (k_is_optional<T> || k_is_replace<T> || k_is_required<T>) {
    write(out, *value);
  } else if constexpr (k_is_edit<T>) {
    if (value.value()) {
      write(out, *value.value());
    } else {
      out.append("null");
    }
  } else if constexpr (k_is_vector<T>) {
    out.push_back('[');
    bool first = true;
    for (const auto& element : value) {
      if (!first) out.push_back(',');
      first = false;
      write(out, element);
    }
    out.push_back(']');
  } else if constexpr (std::is_same_v<T, bool>) {
    out.append(value ? "true" : "false");
  } else if constexpr (std::is_integral_v<T>) {
    write_integer(out, value);
  } else if constexpr (std::is_enum_v<T>) {
    out.push_back('"');
    out.append(enum_text(value));
    out.push_back('"');
  } else if constexpr (std::is_same_v<T, std::string>) {
    quote(out, value);
  } else if constexpr (NumberValue<T> || std::is_same_v<T, JsonObject>) {
    out.append(value.text());
  } else if constexpr (TextValue<T> && requires { value.chars(); }) {
    const auto chars = value.chars();  // ids and instants: fixed length, nothing to escape
    out.push_back('"');
    out.append(chars.data(), chars.size());
    out.push_back('"');
  } else if constexpr (TextValue<T>) {
    quote(out, value.text());
  } else {
    write_object<Shown::all>(out, value);
  }
}

template <class T>
void write_json(std::string& out, const T& value) {
  write(out, value);
}

template <HasSecrets T>
void write_without_secrets(std::string& out, const T& value) {
  write_object<Shown::no_secrets>(out, value);
}

// ---- schema
// ----------------------------------------------------------------------------------------------------------

/// Whose JSON a schema describes. Readers take null for an optional field that is left out, writers leave it out.
enum class Side { reader, writer };

template <class T>
void write_schema(std::string& out, Side side);

/// What a value type tells its readers beyond its format; empty for most.
template <class T>
constexpr std::string_view schema_description() {
  if constexpr (requires { T::k_schema_description; }) {
    return T::k_schema_description;
  } else {
    return {};
  }
}

/// `{"type":"string"}` of a value type, with its description, format, pattern and length.
void write_text_schema(std::string& out, std::string_view description, std::string_view format,
                       std::string_view pattern, std::size_t max_length);

/// `{"type":"number"}` with its bounds.
void write_number_schema(std::string& out, double minimum, double maximum);

/// The same schema that also allows null.
void write_nullable(std::string& out, const std::string& schema);

template <class T>
void write_object_schema(std::string& out, Side side) {
  out.append(R"({"type":"object","properties":{)");
  std::string required;
  bool first = true;
  boost::mp11::mp_for_each<MembersOf<T>>([&]<class D>(D) {
    using Member = MemberType<D, T>;
    if (side == Side::writer && is_secret<T>(D::name)) return;
    if (!first) out.push_back(',');
    first = false;
    quote(out, D::name);
    out.push_back(':');
    write_schema<Member>(out, side);
    if (must_be_there<T, Member>(D::name)) {
      if (!required.empty()) required.push_back(',');
      quote(required, D::name);
    }
  });
  out.append("},");
  if (!required.empty()) out.append(R"("required":[)" + required + "],");
  out.append(R"("additionalProperties":false})");
}

template <class T>
void write_nullable_schema(std::string& out, Side side) {
  std::string inner;
  write_schema<T>(inner, side);
  write_nullable(out, inner);
}

template <class T>
void write_schema(std::string& out, Side side) {
  if constexpr (k_is_optional<T>) {
    side == Side::reader ? write_nullable_schema<typename T::value_type>(out, side)
                         : write_schema<typename T::value_type>(out, side);
  } else if constexpr (k_is_replace<T>) {
    write_schema<typename T::value_type>(out, side);
  } else if constexpr (k_is_required<T>) {
    write_schema<std::remove_cvref_t<decltype(*std::declval<T&>())>>(out, side);
  } else if constexpr (k_is_edit<T>) {
    using Value = typename std::remove_cvref_t<decltype(std::declval<T&>().value())>::value_type;
    write_nullable_schema<Value>(out, side);
  } else if constexpr (k_is_vector<T>) {
    out.append(R"({"type":"array","maxItems":)" + std::to_string(list_limit<typename T::value_type>()) +
               R"(,"items":)");
    write_schema<typename T::value_type>(out, side);
    out.push_back('}');
  } else if constexpr (std::is_same_v<T, bool>) {
    out.append(R"({"type":"boolean"})");
  } else if constexpr (std::is_integral_v<T>) {
    out.append(R"({"type":"integer"})");
  } else if constexpr (std::is_enum_v<T>) {
    out.append(R"({"type":"string","enum":[)");
    bool first = true;
    for_each_enumerator<T>([&](std::string_view name) {
      if (!first) out.push_back(',');
      first = false;
      quote(out, name);
    });
    out.append("]}");
  } else if constexpr (std::is_same_v<T, std::string>) {
    out.append(R"({"type":"string"})");
  } else if constexpr (std::is_same_v<T, JsonObject>) {
    out.append(R"({"type":"object"})");
  } else if constexpr (NumberValue<T>) {
    write_number_schema(out, T::k_minimum, T::k_maximum);
  } else if constexpr (TextValue<T>) {
    write_text_schema(out, schema_description<T>(), T::k_schema_format, T::k_schema_pattern, T::k_max_length);
  } else {
    write_object_schema<T>(out, side);
  }
}

template <class T>
std::string json_schema() {
  std::string out;
  write_schema<T>(out, Side::writer);
  return out;
}

template <class T>
std::string input_schema() {
  std::string out;
  write_schema<T>(out, Side::reader);
  return out;
}

}  // namespace alforis::domain::wire

/// Instantiates both ways of reading, writing and both schemas of a type; once per type, in its `_wire.cpp`.
#define ALFORIS_WIRE(T)                                                                                           \
  template alforis::domain::Result<T> alforis::domain::wire::from_json<T>(std::string_view,                       \
                                                                          alforis::domain::wire::UnknownMembers); \
  template alforis::domain::Problems alforis::domain::wire::read_stored<T>(std::string_view, T&);                 \
  template void alforis::domain::wire::write_json<T>(std::string&, const T&);                                     \
  template std::string alforis::domain::wire::json_schema<T>();                                                   \
  template std::string alforis::domain::wire::input_schema<T>();

/// The same for a type that has secrets.
#define ALFORIS_WIRE_SECRETS(T) \
  ALFORIS_WIRE(T)               \
  template void alforis::domain::wire::write_without_secrets<T>(std::string&, const T&);
