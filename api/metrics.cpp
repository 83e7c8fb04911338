#include "api/metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "api/router.hpp"

namespace alforis::api {

namespace {

void bump(std::atomic<std::uint64_t>& number, std::uint64_t by) {
  number.store(number.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

std::uint64_t read(const std::atomic<std::uint64_t>& number) { return number.load(std::memory_order_relaxed); }

void write_number(std::string& out, double value) {
  char digits[64];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

/// Label values escape backslash, quote and newline (text format 0.0.4).
void write_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name);
  out += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void write_head(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  out.append("# HELP ").append(name).append(" ").append(help);
  out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

}  // namespace

Metrics::Metrics() : registry_(std::make_unique<prometheus::Registry>()) {}
Metrics::~Metrics() = default;

void Metrics::prepare(const Router& router, std::size_t workers) {
  rows_.clear();
  for (const auto& route : router.routes()) rows_.emplace_back(api::text(route->method), route->pattern);
  rows_.emplace_back("", "none");
  workers_.clear();
  for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back(rows_.size());
}

void Metrics::count(const Route* route, unsigned status, std::chrono::steady_clock::duration took, std::size_t worker) {
  if (worker >= workers_.size()) return;
  Counters& counters = workers_[worker][route != nullptr ? route->number : rows_.size() - 1];
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  const auto bucket = std::lower_bound(k_bounds_us.begin(), k_bounds_us.end(), us) - k_bounds_us.begin();
  bump(counters.by_class[std::min<std::size_t>(status / 100, 5)], 1);
  bump(counters.buckets[static_cast<std::size_t>(bucket)], 1);
  bump(counters.total_us, static_cast<std::uint64_t>(us));
}

void Metrics::add_gauge(std::string name, std::string help, Labels labels, std::function<double()> value) {
  const std::lock_guard lock(mutex_);
  callbacks_.push_back({false, std::move(name), std::move(help), std::move(labels), std::move(value)});
}

void Metrics::add_counter(std::string name, std::string help, Labels labels, std::function<double()> value) {
  const std::lock_guard lock(mutex_);
  callbacks_.push_back({true, std::move(name), std::move(help), std::move(labels), std::move(value)});
}

void Metrics::write_requests(std::string& out) const {
  constexpr std::string_view k_name = "alforis_http_requests_total";
  write_head(out, k_name, "Requests answered, by row and class of status.", "counter");
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    for (std::size_t status = 1; status <= 5; ++status) {
      std::uint64_t sum = 0;
      for (const auto& worker : workers_) sum += read(worker[row].by_class[status]);
      if (sum == 0) continue;
      out.append(k_name).push_back('{');
      write_label(out, "method", rows_[row].first);
      out.push_back(',');
      write_label(out, "route", rows_[row].second);
      out.append(",status=\"")
          .append(std::to_string(status))
          .append("xx\"} ")
          .append(std::to_string(sum))
          .push_back('\n');
    }
  }
}

void Metrics::write_durations(std::string& out) const {
  constexpr std::string_view k_name = "alforis_http_request_duration_seconds";
  write_head(out, k_name, "Time from the last byte of a request to the first of its answer.", "histogram");
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    std::array<std::uint64_t, k_bounds_us.size() + 1> buckets{};
    std::uint64_t total_us = 0;
    for (const auto& worker : workers_) {
      for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += read(worker[row].buckets[i]);
      total_us += read(worker[row].total_us);
    }
    std::string labels;
    write_label(labels, "method", rows_[row].first);
    labels.push_back(',');
    write_label(labels, "route", rows_[row].second);
    std::uint64_t sum = 0;
    for (const std::uint64_t count : buckets) sum += count;
    if (sum == 0) continue;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      below += buckets[i];
      out.append(k_name).append("_bucket{").append(labels).append(",le=\"");
      if (i < k_bounds_us.size()) {
        write_number(out, static_cast<double>(k_bounds_us[i]) / 1e6);
      } else {
        out += "+Inf";
      }
      out.append("\"} ").append(std::to_string(below)).push_back('\n');
    }
    out.append(k_name).append("_sum{").append(labels).append("} ");
    write_number(out, static_cast<double>(total_us) / 1e6);
    out.append("\n")
        .append(k_name)
        .append("_count{")
        .append(labels)
        .append("} ")
        .append(std::to_string(sum))
        .push_back('\n');
  }
}

void Metrics::write_callbacks(std::string& out) const {
  const std::lock_guard lock(mutex_);
  std::vector<const Callback*> sorted;
  for (const Callback& callback : callbacks_) sorted.push_back(&callback);
  // The format wants a family's lines together.
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  std::string_view family;
  for (const Callback* callback : sorted) {
    if (callback->name != family) {
      family = callback->name;
      write_head(out, callback->name, callback->help, callback->counter ? "counter" : "gauge");
    }
    out.append(callback->name);
    if (!callback->labels.empty()) {
      char separator = '{';
      for (const auto& [name, value] : callback->labels) {
        out.push_back(separator);
        write_label(out, name, value);
        separator = ',';
      }
      out.push_back('}');
    }
    out.push_back(' ');
    write_number(out, callback->value());
    out.push_back('\n');
  }
}

std::string Metrics::text() const {
  std::string out;
  write_requests(out);
  write_durations(out);
  write_callbacks(out);
  std::ostringstream rest;
  prometheus::TextSerializer().Serialize(rest, registry_->Collect());
  return out + rest.str();
}

Route metrics_route(const Metrics& metrics) {
  Route route;
  route.pattern = "/metrics";
  route.access = Access::public_;
  route.summary = "Numbers for Prometheus";
  route.tag = "operations";
  route.produces = "text/plain";
  route.fast = [&metrics](RequestContext&) {
    Response response = Response::text("text/plain; version=0.0.4; charset=utf-8", metrics.text());
    response.cache_control = "no-store";
    return std::optional<Response>(std::move(response));
  };
  return route;
}

}  // namespace alforis::api
