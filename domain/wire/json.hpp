#pragma once
// JSON of described structs: reading with every problem and its place, writing, JSON Schema. The heavy templates are in
// codec.hpp and are instantiated once per type, in the entity's `<entity>_wire.cpp`.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.hpp"
#include "domain/wire/secret.hpp"

namespace alforis::domain::wire {

/// What a reader does with members the struct does not have. Commands reject them, events ignore them: an older program
/// must be able to read what a newer one wrote.
enum class UnknownMembers { reject, ignore };

/// Deepest nesting accepted (RFC 8259 §9 lets a reader set limits).
inline constexpr std::size_t k_max_depth = 32;

/// Most problems reported for one input; the rest would only repeat what is said.
inline constexpr std::size_t k_max_problems = 100;

/// Room for most documents, so that they need not grow by copying themselves.
inline constexpr std::size_t k_usual_size = 768;

/// Reads one JSON object. Problems carry JSON pointers (RFC 6901). `malformed_json` and `too_deep` (pointer "") mean
/// that the text is no JSON at all; every other code is about a member: `wrong_type`, `required`, `unknown_member`,
/// `duplicate_member`, `not_nullable`, `unknown_value`, `too_many`, `out_of_range` (also for numbers that no 64 bits
/// hold), and the codes of the value types.
template <class T>
Result<T> from_json(std::string_view text, UnknownMembers unknown = UnknownMembers::reject);

/// Reads what write_json() wrote into the Log or a store made from it, into an object as it is when new. The text is
/// JSON and its members have their types, as ever; what the program checked before it wrote is believed (see Stored).
/// Members the struct does not have are ignored. Returns the problems.
template <class T>
Problems read_stored(std::string_view text, T& out);

/// The same as a value.
template <class T>
Result<T> from_stored(std::string_view text) {
  Result<T> result{boost::system::in_place_value};
  Problems problems = read_stored(text, *result);
  if (!problems.empty()) return problems;
  return result;
}

/// Writes one JSON object without white space: described members in order of declaration, base classes first. Empty
/// optional fields and untouched edits are left out; cleared edits are null.
template <class T>
void write_json(std::string& out, const T& value);

template <class T>
std::string to_json(const T& value) {
  std::string out;
  out.reserve(k_usual_size);
  write_json(out, value);
  return out;
}

/// Writes a type that has secrets (secret.hpp) without them.
template <HasSecrets T>
void write_without_secrets(std::string& out, const T& value);

/// The JSON that may leave the program: to_json() without secrets.
template <class T>
std::string shown_json(const T& value) {
  if constexpr (HasSecrets<T>) {
    std::string out;
    out.reserve(k_usual_size);
    write_without_secrets(out, value);
    return out;
  } else {
    return to_json(value);
  }
}

/// The JSON Schema (2020-12) of what shown_json() writes, self-contained.
template <class T>
std::string json_schema();

/// The same for what from_json() reads: where a member may be left out, null says the same.
template <class T>
std::string input_schema();

/// Appends `text` as a JSON string with its quotes (RFC 8259 §7). The text must be valid UTF-8.
void quote(std::string& out, std::string_view text);

/// A member of an object: its name, and its value as JSON text without white space; nullopt: it is not there.
struct Member {
  std::string name;
  std::optional<std::string> value;

  friend bool operator==(const Member&, const Member&) = default;
};

/// The members of a JSON object in their order, or those of them that are named; none of a text that is no object.
std::vector<Member> members_of(std::string_view document, std::span<const std::string_view> named = {});

/// The value of a member; nullptr when there is no such member.
const std::string* value_of(const std::vector<Member>& members, std::string_view name);

/// JSON of an object of these members, without those that are not there; or with null for them.
std::string object_of(const std::vector<Member>& members, bool null_for_absent = false);

/// Whether problems speak of the text (400) rather than of its content (422).
bool malformed(const Problems& problems);

}  // namespace alforis::domain::wire
