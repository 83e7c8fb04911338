#include "api/auth/cookies.hpp"

#include "api/auth/digest.hpp"

namespace alforis::api {

namespace {

constexpr std::string_view k_api_path = "/api/v1";
constexpr std::string_view k_auth_path = "/api/v1/auth";  ///< the refresh token goes nowhere else
constexpr std::string_view k_page_path = "/";

enum class Scripts { may_read, may_not_read };

std::string set_cookie(std::string_view name, std::string_view value, std::string_view path, std::chrono::seconds life,
                       Scripts scripts, bool secure) {
  std::string text(name);
  text.append("=").append(value).append("; Path=").append(path);
  text += "; Max-Age=" + std::to_string(life.count()) + "; SameSite=Strict";
  if (scripts == Scripts::may_not_read) text += "; HttpOnly";
  if (secure) text += "; Secure";
  return text;
}

}  // namespace

std::string_view cookie(const Request& request, std::string_view name) {
  std::string_view rest = request.header("Cookie").value_or("");
  while (!rest.empty()) {
    std::string_view pair = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

std::string csrf_token(const TokenKey& key, const domain::Uuid& session) {
  return base64url(key.seal("csrf", session.text()));
}

bool csrf_allowed(const TokenKey& key, const Request& request, const domain::Uuid& session) {
  if (request.method() == Method::get || request.method() == Method::head) return true;
  const auto sent = request.header(k_csrf_header);
  return sent && equal_in_constant_time(*sent, csrf_token(key, session));
}

void set_cookies(Response& response, const CookieTokens& tokens, bool secure) {
  constexpr std::string_view k_field = "Set-Cookie";
  response.header(k_field, set_cookie(k_access_cookie, tokens.access, k_api_path, tokens.access_lifetime,
                                      Scripts::may_not_read, secure));
  response.header(k_field, set_cookie(k_refresh_cookie, tokens.refresh, k_auth_path, tokens.refresh_lifetime,
                                      Scripts::may_not_read, secure));
  response.header(
      k_field, set_cookie(k_csrf_cookie, tokens.csrf, k_page_path, tokens.refresh_lifetime, Scripts::may_read, secure));
}

void clear_cookies(Response& response, bool secure) { set_cookies(response, {}, secure); }

}  // namespace alforis::api
