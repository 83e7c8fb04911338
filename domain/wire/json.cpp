#include "domain/wire/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "domain/values/ascii.hpp"
#include "domain/wire/codec.hpp"

namespace alforis::domain::wire {

namespace {

/// Room the thread's parser may keep between texts; what a larger one took goes with the next text.
constexpr std::size_t k_kept_capacity = 1U << 20;

json::parser new_parser() {
  json::parser fresh;
  if (fresh.allocate(1U << 14, k_max_depth) != simdjson::SUCCESS) throw std::bad_alloc();
  return fresh;
}

Problems describe_parse_error(simdjson::error_code error) {
  if (error == simdjson::DEPTH_ERROR) {
    return problem("too_deep", "nested deeper than " + std::to_string(k_max_depth) + " levels");
  }
  return problem("malformed_json", std::string("not valid JSON: ") + simdjson::error_message(error));
}

bool is_number_character(char c) {
  return ascii::is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// Takes the digits at the beginning of `rest`; false when there are none.
bool take_digits(std::string_view& rest) {
  const auto count = std::min(rest.find_first_not_of("0123456789"), rest.size());
  rest.remove_prefix(count);
  return count != 0;
}

/// Whether the text is a number of RFC 8259 §6.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const bool leading_zero = text.size() > 1 && text[0] == '0' && ascii::is_digit(text[1]);
  if (leading_zero || !take_digits(text)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!take_digits(text)) return false;
  }
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(text.size() > 1 && (text[1] == '-' || text[1] == '+') ? 2 : 1);
  return take_digits(text) && text.empty();
}

template <class Integer>
bool overflows(std::string_view digits) {
  Integer value = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc::result_out_of_range;
}

/// Whether 64 bits cannot hold the number: as an integer, or as a double when it is written as one.
bool too_large(std::string_view number) {
  if (number.find_first_of(".eE") != std::string_view::npos)
    return std::isinf(std::strtod(std::string(number).c_str(), nullptr));
  return number.starts_with('-') ? overflows<std::int64_t>(number) : overflows<std::uint64_t>(number);
}

/// Where the string, the number or the single character that begins at `at` ends.
std::size_t token_end(std::string_view text, std::size_t at) {
  const char first = text[at++];
  if (first == '"') {
    while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text.size());
  }
  if (!ascii::is_digit(first) && first != '-') return at;
  while (at < text.size() && is_number_character(text[at])) ++at;
  return at;
}

/// simdjson reads nothing of a text in which one number is too large. Here each of them is replaced by one that it can
/// read and that no member takes, so that the reader can say where it stands.
std::string with_readable_numbers(std::string_view text) {
  constexpr std::string_view k_beyond = "18446744073709551615";
  std::string readable;
  readable.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto end = token_end(text, at);
    const auto token = text.substr(at, end - at);
    readable += is_number(token) && too_large(token) ? k_beyond : token;
    at = end;
  }
  return readable;
}

/// True when none of eight characters needs an escape: no control character, no quote, no backslash.
bool is_plain(const char* characters) {
  const ascii::Eight eight(characters);
  return (eight.below(0x20) | eight.equal('"') | eight.equal('\\')) == 0;
}

void append_token(std::string& pointer, const Path& path) {
  pointer.push_back('/');
  if (path.key.data() == nullptr) {
    pointer += std::to_string(path.index);
    return;
  }
  for (const char c : path.key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
}

void append_pointer(std::string& pointer, const Path& path) {
  if (path.parent == nullptr) return;
  append_pointer(pointer, *path.parent);
  append_token(pointer, path);
}

}  // namespace

std::string Path::pointer() const {
  std::string text;
  append_pointer(text, *this);
  return text;
}

void ReadContext::report(const Path& path, std::string_view code, std::string_view detail) {
  if (problems.size() >= k_max_problems) return;
  problems.push_back({std::string(code), path.pointer(), std::string(detail)});
}

