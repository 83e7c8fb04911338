#include "programs/config_file.hpp"

#include <memory>

namespace alforis::programs {

namespace {

/// Without comments behind values: a connection string may well have a # in it.
std::vector<CLI::ConfigItem> read_items(const std::string& file) {
  CLI::ConfigTOML format;
  format.comment('\0');
  return format.from_file(file);
}

CLI::Option& option_of(CLI::App& command, const CLI::ConfigItem& item, const std::string& file) {
  const auto unknown = [&file](const std::string& what) {
    return CLI::ConfigError(file + ": there is no " + what, CLI::ExitCodes::ConfigError);
  };
  if (!item.parents.empty()) throw unknown("section '" + item.parents.front() + "'");
  CLI::Option* option = command.get_option_no_throw("--" + item.name);
  if (option == nullptr || !option->get_configurable()) throw unknown("option '" + item.name + "'");
  return *option;
}

/// By the time an option's callback runs, flags and environment have been taken.
void apply(CLI::App& command, const std::string& file) {
  for (const CLI::ConfigItem& item : read_items(file)) {
    CLI::Option& option = option_of(command, item, file);
    if (option.count() == 0) option.add_result(item.inputs);
  }
}

}  // namespace

void add_config_option(CLI::App& command) {
  command
      .add_option_function<std::string>(
          "--config", [&command](const std::string& file) { apply(command, file); },
          "file with options, one `name = value` a line; flags and environment count more")
      ->configurable(false);
}

}  // namespace alforis::programs
