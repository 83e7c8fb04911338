#include "api/access_log.hpp"

#include <charconv>
#include <condition_variable>

#include "domain/values/instant.hpp"

namespace alforis::api {

namespace {

/// More than a line's parts of bounded length take together.
constexpr std::size_t k_longest_line = 1024;

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_line(std::string& out, std::int64_t now_us, const RequestContext& context, unsigned status,
                 std::chrono::steady_clock::duration took) {
  const auto time = domain::Instant::from_micros(now_us).chars();
  out.append(time.data(), time.size()).append(1, ' ').append(text(context.request.method())).append(1, ' ');
  out.append(context.route == nullptr ? "-" : std::string_view(context.route->pattern)).append(1, ' ');
  append_number(out, status);
  out.push_back(' ');
  append_number(out, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  out.append("us ");
  if (context.viewer().id.is_nil()) {
    out.push_back('-');
  } else {
    const auto user = context.viewer().id.chars();
    out.append(user.data(), user.size());
  }
  out.append(1, ' ').append(context.request.request_id()).append(1, '\n');
}

}  // namespace

AccessLog::AccessLog(std::size_t workers, AccessLogOptions options)
    : options_(std::move(options)), workers_(workers), thread_([this](const std::stop_token& stop) { run(stop); }) {}

AccessLog::~AccessLog() = default;

void AccessLog::write(const RequestContext& context, unsigned status, std::chrono::steady_clock::duration took,
                      std::size_t worker) {
  const std::int64_t now = options_.now_us();
  Waiting& waiting = workers_[worker];
  const std::lock_guard lock(waiting.mutex);
  if (waiting.lines.size() + k_longest_line > options_.most_waiting) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  append_line(waiting.lines, now, context, status, took);
}

void AccessLog::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    stopped.wait_for(lock, stop, options_.interval, [] { return false; });
    hand_on();
  }
  hand_on();  // also when the end came before the first turn
}

void AccessLog::hand_on() {
  for (Waiting& waiting : workers_) {
    block_.clear();
    {
      const std::lock_guard lock(waiting.mutex);
      block_.swap(waiting.lines);
    }
    if (!block_.empty()) options_.sink(block_);
  }
}

}  // namespace alforis::api
