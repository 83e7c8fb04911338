#include "privacy/aead.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>

namespace alforis::privacy {

namespace {

constexpr std::size_t k_nonce = 12;
constexpr std::size_t k_tag = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

/// One per thread, and the algorithm looked up once: both cost more than sealing a record does.
EVP_CIPHER_CTX* context() {
  thread_local const Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!context) throw std::runtime_error("no memory for a cipher");
  return context.get();
}

const EVP_CIPHER* cipher() {
  static EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (fetched == nullptr) throw std::runtime_error("OpenSSL has no AES-256-GCM");
  return fetched;
}

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* at(std::string& bytes, std::size_t offset) {
  return reinterpret_cast<unsigned char*>(bytes.data()) + offset;
}
int length(std::string_view bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(at(bytes, 0), static_cast<int>(count)) != 1) throw std::runtime_error("no random bytes");
  return bytes;
}

Secret random_secret() {
  Secret secret{};
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) throw std::runtime_error("no random bytes");
  return secret;
}

std::string encrypt(const Secret& key, std::string_view plain, std::string_view bound_to) {
  std::string bytes(k_nonce + plain.size() + k_tag, '\0');
  if (RAND_bytes(at(bytes, 0), k_nonce) != 1) throw std::runtime_error("no random bytes");
  EVP_CIPHER_CTX* const c = context();
  int size = 0;
  const bool done =
      EVP_EncryptInit_ex2(c, cipher(), key.data(), at(bytes, 0), nullptr) == 1 &&
      EVP_EncryptUpdate(c, nullptr, &size, in(bound_to), length(bound_to)) == 1 &&
      EVP_EncryptUpdate(c, at(bytes, k_nonce), &size, in(plain), length(plain)) == 1 &&
      EVP_EncryptFinal_ex(c, nullptr, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, static_cast<int>(k_tag), at(bytes, k_nonce + plain.size())) == 1;
  if (!done) throw std::runtime_error("a secret can't be encrypted");
  return bytes;
}

std::optional<std::string> decrypt(const Secret& key, std::string_view bytes, std::string_view bound_to) {
  if (bytes.size() < k_nonce + k_tag) return std::nullopt;
  const std::string_view hidden = bytes.substr(k_nonce, bytes.size() - k_nonce - k_tag);
  std::string tag(bytes.substr(bytes.size() - k_tag));
  std::string plain(hidden.size(), '\0');
  EVP_CIPHER_CTX* const c = context();
  int size = 0;
  const bool right = EVP_DecryptInit_ex2(c, cipher(), key.data(), in(bytes), nullptr) == 1 &&
                     EVP_DecryptUpdate(c, nullptr, &size, in(bound_to), length(bound_to)) == 1 &&
                     EVP_DecryptUpdate(c, at(plain, 0), &size, in(hidden), length(hidden)) == 1 &&
                     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, static_cast<int>(k_tag), at(tag, 0)) == 1 &&
                     EVP_DecryptFinal_ex(c, nullptr, &size) == 1;
  if (!right) return std::nullopt;
  return plain;
}

}  // namespace alforis::privacy
