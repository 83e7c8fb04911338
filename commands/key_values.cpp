#include "commands/key_values.hpp"

namespace alforis::commands {

std::optional<std::string> Overlay::get(std::string_view key) const {
  const auto found = changes_.find(key);
  return found != changes_.end() ? found->second : base_.get(key);
}

void Overlay::scan(std::string_view prefix,
                   const std::function<bool(std::string_view, std::string_view)>& visit) const {
  auto change = changes_.lower_bound(prefix);
  const auto in_prefix = [&] { return change != changes_.end() && change->first.starts_with(prefix); };
  bool more = true;
  const auto visit_change = [&] {
    if (change->second) more = visit(change->first, *change->second);
    ++change;
  };
  base_.scan(prefix, [&](std::string_view key, std::string_view value) {
    while (more && in_prefix() && change->first < key) visit_change();
    if (!more) return false;
    if (in_prefix() && change->first == key) {
      visit_change();
    } else {
      more = visit(key, value);
    }
    return more;
  });
  while (more && in_prefix()) visit_change();
}

}  // namespace alforis::commands
