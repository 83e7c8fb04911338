// In the place of privacy/sealing.cpp: personal data stays in clear. Only the yardsticks that tools/bench compares the
// real programs with are linked with it.
#include "privacy/sealing.hpp"

namespace alforis::privacy {

bool holds_personal(std::string_view /*type*/, std::string_view /*data*/) { return false; }

std::string seal(const EventPlace& /*event*/, std::string_view data, const std::function<SealUnder()>& /*under*/) {
  return std::string(data);
}

std::string_view open(const EventPlace& /*event*/, std::string_view data, const Keys& /*keys*/, std::string& /*room*/) {
  return data;
}

std::optional<Sealed> sealed_under(std::string_view /*type*/, std::string_view /*data*/) { return std::nullopt; }

}  // namespace alforis::privacy
