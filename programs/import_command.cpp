#include "programs/import_command.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>

#include "domain/wire/enums.hpp"
#include "imports/csv.hpp"
#include "imports/organisation_rows.hpp"
#include "programs/import_command_report.hpp"
#include "programs/import_command_sender.hpp"

namespace alforis::programs {
namespace {

constexpr const char* k_examples = R"(
Examples:
  alforis import organisations register.csv --set type=fournisseur --set category=sdg
  alforis import organisations clients.csv --aum-unit meur --dry-run
  alforis import organisations clients.csv --on-existing overwrite --report outcome.csv

Exit code: 0 nothing was refused, 1 something was, 2 it could not be done.)";

// A bar that is drawn over itself on a terminal, a line now and then elsewhere.
class Progress {
 public:
  Progress(std::ostream& err, std::size_t total) : err_(err), total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void show(std::size_t done) {
    if (terminal_) {
      draw(done);
    } else {
      err_ << done << " of " << total_ << " organisations\n" << std::flush;
    }
  }
  void end() {
    if (terminal_ && drawn_) err_ << '\n';
  }

 private:
  void draw(std::size_t done) {
    constexpr std::size_t k_width = 40;
    const std::size_t full = total_ == 0 ? k_width : done * k_width / total_;
    err_ << "\r[" << std::string(full, '#') << std::string(k_width - full, '.') << "] " << done << " of " << total_
         << std::flush;
    drawn_ = true;
  }

  std::ostream& err_;
  std::size_t total_;
  bool terminal_;
  bool drawn_ = false;
};

std::string read_file(const std::string& name) {
  std::ifstream in(name, std::ios::binary);
  std::stringstream text;
  if (!in || std::filesystem::is_directory(name) || !(text << in.rdbuf() || in.peek() == EOF)) {
    throw std::runtime_error("cannot read " + name);
  }
  return std::move(text).str();
}

[[noreturn]] void refuse_file(const std::string& name, const domain::Problems& problems) {
  throw std::runtime_error(name + ": " + problems.front().detail);
}

imports::OrganisationOptions options_of(const ImportSettings& settings) {
  imports::OrganisationOptions options;
  options.aum_unit = settings.aum_unit;
  for (const std::string& setting : settings.defaults) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos) throw std::runtime_error("--set " + setting + ": expected field=value");
    options.defaults.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return options;
}

imports::OrganisationFile read_organisations(const ImportSettings& settings) {
  const auto csv = imports::read_csv(read_file(settings.file), {.delimiter = settings.delimiter});
  if (!csv) refuse_file(settings.file, csv.error());
  auto file = imports::fold_organisations(*csv, options_of(settings));
  if (!file) refuse_file(settings.file, file.error());
  return std::move(*file);
}

domain::Uuid new_import_id() {
  std::random_device device;
  std::array<std::uint8_t, 10> random{};
  for (auto& byte : random) byte = static_cast<std::uint8_t>(device());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return domain::Uuid::v7(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), random);
}

domain::Line<255> source_name(const std::string& file) {
  auto name = domain::Line<255>::parse(std::filesystem::path(file).filename().string());
  return name ? std::move(*name) : *domain::Line<255>::parse("import.csv");
}

char read_delimiter(const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text.size() == 1 && text[0] != '"' && text[0] != '\n' && text[0] != '\r') return text[0];
  throw CLI::ValidationError("--delimiter", "expected one character, or tab");
}

template <class E>
E read_choice(const std::string& option, const std::string& text) {
  if (const auto value = domain::enum_from_text<E>(text)) return *value;
  throw CLI::ValidationError(option, "expected one of " + domain::enum_choices<E>());
}

}  // namespace

int run_import(const ImportSettings& settings, std::ostream& out, std::ostream& err) {
  const imports::OrganisationFile file = read_organisations(settings);
  std::ofstream report;
  if (!settings.report.empty()) {
    report.open(settings.report, std::ios::binary | std::ios::trunc);
    if (!report) throw std::runtime_error("cannot write the report " + settings.report);
  }
  const auto session = std::make_shared<ServerSession>(resolve_access(settings.server));
  const ImportRun run{new_import_id(), source_name(settings.file), settings.on_existing, settings.dry_run};
  Progress progress(err, file.records.size());
  const SentImport sent =
      send_import(run, file.records, session, [&progress](std::size_t done) { progress.show(done); });
  progress.end();
  if (!settings.report.empty()) {
    write_report(report, file, sent.outcomes);
    if (!report.flush()) throw std::runtime_error("cannot write the report " + settings.report);
  }
  if (settings.json) {
    print_json_summary(out, run, file, sent.outcomes);
  } else {
    print_summary(out, file, sent.outcomes, run.dry_run);
  }
  if (!sent.trouble.empty()) throw std::runtime_error(sent.trouble);
  return count_import(file, sent.outcomes).refused == 0 ? 0 : 1;
}

void add_import(CLI::App& app, ExitCode& exit) {
  auto* import = app.add_subcommand("import", "Bring files into a running server");
  import->require_subcommand(1);
  auto* command = import->add_subcommand("organisations",
                                         "Import organisations from CSV: rows of one identity (LEI, SIRET, regulator "
                                         "number, else name and country) become one "
                                         "record; what is no field is kept in the notes");
  const auto settings = std::make_shared<ImportSettings>();
  command->add_option("file", settings->file, "CSV file; encoding and delimiter are found out")->required();
  command
      ->add_option("--set", settings->defaults,
                   "field=value for every row that leaves the field empty; may be repeated")
      ->allow_extra_args(false);
  command->add_option_function<std::string>(
      "--aum-unit",
      [settings](const std::string& text) {
        settings->aum_unit = read_choice<imports::AmountUnit>("--aum-unit", text);
      },
      "What the AUM column counts: eur, keur, meur (millions) or mdeur (thousand millions); needed when the cells do "
      "not say");
  command->add_option_function<std::string>(
      "--on-existing",
      [settings](const std::string& text) {
        settings->on_existing = read_choice<domain::ImportPolicy>("--on-existing", text);
      },
      "What to do with organisations that are there already: fill what is empty (default), overwrite, or skip");
  command->add_option_function<std::string>(
      "--delimiter", [settings](const std::string& text) { settings->delimiter = read_delimiter(text); },
      "Character between cells, or tab; found out by default");
  command->add_option("--report", settings->report, "Write a CSV with one line for each input line");
  command->add_flag("--dry-run", settings->dry_run, "Say what would be done and write nothing");
  command->add_flag("--json", settings->json, "Print the summary as JSON");
  add_server_options(*command, settings->server);
  command->footer(k_examples);
  command->callback([settings, &exit] { exit.value = run_import(*settings, std::cout, std::cerr); });
}

}  // namespace alforis::programs
