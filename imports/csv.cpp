#include "imports/csv.hpp"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>

namespace alforis::imports {
namespace {

constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view k_delimiters = ";,\t|";
constexpr char32_t k_replacement = 0xFFFD;

// Bytes 0x80 to 0x9F (https://encoding.spec.whatwg.org/index-windows-1252.txt); the others are Latin-1.
constexpr std::array<char32_t, 32> k_windows_1252 = {
    0x20AC,        k_replacement, 0x201A, 0x0192, 0x201E, 0x2026,        0x2020, 0x2021,
    0x02C6,        0x2030,        0x0160, 0x2039, 0x0152, k_replacement, 0x017D, k_replacement,
    k_replacement, 0x2018,        0x2019, 0x201C, 0x201D, 0x2022,        0x2013, 0x2014,
    0x02DC,        0x2122,        0x0161, 0x203A, 0x0153, k_replacement, 0x017E, 0x0178};

bool is_utf8(std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    UChar32 c = static_cast<unsigned char>(text[static_cast<std::size_t>(at)]);
    if (c < 0x80) {
      ++at;
      continue;
    }
    U8_NEXT(text.data(), at, size, c);
    if (c < 0) return false;
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (c >> 6U)));
    out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  } else {
    out.push_back(static_cast<char>(0xE0U | (c >> 12U)));
    out.push_back(static_cast<char>(0x80U | ((c >> 6U) & 0x3FU)));
    out.push_back(static_cast<char>(0x80U | (c & 0x3FU)));
  }
}

// One kind of oddity: told once, with its first line and its count.
struct Tally {
  std::string_view code;
  std::string_view what;
  std::int64_t first_line = 0;
  std::int64_t count = 0;

  void add(std::int64_t line) {
    if (count++ == 0) first_line = line;
  }
  void tell(std::vector<CsvNotice>& notices) const {
    if (count == 0) return;
    notices.push_back(
        {first_line, std::string(code),
         std::to_string(count) + " " + std::string(what) + ", the first on line " + std::to_string(first_line)});
  }
};

class Reader {
 public:
  Reader(std::string_view text, char delimiter, std::int64_t line) : text_(text), delimiter_(delimiter), line_(line) {}

  domain::Result<CsvFile> read() {
    CsvFile file;
    file.delimiter = delimiter_;
    while (at_ < text_.size()) {
      CsvRecord record;
      record.line = line_;
      if (!read_record(record)) return unterminated();
      if (record.cells.size() == 1 && record.cells[0].empty()) continue;
      file.records.push_back(std::move(record));
    }
    for (const Tally* tally : {&windows_1252_, &stray_quotes_, &nuls_}) tally->tell(file.notices);
    return file;
  }

 private:
  bool at_line_end(std::size_t at) const { return at >= text_.size() || text_[at] == '\n' || text_[at] == '\r'; }

  // True when what stands at `at`, blanks apart, ends a cell.
  bool at_cell_end(std::size_t at) const {
    while (at < text_.size() && text_[at] == ' ' && delimiter_ != ' ') ++at;
    return at_line_end(at) || text_[at] == delimiter_;
  }

  bool read_record(CsvRecord& record) {
    for (;;) {
      std::string cell;
      if (at_ < text_.size() && text_[at_] == '"') {
        if (!read_quoted(cell)) return false;
      } else {
        const std::size_t begin = at_;
        while (!at_line_end(at_) && text_[at_] != delimiter_) ++at_;
        cell.assign(text_, begin, at_ - begin);
      }
      record.cells.push_back(checked(std::move(cell), record.line));
      if (at_line_end(at_)) break;
      ++at_;
    }
    skip_line_end();
    return true;
  }

  bool read_quoted(std::string& cell) {
    quote_line_ = line_;
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          cell.push_back('"');
          at_ += 2;
          continue;
        }
        if (at_cell_end(at_ + 1)) {
          ++at_;
          while (at_ < text_.size() && text_[at_] == ' ' && delimiter_ != ' ') ++at_;
          return true;
        }
        stray_quotes_.add(line_);
      }
      if (c == '\n' || (c == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] != '\n'))) ++line_;
      cell.push_back(c);
      ++at_;
    }
    return false;
  }

  void skip_line_end() {
    if (at_ >= text_.size()) return;
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  std::string checked(std::string cell, std::int64_t line) {
    if (std::erase(cell, '\0') != 0) nuls_.add(line);
    if (is_utf8(cell)) return cell;
    windows_1252_.add(line);
    return from_windows_1252(cell);
  }

  domain::Problems unterminated() const {
    return domain::problem("unterminated_quote", "line " + std::to_string(quote_line_) +
                                                     ": a quoted cell begins here and never ends; double the quotes "
                                                     "inside it or choose the right --delimiter");
  }

  std::string_view text_;
  char delimiter_;
  std::int64_t line_;
  std::size_t at_ = 0;
  std::int64_t quote_line_ = 0;
  Tally windows_1252_{"windows_1252", "cell(s) were no UTF-8 and were read as Windows-1252"};
  Tally stray_quotes_{"stray_quote", "quote(s) inside a quoted cell were not doubled and were taken as they stand"};
  Tally nuls_{"nul_character", "cell(s) contained the character NUL, which was dropped"};
};

char find_delimiter(std::string_view text) {
  std::array<std::size_t, k_delimiters.size()> counts{};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n' || c == '\r') break;
    if (const auto at = k_delimiters.find(c); at != std::string_view::npos) ++counts[at];
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return *most == 0 ? ',' : k_delimiters[static_cast<std::size_t>(most - counts.begin())];
}

// Excel's own hint, alone on the first line.
std::optional<char> take_excel_hint(std::string_view& text) {
  if (!text.starts_with("sep=") || text.size() < 6) return std::nullopt;
  const char delimiter = text[4];
  std::string_view rest = text.substr(5);
  if (k_delimiters.find(delimiter) == std::string_view::npos) return std::nullopt;
  if (rest.front() == '\r') rest.remove_prefix(1);
  if (rest.empty() || rest.front() != '\n') return std::nullopt;
  text = rest.substr(1);
  return delimiter;
}

}  // namespace

domain::Result<CsvFile> read_csv(std::string_view text, const CsvOptions& options) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return domain::problem("utf16", "the file is in UTF-16; save it as CSV in UTF-8");
  }
  if (text.starts_with(k_byte_order_mark)) text.remove_prefix(k_byte_order_mark.size());
  std::int64_t line = 1;
  auto delimiter = options.delimiter;
  if (const auto hint = take_excel_hint(text)) {
    ++line;
    if (!delimiter) delimiter = hint;
  }
  return Reader(text, delimiter ? *delimiter : find_delimiter(text), line).read();
}

std::string from_windows_1252(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append_utf8(text, byte >= 0x80 && byte < 0xA0 ? k_windows_1252[byte - 0x80U] : char32_t{byte});
  }
  return text;
}

void append_csv_cell(std::string& out, std::string_view cell) {
  const bool formula = !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
  if (cell.find_first_of(",\";\r\n") == std::string_view::npos) {
    if (formula) out.push_back('\'');
    out.append(cell);
    return;
  }
  out.push_back('"');
  if (formula) out.push_back('\'');
  for (const char c : cell) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
}

}  // namespace alforis::imports
