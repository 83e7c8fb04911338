#include "programs/import_command_report.hpp"

#include <algorithm>
#include <span>

#include "domain/wire/enums.hpp"
#include "domain/wire/json.hpp"
#include "imports/csv.hpp"

namespace alforis::programs {
namespace {

using domain::ImportOutcome;
using domain::ImportOutcomeKind;
using imports::FoldedOrganisation;
using imports::OrganisationFile;
using imports::RowWarning;

constexpr std::size_t k_most_shown = 10;

struct ReportLine {
  std::int64_t line = 0;
  std::string name;
  std::string outcome;
  std::string id;
  std::string warnings;
  std::string message;
};

void append(std::string& list, std::string_view glue, std::string_view part) {
  if (!list.empty()) list += glue;
  list += part;
}

std::string text_of(const domain::RecordProblem& problem) {
  return (problem.pointer.empty() ? "" : problem.pointer + ": ") + problem.detail;
}

std::string text_of(const ImportOutcome& outcome) {
  std::string text;
  for (const auto& problem : outcome.problems) append(text, "; ", text_of(problem));
  return text;
}

std::string text_of(const RowWarning& warning) {
  return (warning.column.empty() ? "" : warning.column + " '" + warning.value + "': ") + warning.message;
}

bool is_refused(const std::optional<ImportOutcome>& outcome) {
  return outcome && outcome->outcome == ImportOutcomeKind::refused;
}

/// What the server left out of a record that it took.
std::span<const domain::RecordProblem> server_warnings(const std::optional<ImportOutcome>& outcome) {
  if (!outcome || is_refused(outcome)) return {};
  return outcome->problems;
}

bool is_warned(const FoldedOrganisation& record, const std::optional<ImportOutcome>& outcome) {
  return !record.warnings.empty() || !server_warnings(outcome).empty();
}

void add_report_lines(std::vector<ReportLine>& lines, const FoldedOrganisation& record,
                      const std::optional<ImportOutcome>& outcome) {
  const std::size_t first = lines.size();
  for (const std::int64_t line : record.lines) {
    ReportLine entry;
    entry.line = line;
    entry.name = record.data.name->text();
    entry.outcome = outcome ? std::string(domain::enum_text(outcome->outcome)) : "not_sent";
    if (outcome && outcome->id) entry.id = outcome->id->text();
    if (outcome) entry.message = text_of(*outcome);
    for (const auto& warning : server_warnings(outcome)) {
      append(entry.warnings, "; ", warning.pointer + ": " + warning.code);
    }
    lines.push_back(std::move(entry));
  }
  // Both are in the order of the file.
  std::size_t at = first;
  for (const RowWarning& warning : record.warnings) {
    while (at + 1 < lines.size() && lines[at].line < warning.line) ++at;
    append(lines[at].warnings, "; ", (warning.column.empty() ? "" : warning.column + ": ") + warning.code);
    append(lines[at].message, "; ", text_of(warning));
  }
}

// `"name":value` of a JSON object that goes on.
void member(std::string& out, std::string_view name, std::string_view text) {
  domain::wire::quote(out, name);
  out += ':';
  domain::wire::quote(out, text);
  out += ',';
}
void member(std::string& out, std::string_view name, std::size_t number) {
  domain::wire::quote(out, name);
  out += ':' + std::to_string(number) + ',';
}

// Every member and element ends with a comma: the last one becomes the bracket.
void close(std::string& out, char bracket) {
  if (out.back() == ',') {
    out.back() = bracket;
  } else {
    out += bracket;
  }
}

void json_notices(std::string& out, const OrganisationFile& file) {
  out += R"("notices":[)";
  for (const auto& notice : file.notices) {
    out += '{';
    member(out, "line", static_cast<std::size_t>(notice.line));
    member(out, "code", notice.code);
    member(out, "message", notice.message);
    close(out, '}');
    out += ',';
  }
  close(out, ']');
  out += ',';
}

void json_warning(std::string& out, const RowWarning& warning) {
  out += '{';
  member(out, "line", static_cast<std::size_t>(warning.line));
  member(out, "column", warning.column);
  member(out, "value", warning.value);
  member(out, "code", warning.code);
  member(out, "message", warning.message);
  close(out, '}');
  out += ',';
}

void json_warning(std::string& out, std::int64_t line, const domain::RecordProblem& warning) {
  out += '{';
  member(out, "line", static_cast<std::size_t>(line));
  member(out, "pointer", warning.pointer);
  member(out, "code", warning.code);
  member(out, "message", warning.detail);
  close(out, '}');
  out += ',';
}

void json_warnings(std::string& out, const OrganisationFile& file, const ImportOutcomes& outcomes) {
  out += R"("warnings":[)";
  for (std::size_t i = 0; i < file.records.size(); ++i) {
    const FoldedOrganisation& record = file.records[i];
    for (const auto& warning : record.warnings) json_warning(out, warning);
    for (const auto& warning : server_warnings(outcomes[i])) json_warning(out, record.lines.front(), warning);
  }
  close(out, ']');
  out += ',';
}

void json_refusals(std::string& out, const OrganisationFile& file, const ImportOutcomes& outcomes) {
  const auto refusal = [&out](std::int64_t line, std::string_view code, std::string_view message) {
    out += '{';
    member(out, "line", static_cast<std::size_t>(line));
    member(out, "code", code);
    member(out, "message", message);
    close(out, '}');
    out += ',';
  };
  out += R"("refusals":[)";
  for (const auto& row : file.refused) refusal(row.line, row.code, row.message);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!is_refused(outcomes[i])) continue;
    const auto& problems = outcomes[i]->problems;
    refusal(file.records[i].lines.front(), problems.empty() ? "refused" : problems.front().code, text_of(*outcomes[i]));
  }
  close(out, ']');
  out += ',';
}

