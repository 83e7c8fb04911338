#pragma once
// One connection's HTTP/1.1 without any socket: bytes go in, bytes and handler calls come out. The connection around it
// only waits and copies, so that nearly everything can be tested without a network.

#include <boost/asio/buffer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/dispatcher.hpp"
#include "api/http_parser.hpp"

namespace alforis::api {

class Exchange {
 public:
  /// What the connection has to do next.
  enum class Want {
    read,     ///< read into room(), then received(); at the end of the stream just close
    write,    ///< write output(), then written()
    handler,  ///< await the dispatcher's run(context()), then answered()
    close,    ///< nothing more to say; see lingers()
  };

  /// What a reading connection waits for: each has its time-out.
  enum class Phase { idle, head, body };

  Exchange(const Dispatcher& dispatcher, std::size_t header_limit, std::string remote_address, std::size_t worker);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Takes every step that needs no waiting: parses what is there, answers what the fast handlers can answer. Answers
  /// to pipelined requests pile up in order until one write() sends them.
  Want advance();

  std::span<char> room();
  void received(std::size_t bytes);

  const std::vector<boost::asio::const_buffer>& output();
  std::size_t output_size() const { return output_size_; }
  void written();

  RequestContext& context() { return context_; }
  void answered(Response response);

  Phase phase() const;
  /// Grows with every request, so that a phase can be told from the same phase of the request before.
  std::uint64_t requests() const { return requests_; }
  /// Bytes of body that are still to come, at most; for the body's time-out.
  std::size_t body_expected() const;

  /// The peer was too slow: 408 and the end, unless it had not begun a request.
  void expire();
  /// Answers from now on end the connection.
  void drain() { draining_ = true; }
  /// Whether the peer may still be sending what nobody will read: then closing at once would reset the connection, and
  /// the last answer could be lost with it (RFC 9112 §9.6).
  bool lingers() const { return lingers_; }

 private:
  enum class State : std::uint8_t {
    head,     ///< collecting a header block
    sized,    ///< collecting a body of known length
    chunked,  ///< collecting a body in chunks
    discard,  ///< dropping a body that the answer did not need
    ready,    ///< the request is complete
    slow,     ///< it needs its coroutine
    running,  ///< which runs
    closing,  ///< after the last answer
  };
  struct Piece {
    const char* data;  ///< null: `offset` in heads_
    std::size_t offset;
    std::size_t size;
  };

  bool take_head();
  bool begin_request(std::string_view head);
  void begin_body();
  bool take_sized();
  bool take_chunked();
  bool take_discard();
  void ask_for_body();
  void complete();
  void refuse(const Problem& problem);
  void fail(std::string_view code);
  void answer(Response response);
  void end_request(bool keep);
  void append(Response& response, bool keep);
  void append_body(Response& response, std::string_view bytes);
  void append_copy(std::size_t from);
  bool has_output() const { return !pieces_.empty(); }
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void make_room(std::size_t wanted);
  void take_back_raw();

  const Dispatcher& dispatcher_;
  const std::size_t header_limit_;
  const std::size_t worker_;
  const std::string remote_address_;

  State state_ = State::head;
  bool draining_ = false;
  bool lingers_ = false;
  bool body_pending_ = false;  ///< the request's body is not read to its end
  std::uint64_t requests_ = 0;
  std::chrono::steady_clock::time_point started_;

  // Input: [begin_, end_) of the buffer is unread. While a request is answered its head lies before begin_, and nothing
  // moves.
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  HeadScanner scanner_;
  std::optional<RequestParser> parser_;
  Framing framing_;
  std::string body_;           ///< a body that did not fit behind its head, or came in chunks
  std::size_t body_have_ = 0;  ///< bytes of it that are there
  std::string raw_;            ///< chunks not yet decoded
  std::size_t raw_have_ = 0;
  std::uint64_t discard_left_ = 0;
  RequestContext context_;

  // Output: heads and small bodies one after another, large bodies by reference.
  std::string heads_;
  std::vector<Piece> pieces_;
  std::vector<std::variant<std::string, SharedBodyPtr>> bodies_;
  std::vector<boost::asio::const_buffer> buffers_;
  std::size_t output_size_ = 0;
};

}  // namespace alforis::api
