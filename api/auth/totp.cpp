#include "api/auth/totp.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cctype>

#include "api/auth/digest.hpp"

namespace alforis::api {

namespace {

constexpr std::string_view k_base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t k_steps_around = 1;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '.' || c == '-' || c == '_' || c == '~') {
      out.push_back(c);
    } else {
      out += {'%', k_digits[byte >> 4U], k_digits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace

std::int64_t totp_step(std::int64_t unix_seconds) { return unix_seconds / k_totp_period; }

std::string totp_code(std::string_view secret, std::int64_t step, unsigned digits) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i) {
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * (counter.size() - 1 - i)));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(), mac.data(), &size);
  // Dynamic truncation, RFC 4226 §5.3.
  const std::size_t at = mac[size - 1] & 15U;
  std::uint32_t number = mac[at] & 127U;
  for (std::size_t i = 1; i < 4; ++i) number = (number << 8U) | mac[at + i];
  std::string code(digits, '0');
  for (auto digit = code.rbegin(); digit != code.rend(); ++digit) {
    *digit = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  return code;
}

std::optional<std::int64_t> verify_totp(std::string_view secret, std::string_view code, std::int64_t unix_seconds) {
  std::string typed(code);
  std::erase(typed, ' ');
  std::optional<std::int64_t> found;
  const std::int64_t present = totp_step(unix_seconds);
  for (std::int64_t step = present - k_steps_around; step <= present + k_steps_around; ++step) {
    if (equal_in_constant_time(totp_code(secret, step), typed)) found = step;
  }
  return found;
}

std::string base32(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    held += 8;
    while (held >= 5) {
      held -= 5;
      text.push_back(k_base32[(bits >> held) & 31U]);
    }
  }
  if (held > 0) text.push_back(k_base32[(bits << (5 - held)) & 31U]);
  return text;
}

std::string totp_uri(std::string_view secret, std::string_view account) {
  return "otpauth://totp/Alforis:" + percent_encoded(account) + "?secret=" + base32(secret) +
         "&issuer=Alforis&algorithm=SHA1&digits=" + std::to_string(k_totp_digits) +
         "&period=" + std::to_string(k_totp_period);
}

std::string recovery_code(std::string_view random) {
  const std::string letters = base32(random.substr(0, k_recovery_code_bytes));
  std::string code;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i != 0 && i % 4 == 0) code.push_back('-');
    code.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(letters[i]))));
  }
  return code;
}

std::string recovery_code_hash(std::string_view typed) {
  std::string key;
  for (const char c : typed) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) key.push_back(static_cast<char>(std::tolower(byte)));
  }
  return sha256_text(key);
}

}  // namespace alforis::api
