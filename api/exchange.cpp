#include "api/exchange.hpp"

#include <algorithm>
#include <cstring>

#include "api/negotiation.hpp"
#include "api/response_writer.hpp"

namespace alforis::api {

namespace {

constexpr std::size_t k_first_buffer = 4U << 10;    ///< most requests are smaller
constexpr std::size_t k_least_room = 1U << 10;      ///< reads into less would only cost system calls
constexpr std::size_t k_body_step = 16U << 10;      ///< a body's memory grows as its bytes come, not as its length says
constexpr std::size_t k_raw_limit = 32U << 10;      ///< undecoded chunks; longer chunk headers are an attack
constexpr std::size_t k_discard_limit = 64U << 10;  ///< a larger unwanted body is cheaper to drop with the connection
constexpr std::size_t k_copy_limit = 4U << 10;      ///< up to here copying costs less than a piece of its own
constexpr std::size_t k_gzip_from = 1U << 10;       ///< a smaller body fits into one packet anyway
constexpr std::size_t k_output_limit = 256U << 10;
constexpr std::size_t k_pieces_limit = 64;
constexpr std::size_t k_kept_memory = 64U << 10;  ///< what an idle connection may keep of each buffer

void give_back(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > k_kept_memory) buffer.shrink_to_fit();
}

}  // namespace

Exchange::Exchange(const Dispatcher& dispatcher, std::size_t header_limit, std::string remote_address,
                   std::size_t worker)
    : dispatcher_(dispatcher),
      header_limit_(header_limit),
      worker_(worker),
      remote_address_(std::move(remote_address)),
      scanner_(header_limit) {
  context_.request.set_remote_address(remote_address_);
}

Exchange::Want Exchange::advance() {
  while (true) {
    if (output_size_ >= k_output_limit || pieces_.size() >= k_pieces_limit) return Want::write;
    bool went_on = true;
    switch (state_) {
      case State::head:
        went_on = take_head();
        break;
      case State::sized:
        went_on = take_sized();
        break;
      case State::chunked:
        went_on = take_chunked();
        break;
      case State::discard:
        went_on = take_discard();
        break;
      case State::ready:
        if (auto response = dispatcher_.try_fast(context_)) {
          answer(std::move(*response));
        } else {
          state_ = State::slow;
        }
        break;
      case State::slow:
        // Answers that are ready do not wait for one that takes its time.
        if (has_output()) return Want::write;
        state_ = State::running;
        return Want::handler;
      case State::running:
        return Want::handler;
      case State::closing:
        return has_output() ? Want::write : Want::close;
    }
    if (!went_on) return has_output() ? Want::write : Want::read;
  }
}

// ---- input
// -----------------------------------------------------------------------------------------------------------

void Exchange::make_room(std::size_t wanted) {
  if (begin_ == end_) begin_ = end_ = 0;
  if (capacity_ - end_ >= wanted) return;
  const std::size_t used = end_ - begin_;
  if (capacity_ - used >= wanted) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, used);
  } else {
    const std::size_t larger = std::max({k_first_buffer, 2 * capacity_, used + wanted});
    std::unique_ptr<char[]> fresh(new char[larger]);
    if (used != 0) std::memcpy(fresh.get(), buffer_.get() + begin_, used);
    buffer_ = std::move(fresh);
    capacity_ = larger;
  }
  begin_ = 0;
  end_ = used;
}

std::span<char> Exchange::room() {
  if (state_ == State::sized) {
    if (body_have_ == body_.size()) {
      body_.resize(std::min<std::size_t>(framing_.content_length, std::max(2 * body_have_, k_body_step)));
    }
    return {body_.data() + body_have_, body_.size() - body_have_};
  }
  if (state_ == State::chunked) {
    raw_.resize(raw_have_ + k_body_step);
    return {raw_.data() + raw_have_, k_body_step};
  }
  make_room(k_least_room);
  return {buffer_.get() + end_, capacity_ - end_};
}

void Exchange::received(std::size_t bytes) {
  if (state_ == State::sized) {
    body_have_ += bytes;
  } else if (state_ == State::chunked) {
    raw_have_ += bytes;
    raw_.resize(raw_have_);
  } else {
    end_ += bytes;
  }
}

