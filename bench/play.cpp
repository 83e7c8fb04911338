// Plays requests that somebody else made up: each line of the file is one, its parts separated by tabs,
//
//   KIND  USER  METHOD  PATH  BODY
//
// KIND is `group/name` and only says what it is counted as; USER is the place, from 0, of a line of the file of access
// tokens. METHOD may be NEXT: a GET of the next page of a list that this user was shown lately, and of PATH, another
// list, while there is none. As fast as the connections allow (closed loop), or at a fixed rate (open loop: latency
// counts from when a request was due, so that a server that stalls can't hide it). Prints one JSON object.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "http.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace alforis::bench;

namespace {

constexpr std::size_t k_problems_told = 5;

struct Options {
  Target target;
  std::string requests;  ///< file
  std::string tokens;    ///< file
  std::size_t connections = 64;
  double rate = 0;     ///< per second; 0: closed loop
  double seconds = 0;  ///< 0: until all are played
  bool after = false;  ///< reads carry the position of their connection's last command
};

struct Request {
  std::size_t kind = 0;
  std::size_t user = 0;
  std::string method;
  std::string path;
  std::string body;
};

struct Kind {
  std::string name;
  std::vector<double> latencies_ms;
  std::map<unsigned, std::size_t> refused;  ///< how often, by status
};

/// What all connections share; everything runs on one thread.
struct Run {
  Options options;
  std::vector<std::string> tokens;
  std::vector<std::string> next_pages;  ///< by user
  std::vector<Request> requests;
  std::vector<Kind> kinds;
  std::size_t taken = 0;
  Clock::time_point start;
  Clock::time_point end = Clock::time_point::max();
  std::uint64_t last_position = 0;
  std::size_t problems_told = 0;
};

// ---- reading

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> parts_of(const std::string& line) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find('\t', at), line.size());
    parts.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

void read_requests(Run& run) {
  std::unordered_map<std::string, std::size_t> places;
  for (const std::string& line : lines_of(run.options.requests)) {
    auto parts = parts_of(line);
    if (parts.size() != 5) throw std::runtime_error("not five parts: " + line);
    const auto [place, fresh] = places.try_emplace(parts[0], run.kinds.size());
    if (fresh) run.kinds.push_back({parts[0], {}, {}});
    const std::size_t user = std::stoul(parts[1]);
    if (user >= run.tokens.size()) throw std::runtime_error("no token of user " + parts[1]);
    run.requests.push_back({place->second, user, std::move(parts[2]), std::move(parts[3]), std::move(parts[4])});
  }
}

// ---- playing

/// The request as it goes out. `after`: the position that a read has to see; 0: any.
std::string text_of(Run& run, const Request& request, std::uint64_t after) {
  const bool next = request.method == "NEXT";
  std::string& page = run.next_pages[request.user];
  std::string text = next ? "GET" : request.method;
  text += ' ';
  text += next && !page.empty() ? page : request.path;
  if (next) page.clear();
  text += " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ";
  text += run.tokens[request.user];
  if (after != 0 && (next || request.method == "GET")) text += "\r\nAlforis-After: " + std::to_string(after);
  if (request.body.empty()) return text += "\r\n\r\n";
  text += "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n\r\n";
  return text += request.body;
}

void note(Run& run, const Request& request, Answer& answer) {
  if (!answer.next.empty()) run.next_pages[request.user] = std::move(answer.next);
  run.last_position = std::max(run.last_position, answer.position);
  if (answer.status >= 200 && answer.status < 400) return;
  Kind& kind = run.kinds[request.kind];
  ++kind.refused[answer.status];
  if (run.problems_told++ < k_problems_told) {
    std::cerr << kind.name << ": " << request.method << ' ' << request.path << ' ' << request.body << ": "
              << answer.status << ' ' << answer.problem << '\n';
  }
}

