#pragma once
// What the load generators share: HTTP/1.1 over connections that are kept, on one thread, and percentiles.

#include <boost/asio.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alforis::bench {

using Clock = std::chrono::steady_clock;

/// Where the server is.
struct Target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
};

/// What the benchmarks look at in an answer.
struct Answer {
  unsigned status = 0;
  std::uint64_t position = 0;  ///< Alforis-Position; 0 when absent
  std::string next;            ///< path of Link: rel="next"; empty when absent
  std::string problem;         ///< the body, of an answer that is no success
};

double milliseconds(Clock::duration duration);

/// When the request of a turn, counted from 0, is due: now, or in its turn of the fixed rate (requests/s; 0: none).
Clock::time_point due_at(Clock::time_point start, double rate, std::uint64_t turn);

/// A connection without delay of small packets. Throws boost::system::system_error.
boost::asio::awaitable<boost::asio::ip::tcp::socket> connect(const Target& target);

/// Sends one request and reads its answer to the end. `buffer` belongs to the connection. Throws
/// boost::system::system_error when the connection ends.
boost::asio::awaitable<Answer> exchange(boost::asio::ip::tcp::socket& socket, std::string& buffer,
                                        const std::string& request);

/// The value that `share` (0 to 1) of all lie below; 0 without values. Reorders them.
double percentile(std::vector<double>& values, double share);

/// Tells of an exception that ended a connection's coroutine, on standard error. Returns whether there was one.
bool told_end(const std::exception_ptr& error);

}  // namespace alforis::bench
