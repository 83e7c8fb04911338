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

}  // namespace

BearerAuthenticator::BearerAuthenticator(const TokenKey& key, const UserDirectory& directory,
                                         const RevokedSessions& revoked, std::function<std::int64_t()> now_seconds)
    : key_(key), directory_(directory), revoked_(revoked), now_seconds_(std::move(now_seconds)) {}

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
  return by_token(request, header->substr(k_scheme.size()), false);
}

std::variant<Session, Problem> BearerAuthenticator::by_token(const Request& request, std::string_view text,
                                                             bool by_cookie) {
  const auto verified = verify(text);
  if (const auto* fault = std::get_if<TokenFault>(&verified)) {
    return unauthenticated(*fault == TokenFault::expired ? "token_expired" : "invalid_token",
                           R"(Bearer error="invalid_token")");
  }
  const auto& token = std::get<AccessToken>(verified);
  // After a start whose database is late: whoever has a good token must not take it for a bad one and log in again.
  if (!directory_.loaded()) {
    Problem problem = Problem::of("unavailable", "the users are not known yet");
    problem.retry_after = 1;
    return problem;
  }
  if (revoked_.contains(token.session)) return unauthenticated("session_revoked", R"(Bearer error="invalid_token")");
  const auto viewer = directory_.viewer(token.user);
  if (!viewer) return unauthenticated("invalid_token", R"(Bearer error="invalid_token")");
  if (by_cookie && !csrf_allowed(key_, request, token.session)) return Problem::of("csrf_token_required");
  return Session{*viewer, token.session};
}

std::variant<AccessToken, TokenFault> BearerAuthenticator::verify(std::string_view token) {
  if (token.size() > k_longest_token) return TokenFault::malformed;
  const std::int64_t now = now_seconds_();
  Shard& shard = shards_[std::hash<std::string_view>{}(token) % shards_.size()];
  {
    const std::lock_guard lock(shard.mutex);
    if (const auto known = shard.verified.find(token); known != shard.verified.end()) {
      if (known->second.expires_at > now) return known->second;
      shard.verified.erase(known);
      return TokenFault::expired;
    }
  }
  auto verified = key_.verify(std::string(token), now);
  if (const auto* good = std::get_if<AccessToken>(&verified)) {
    const std::lock_guard lock(shard.mutex);
    if (shard.verified.size() >= k_remembered_per_shard) shard.verified.clear();
    shard.verified.emplace(token, *good);
  }
  return verified;
}

}  // namespace alforis::api