asio::awaitable<void> work(Run& run) {
  tcp::socket socket = co_await connect(run.options.target);
  asio::steady_timer timer(co_await asio::this_coro::executor);
  std::string buffer;
  std::uint64_t written = 0;
  while (run.taken < run.requests.size()) {
    const std::size_t turn = run.taken++;
    const Request& request = run.requests[turn];
    const auto due = due_at(run.start, run.options.rate, turn);
    if (std::max(due, Clock::now()) >= run.end) co_return;
    if (due > Clock::now()) {
      timer.expires_at(due);
      co_await timer.async_wait(asio::use_awaitable);
    }
    const std::string text = text_of(run, request, run.options.after ? written : 0);
    Answer answer = co_await exchange(socket, buffer, text);
    run.kinds[request.kind].latencies_ms.push_back(milliseconds(Clock::now() - due));
    written = std::max(written, answer.position);
    note(run, request, answer);
  }
}

// ---- telling

std::size_t refusals(const Kind& kind) {
  std::size_t all = 0;
  for (const auto& [status, times] : kind.refused) all += times;
  return all;
}

void tell(const std::string& name, std::vector<double>& latencies_ms, std::size_t refused, double seconds) {
  std::cout << '"' << name << R"(":{"requests":)" << latencies_ms.size() << R"(,"refused":)" << refused
            << R"(,"per_second":)" << static_cast<double>(latencies_ms.size()) / seconds << R"(,"p50_ms":)"
            << percentile(latencies_ms, 0.5) << R"(,"p99_ms":)" << percentile(latencies_ms, 0.99) << R"(,"max_ms":)"
            << percentile(latencies_ms, 1) << '}';
}

/// `cpu`: seconds of processor that this program took for it.
void report(Run& run, double seconds, double cpu) {
  std::map<std::string, Kind> groups;
  Kind all;
  std::cout << R"({"seconds":)" << seconds << R"(,"client_cpu_share":)" << cpu / seconds << R"(,"last_position":)"
            << run.last_position << R"(,"kinds":{)";
  std::sort(run.kinds.begin(), run.kinds.end(), [](const Kind& a, const Kind& b) { return a.name < b.name; });
  const char* comma = "";
  for (Kind& kind : run.kinds) {
    for (Kind* sum : {&groups[kind.name.substr(0, kind.name.find('/'))], &all}) {
      sum->latencies_ms.insert(sum->latencies_ms.end(), kind.latencies_ms.begin(), kind.latencies_ms.end());
      for (const auto& [status, times] : kind.refused) sum->refused[status] += times;
    }
    std::cout << std::exchange(comma, ",");
    tell(kind.name, kind.latencies_ms, refusals(kind), seconds);
  }
  std::cout << R"(},"groups":{)";
  comma = "";
  for (auto& [name, group] : groups) {
    std::cout << std::exchange(comma, ",");
    tell(name, group.latencies_ms, refusals(group), seconds);
  }
  std::cout << "},";
  tell("all", all.latencies_ms, refusals(all), seconds);
  std::cout << "}\n";
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

bool play(Run& run) {
  asio::io_context context(1);
  const double cpu = cpu_seconds();
  run.start = Clock::now();
  if (run.options.seconds > 0) {
    run.end =
        run.start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(run.options.seconds));
  }
  bool failed = false;
  const auto ended = [&](const std::exception_ptr& error) { failed = told_end(error) || failed; };
  for (std::size_t i = 0; i < run.options.connections; ++i) asio::co_spawn(context, work(run), ended);
  context.run();
  report(run, std::chrono::duration<double>(Clock::now() - run.start).count(), cpu_seconds() - cpu);
  return !failed;
}

}  // namespace

int main(int argc, char** argv) {
  Run run;
  CLI::App app{"Plays requests from a file and measures"};
  app.add_option("--host", run.options.target.host);
  app.add_option("--port", run.options.target.port);
  app.add_option("--requests", run.options.requests, "file of requests")->required();
  app.add_option("--tokens", run.options.tokens, "file of access tokens, one a line")->required();
  app.add_option("--connections", run.options.connections);
  app.add_option("--rate", run.options.rate, "requests per second; 0: as fast as possible");
  app.add_option("--seconds", run.options.seconds, "at most; 0: until all are played");
  app.add_flag("--after", run.options.after, "each read waits for its connection's last command");
  CLI11_PARSE(app, argc, argv);
  try {
    run.tokens = lines_of(run.options.tokens);
    run.next_pages.resize(run.tokens.size());
    read_requests(run);
    return play(run) ? 0 : 1;
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 2;
  }
}
