#include "commands/phones.hpp"

#include "commands/decision.hpp"

namespace alforis::commands {

using namespace domain;

void PhoneReader::read(std::optional<Phone>& phone, std::string_view pointer) {
  if (!phone) return;
  auto understood = Phone::normalise(phone->text(), country_);
  if (understood) {
    phone = std::move(*understood);
    return;
  }
  for (const Problem& problem : understood.error()) {
    problems_.push_back({problem.code, std::string(pointer), problem.detail});
  }
}

void PhoneReader::read(Edit<Phone>& change, std::string_view pointer) {
  if (!change.touched() || !change.value()) return;
  std::optional<Phone> phone = change.value();
  read(phone, pointer);
  change = Edit<Phone>(std::move(*phone));
}

void PhoneReader::read_again(Edit<Phone>& change, const std::optional<Phone>& stored) const {
  if (change.touched() || !stored || stored->understood()) return;
  auto phone = Phone::normalise(stored->text(), country_);
  if (phone && phone->understood()) change = Edit<Phone>(std::move(*phone));
}

std::optional<Rejection> PhoneReader::refusal() const {
  if (problems_.empty()) return std::nullopt;
  return invalid(problems_);
}

}  // namespace alforis::commands
