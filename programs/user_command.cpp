// `alforis user`: people of the firm, over HTTP as an administrator.

#include <openssl/rand.h>
#include <simdjson.h>

#include <iostream>

#include "domain/wire/json.hpp"
#include "programs/commands.hpp"
#include "programs/http_client.hpp"

namespace alforis::programs {

namespace {

using simdjson::dom::element;

struct UserSettings {
  ServerSettings server;
  std::string email;
  std::string full_name;
  std::string role = "sales";
  std::string team;
  bool json = false;
};

/// 20 characters that are easy to tell apart: 100 bits.
std::string random_password() {
  constexpr std::string_view k_alphabet = "abcdefghjkmnpqrstuvwxyz23456789X";
  unsigned char random[20];
  if (RAND_bytes(random, sizeof random) != 1) throw std::runtime_error("no randomness to be had");
  std::string password;
  for (const unsigned char byte : random) password.push_back(k_alphabet[byte % k_alphabet.size()]);
  return password;
}

/// The new password: from ALFORIS_NEW_PASSWORD, or made here and printed, never from a command line that others can
/// see.
std::string new_password(bool& made) {
  const char* given = std::getenv("ALFORIS_NEW_PASSWORD");
  made = given == nullptr;
  return made ? random_password() : given;
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  if (json.back() != '{') json.push_back(',');
  domain::wire::quote(json, name);
  json.push_back(':');
  domain::wire::quote(json, value);
}

class Users {
 public:
  explicit Users(const UserSettings& settings)
      : settings_(settings), client_(std::make_shared<ServerSession>(resolve_access(settings.server))) {}

  int list() {
    std::string after;
    do {
      const auto page = get("/api/v1/users?limit=200&sort=email" + (after.empty() ? "" : "&after=" + after));
      element root = parse(page);
      for (const element user : root["items"]) print(user);
      std::string_view next;
      after = root["next"].get(next) == simdjson::SUCCESS ? std::string(next) : std::string();
    } while (!after.empty());
    return 0;
  }

  int create() {
    bool made = false;
    const std::string password = new_password(made);
    std::string body = new_user();
    append_member(body, "password", password);
    const auto response = client_.send({"POST", "/api/v1/users", body + '}', key()});
    if (!response.ok()) return failed(response);
    print(parse(response.body));
    if (made) std::cerr << "password: " << password << "\n(shown this once)\n";
    return 0;
  }

  int set_password() {
    bool made = false;
    const std::string password = new_password(made);
    std::string body = "{";
    append_member(body, "password", password);
    const auto response = client_.send({"POST", "/api/v1/users/" + user_id() + "/password", body + '}', key()});
    if (!response.ok()) return failed(response);
    std::cerr << "password of " << settings_.email << " changed\n";
    if (made) std::cerr << "password: " << password << "\n(shown this once)\n";
    return 0;
  }

  /// Makes the user when nobody has that address, and prints the link for a first password.
  int invite() {
    std::string id = found("/api/v1/users?email=" + encoded(settings_.email));
    if (id.empty()) {
      const auto made = client_.send({"POST", "/api/v1/users", new_user() + '}', key()});
      if (!made.ok()) return failed(made);
      id = std::string_view(parse(made.body)["id"]);
    }
    return hand_out("/api/v1/users/" + id + "/invite", "for seven days");
  }

  int reset_password() { return hand_out("/api/v1/users/" + user_id() + "/reset-password", "for an hour"); }

  int change(std::string_view body) {
    const auto response = client_.send({"PATCH", "/api/v1/users/" + user_id(), std::string(body), key()});
    if (!response.ok()) return failed(response);
    print(parse(response.body));
    return 0;
  }

 private:
  std::string get(const std::string& target) {
    auto response = client_.send({"GET", target, {}, {}});
    if (!response.ok()) throw std::runtime_error(explain(response));
    return std::move(response.body);
  }

  element parse(const std::string& text) {
    element root;
    if (parser_.parse(text).get(root) != simdjson::SUCCESS) throw std::runtime_error("the server's answer is no JSON");
    return root;
  }

  /// Members of a user as the options say, but the password; the object is open.
  std::string new_user() {
    std::string body = "{";
    append_member(body, "email", settings_.email);
    append_member(body, "role", settings_.role);
    if (!settings_.full_name.empty()) append_member(body, "full_name", settings_.full_name);
    if (!settings_.team.empty()) append_member(body, "team_id", team_id());
    return body;
  }

  int hand_out(const std::string& target, std::string_view how_long) {
    const auto response = client_.send({"POST", target, {}, key()});
    if (!response.ok()) return failed(response);
    std::cout << std::string_view(parse(response.body)["link"]) << '\n';
    std::cerr << "(shown this once; it works once, " << how_long << ")\n";
    return 0;
  }

