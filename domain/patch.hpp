#pragma once
// Applying and reducing changes, member by member, for any entity that lists its fields over a shape (Full or Patch).

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <string_view>

#include "domain/wire/fields.hpp"

namespace alforis::domain {

namespace detail {

template <class T>
using PublicMembers = boost::describe::describe_members<T, boost::describe::mod_public>;

template <class T>
bool touched(const Replace<T>& change) {
  return change.has_value();
}
template <class T>
bool touched(const Edit<T>& change) {
  return change.touched();
}

template <class T>
void set(Required<T>& field, const Replace<T>& change) {
  field = Required<T>(*change);
}
template <class T>
void set(T& field, const Replace<T>& change) {
  field = *change;
}
template <class T>
void set(std::optional<T>& field, const Edit<T>& change) {
  field = change.value();
}
template <class T>
void set(std::vector<T>& field, const Edit<std::vector<T>>& change) {
  field = change.value().value_or(std::vector<T>{});
}

}  // namespace detail

/// Applies `patch` to `data`: both instantiate one field list, so their members correspond one to one.
template <template <class> class Data>
void apply(Data<Full>& data, const Data<Patch>& patch) {
  using Fields = detail::PublicMembers<Data<Full>>;
  using Changes = detail::PublicMembers<Data<Patch>>;
  boost::mp11::mp_for_each<boost::mp11::mp_iota<boost::mp11::mp_size<Fields>>>([&](auto index) {
    const auto& change = patch.*boost::mp11::mp_at<Changes, decltype(index)>::pointer;
    if (detail::touched(change)) detail::set(data.*boost::mp11::mp_at<Fields, decltype(index)>::pointer, change);
  });
}

/// Removes from `patch` what would not change `data`. Returns whether anything is left.
template <template <class> class Data>
bool reduce(Data<Patch>& patch, const Data<Full>& data) {
  using Fields = detail::PublicMembers<Data<Full>>;
  using Changes = detail::PublicMembers<Data<Patch>>;
  bool left = false;
  boost::mp11::mp_for_each<boost::mp11::mp_iota<boost::mp11::mp_size<Fields>>>([&](auto index) {
    auto& change = patch.*boost::mp11::mp_at<Changes, decltype(index)>::pointer;
    if (!detail::touched(change)) return;
    const auto& field = data.*boost::mp11::mp_at<Fields, decltype(index)>::pointer;
    auto changed = field;
    detail::set(changed, change);
    if (changed == field) {
      change = {};
    } else {
      left = true;
    }
  });
  return left;
}

}  // namespace alforis::domain
