#pragma once
// The writer's state is ordered keys and values; deciders see them through StateView, whatever lies below.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace alforis::commands {

/// Ordered keys to values, for reading.
class KeyValues {
 public:
  virtual ~KeyValues() = default;
  virtual std::optional<std::string> get(std::string_view key) const = 0;
  /// Calls `visit` for every key that begins with `prefix`, in order, until it returns false.
  virtual void scan(std::string_view prefix,
                    const std::function<bool(std::string_view key, std::string_view value)>& visit) const = 0;
};

/// Takes changes, each key once and in order.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
};

/// Changes on top of other keys and values: what a batch of commands is decided upon before its commit is read back.
class Overlay : public KeyValues {
 public:
  /// nullopt: erased.
  using Changes = std::map<std::string, std::optional<std::string>, std::less<>>;

  explicit Overlay(const KeyValues& base) : base_(base) {}
  Overlay(const Overlay&) = delete;  // would read as "laid on" and be a copy
  Overlay& operator=(const Overlay&) = delete;

  std::optional<std::string> get(std::string_view key) const override;
  void scan(std::string_view prefix,
            const std::function<bool(std::string_view, std::string_view)>& visit) const override;

  void put(std::string key, std::string value) { changes_.insert_or_assign(std::move(key), std::move(value)); }
  void erase(std::string key) { changes_.insert_or_assign(std::move(key), std::nullopt); }

  const Changes& changes() const { return changes_; }
  void clear() { changes_.clear(); }

 private:
  const KeyValues& base_;
  Changes changes_;
};

/// Nothing below: the bottom of tests and of a first start.
class NoKeyValues : public KeyValues {
 public:
  std::optional<std::string> get(std::string_view) const override { return std::nullopt; }
  void scan(std::string_view, const std::function<bool(std::string_view, std::string_view)>&) const override {}
};

}  // namespace alforis::commands
