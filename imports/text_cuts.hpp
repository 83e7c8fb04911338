#pragma once
// Cutting and mending the texts of cells.

#include <string>
#include <string_view>
#include <vector>

namespace alforis::imports {

/// A cell in NFC, without what no text of the domain may hold: control characters but newline and tab are dropped, CR
/// and CRLF become newlines, blanks at the ends go. What is no UTF-8 is not brought to NFC.
std::string cleaned(std::string_view cell);

/// One line: the lines of the text, trimmed and joined by `glue`; tabs and Unicode's line separators become blanks.
std::string one_line(std::string_view text, std::string_view glue);

/// The parts between any of the `separators`, trimmed, without the empty ones.
std::vector<std::string_view> split(std::string_view text, std::string_view separators);

/// At most the first `count` code points of a text in UTF-8.
std::string first_code_points(std::string_view text, std::size_t count);

/// The number of code points of a text in UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace alforis::imports
