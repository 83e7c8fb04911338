#pragma once
// Which fields of a described struct are personal data. Declared in the struct as `static constexpr PersonalFields
// k_personal`; in the Log exactly these members are sealed under the person's key (privacy/sealing.hpp).

#include <array>
#include <string_view>

namespace alforis::domain {

class PersonalFields {
 public:
  static constexpr std::size_t k_most = 8;

  /// Every member.
  static constexpr PersonalFields all() {
    PersonalFields fields;
    fields.all_ = true;
    return fields;
  }
  /// The named members.
  template <class... Names>
  static constexpr PersonalFields of(Names... names) {
    static_assert(sizeof...(Names) <= k_most);
    PersonalFields fields;
    fields.names_ = {std::string_view(names)...};
    return fields;
  }

  constexpr bool contains(std::string_view name) const {
    if (all_) return true;
    for (const std::string_view known : names_) {
      if (!known.empty() && known == name) return true;
    }
    return false;
  }

 private:
  bool all_ = false;
  std::array<std::string_view, k_most> names_{};
};

/// Whether member `name` of T is personal data; false for structs that declare none.
template <class T>
constexpr bool is_personal(std::string_view name) {
  if constexpr (requires { T::k_personal; }) {
    return T::k_personal.contains(name);
  } else {
    return false;
  }
}

}  // namespace alforis::domain