void Exchange::take_back_raw() {
  if (raw_.empty()) return;
  make_room(raw_.size());
  std::memcpy(buffer_.get() + end_, raw_.data(), raw_.size());
  end_ += raw_.size();
  give_back(raw_);
}

bool Exchange::take_head() {
  take_back_raw();
  // A client may end a body with an empty line too many (RFC 9112 §2.2).
  while (end_ - begin_ >= 2 && buffer_[begin_] == '\r' && buffer_[begin_ + 1] == '\n' && scanner_.size() == 0)
    begin_ += 2;
  if (end_ - begin_ == 1 && buffer_[begin_] == '\r') return false;
  switch (scanner_.scan(unread())) {
    case HeadScanner::Found::need_more:
      return false;
    case HeadScanner::Found::malformed:
      fail("malformed_request");
      return true;
    case HeadScanner::Found::too_large:
      fail("headers_too_large");
      return true;
    case HeadScanner::Found::complete:
      break;
  }
  const auto head = unread().substr(0, scanner_.size());
  begin_ += head.size();
  scanner_.reset();
  if (!begin_request(head)) fail("malformed_request");
  return true;
}

bool Exchange::begin_request(std::string_view head) {
  ++requests_;
  started_ = std::chrono::steady_clock::now();
  context_.request.clear();
  context_.route = nullptr;
  context_.session = {};
  context_.rate_limit.clear();
  parser_.emplace(context_.request);
  const auto framing = parser_->parse_head(head);
  if (!framing) return false;
  framing_ = *framing;
  body_pending_ = framing_.chunked || framing_.content_length > unread().size();
  Request& request = context_.request;
  request.headers_complete();
  if (const auto problem = request.set_target(parser_->target())) {
    refuse(*problem);
  } else if (auto early = dispatcher_.admit(context_)) {
    answer(std::move(*early));
  } else if (framing_.expects_else) {
    refuse(Problem::of("expectation_failed"));
  } else if (framing_.content_length > context_.route->max_body) {
    refuse(Problem::of("body_too_large", "at most " + std::to_string(context_.route->max_body) + " bytes"));
  } else {
    begin_body();
  }
  return true;
}

void Exchange::begin_body() {
  if (!body_pending_) {
    context_.request.set_body(unread().substr(0, framing_.content_length));
    begin_ += framing_.content_length;
    state_ = State::ready;
    return;
  }
  if (framing_.chunked) {
    raw_.assign(unread());
    raw_have_ = raw_.size();
    body_.clear();
    state_ = State::chunked;
  } else {
    body_.assign(unread());
    body_have_ = body_.size();
    state_ = State::sized;
  }
  begin_ = end_;
  ask_for_body();
}

void Exchange::ask_for_body() {
  if (!framing_.expects_continue) return;
  const std::size_t from = heads_.size();
  heads_ += "HTTP/1.1 100 Continue\r\n\r\n";
  append_copy(from);
}

bool Exchange::take_sized() {
  if (body_have_ < framing_.content_length) return false;
  context_.request.set_body(body_);
  complete();
  return true;
}

bool Exchange::take_chunked() {
  switch (parser_->take_chunks(raw_, body_, context_.route->max_body)) {
    case RequestParser::Chunks::need_more:
      raw_have_ = raw_.size();
      if (raw_have_ > k_raw_limit) fail("malformed_request");
      return raw_have_ > k_raw_limit;
    case RequestParser::Chunks::malformed:
      fail("malformed_request");
      return true;
    case RequestParser::Chunks::too_large:
      refuse(Problem::of("body_too_large", "at most " + std::to_string(context_.route->max_body) + " bytes"));
      return true;
    case RequestParser::Chunks::complete:
      break;
  }
  context_.request.set_body(body_);
  complete();
  return true;
}

void Exchange::complete() {
  body_pending_ = false;
  // The time a client takes to send is not ours.
  started_ = std::chrono::steady_clock::now();
  state_ = State::ready;
}

bool Exchange::take_discard() {
  const auto dropped = std::min<std::uint64_t>(discard_left_, end_ - begin_);
  begin_ += dropped;
  discard_left_ -= dropped;
  if (discard_left_ != 0) return false;
  state_ = State::head;
  return true;
}