// The first lines of a long list, and how many more there are.
class ShortList {
 public:
  explicit ShortList(std::ostream& out, std::string_view of) : out_(out), of_(of) {}
  void add(std::int64_t line, const std::string& text) {
    if (++count_ <= k_most_shown) out_ << "  line " << line << ": " << text << '\n';
  }
  void end() const {
    if (count_ > k_most_shown) {
      out_ << "  … and " << count_ - k_most_shown << " more " << of_ << "; --report FILE lists them all\n";
    }
  }

 private:
  std::ostream& out_;
  std::string_view of_;
  std::size_t count_ = 0;
};

void print_warnings(std::ostream& out, const OrganisationFile& file, const ImportOutcomes& outcomes) {
  for (const auto& notice : file.notices) out << "  " << notice.message << '\n';
  ShortList warnings(out, "warnings");
  for (std::size_t i = 0; i < file.records.size(); ++i) {
    for (const auto& warning : file.records[i].warnings) warnings.add(warning.line, text_of(warning));
    for (const auto& warning : server_warnings(outcomes[i])) {
      warnings.add(file.records[i].lines.front(), text_of(warning));
    }
  }
  warnings.end();
}

void print_refusals(std::ostream& out, const OrganisationFile& file, const ImportOutcomes& outcomes) {
  ShortList refusals(out, "refusals");
  for (const auto& row : file.refused) refusals.add(row.line, "refused: " + row.message);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!is_refused(outcomes[i])) continue;
    refusals.add(file.records[i].lines.front(),
                 file.records[i].data.name->text() + " refused: " + text_of(*outcomes[i]));
  }
  refusals.end();
}

}  // namespace

ImportCounts count_import(const OrganisationFile& file, const ImportOutcomes& outcomes) {
  ImportCounts counts;
  counts.records = file.records.size();
  counts.lines = counts.refused = file.refused.size();
  for (std::size_t i = 0; i < file.records.size(); ++i) {
    counts.lines += file.records[i].lines.size();
    if (is_warned(file.records[i], outcomes[i])) ++counts.warned;
    if (!outcomes[i]) {
      ++counts.not_sent;
      continue;
    }
    switch (outcomes[i]->outcome) {
      case ImportOutcomeKind::created:
        ++counts.created;
        break;
      case ImportOutcomeKind::updated:
        ++counts.updated;
        break;
      case ImportOutcomeKind::unchanged:
        ++counts.unchanged;
        break;
      case ImportOutcomeKind::refused:
        ++counts.refused;
        break;
    }
  }
  return counts;
}

void print_summary(std::ostream& out, const OrganisationFile& file, const ImportOutcomes& outcomes, bool dry_run) {
  print_warnings(out, file, outcomes);
  print_refusals(out, file, outcomes);
  const ImportCounts counts = count_import(file, outcomes);
  out << counts.records << " organisations from " << counts.lines << " lines"
      << (dry_run ? " (dry run: nothing written)" : "") << "\ncreated " << counts.created << ", updated "
      << counts.updated << ", unchanged " << counts.unchanged << ", warned " << counts.warned << ", refused "
      << counts.refused;
  if (counts.not_sent != 0) out << ", not sent " << counts.not_sent;
  out << '\n';
}

void print_json_summary(std::ostream& out, const ImportRun& run, const OrganisationFile& file,
                        const ImportOutcomes& outcomes) {
  const ImportCounts counts = count_import(file, outcomes);
  std::string json = "{";
  member(json, "source", run.source.text());
  member(json, "import_id", run.id.text());
  member(json, "on_existing", domain::enum_text(run.on_existing));
  json += run.dry_run ? R"("dry_run":true,)" : R"("dry_run":false,)";
  member(json, "lines", counts.lines);
  member(json, "records", counts.records);
  member(json, "created", counts.created);
  member(json, "updated", counts.updated);
  member(json, "unchanged", counts.unchanged);
  member(json, "warned", counts.warned);
  member(json, "refused", counts.refused);
  member(json, "not_sent", counts.not_sent);
  json_notices(json, file);
  json_warnings(json, file, outcomes);
  json_refusals(json, file, outcomes);
  close(json, '}');
  out << json << '\n';
}

void write_report(std::ostream& out, const OrganisationFile& file, const ImportOutcomes& outcomes) {
  std::vector<ReportLine> lines;
  for (std::size_t i = 0; i < file.records.size(); ++i) add_report_lines(lines, file.records[i], outcomes[i]);
  for (const auto& row : file.refused) lines.push_back({row.line, "", "refused", "", row.code, row.message});
  std::sort(lines.begin(), lines.end(), [](const ReportLine& a, const ReportLine& b) { return a.line < b.line; });
  out << "\xEF\xBB\xBFline,name,outcome,id,warnings,message\r\n";
  std::string text;
  for (const ReportLine& line : lines) {
    text = std::to_string(line.line);
    for (const std::string* cell : {&line.name, &line.outcome, &line.id, &line.warnings, &line.message}) {
      text += ',';
      imports::append_csv_cell(text, *cell);
    }
    out << text << "\r\n";
  }
}

}  // namespace alforis::programs
