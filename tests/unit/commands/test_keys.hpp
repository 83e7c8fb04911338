#pragma once
// Keys of persons for tests: one vault for the whole program, as writers come and go over the same log.

#include "privacy/memory_vault.hpp"

namespace alforis::commands::testing {

inline privacy::MemoryVault& test_vault() {
  static privacy::MemoryVault vault;
  return vault;
}

inline privacy::KeyRing& test_keys() {
  static privacy::KeyRing ring(test_vault(), [] {
    static const auto masters = privacy::MasterKeys::parse(privacy::MasterKeys::new_line("tests"));
    return masters;
  });
  return ring;
}

}  // namespace alforis::commands::testing
