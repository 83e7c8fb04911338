#include "api/auth/secret_box.hpp"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "api/auth/digest.hpp"
#include "api/auth/token.hpp"

namespace alforis::api {

namespace {

constexpr std::size_t k_key = 32;
constexpr std::size_t k_nonce = 12;
constexpr std::size_t k_tag = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Context new_context() {
  Context context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  if (!context) throw std::runtime_error("no memory for a cipher");
  return context;
}

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
int length(std::string_view bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

SecretBox::SecretBox(std::string key) : key_(std::move(key)) {
  if (key_.size() != k_key) throw std::invalid_argument("the key of a box of secrets has 32 bytes");
}

std::string SecretBox::seal(std::string_view secret, std::string_view bound_to) const {
  const std::string nonce = random_bytes(k_nonce);
  std::string hidden(secret.size(), '\0');
  std::string tag(k_tag, '\0');
  const Context context = new_context();
  int size = 0;
  const bool done = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key_), in(nonce)) == 1 &&
                    EVP_EncryptUpdate(context.get(), nullptr, &size, in(bound_to), length(bound_to)) == 1 &&
                    EVP_EncryptUpdate(context.get(), out(hidden), &size, in(secret), length(secret)) == 1 &&
                    EVP_EncryptFinal_ex(context.get(), nullptr, &size) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(k_tag), tag.data()) == 1;
  if (!done) throw std::runtime_error("a secret can't be encrypted");
  return base64url(nonce + hidden + tag);
}

std::optional<std::string> SecretBox::open(std::string_view sealed, std::string_view bound_to) const {
  std::string bytes;
  if (!base64url_decode(sealed, bytes) || bytes.size() < k_nonce + k_tag) return std::nullopt;
  const std::string_view all(bytes);
  const std::string_view nonce = all.substr(0, k_nonce);
  const std::string_view hidden = all.substr(k_nonce, all.size() - k_nonce - k_tag);
  std::string tag(all.substr(all.size() - k_tag));
  std::string secret(hidden.size(), '\0');
  const Context context = new_context();
  int size = 0;
  const bool right =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key_), in(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, in(bound_to), length(bound_to)) == 1 &&
      EVP_DecryptUpdate(context.get(), out(secret), &size, in(hidden), length(hidden)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(k_tag), tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), nullptr, &size) == 1;
  if (!right) return std::nullopt;
  return secret;
}

}  // namespace alforis::api
