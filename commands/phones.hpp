#pragma once
// The phones of a record, read as they are dialled in its country.

#include <optional>
#include <string_view>

#include "commands/rejection.hpp"
#include "domain/values/phone.hpp"
#include "domain/wire/fields.hpp"

namespace alforis::commands {

/// Brings the phones of one record to E.164 where they can be understood, and gathers what is wrong with them.
class PhoneReader {
 public:
  /// `country`: where the record is once the command is done; nullopt: France.
  explicit PhoneReader(const std::optional<domain::CountryCode>& country) : country_(country) {}

  /// A phone of a new record; `pointer` says where it stands in the command.
  void read(std::optional<domain::Phone>& phone, std::string_view pointer);
  /// A phone that a change may bring.
  void read(domain::Edit<domain::Phone>& change, std::string_view pointer);
  /// A phone that was not understood in the country before: it is tried in this one, unless the change brings another.
  void read_again(domain::Edit<domain::Phone>& change, const std::optional<domain::Phone>& stored) const;

  /// Why the command cannot be done; nullopt when all phones are right.
  std::optional<Rejection> refusal() const;

 private:
  std::optional<domain::CountryCode> country_;
  domain::Problems problems_;
};

}  // namespace alforis::commands
