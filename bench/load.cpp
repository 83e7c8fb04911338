// A load generator for the server's own benchmarks: creates organisations over HTTP/1.1, as fast as the connections
// allow (closed loop) or at a fixed rate (open loop: latency counts from when a request was due, so that a server that
// stalls can't hide it), and optionally measures how long after its answer a command is visible to reads. Prints one
// JSON object.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio.hpp>
#include <chrono>
#include <deque>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

struct Options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string token;
  std::size_t connections = 256;
  double rate = 0;  ///< per second; 0: closed loop
  double seconds = 10;
  bool visibility = false;
  std::string prefix = "Charge";
};

struct Answer {
  unsigned status = 0;
  std::uint64_t position = 0;
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

double milliseconds(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

/// The header's number in the head of an answer; 0 when absent.
std::uint64_t header_number(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  return at == std::string_view::npos ? 0 : std::strtoull(head.data() + at + name.size(), nullptr, 10);
}

asio::awaitable<Answer> exchange(tcp::socket& socket, std::string& buffer, const std::string& request) {
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  const std::size_t head =
      co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
  const std::string_view text(buffer.data(), head);
  Answer answer;
  answer.status = static_cast<unsigned>(std::strtoul(buffer.c_str() + 9, nullptr, 10));
  answer.position = header_number(text, "Alforis-Position: ");
  const std::size_t whole = head + header_number(text, "Content-Length: ");
  if (buffer.size() < whole) {
    co_await asio::async_read(socket, asio::dynamic_buffer(buffer), asio::transfer_exactly(whole - buffer.size()),
                              asio::use_awaitable);
  }
  buffer.erase(0, whole);
  co_return answer;
}

std::string create_request(Run& run) {
  const std::string body = run.body();
  return "POST /api/v1/organisations HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + run.options.token +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

asio::awaitable<tcp::socket> connect(const Options& options) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::make_address(options.host), options.port}, asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  co_return socket;
}

/// When the next request is due: now, or in its turn of the fixed rate.
Clock::time_point take_turn(Run& run) {
  const auto turn = run.issued++;
  if (run.options.rate <= 0) return Clock::now();
  return run.start + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(static_cast<double>(turn) / run.options.rate));
}

asio::awaitable<void> work(Run& run) {
  tcp::socket socket = co_await connect(run.options);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string buffer;
  while (true) {
    const auto due = take_turn(run);
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
  tcp::socket socket = co_await connect(run.options);
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

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto index = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
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
  app.add_option("--host", run.options.host);
  app.add_option("--port", run.options.port);
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
  const auto ended = [&](std::exception_ptr error) {
    if (!error) return;
    failed = true;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& problem) {
      std::cerr << "a connection ended: " << problem.what() << '\n';
    }
  };
  for (std::size_t i = 0; i < run.options.connections; ++i) asio::co_spawn(context, work(run), ended);
  if (run.options.visibility) asio::co_spawn(context, watch(run), ended);
  context.run();
  report(run, std::chrono::duration<double>(Clock::now() - run.start).count());
  return failed || run.failures > 0 ? 1 : 0;
}
