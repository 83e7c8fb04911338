#include "domain/wire/json.hpp"

#include <charconv>

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
  const auto error = parser.parse(text.data(), text.size(), true).get(element);
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

void write_text_schema(std::string& out, std::string_view format, std::string_view pattern, std::size_t max_length) {
  out += R"({"type":"string")";
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

}  // namespace alforis::domain::wire
