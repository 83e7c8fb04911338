// The JSON reader with bodies of requests: the first character picks the type.
#include "domain/wire/json.hpp"

#include "domain/import_batch.hpp"
#include "domain/link.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/user.hpp"
#include "target.hpp"

namespace {

using namespace alforis;
using namespace alforis::domain;

template <class T>
void read(std::string_view text) {
  const auto value = wire::from_json<T>(text);
  if (!value) {
    const Problems problems = value.error();
    fuzz::require(!problems.empty() && problems.size() <= wire::k_max_problems, "a refusal says why, within bounds");
    return;
  }
  const std::string written = wire::to_json(*value);
  const auto again = wire::from_json<T>(written);
  fuzz::require(again.has_value(), "what is written can be read");
  fuzz::require(wire::to_json(*again) == written, "what is written is read as it was");
}

constexpr void (*k_readers[])(std::string_view) = {&read<OrganisationData<Full>>,
                                                   &read<OrganisationData<Patch>>,
                                                   &read<PersonData<Patch>>,
                                                   &read<LinkCreated>,
                                                   &read<UserCreated>,
                                                   &read<ImportBatch>};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  k_readers[data[0] % std::size(k_readers)](fuzz::text_of(data + 1, size - 1));
  return 0;
}
