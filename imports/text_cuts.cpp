#include "imports/text_cuts.hpp"

#include <algorithm>

#include "domain/values/text.hpp"

namespace alforis::imports {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; }

// U+0080 to U+009F in UTF-8.
bool is_c1_control(std::string_view text, std::size_t at) {
  return text[at] == '\xC2' && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0U &&
         is_continuation(text[at + 1]);
}

std::string without_line_separators(std::string_view text) {
  std::string result(text);
  for (const std::string_view separator : {"\xE2\x80\xA8", "\xE2\x80\xA9"}) {
    for (std::size_t at = result.find(separator); at != std::string::npos; at = result.find(separator, at)) {
      result.replace(at, separator.size(), " ");
    }
  }
  std::replace(result.begin(), result.end(), '\t', ' ');
  return result;
}

}  // namespace

std::string cleaned(std::string_view cell) {
  std::string text;
  text.reserve(cell.size());
  for (std::size_t at = 0; at < cell.size(); ++at) {
    const char c = cell[at];
    if (c == '\r') {
      if (at + 1 >= cell.size() || cell[at + 1] != '\n') text.push_back('\n');
    } else if (is_c1_control(cell, at)) {
      ++at;
    } else if (!is_control(c)) {
      text.push_back(c);
    }
  }
  auto canonical = domain::checked_text(text, std::string::npos, domain::Lines::many);
  return canonical ? std::move(*canonical) : std::string(domain::trimmed(text));
}

std::string one_line(std::string_view text, std::string_view glue) {
  std::string line;
  for (const std::string_view part : split(text, "\n")) {
    if (!line.empty()) line += glue;
    line += part;
  }
  line = without_line_separators(line);
  return std::string(domain::trimmed(line));
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (const std::string_view part = domain::trimmed(text.substr(0, end)); !part.empty()) parts.push_back(part);
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string first_code_points(std::string_view text, std::size_t count) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && count-- == 0) return std::string(text.substr(0, at));
  }
  return std::string(text);
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

}  // namespace alforis::imports