  /// The id of the first that the list has; empty: it has none.
  std::string found(const std::string& target) {
    const std::string page = get(target);
    for (const element item : parse(page)["items"]) return std::string(std::string_view(item["id"]));
    return {};
  }

  std::string only_id(const std::string& target, const std::string& what) {
    std::string id = found(target);
    if (id.empty()) throw std::runtime_error("there is no " + what);
    return id;
  }

  std::string user_id() {
    return only_id("/api/v1/users?email=" + encoded(settings_.email), "user " + settings_.email);
  }
  std::string team_id() { return only_id("/api/v1/teams?name=" + encoded(settings_.team), "team " + settings_.team); }

  static std::string encoded(std::string_view text) {
    constexpr std::string_view k_digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0) {
        out.push_back(c);
      } else {
        out += {'%', k_digits[byte >> 4U], k_digits[byte & 15U]};
      }
    }
    return out;
  }

  static std::string key() { return "cli-" + random_password(); }

  void print(element user) const {
    if (settings_.json) {
      std::cout << simdjson::minify(user) << '\n';
      return;
    }
    std::string_view name;
    if (user["full_name"].get(name) != simdjson::SUCCESS) name = "";
    std::cout << std::string_view(user["id"]) << "  " << (bool(user["active"]) ? "active  " : "inactive") << "  "
              << std::string_view(user["role"]) << "  " << std::string_view(user["email"]) << "  " << name << '\n';
  }

  static int failed(const HttpResponse& response) {
    std::cerr << "alforis: " << explain(response) << '\n';
    return 1;
  }

  const UserSettings& settings_;
  HttpClient client_;
  simdjson::dom::parser parser_;
};

/// A verb under `user`; options of `user` itself may follow it.
CLI::App* add_verb(CLI::App* user, const std::string& name, const std::string& description) {
  auto* verb = user->add_subcommand(name, description);
  verb->fallthrough();
  return verb;
}

void add_email(CLI::App* command, UserSettings& settings) { command->add_option("EMAIL", settings.email)->required(); }

void add_new_user(CLI::App* command, UserSettings& settings) {
  add_email(command, settings);
  command->add_option("--name", settings.full_name, "full name");
  command->add_option("--role", settings.role)
      ->check(CLI::IsMember({"admin", "manager", "sales", "viewer"}))
      ->capture_default_str();
  command->add_option("--team", settings.team, "name of the team");
}

}  // namespace

void add_user(CLI::App& app, ExitCode& exit) {
  auto settings = std::make_shared<UserSettings>();
  auto* user = app.add_subcommand("user", "List, create and change users of a running server");
  user->require_subcommand(1);
  user->footer(
      "Examples:\n  alforis user list\n  alforis user create anne@firme.example --role manager --team Paris --name "
      "'Anne Lenoir'\n"
      "  alforis user invite paul@firme.example --role sales\n"
      "  ALFORIS_NEW_PASSWORD=… alforis user password anne@firme.example\n  alforis user deactivate "
      "anne@firme.example");
  user->add_flag("--json", settings->json, "JSON lines");
  add_server_options(*user, settings->server);

  add_verb(user, "list", "All users")->callback([settings, &exit] { exit.value = Users(*settings).list(); });
  auto* create =
      add_verb(user, "create", "A new user; the password comes from ALFORIS_NEW_PASSWORD or is made and printed");
  add_new_user(create, *settings);
  create->callback([settings, &exit] { exit.value = Users(*settings).create(); });
  auto* password = add_verb(user, "password", "Set a password: from ALFORIS_NEW_PASSWORD, or made and printed");
  add_email(password, *settings);
  password->callback([settings, &exit] { exit.value = Users(*settings).set_password(); });
  auto* invite = add_verb(user, "invite", "Print a link to choose a first password; makes the user when there is none");
  add_new_user(invite, *settings);
  invite->callback([settings, &exit] { exit.value = Users(*settings).invite(); });
  auto* reset = add_verb(user, "reset-password", "Print a link to choose another password");
  add_email(reset, *settings);
  reset->callback([settings, &exit] { exit.value = Users(*settings).reset_password(); });
  auto* deactivate = add_verb(user, "deactivate", "Nobody is let in as this user any more");
  add_email(deactivate, *settings);
  deactivate->callback([settings, &exit] { exit.value = Users(*settings).change(R"({"active":false})"); });
  auto* activate = add_verb(user, "activate", "Let the user in again");
  add_email(activate, *settings);
  activate->callback([settings, &exit] { exit.value = Users(*settings).change(R"({"active":true})"); });
}

}  // namespace alforis::programs