void ReadContext::report(const Path& path, const Problems& found) {
  for (const Problem& problem : found) {
    if (problems.size() >= k_max_problems) return;
    problems.push_back({problem.code, path.pointer() + problem.pointer, problem.detail});
  }
}

Result<json::element> parse_text(std::string_view text) {
  thread_local json::parser parser = new_parser();
  if (parser.capacity() > k_kept_capacity && text.size() <= k_kept_capacity) parser = new_parser();
  json::element element;
  auto error = parser.parse(text.data(), text.size(), true).get(element);
  if (error == simdjson::NUMBER_ERROR) error = parser.parse(with_readable_numbers(text)).get(element);
  if (error) return describe_parse_error(error);
  return Result<json::element>(boost::system::in_place_value, element);
}

std::string_view type_name(json::element element) {
  switch (element.type()) {
    case json::element_type::ARRAY:
      return "an array";
    case json::element_type::OBJECT:
      return "an object";
    case json::element_type::INT64:
    case json::element_type::UINT64:
    case json::element_type::DOUBLE:
      return "a number";
    case json::element_type::STRING:
      return "a string";
    case json::element_type::BOOL:
      return "a boolean";
    case json::element_type::NULL_VALUE:
      return "null";
  }
  return "something else";
}

void quote(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (text.size() - i >= 8 && is_plain(text.data() + i)) i += 8;
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default: {
        static constexpr char k_digits[] = "0123456789abcdef";
        out += "\\u00";
        out.push_back(k_digits[c >> 4U]);
        out.push_back(k_digits[c & 15U]);
      }
    }
  }
  out.append(text, plain, text.size() - plain);
  out.push_back('"');
}

bool malformed(const Problems& problems) {
  return problems.size() == 1 && (problems[0].code == "malformed_json" || problems[0].code == "too_deep");
}

void write_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void write_text_schema(std::string& out, std::string_view description, std::string_view format,
                       std::string_view pattern, std::size_t max_length) {
  out += R"({"type":"string")";
  if (!description.empty()) {
    out += R"(,"description":)";
    quote(out, description);
  }
  if (!format.empty()) {
    out += R"(,"format":)";
    quote(out, format);
  }
  if (!pattern.empty()) {
    out += R"(,"pattern":)";
    quote(out, pattern);
  }
  if (max_length != 0) {
    out += R"(,"maxLength":)";
    write_integer(out, static_cast<std::int64_t>(max_length));
  }
  out.push_back('}');
}

void write_number_schema(std::string& out, double minimum, double maximum) {
  out += R"({"type":"number","minimum":)";
  write_integer(out, static_cast<std::int64_t>(minimum));
  out += R"(,"maximum":)";
  write_integer(out, static_cast<std::int64_t>(maximum));
  out.push_back('}');
}

void write_nullable(std::string& out, const std::string& schema) {
  out += R"({"anyOf":[)" + schema + R"(,{"type":"null"}]})";
}

std::vector<Member> members_of(std::string_view document, std::span<const std::string_view> named) {
  std::vector<Member> members;
  const auto element = parse_text(document);
  json::object object;
  if (!element || element->get(object) != simdjson::SUCCESS) return members;
  for (const auto [name, value] : object) {
    const std::string_view found = name;
    if (!named.empty() && std::find(named.begin(), named.end(), found) == named.end()) continue;
    members.push_back({std::string(found), simdjson::minify(value)});
  }
  return members;
}

const std::string* value_of(const std::vector<Member>& members, std::string_view name) {
  const auto at =
      std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.name == name; });
  return at == members.end() || !at->value ? nullptr : &*at->value;
}

std::string object_of(const std::vector<Member>& members, bool null_for_absent) {
  std::string object = "{";
  for (const Member& member : members) {
    if (!member.value && !null_for_absent) continue;
    if (object.size() > 1) object.push_back(',');
    quote(object, member.name);
    object += ':' + member.value.value_or("null");
  }
  object.push_back('}');
  return object;
}

}  // namespace alforis::domain::wire
