#pragma once
// Logins of browsers: both tokens in cookies that scripts cannot read (RFC 6265), and a token against forged requests
// that only a page of ours can send back.

#include <chrono>
#include <string>
#include <string_view>

#include "api/auth/token.hpp"
#include "api/request.hpp"
#include "api/response.hpp"
#include "domain/values/uuid.hpp"

namespace alforis::api {

inline constexpr std::string_view k_access_cookie = "alforis_access";
inline constexpr std::string_view k_refresh_cookie = "alforis_refresh";
inline constexpr std::string_view k_csrf_cookie = "alforis_csrf";
inline constexpr std::string_view k_csrf_header = "X-CSRF-Token";

/// The value of the cookie; empty when there is none.
std::string_view cookie(const Request& request, std::string_view name);

/// The token that belongs to a session: a page reads it from its cookie or from the login's answer, and sends it as the
/// header. Nobody makes it without the server's key.
std::string csrf_token(const TokenKey& key, const domain::Uuid& session);
/// Whether the request may change something with a cookie: safe methods always may, others with the session's token.
bool csrf_allowed(const TokenKey& key, const Request& request, const domain::Uuid& session);

/// What a login or a refresh hands to a browser.
struct CookieTokens {
  std::string access;
  std::string refresh;
  std::string csrf;
  std::chrono::seconds access_lifetime{0};
  std::chrono::seconds refresh_lifetime{0};
};

/// `secure`: the browser speaks TLS with us.
void set_cookies(Response& response, const CookieTokens& tokens, bool secure);
void clear_cookies(Response& response, bool secure);

}  // namespace alforis::api
