#pragma once
// The kinds of field an entity is made of, and the two shapes one list of fields takes: Full (commands that create,
// events that say "created", states) and Patch (commands and events that change). An entity lists its fields once, as a
// template over the shape.

#include <boost/assert.hpp>
#include <optional>
#include <utility>
#include <vector>

namespace alforis::domain {

/// A field that is always there. Empty only while an object is being read or built; the reader reports what stayed
/// empty.
template <class T>
class Required {
 public:
  Required() = default;
  Required(T value) : value_(std::move(value)) {}  // NOLINT: a T is meant to fit in

  bool has_value() const { return value_.has_value(); }
  const T& operator*() const {
    BOOST_ASSERT(value_.has_value());
    return *value_;
  }
  const T* operator->() const { return &**this; }

  friend bool operator==(const Required&, const Required&) = default;

 private:
  std::optional<T> value_;
};

/// A change of a field that may also be empty: keep it, clear it (JSON null), or set it.
template <class T>
class Edit {
 public:
  Edit() = default;
  Edit(T value) : touched_(true), value_(std::move(value)) {}  // NOLINT: a T is meant to fit in
  static Edit clear() {
    Edit edit;
    edit.touched_ = true;
    return edit;
  }

  bool touched() const { return touched_; }
  /// The new value, or nullopt when the field is cleared. Only meaningful when touched().
  const std::optional<T>& value() const { return value_; }

  friend bool operator==(const Edit&, const Edit&) = default;

 private:
  bool touched_ = false;
  std::optional<T> value_;
};

/// A change of a field that is never empty: keep it or replace it. JSON null is refused.
template <class T>
struct Replace : std::optional<T> {
  using std::optional<T>::optional;

  friend bool operator==(const Replace& a, const Replace& b) {
    return static_cast<const std::optional<T>&>(a) == static_cast<const std::optional<T>&>(b);
  }
};

/// Shape of a whole object: required, optional, defaulted and list fields hold values.
struct Full {
  template <class T>
  using Req = Required<T>;
  template <class T>
  using Opt = std::optional<T>;
  template <class T>
  using Def = T;
  template <class T>
  using List = std::vector<T>;
  /// What a defaulted field starts as.
  template <class T>
  static T initial(T value) {
    return value;
  }
};

/// Shape of a change by JSON Merge Patch (RFC 7396): an absent member keeps, null empties (not the required and
/// defaulted ones), a list is replaced whole.
struct Patch {
  template <class T>
  using Req = Replace<T>;
  template <class T>
  using Opt = Edit<T>;
  template <class T>
  using Def = Replace<T>;
  template <class T>
  using List = Edit<std::vector<T>>;
  template <class T>
  static Replace<T> initial(T) {
    return {};
  }
};

/// The four kinds of field under short names, inside a field list over `Shape`.
#define ALFORIS_FIELD_KINDS                    \
  template <class T>                           \
  using Req = typename Shape::template Req<T>; \
  template <class T>                           \
  using Opt = typename Shape::template Opt<T>; \
  template <class T>                           \
  using Def = typename Shape::template Def<T>; \
  template <class T>                           \
  using List = typename Shape::template List<T>;

}  // namespace alforis::domain