Exchange::Phase Exchange::phase() const {
  if (state_ == State::head) return begin_ == end_ ? Phase::idle : Phase::head;
  return Phase::body;
}

std::size_t Exchange::body_expected() const {
  if (state_ == State::discard) return discard_left_;
  if (state_ == State::chunked) return context_.route->max_body - body_.size();
  return framing_.content_length - body_have_;
}

void Exchange::expire() {
  if (phase() == Phase::idle) {
    state_ = State::closing;
  } else {
    fail("request_timeout");
  }
}

// ---- output
// ----------------------------------------------------------------------------------------------------------

void Exchange::refuse(const Problem& problem) { answer(context_.answer(problem)); }

void Exchange::fail(std::string_view code) {
  if (state_ == State::head || context_.request.request_id().empty()) {
    // Not even the head is good: nothing of what it says counts.
    context_.request.clear();
    context_.route = nullptr;
    context_.request.headers_complete();
    started_ = std::chrono::steady_clock::now();
  }
  body_pending_ = false;
  Response response = context_.answer(Problem::of(code));
  response.close = true;
  lingers_ = true;
  answer(std::move(response));
}

void Exchange::answered(Response response) { answer(std::move(response)); }

void Exchange::answer(Response response) {
  const bool droppable = !body_pending_ || (!framing_.chunked && !framing_.expects_continue &&
                                            framing_.content_length <= k_discard_limit + unread().size());
  const bool keep = framing_.keep_alive && !response.close && !draining_ && droppable;
  dispatcher_.finish(context_, response, std::chrono::steady_clock::now() - started_, worker_);
  append(response, keep);
  end_request(keep);
}

void Exchange::end_request(bool keep) {
  if (!keep) {
    lingers_ = lingers_ || body_pending_;
    state_ = State::closing;
    return;
  }
  // An early answer leaves its request's body where it is.
  discard_left_ = state_ == State::head ? framing_.content_length : 0;
  state_ = discard_left_ != 0 ? State::discard : State::head;
  give_back(body_);
}

void Exchange::append(Response& response, bool keep) {
  const Request& request = context_.request;
  std::string_view bytes = response.bytes();
  HeadFacts facts{request.request_id(), framing_.http11, keep, false, 0};
  if (bytes.size() >= k_gzip_from && compressible(response.content_type)) {
    const auto codings = request.header("Accept-Encoding");
    if (codings && accepts_gzip(*codings)) {
      facts.gzipped = true;
      if (auto* shared = std::get_if<SharedBodyPtr>(&response.body)) {
        bytes = (*shared)->gzip();
      } else {
        response.body = gzip(bytes);
        bytes = response.bytes();
      }
    }
  }
  facts.body_size = bytes.size();
  const std::size_t from = heads_.size();
  write_head(heads_, response, facts);
  const bool sends_body = request.method() != Method::head && response.status != 204 && response.status != 304;
  if (sends_body && bytes.size() <= k_copy_limit) heads_.append(bytes);
  append_copy(from);
  if (sends_body && bytes.size() > k_copy_limit) append_body(response, bytes);
}

void Exchange::append_copy(std::size_t from) {
  const std::size_t size = heads_.size() - from;
  output_size_ += size;
  if (!pieces_.empty() && pieces_.back().data == nullptr) {
    pieces_.back().size += size;
  } else {
    pieces_.push_back({nullptr, from, size});
  }
}

void Exchange::append_body(Response& response, std::string_view bytes) {
  // A string of this length lives on the heap: moving it leaves its bytes where they are.
  bodies_.push_back(std::move(response.body));
  pieces_.push_back({bytes.data(), 0, bytes.size()});
  output_size_ += bytes.size();
}

const std::vector<boost::asio::const_buffer>& Exchange::output() {
  buffers_.clear();
  for (const Piece& piece : pieces_) {
    buffers_.emplace_back(piece.data != nullptr ? piece.data : heads_.data() + piece.offset, piece.size);
  }
  return buffers_;
}

void Exchange::written() {
  pieces_.clear();
  bodies_.clear();
  output_size_ = 0;
  give_back(heads_);
}

}  // namespace alforis::api
