// Files of comma-separated values; what was read is written and read again.
#include "imports/csv.hpp"

#include "domain/values/text.hpp"
#include "target.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alforis;
  const auto file = imports::read_csv(fuzz::text_of(data, size));
  if (!file) return 0;
  for (const imports::CsvRecord& record : file->records) {
    std::string written;
    for (const std::string& cell : record.cells) {
      const auto checked = domain::checked_text(cell, SIZE_MAX, domain::Lines::many);
      const bool utf8 = checked.has_value() || checked.error().front().code != "invalid_utf8";
      fuzz::require(utf8, "cells are UTF-8");
      if (!written.empty()) written += ',';
      imports::append_csv_cell(written, cell);
    }
    fuzz::require(imports::read_csv(written, {','}).has_value(), "what is written can be read");
  }
  return 0;
}
