#pragma once
// A JSON object whose members are not known to whoever carries it.

#include <string>
#include <utility>

namespace alforis::domain {

/// An object as JSON text without white space; `{}` when default-constructed. Read and written by wire/codec.hpp.
class JsonObject {
 public:
  JsonObject() = default;
  /// `text` is a JSON object without white space.
  explicit JsonObject(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }

  friend bool operator==(const JsonObject&, const JsonObject&) = default;

 private:
  std::string text_ = "{}";
};

}  // namespace alforis::domain
