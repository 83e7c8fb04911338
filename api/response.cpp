#include "api/response.hpp"

#include <zlib.h>

#include <stdexcept>

namespace alforis::api {

std::string gzip(std::string_view bytes) {
  constexpr int k_level = 4;  // On JSON within 5 % of the size at the default level, at less than half of its time.
  constexpr int k_window_with_gzip_header = 15 + 16;
  constexpr int k_memory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, k_level, Z_DEFLATED, k_window_with_gzip_header, k_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib: out of memory");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  // zlib's interface predates const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib: the output did not fit its own bound");
  out.shrink_to_fit();
  return out;
}

const std::string& SharedBody::gzip() const {
  if (const std::string* ready = gzip_.load(std::memory_order_acquire)) return *ready;
  auto made = std::make_unique<const std::string>(api::gzip(bytes_));
  const std::string* expected = nullptr;
  // Two threads may both have compressed: the first one's result stays.
  if (gzip_.compare_exchange_strong(expected, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *expected;
}

std::string_view Response::bytes() const {
  if (const auto* own = std::get_if<std::string>(&body)) return *own;
  const auto& shared = std::get<SharedBodyPtr>(body);
  return shared ? std::string_view(shared->bytes()) : std::string_view();
}

std::string_view Response::find_header(std::string_view name) const {
  for (const ResponseHeader& field : headers) {
    if (field.name == name) return field.value;
  }
  return {};
}

Response Response::json(std::string document, unsigned status) { return text(k_json, std::move(document), status); }

Response Response::json(SharedBodyPtr document, std::string etag, unsigned status) {
  Response response;
  response.status = status;
  response.body = std::move(document);
  response.etag = std::move(etag);
  return response;
}

Response Response::text(std::string_view content_type, std::string body, unsigned status) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = std::move(body);
  return response;
}

Response Response::no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace alforis::api
