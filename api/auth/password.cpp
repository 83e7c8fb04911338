#include "api/auth/password.hpp"

#include <argon2.h>

#include <stdexcept>

#include "api/auth/digest.hpp"
#include "api/auth/password_rules.hpp"

namespace alforis::api {

namespace {

constexpr std::uint32_t k_lanes = 1;
constexpr std::size_t k_salt_bytes = 16;
constexpr std::size_t k_hash_bytes = 32;

}  // namespace

std::string hash_password(std::string_view password, PasswordCost cost) {
  const std::string typed = normalized_password(password);
  const std::string salt = random_bytes(k_salt_bytes);
  std::string phc(argon2_encodedlen(cost.passes, cost.memory_kib, k_lanes, k_salt_bytes, k_hash_bytes, Argon2_id),
                  '\0');
  const int error = argon2id_hash_encoded(cost.passes, cost.memory_kib, k_lanes, typed.data(), typed.size(),
                                          salt.data(), salt.size(), k_hash_bytes, phc.data(), phc.size());
  if (error != ARGON2_OK) throw std::runtime_error(std::string("Argon2: ") + argon2_error_message(error));
  phc.resize(phc.find('\0'));
  return phc;
}

bool needs_rehash(std::string_view phc, PasswordCost cost) {
  const std::string present = "$argon2id$v=" + std::to_string(ARGON2_VERSION_NUMBER) +
                              "$m=" + std::to_string(cost.memory_kib) + ",t=" + std::to_string(cost.passes) +
                              ",p=" + std::to_string(k_lanes) + '$';
  return !phc.starts_with(present);
}

bool verify_password(std::string_view password, const std::string& phc, PasswordCost cost) {
  const std::string typed = normalized_password(password);
  if (phc.empty()) {
    hash_password(typed, cost);
    return false;
  }
  return argon2id_verify(phc.c_str(), typed.data(), typed.size()) == ARGON2_OK;
}

}  // namespace alforis::api
