#include "api/auth/bearer.hpp"

#include "api/auth/cookies.hpp"

namespace alforis::api {

namespace {

constexpr std::size_t k_remembered_per_shard = 4096;
constexpr std::size_t k_longest_token = 2048;

Problem unauthenticated(std::string_view code, std::string_view challenge) {
  Problem problem = Problem::of(code);
  problem.headers.push_back({"WWW-Authenticate", std::string(challenge)});
  return problem;
}

/// After a start whose database is late: whoever has a good token must not take it for a bad one and log in again.
Problem not_known_yet() {
  Problem problem = Problem::of("unavailable", "the users are not known yet");
  problem.retry_after = 1;
  return problem;
}

}  // namespace

std::variant<Session, Problem> BearerAuthenticator::authenticate(const Request& request) {
  const auto header = request.header("Authorization");
  if (!header) {
    const auto token = cookie(request, k_access_cookie);
    if (token.empty()) return unauthenticated("unauthenticated", "Bearer");
    return by_token(request, token, true);
  }
  constexpr std::string_view k_scheme = "Bearer ";
  if (header->size() <= k_scheme.size() || !equals_ignoring_case(header->substr(0, k_scheme.size()), k_scheme)) {
    return unauthenticated("invalid_token", R"(Bearer error="invalid_request")");
  }
  const auto token = header->substr(k_scheme.size());
  if (token.starts_with(k_api_key_prefix)) return by_api_key(request, token);
  return by_token(request, token, false);
}

std::variant<Session, Problem> BearerAuthenticator::by_token(const Request& request, std::string_view text,
                                                             bool by_cookie) {
  const auto verified = verify(text);
  if (const auto* fault = std::get_if<TokenFault>(&verified)) {
    return unauthenticated(*fault == TokenFault::expired ? "token_expired" : "invalid_token",
                           R"(Bearer error="invalid_token")");
  }
  const auto& token = std::get<AccessToken>(verified);
  if (!services_.directory.loaded()) return not_known_yet();
  if (services_.revoked_sessions.contains(token.session))
    return unauthenticated("session_revoked", R"(Bearer error="invalid_token")");
  const auto viewer = services_.directory.viewer(token.user);
  if (!viewer) return unauthenticated("invalid_token", R"(Bearer error="invalid_token")");
  if (by_cookie && !csrf_allowed(services_.key, request, token.session)) return Problem::of("csrf_token_required");
  return Session{*viewer, token.session};
}

std::variant<Session, Problem> BearerAuthenticator::by_api_key(const Request& request, std::string_view key) {
  if (!services_.directory.loaded()) return not_known_yet();
  const auto grant = services_.api_keys.find(key, domain::Instant::from_micros(services_.now_us()));
  const auto viewer = grant ? services_.directory.viewer(grant->user) : std::nullopt;
  if (!viewer) return unauthenticated("invalid_token", R"(Bearer error="invalid_token")");
  if (grant->use_untold) services_.tell_use(*grant, request.remote_address());
  Session session{*viewer, grant->id, grant->scope};
  session.look_again(*viewer);
  return session;
}

std::variant<AccessToken, TokenFault> BearerAuthenticator::verify(std::string_view token) {
  if (token.size() > k_longest_token) return TokenFault::malformed;
  const std::int64_t now = services_.now_seconds();
  Shard& shard = shards_[std::hash<std::string_view>{}(token) % shards_.size()];
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto known = shard.verified.find(token); known != shard.verified.end()) {
      if (known->second.expires_at > now) return known->second;
      shard.verified.erase(known);
      return TokenFault::expired;
    }
  }
  auto verified = services_.key.verify(std::string(token), now);
  if (const auto* good = std::get_if<AccessToken>(&verified)) {
    const std::lock_guard lock(shard.mutex);
    if (shard.verified.size() >= k_remembered_per_shard) shard.verified.clear();
    shard.verified.emplace(token, *good);
  }
  return verified;
}

}  // namespace alforis::api
