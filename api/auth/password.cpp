#include "api/auth/password.hpp"

#include <argon2.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace alforis::api {

namespace {

constexpr std::uint32_t k_passes = 2;
constexpr std::uint32_t k_memory_kib = 19 * 1024;
constexpr std::uint32_t k_lanes = 1;
constexpr std::size_t k_salt_bytes = 16;
constexpr std::size_t k_hash_bytes = 32;

}  // namespace

std::string hash_password(std::string_view password) {
  std::array<unsigned char, k_salt_bytes> salt{};
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) throw std::runtime_error("no randomness to be had");
  std::string phc(argon2_encodedlen(k_passes, k_memory_kib, k_lanes, k_salt_bytes, k_hash_bytes, Argon2_id), '\0');
  const int error = argon2id_hash_encoded(k_passes, k_memory_kib, k_lanes, password.data(), password.size(),
                                          salt.data(), salt.size(), k_hash_bytes, phc.data(), phc.size());
  if (error != ARGON2_OK) throw std::runtime_error(std::string("Argon2: ") + argon2_error_message(error));
  phc.resize(phc.find('\0'));
  return phc;
}

bool verify_password(std::string_view password, const std::string& phc) {
  static const std::string nobody = hash_password("no account has this one");
  const std::string& against = phc.empty() ? nobody : phc;
  return argon2id_verify(against.c_str(), password.data(), password.size()) == ARGON2_OK && !phc.empty();
}

}  // namespace alforis::api
