// What people type: every value type reads it or refuses it, and reads its own text as itself.
#include "domain/values/email.hpp"
#include "domain/values/fold.hpp"
#include "domain/values/instant.hpp"
#include "domain/values/isin.hpp"
#include "domain/values/lei.hpp"
#include "domain/values/percent.hpp"
#include "domain/values/phone.hpp"
#include "domain/values/siren.hpp"
#include "domain/values/text.hpp"
#include "domain/values/url.hpp"
#include "target.hpp"

namespace {

using namespace alforis;
using namespace alforis::domain;

template <class T>
void settle(const Result<T>& value) {
  if (!value) return;
  const auto again = T::parse(value->text());
  fuzz::require(again && *again == *value, "a value reads its own text as itself");
}

template <class... T>
void parse_all(std::string_view text) {
  (settle<T>(T::parse(text)), ...);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  parse_all<Email, Url, Phone, Lei, Isin, Siren, Siret, Instant, Percent, Line<50>, Text<1000>>(text);
  settle<Url>(Url::from_loose(text));
  settle<Phone>(Phone::normalise(text, std::nullopt));
  if (const auto line = Line<255>::parse(text)) {
    const std::string folded = fold_name(line->text());
    fuzz::require(fold_name(folded) == folded, "a folded name is its own key");
  }
  return 0;
}
