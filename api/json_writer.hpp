#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "domain/wire/json.hpp"

namespace alforis::api {

/// Puts JSON together by hand where there is no described struct, and minds the commas. Nothing checks that calls nest
/// rightly.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name) {
    separate();
    domain::wire::quote(out_, name);
    out_.push_back(':');
    first_ = true;  // its value follows without a comma
    return *this;
  }
  JsonWriter& text(std::string_view value) {
    separate();
    domain::wire::quote(out_, value);
    return *this;
  }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& number(std::int64_t value) { return raw(std::to_string(value)); }
  /// A value that is JSON already.
  JsonWriter& raw(std::string_view json) {
    separate();
    out_.append(json);
    return *this;
  }

  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }

  const std::string& str() const { return out_; }

 private:
  JsonWriter& open(char bracket) {
    separate();
    out_.push_back(bracket);
    first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    first_ = false;
    return *this;
  }
  void separate() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }

  std::string out_;
  bool first_ = true;
};

}  // namespace alforis::api
