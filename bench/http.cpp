#include "http.hpp"

#include <algorithm>
#include <iostream>

namespace alforis::bench {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// What follows a name in the head of an answer, to the end of its line; empty when absent.
std::string_view header(std::string_view head, std::string_view name) {
  const auto at = head.find(name);
  if (at == std::string_view::npos) return {};
  const auto start = at + name.size();
  return head.substr(start, head.find('\r', start) - start);
}

std::uint64_t number(std::string_view text) {
  return text.empty() ? 0 : std::strtoull(std::string(text).c_str(), nullptr, 10);
}

/// `</path>; rel="next"`
std::string next_link(std::string_view link) {
  const auto end = link.find('>');
  const bool next = link.starts_with('<') && end != std::string_view::npos && link.find("next", end) != link.npos;
  return next ? std::string(link.substr(1, end - 1)) : std::string();
}

}  // namespace

Clock::time_point due_at(Clock::time_point start, double rate, std::uint64_t turn) {
  if (rate <= 0) return Clock::now();
  return start +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(static_cast<double>(turn) / rate));
}

double milliseconds(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

asio::awaitable<tcp::socket> connect(const Target& target) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::make_address(target.host), target.port}, asio::use_awaitable);
  socket.set_option(tcp::no_delay(true));
  co_return socket;
}

asio::awaitable<Answer> exchange(tcp::socket& socket, std::string& buffer, const std::string& request) {
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  const std::size_t head =
      co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
  const std::string_view text(buffer.data(), head);
  Answer answer;
  answer.status = static_cast<unsigned>(std::strtoul(buffer.c_str() + 9, nullptr, 10));
  answer.position = number(header(text, "Alforis-Position: "));
  answer.next = next_link(header(text, "Link: "));
  const std::size_t whole = head + number(header(text, "Content-Length: "));
  if (buffer.size() < whole) {
    co_await asio::async_read(socket, asio::dynamic_buffer(buffer), asio::transfer_exactly(whole - buffer.size()),
                              asio::use_awaitable);
  }
  if (answer.status >= 400) answer.problem = buffer.substr(head, whole - head);
  buffer.erase(0, whole);
  co_return answer;
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto index = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(index), values.end());
  return values[index];
}

bool told_end(const std::exception_ptr& error) {
  if (!error) return false;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& problem) {
    std::cerr << "a connection ended: " << problem.what() << '\n';
  }
  return true;
}

}  // namespace alforis::bench
