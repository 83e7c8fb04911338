#include "programs/vault_keys.hpp"

namespace alforis::programs {

namespace {

/// Read again whenever keys are made, so that a rotation needs no restart. Once here, so that a start says what is
/// wrong with it.
std::function<privacy::MasterKeys()> master_keys_of(const std::string& file) {
  privacy::MasterKeys::read(file);
  return [file] { return privacy::MasterKeys::read(file); };
}

privacy::KeyRingOptions ring_options(std::size_t ahead, std::function<void(const std::string&)> say) {
  privacy::KeyRingOptions options;
  options.ahead = ahead;
  options.say = std::move(say);
  return options;
}

}  // namespace

VaultKeys::VaultKeys(const StoreSettings& settings, std::size_t ahead, std::function<void(const std::string&)> say)
    : vault_({settings.postgres, settings.workspace}),
      ring_(vault_, master_keys_of(settings.master_key_file), ring_options(ahead, std::move(say))) {}

}  // namespace alforis::programs
