#pragma once
// Made-up values of every described type: with every member filled, or with as few as may be.

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <string>

#include "domain/events.hpp"

namespace alforis::domain::testing {

template <class T>
struct Sample;

/// Everything filled; different numbers give different values, as far as the type has them.
template <class T>
T full(int number = 1) {
  return Sample<T>::make(number);
}

template <class T>
T parsed(std::string_view text) {
  return T::parse(text).value();
}

template <std::size_t Max, Lines lines>
struct Sample<BasicText<Max, lines>> {
  static auto make(int number) {
    // Quotes, backslashes and letters beyond ASCII have to survive; several lines where they may stand.
    const std::string end = Max < 30 ? "" : lines == Lines::many ? " \"\\\n\t😀" : " \"\\/ 😀";
    return parsed<BasicText<Max, lines>>("Été " + std::to_string(number) + end + '.');
  }
};
template <>
struct Sample<Email> {
  static Email make(int number) { return parsed<Email>("a" + std::to_string(number) + "@example.fr"); }
};
template <>
struct Sample<Phone> {
  static Phone make(int number) { return parsed<Phone>("+3318500" + std::to_string(1000 + number % 9000)); }
};
template <std::size_t Max>
struct Sample<BasicUrl<Max>> {
  static auto make(int number) { return parsed<BasicUrl<Max>>("https://example.fr/é?n=" + std::to_string(number)); }
};
template <>
struct Sample<CountryCode> {
  static CountryCode make(int number) { return parsed<CountryCode>(number % 2 == 0 ? "FR" : "LU"); }
};
template <>
struct Sample<LanguageCode> {
  static LanguageCode make(int number) { return parsed<LanguageCode>(number % 2 == 0 ? "fr" : "en"); }
};
template <>
struct Sample<Lei> {
  static Lei make(int number) { return parsed<Lei>(number % 2 == 0 ? "969500IISULSKD55KQ70" : "9695008KSTJL0COZAZ28"); }
};
template <>
struct Sample<Siren> {
  static Siren make(int) { return parsed<Siren>("732829320"); }
};
template <>
struct Sample<Siret> {
  static Siret make(int) { return parsed<Siret>("73282932000074"); }
};
template <>
struct Sample<Percent> {
  static Percent make(int number) { return Percent::from_hundredths(number * 25 % 10'000).value(); }
};
template <>
struct Sample<Date> {
  static Date make(int number) { return parsed<Date>("2024-02-" + std::to_string(10 + number % 20)); }
};
template <>
struct Sample<Instant> {
  static Instant make(int number) { return Instant::from_micros(1'700'000'000'123'456 + number); }
};
template <>
struct Sample<Uuid> {
  static Uuid make(int number) { return Uuid::v5({}, std::to_string(number)); }
};
template <>
struct Sample<CurrencyCode> {
  static CurrencyCode make(int number) { return parsed<CurrencyCode>(number % 2 == 0 ? "EUR" : "USD"); }
};
template <>
struct Sample<Isin> {
  static Isin make(int number) { return parsed<Isin>(number % 2 == 0 ? "FR0010135103" : "LU0290358497"); }
};
template <>
struct Sample<std::string> {
  static std::string make(int number) { return "$argon2id$v=19$m=19456,t=2,p=1$" + std::to_string(number); }
};
template <>
struct Sample<JsonObject> {
  static JsonObject make(int number) {
    return JsonObject(R"({"name":"Été )" + std::to_string(number) + R"(","notes":null,"tags":["é"]})");
  }
};
template <>
struct Sample<bool> {
  static bool make(int) { return true; }
};
template <>
struct Sample<std::int64_t> {
  static std::int64_t make(int number) { return number - 1'000'000'000'000; }
};

template <class T>
struct Sample<std::optional<T>> {
  static std::optional<T> make(int number) { return full<T>(number); }
};
template <class T>
struct Sample<Required<T>> {
  static Required<T> make(int number) { return full<T>(number); }
};
template <class T>
struct Sample<Replace<T>> {
  static Replace<T> make(int number) { return Replace<T>(full<T>(number)); }
};
template <class T>
struct Sample<Edit<T>> {
  static Edit<T> make(int number) { return Edit<T>(full<T>(number)); }
};
template <class T>
struct Sample<std::vector<T>> {
  static std::vector<T> make(int number) { return {full<T>(number), full<T>(number + 100)}; }
};

template <class T>
using MembersOf = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

/// Described structs member by member; enumerations by number.
template <class T>
struct Sample {
  static T make(int number) {
    if constexpr (std::is_enum_v<T>) {
      constexpr int k_size = boost::mp11::mp_size<boost::describe::describe_enumerators<T>>::value;
      return static_cast<T>(number % k_size);
    } else {
      T value;
      int next = number;
      boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
        auto& field = value.*decltype(member)::pointer;
        field = full<std::remove_cvref_t<decltype(field)>>(next++);
      });
      return value;
    }
  }
};

template <class T>
constexpr bool k_is_required = false;
template <class T>
constexpr bool k_is_required<Required<T>> = true;

/// Only what must be there; all else empty or as it starts.
template <class T>
T fewest() {
  T value;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    auto& field = value.*decltype(member)::pointer;
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (k_is_required<Field>) field = full<Field>();
  });
  return value;
}

/// Every clearable member of a change cleared.
template <class T>
T clearing() {
  T value;
  boost::mp11::mp_for_each<MembersOf<T>>([&](auto member) {
    auto& field = value.*decltype(member)::pointer;
    using Field = std::remove_cvref_t<decltype(field)>;
    if constexpr (requires { Field::clear(); }) field = Field::clear();
  });
  return value;
}

}  // namespace alforis::domain::testing
