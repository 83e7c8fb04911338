// Where an option's value comes from.
#include "programs/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace alforis::programs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConfigFileTest : public ::testing::Test {
 protected:
  ConfigFileTest() {
    app_.require_subcommand(1);
    auto* serve = app_.add_subcommand("serve", "");
    add_config_option(*serve);
    serve->add_option("--listen", listen_)->envname("ALFORIS_TEST_LISTEN");
    serve->add_option("--postgres", postgres_)->required();
    serve->add_option("--origin", origins_);
    serve->add_option("--rate-limit", rate_limit_);
  }
  ~ConfigFileTest() override {
    ::unsetenv("ALFORIS_TEST_LISTEN");
    std::remove(file_.c_str());
  }

  void write(const std::string& text) { std::ofstream(file_) << text; }
  void parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    app_.parse(std::move(arguments));
  }
  /// The error of a server started with the file.
  std::string error() {
    try {
      parse({"serve", "--config", file_});
    } catch (const CLI::ParseError& error) {
      return error.what();
    }
    return "";
  }

  std::string file_ = ::testing::TempDir() + "alforis-config-" + std::to_string(::getpid()) + ".toml";
  CLI::App app_;
  std::string listen_ = "default";
  std::string postgres_;
  std::vector<std::string> origins_;
  unsigned rate_limit_ = 0;
};

TEST_F(ConfigFileTest, TheFileGivesWhatNobodyElseSays) {
  write(
      "# the server\nlisten = \"file:1\"\npostgres = 'host=/run dbname=a password=x#y'\norigin = [\"a\", \"b\"]\n"
      "rate-limit = 7\n");
  parse({"serve", "--config", file_});
  EXPECT_EQ(listen_, "file:1");
  EXPECT_EQ(postgres_, "host=/run dbname=a password=x#y");
  EXPECT_THAT(origins_, ElementsAre("a", "b"));
  EXPECT_EQ(rate_limit_, 7U);
}

TEST_F(ConfigFileTest, TheEnvironmentCountsMoreThanTheFile) {
  write("listen = \"file:1\"\npostgres = \"p\"\n");
  ::setenv("ALFORIS_TEST_LISTEN", "environment:1", 1);
  parse({"serve", "--config", file_});
  EXPECT_EQ(listen_, "environment:1");
}

TEST_F(ConfigFileTest, AFlagCountsMoreThanEnvironmentAndFile) {
  write("listen = \"file:1\"\npostgres = \"p\"\n");
  ::setenv("ALFORIS_TEST_LISTEN", "environment:1", 1);
  parse({"serve", "--listen", "flag:1", "--config", file_});
  EXPECT_EQ(listen_, "flag:1");
}

TEST_F(ConfigFileTest, AnUnknownNameIsNamed) {
  write("postgres = \"p\"\nlisen = \"x\"\n");
  EXPECT_THAT(error(), ::testing::AllOf(HasSubstr(file_), HasSubstr("'lisen'")));
}

TEST_F(ConfigFileTest, ThereAreNoSections) {
  write("postgres = \"p\"\n[serve]\nlisten = \"x\"\n");
  EXPECT_THAT(error(), HasSubstr("section 'serve'"));
}

TEST_F(ConfigFileTest, AFileDoesNotNameAnother) {
  write("postgres = \"p\"\nconfig = \"other\"\n");
  EXPECT_THAT(error(), HasSubstr("'config'"));
}

TEST_F(ConfigFileTest, AFileThatIsNotThereIsAnError) { EXPECT_THAT(error(), HasSubstr(file_)); }

TEST_F(ConfigFileTest, AWrongValueIsAnErrorThatNamesItsOption) {
  write("postgres = \"p\"\nrate-limit = many\n");
  EXPECT_THAT(error(), HasSubstr("--rate-limit"));
}

}  // namespace
}  // namespace alforis::programs
