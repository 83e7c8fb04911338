#include "privacy/key_ring.hpp"

#include <vector>

namespace alforis::privacy {

using domain::Uuid;

namespace {

/// Random, version 4 (RFC 9562 §5.4): a key's id says nothing, not even when it was made.
Uuid random_id() {
  const Secret random = random_secret();
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(random.begin(), bytes.size(), bytes.begin());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  return Uuid(bytes);
}

class NoKeys final : public Keys {
 public:
  std::optional<Secret> find(const Uuid& key) const override {
    throw KeyMissing("the key " + key.text() + " is needed, and there is no vault here");
  }
};

}  // namespace

const Keys& no_keys() {
  static const NoKeys none;
  return none;
}

KeyRing::KeyRing(Vault& vault, std::function<MasterKeys()> master_keys, KeyRingOptions options)
    : vault_(vault), master_keys_(std::move(master_keys)), options_(std::move(options)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

KeyRing::~KeyRing() {
  thread_.request_stop();
  thread_.join();
  std::vector<Uuid> unused;
  for (const DataKey& key : ahead_) unused.push_back(key.id);
  try {
    if (!unused.empty()) vault_.remove_unused(unused);
  } catch (const KeysUnavailable&) {
    // They stay, and are never used: a few kilobytes.
  }
}

std::optional<Secret> KeyRing::find(const Uuid& key) const {
  std::optional<Secret> secret;
  if (in_memory(key, secret)) return secret;
  if (!loaded_) {
    std::unique_lock lock(ahead_mutex_);
    ahead_changed_.wait_for(lock, options_.patience, [this] { return loaded_.load(); });
    lock.unlock();
    if (in_memory(key, secret)) return secret;
  }
  return ask_vault(key);
}

/// False when nothing is known of the key; `secret` stays empty when it was destroyed.
bool KeyRing::in_memory(const Uuid& key, std::optional<Secret>& secret) const {
  const std::shared_lock lock(keys_mutex_);
  const auto known = keys_.find(key);
  if (known == keys_.end()) return false;
  secret = known->second;
  return true;
}

/// Made by another server since this one read the vault.
std::optional<Secret> KeyRing::ask_vault(const Uuid& key) const {
  const auto kept = vault_.find(key);
  if (!kept) throw KeyMissing("the key vault does not know the key " + key.text());
  std::optional<Secret> secret;
  if (!kept->wrapped.empty()) secret = master_keys_().unwrap(*kept).secret;
  const std::unique_lock lock(keys_mutex_);
  // Who destroyed it meanwhile has the last word.
  return keys_.try_emplace(key, secret).first->second;
}

DataKey KeyRing::take() {
  std::unique_lock lock(ahead_mutex_);
  ahead_changed_.wait_for(lock, options_.patience, [this] { return !ahead_.empty(); });
  if (ahead_.empty()) {
    throw KeysUnavailable("no key is ready for a new person: " +
                          (trouble_.empty() ? std::string("they are being made") : trouble_));
  }
  const DataKey key = ahead_.front();
  ahead_.pop_front();
  if (ahead_.size() < options_.ahead / 2) ahead_changed_.notify_all();
  lock.unlock();
  const std::unique_lock keys_lock(keys_mutex_);
  keys_.emplace(key.id, key.secret);
  return key;
}

void KeyRing::note_erasure() {
  {
    const std::lock_guard lock(ahead_mutex_);
    erasure_ = true;
  }
  try {
    forget_destroyed();
  } catch (const KeysUnavailable&) {
    ahead_changed_.notify_all();
  }
}

void KeyRing::forget_destroyed() {
  {
    const std::lock_guard lock(ahead_mutex_);
    if (!erasure_) return;
    erasure_ = false;
  }
  try {
    const auto destroyed = vault_.destroyed();
    const std::unique_lock lock(keys_mutex_);
    for (const Uuid& key : destroyed) keys_.insert_or_assign(key, std::nullopt);
  } catch (...) {
    const std::lock_guard lock(ahead_mutex_);
    erasure_ = true;
    throw;
  }
}

std::size_t KeyRing::ready() const {
  const std::lock_guard lock(ahead_mutex_);
  return ahead_.size();
}

std::string KeyRing::trouble() const {
  const std::lock_guard lock(ahead_mutex_);
  return trouble_;
}

void KeyRing::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      if (!loaded_) load();
      forget_destroyed();
      make_ahead();
      set_trouble("");
      std::unique_lock lock(ahead_mutex_);
      ahead_changed_.wait(lock, stop, [this] { return erasure_ || ahead_.size() < options_.ahead / 2; });
    } catch (const std::exception& away) {
      set_trouble(away.what());
      std::unique_lock lock(ahead_mutex_);
      ahead_changed_.wait_for(lock, stop, options_.retry_pause, [] { return false; });
    }
  }
}

void KeyRing::load() {
  const MasterKeys masters = master_keys_();
  std::unordered_map<Uuid, std::optional<Secret>> found;
  vault_.for_each([&](const WrappedKey& key) {
    // What is wrapped under an unknown master key is told when somebody needs it.
    if (key.wrapped.empty()) {
      found.emplace(key.id, std::nullopt);
    } else if (masters.knows(key.master)) {
      found.emplace(key.id, masters.unwrap(key).secret);
    }
  });
  {
    const std::unique_lock lock(keys_mutex_);
    keys_.merge(found);
  }
  const std::lock_guard lock(ahead_mutex_);
  loaded_ = true;
  ahead_changed_.notify_all();
}

void KeyRing::make_ahead() {
  const std::size_t present = ready();
  if (present >= options_.ahead) return;
  const MasterKeys masters = master_keys_();
  std::vector<DataKey> keys;
  std::vector<WrappedKey> wrapped;
  for (std::size_t i = present; i < options_.ahead; ++i) {
    keys.push_back({random_id(), random_secret()});
    wrapped.push_back(masters.wrap(keys.back()));
  }
  vault_.add(wrapped);
  const std::lock_guard lock(ahead_mutex_);
  ahead_.insert(ahead_.end(), keys.begin(), keys.end());
  ahead_changed_.notify_all();
}

void KeyRing::set_trouble(std::string trouble) {
  std::string before;
  {
    const std::lock_guard lock(ahead_mutex_);
    before = std::exchange(trouble_, trouble);
  }
  if (!options_.say || before == trouble) return;
  if (!trouble.empty()) options_.say("the key vault can't be used: " + trouble);
}

}  // namespace alforis::privacy
