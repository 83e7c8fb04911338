// A load generator for the server's own benchmarks: creates organisations over HTTP/1.1, as fast as the connections
// allow (closed loop) or at a fixed rate (open loop: latency counts from when a request was due, so that a server that
// stalls can't hide it), and optionally measures how long after its answer a command is visible to reads. Prints one
// JSON object.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "http.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace alforis::bench;

namespace {

struct Options {
  Target target;
  std::string token;
  std::size_t connections = 256;
  double rate = 0;  ///< per second; 0: closed loop
  double seconds = 10;
  bool visibility = false;
  std::string prefix = "Charge";
};

/// What all connections share; everything runs on one thread.
struct Run {
  Options options;
  Clock::time_point start;
  Clock::time_point end;
  std::uint64_t issued = 0;
  std::vector<double> latencies_ms;
  std::vector<double> visible_ms;
  std::uint64_t failures = 0;
  std::uint64_t last_position = 0;
  Clock::time_point last_answer;

  std::string body() {
    const std::string n = std::to_string(issued);
    return R"({"name":")" + options.prefix + " Gestion " + n + R"(","type":"client","category":"institution",)" +
           R"("email":"contact)" + n + R"(@charge.example","website":"https://charge)" + n + R"(.example",)" +
           R"("city":"Lyon","country":"FR","language":"fr","tags":["charge"],)" +
           R"("notes":"Rencontré au salon, à rappeler."})";
  }
};

std::string create_request(Run& run) {
  const std::string body = run.body();
  return "POST /api/v1/organisations HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + run.options.token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

asio::awaitable<void> work(Run& run) {
  tcp::socket socket = co_await connect(run.options.target);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string buffer;
  while (true) {
    const auto due = due_at(run.start, run.options.rate, run.issued++);
    if (std::max(due, Clock::now()) >= run.end) co_return;
    if (due > Clock::now()) {
      timer.expires_at(due);
      co_await timer.async_wait(asio::use_awaitable);
    }
    const std::string request = create_request(run);
    const Answer answer = co_await exchange(socket, buffer, request);
    const auto now = Clock::now();
    run.latencies_ms.push_back(milliseconds(now - due));
    if (answer.status == 201) {
      run.last_position = answer.position;
      run.last_answer = now;
    } else {
      ++run.failures;
    }
  }
}

/// Reads that wait for the newest position answered, one after the other.
asio::awaitable<void> watch(Run& run) {
  tcp::socket socket = co_await connect(run.options.target);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string buffer;
  std::uint64_t seen = 0;
  while (Clock::now() < run.end) {
    if (run.last_position == seen) {
      timer.expires_after(std::chrono::milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
      continue;
    }
    seen = run.last_position;
    const auto answered = run.last_answer;
    const std::string request = "GET /api/v1/me HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + run.options.token +
                                "\r\nAlforis-After: " + std::to_string(seen) + "\r\n\r\n";
    const Answer answer = co_await exchange(socket, buffer, request);
    if (answer.status == 200)
      run.visible_ms.push_back(milliseconds(Clock::now() - answered));
    else
      ++run.failures;
  }
}

void report(Run& run, double seconds) {
  std::cout << R"({"requests":)" << run.latencies_ms.size() << R"(,"failures":)" << run.failures << R"(,"seconds":)"
            << seconds << R"(,"per_second":)" << static_cast<double>(run.latencies_ms.size()) / seconds
            << R"(,"last_position":)" << run.last_position << R"(,"p50_ms":)" << percentile(run.latencies_ms, 0.5)
            << R"(,"p99_ms":)" << percentile(run.latencies_ms, 0.99) << R"(,"max_ms":)"
            << percentile(run.latencies_ms, 1) << R"(,"visible_samples":)" << run.visible_ms.size()
            << R"(,"visible_p50_ms":)" << percentile(run.visible_ms, 0.5) << R"(,"visible_p99_ms":)"
            << percentile(run.visible_ms, 0.99) << "}\n";
}

}  // namespace

int main(int argc, char** argv) {
  Run run;
  CLI::App app{"Creates organisations over HTTP and measures"};
  app.add_option("--host", run.options.target.host);
  app.add_option("--port", run.options.target.port);
  app.add_option("--token", run.options.token, "access token")->required();
  app.add_option("--connections", run.options.connections);
  app.add_option("--rate", run.options.rate, "requests per second; 0: as fast as possible");
  app.add_option("--seconds", run.options.seconds);
  app.add_option("--prefix", run.options.prefix, "of the names made");
  app.add_flag("--visibility", run.options.visibility, "also measure when commands become visible");
  CLI11_PARSE(app, argc, argv);

  asio::io_context context(1);
  run.start = Clock::now();
  run.end = run.start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(run.options.seconds));
  bool failed = false;
  const auto ended = [&](const std::exception_ptr& error) { failed = told_end(error) || failed; };
  for (std::size_t i = 0; i < run.options.connections; ++i) asio::co_spawn(context, work(run), ended);
  if (run.options.visibility) asio::co_spawn(context, watch(run), ended);
  context.run();
  report(run, std::chrono::duration<double>(Clock::now() - run.start).count());
  return failed || run.failures > 0 ? 1 : 0;
}
