// The vectors of RFC 4648 §10 in the alphabet of §5, without padding.
#include "domain/wire/base64url.hpp"

#include <gtest/gtest.h>

namespace alforis::domain {
namespace {

struct Vector {
  std::string_view bytes;
  std::string_view text;
};
constexpr Vector k_vectors[] = {
    {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};

TEST(Base64url, EncodesAndDecodesTheVectors) {
  for (const auto& [bytes, text] : k_vectors) {
    EXPECT_EQ(base64url(bytes), text);
    std::string back = "before";
    EXPECT_TRUE(base64url_decode(text, back)) << text;
    EXPECT_EQ(back, bytes);
  }
}

TEST(Base64url, RefusesWhatIsNone) {
  std::string bytes;
  for (const char* wrong : {"Z", "Zm9vY", "Zg==", "Zm+v", "Zm/v", "Zm 9", "é"}) {
    EXPECT_FALSE(base64url_decode(wrong, bytes)) << wrong;
  }
}

}  // namespace
}  // namespace alforis::domain
