#include "domain/entity.hpp"

namespace alforis::domain {

const Uuid& system_actor() {
  static const Uuid system = Uuid::parse(k_system_actor).value();
  return system;
}

}  // namespace alforis::domain
