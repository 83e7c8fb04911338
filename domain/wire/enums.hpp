#pragma once
// Text of described enumerations: the enumerator's name is the wire text (lower-case ASCII).

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace alforis::domain {

template <class E, class F>
constexpr void for_each_enumerator(F&& f) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) { f(std::string_view(d.name)); });
}

/// The wire text of an enumerator. Total: every enumerator is described.
template <class E>
constexpr std::string_view enum_text(E value) {
  std::string_view text;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (d.value == value) text = d.name;
  });
  return text;
}

template <class E>
constexpr std::optional<E> enum_from_text(std::string_view text) {
  std::optional<E> value;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (text == d.name) value = d.value;
  });
  return value;
}

/// `a, b, c`, for messages.
template <class E>
std::string enum_choices() {
  std::string choices;
  for_each_enumerator<E>([&](std::string_view name) {
    if (!choices.empty()) choices += ", ";
    choices += name;
  });
  return choices;
}

}  // namespace alforis::domain
