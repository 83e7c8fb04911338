#include "privacy/master_keys.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "domain/wire/base64url.hpp"

namespace alforis::privacy {

namespace {

constexpr std::size_t k_most_name = 64;

/// A wrapped key opens only as itself.
std::string bound_to(const domain::Uuid& id) { return "alforis data key " + id.text(); }

std::string_view bytes_of(const Secret& secret) {
  return {reinterpret_cast<const char*>(secret.data()), secret.size()};
}

bool to_secret(std::string_view bytes, Secret& secret) {
  if (bytes.size() != secret.size()) return false;
  std::memcpy(secret.data(), bytes.data(), secret.size());
  return true;
}

bool plain_name(std::string_view name) {
  constexpr std::string_view k_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= k_most_name && name.find_first_not_of(k_letters) == std::string_view::npos;
}

}  // namespace

MasterKeys MasterKeys::parse(std::string_view text) {
  MasterKeys keys;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const auto colon = line.find(':');
    MasterKey key{line.substr(0, colon), {}};
    std::string bytes;
    const bool right = colon != std::string::npos && plain_name(key.name) &&
                       domain::base64url_decode(std::string_view(line).substr(colon + 1), bytes) &&
                       to_secret(bytes, key.secret);
    if (!right) {
      throw std::runtime_error("line " + std::to_string(number) +
                               " of the master keys is not NAME:KEY, the key 32 bytes as base64url (43 characters)");
    }
    if (keys.knows(key.name)) {
      throw std::runtime_error("line " + std::to_string(number) + " of the master keys: the name " + key.name +
                               " stands there twice");
    }
    keys.keys_.push_back(std::move(key));
  }
  if (keys.keys_.empty()) throw std::runtime_error("there is no master key");
  return keys;
}

MasterKeys MasterKeys::read(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("the master key file " + file + " can't be read");
  std::ostringstream text;
  text << in.rdbuf();
  try {
    return parse(text.str());
  } catch (const std::runtime_error& wrong) {
    throw std::runtime_error("the master key file " + file + ": " + wrong.what());
  }
}

std::string MasterKeys::new_line(std::string_view name) {
  return std::string(name) + ':' + domain::base64url(bytes_of(random_secret()));
}

bool MasterKeys::knows(std::string_view name) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const MasterKey& key) { return key.name == name; });
}

WrappedKey MasterKeys::wrap(const DataKey& key) const {
  const MasterKey& master = keys_.front();
  return {key.id, master.name, encrypt(master.secret, bytes_of(key.secret), bound_to(key.id))};
}

DataKey MasterKeys::unwrap(const WrappedKey& key) const {
  const auto master =
      std::find_if(keys_.begin(), keys_.end(), [&](const MasterKey& k) { return k.name == key.master; });
  if (master == keys_.end()) {
    throw KeyMissing("the key " + key.id.text() + " is wrapped under the master key " + key.master +
                     ", which is not in the master key file");
  }
  const auto bytes = decrypt(master->secret, key.wrapped, bound_to(key.id));
  DataKey plain{key.id, {}};
  if (!bytes || !to_secret(*bytes, plain.secret)) {
    throw KeyMissing("the key " + key.id.text() + " does not open under the master key " + key.master +
                     ": another key has that name, or the vault was changed");
  }
  return plain;
}

}  // namespace alforis::privacy
