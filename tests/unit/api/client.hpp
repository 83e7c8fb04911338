#pragma once
// A client that sends exactly the bytes it is told to, and a certificate made on the spot.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace alforis::api::testing {

class Client {
 public:
  explicit Client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(descriptor_);
      throw std::runtime_error("connect");
    }
  }
  ~Client() { ::close(descriptor_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int descriptor() const { return descriptor_; }

  /// False when the server closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Until `wanted` has come, the server closed, or the time is over. What came stays.
  bool wait_for(std::string_view wanted, std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (received.find(wanted) == std::string::npos) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0 || !receive(left)) return false;
    }
    return true;
  }

  /// Everything until the server closes; throws when it does not.
  const std::string& wait_for_end(std::chrono::milliseconds limit = std::chrono::seconds(5)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!closed) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
      if (left.count() <= 0) throw std::runtime_error("the server did not close; received: " + received);
      receive(left);
    }
    return received;
  }

  std::string received;
  bool closed = false;
  bool reset = false;  ///< not by an orderly end but by a reset

 private:
  bool receive(std::chrono::milliseconds limit) {
    pollfd poll{descriptor_, POLLIN, 0};
    if (::poll(&poll, 1, static_cast<int>(limit.count())) <= 0) return false;
    char bytes[16384];
    const auto got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got <= 0) {
      closed = true;
      reset = got < 0;
      return false;
    }
    received.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  int descriptor_;
};

/// A self-signed certificate for `localhost` with its key, as PEM files that vanish with this object.
class Certificate {
 public:
  Certificate() : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
    X509_set_pubkey(certificate_.get(), key_.get());
    X509_NAME* name = X509_get_subject_name(certificate_.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(certificate_.get(), name);
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    write(certificate_file_, [this](FILE* file) { PEM_write_X509(file, certificate_.get()); });
    write(key_file_,
          [this](FILE* file) { PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
  ~Certificate() {
    ::unlink(certificate_file_.c_str());
    ::unlink(key_file_.c_str());
  }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  const std::string& certificate_file() const { return certificate_file_; }
  const std::string& key_file() const { return key_file_; }

 private:
  template <class F>
  static void write(std::string& path, F f) {
    const int descriptor = ::mkstemp(path.data());
    FILE* file = ::fdopen(descriptor, "w");
    f(file);
    std::fclose(file);
  }

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> certificate_;
  std::string certificate_file_ = "/tmp/alforis-certificate-XXXXXX";
  std::string key_file_ = "/tmp/alforis-key-XXXXXX";
};

/// TLS over a Client's socket.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int highest_version = TLS1_3_VERSION)
      : client_(port), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free), ssl_(nullptr, &SSL_free) {
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), highest_version);
    // OpenSSL itself would refuse the old versions, and the server would never be asked.
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), client_.descriptor());
  }

  bool handshake() { return SSL_connect(ssl_.get()) == 1; }
  void send(std::string_view bytes) { SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }
  std::string receive_until_end() {
    std::string out;
    char bytes[4096];
    int got = 0;
    while ((got = SSL_read(ssl_.get(), bytes, sizeof bytes)) > 0) out.append(bytes, static_cast<std::size_t>(got));
    orderly = SSL_get_error(ssl_.get(), got) == SSL_ERROR_ZERO_RETURN;
    return out;
  }
  std::string version() const { return SSL_get_version(ssl_.get()); }

  bool orderly = false;  ///< ended by close_notify

 private:
  Client client_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

}  // namespace alforis::api::testing
