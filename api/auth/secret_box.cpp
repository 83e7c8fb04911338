#include "api/auth/secret_box.hpp"

#include <algorithm>
#include <stdexcept>

#include "domain/wire/base64url.hpp"

namespace alforis::api {

SecretBox::SecretBox(std::string_view key) {
  if (key.size() != key_.size()) throw std::invalid_argument("the key of a box of secrets has 32 bytes");
  std::copy(key.begin(), key.end(), key_.begin());
}

std::string SecretBox::seal(std::string_view secret, std::string_view bound_to) const {
  return domain::base64url(privacy::encrypt(key_, secret, bound_to));
}

std::optional<std::string> SecretBox::open(std::string_view sealed, std::string_view bound_to) const {
  std::string bytes;
  if (!domain::base64url_decode(sealed, bytes)) return std::nullopt;
  return privacy::decrypt(key_, bytes, bound_to);
}

}  // namespace alforis::api
