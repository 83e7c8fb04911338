#include "projections/applier.hpp"

namespace alforis::projections {

namespace {

ParkedEvent park(const Item& item, const std::string& reason) {
  ParkedEvent parked;
  parked.commit = *item.commit;
  parked.commit.events = {item.event()};
  parked.index = item.index;
  parked.reason = reason;
  return parked;
}

/// A parked event in its place in its commit again, so that what is made of it is what would have been made of it then.
eventstore::Commit restored_commit(const ParkedEvent& parked) {
  eventstore::Commit commit = parked.commit;
  eventstore::Event event = std::move(commit.events.front());
  commit.events.assign(parked.index + 1, {});
  commit.events[parked.index] = std::move(event);
  return commit;
}

/// Moves the items of refused entities, from the refused one on, to the parked events.
void park_refused(std::vector<Item>& items, std::vector<ParkedEvent>& parked, const std::vector<Refusal>& refusals) {
  std::map<std::string, std::pair<std::size_t, std::string>> from;
  for (const Refusal& refusal : refusals) {
    from.try_emplace(items[refusal.item].event().entity_id, refusal.item, refusal.reason);
  }
  std::vector<Item> kept;
  kept.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto refused = from.find(items[i].event().entity_id);
    if (refused == from.end() || i < refused->second.first) {
      kept.push_back(items[i]);
    } else {
      parked.push_back(park(items[i], refused->second.second));
    }
  }
  items = std::move(kept);
}

}  // namespace

bool Applier::open(const std::stop_token& stop) {
  auto opened = projection_.open(stop);
  cursor_ = opened.cursor;
  parked_.clear();
  for (ParkedEntity& entity : opened.parked) parked_.emplace(entity.id, entity);
  return opened.fresh;
}

Applied Applier::apply(std::span<const eventstore::Commit> commits, const eventstore::Cursor& to) {
  std::vector<Item> items;
  Batch batch;
  batch.cursor = to;
  for (const eventstore::Commit& commit : commits) {
    for (std::uint32_t index = 0; index < commit.events.size(); ++index) {
      const Item item{&commit, index};
      const auto waiting = parked_.empty() ? parked_.end() : parked_.find(item.event().entity_id);
      if (waiting == parked_.end()) {
        items.push_back(item);
      } else {
        batch.parked.push_back(park(item, waiting->second.reason));
      }
    }
  }
  Applied applied;
  while (true) {
    batch.items = items;
    try {
      record(batch, projection_.write(batch), applied);
      return applied;
    } catch (const ItemsRefused& refused) {
      const auto refusals = refused.refusals.empty() ? std::vector{find_culprit(items)} : refused.refusals;
      park_refused(items, batch.parked, refusals);
    }
  }
}

void Applier::record(const Batch& batch, Written written, Applied& applied) {
  cursor_ = batch.cursor;
  for (const Item& item : batch.items) {
    const std::string& type = item.event().type;
    applied.touched.push_back(item.event().entity_id);
    const bool known = std::find(applied.types.begin(), applied.types.end(), type) != applied.types.end();
    if (!known) applied.types.push_back(type);  // a few dozen at most
  }
  std::move(written.also_touched.begin(), written.also_touched.end(), std::back_inserter(applied.touched));
  std::sort(applied.touched.begin(), applied.touched.end());
  applied.touched.erase(std::unique(applied.touched.begin(), applied.touched.end()), applied.touched.end());
  applied.events += batch.items.size();
  applied.rows += written.rows;
  applied.everything_touched = applied.everything_touched || written.everything_touched;
  if (batch.from_parked) return;
  for (const ParkedEvent& event : batch.parked) {
    const auto [entity, fresh] = parked_.try_emplace(event.entity_id());
    if (fresh) entity->second = {event.entity_id(), event.commit.position, 0, event.reason};
    ++entity->second.events;
    if (fresh) applied.newly_parked.push_back(entity->second);
  }
}

// ---- who is to blame

bool Applier::passes(std::span<const Item> items, const std::set<std::string_view>& entities, std::string& reason) {
  std::vector<Item> some;
  for (const Item& item : items) {
    if (entities.contains(item.event().entity_id)) some.push_back(item);
  }
  try {
    projection_.probe(some);
    return true;
  } catch (const ItemsRefused& refused) {
    reason = refused.what();
    return false;
  }
}

/// Halves the entities until one is left, then shortens its events: a dozen attempts for a batch of thousands.
Refusal Applier::find_culprit(std::span<const Item> items) {
  std::vector<std::string_view> suspects;
  std::set<std::string_view> seen;
  for (const Item& item : items) {
    if (seen.insert(item.event().entity_id).second) suspects.push_back(item.event().entity_id);
  }
  std::string reason;
  while (suspects.size() > 1) {
    const auto middle = suspects.begin() + static_cast<std::ptrdiff_t>(suspects.size() / 2);
    if (passes(items, {suspects.begin(), middle}, reason)) {
      suspects.erase(suspects.begin(), middle);
    } else {
      suspects.erase(middle, suspects.end());
    }
  }
  if (suspects.empty() || passes(items, {suspects.front()}, reason)) {
    throw BatchRefused("the store refuses the batch, but none of its entities alone");
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].event().entity_id != suspects.front()) continue;
    if (!passes(items.first(i + 1), {suspects.front()}, reason)) return {i, reason};
  }
  throw BatchRefused("the store refuses an entity's events now and then: " + reason);
}

// ---- replay

Retried Applier::retry_parked(Applied& applied) {
  Retried retried;
  for (auto at = parked_.begin(); at != parked_.end();) {
    if (replay(at->second, applied)) {
      ++retried.unparked;
      at = parked_.erase(at);
    } else {
      ++retried.still_parked;
      ++at;
    }
  }
  return retried;
}

/// Returns whether nothing of the entity is parked any more.
bool Applier::replay(ParkedEntity& entity, Applied& applied) {
  const auto events = projection_.parked_events(entity.id);
  std::vector<eventstore::Commit> commits;
  commits.reserve(events.size());
  std::vector<Item> items;
  for (const ParkedEvent& event : events) {
    commits.push_back(restored_commit(event));
    items.push_back({&commits.back(), event.index});
  }
  Batch batch;
  batch.from_parked = true;
  batch.cursor = cursor_;
  while (true) {
    batch.items = items;
    try {
      record(batch, projection_.write(batch), applied);
      break;
    } catch (const ItemsRefused& refused) {
      const auto refusals = refused.refusals.empty() ? std::vector{find_culprit(items)} : refused.refusals;
      park_refused(items, batch.parked, refusals);
    }
  }
  if (batch.parked.empty()) return true;
  entity = {entity.id, batch.parked.front().commit.position, batch.parked.size(), batch.parked.front().reason};
  return false;
}

}  // namespace alforis::projections
