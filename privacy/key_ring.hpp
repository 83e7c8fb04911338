#pragma once
// The keys in memory: all that are in use, so that reads and commands survive a short absence of the vault, and some
// that are ready for new persons.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>

#include "privacy/keys.hpp"
#include "privacy/master_keys.hpp"
#include "privacy/vault.hpp"

namespace alforis::privacy {

struct KeyRingOptions {
  /// Keys made and kept safe before anybody needs them: as many new persons can be created while the vault is away.
  /// 0: this ring only opens.
  std::size_t ahead = 2048;
  std::chrono::milliseconds retry_pause{500};
  /// How long take() waits for keys that are being made.
  std::chrono::milliseconds patience{1000};
  /// Told each trouble once, from the ring's thread.
  std::function<void(const std::string& message)> say;
};

/// Loads everything the vault has, in a thread of its own, and makes keys ahead.
class KeyRing final : public KeySupply {
 public:
  /// `vault` outlives the ring.
  KeyRing(Vault& vault, std::function<MasterKeys()> master_keys, KeyRingOptions options = {});
  /// Removes the keys that were made ahead and never taken.
  ~KeyRing() override;

  std::optional<Secret> find(const domain::Uuid& key) const override;
  DataKey take() override;

  /// To be called when keys were destroyed, here or elsewhere: forgets them, so that find() says so when this returns.
  /// While the vault is away the ring's thread goes on trying.
  void note_erasure();

  std::size_t ready() const;    ///< keys made ahead
  std::string trouble() const;  ///< why no keys can be made; empty when they can

 private:
  void run(const std::stop_token& stop);
  void load();
  void make_ahead();
  void forget_destroyed();
  void set_trouble(std::string trouble);
  bool in_memory(const domain::Uuid& key, std::optional<Secret>& secret) const;
  std::optional<Secret> ask_vault(const domain::Uuid& key) const;

  Vault& vault_;
  const std::function<MasterKeys()> master_keys_;
  const KeyRingOptions options_;

  mutable std::shared_mutex keys_mutex_;
  mutable std::unordered_map<domain::Uuid, std::optional<Secret>> keys_;  ///< nullopt: destroyed

  std::atomic<bool> loaded_{false};
  mutable std::mutex ahead_mutex_;
  mutable std::condition_variable_any ahead_changed_;
  std::deque<DataKey> ahead_;
  bool erasure_ = false;
  std::string trouble_ = "the key vault is being read";
  std::jthread thread_;
};

}  // namespace alforis::privacy
