#include "api/negotiation.hpp"

#include <gtest/gtest.h>

namespace alforis::api {
namespace {

using domain::Locale;

TEST(AcceptLanguage, PrefersTheHigherQualityAndFrenchInDoubt) {
  EXPECT_EQ(preferred_locale(""), Locale::fr);
  EXPECT_EQ(preferred_locale("de"), Locale::fr);
  EXPECT_EQ(preferred_locale("en"), Locale::en);
  EXPECT_EQ(preferred_locale("en-GB, fr;q=0.9"), Locale::en);
  EXPECT_EQ(preferred_locale("fr-FR,fr;q=0.9,en;q=0.8"), Locale::fr);
  EXPECT_EQ(preferred_locale("fr;q=0.2, en;q=0.25"), Locale::en);
  EXPECT_EQ(preferred_locale("en;q=0"), Locale::fr);
  EXPECT_EQ(preferred_locale("en;q=x"), Locale::fr);
}

TEST(Accept, MatchesRangesByCloseness) {
  EXPECT_TRUE(accepts_media_type("", "application/json"));
  EXPECT_TRUE(accepts_media_type("*/*", "application/json"));
  EXPECT_TRUE(accepts_media_type("text/html, application/*;q=0.1", "application/json"));
  EXPECT_TRUE(accepts_media_type("application/JSON; charset=utf-8", "application/json"));
  EXPECT_FALSE(accepts_media_type("text/html", "application/json"));
  EXPECT_FALSE(accepts_media_type("*/*, application/json;q=0", "application/json"));
  EXPECT_TRUE(accepts_media_type("*/*;q=0, application/json", "application/json"));
}

TEST(AcceptEncoding, NeedsGzipNamedOrEverything) {
  EXPECT_TRUE(accepts_gzip("gzip, deflate, br"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_TRUE(accepts_gzip("GZIP;q=0.5"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("br"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0, *"));
  EXPECT_FALSE(accepts_gzip("identity, *;q=0"));
}

TEST(IfNoneMatch, ComparesWeaklyThroughLists) {
  EXPECT_TRUE(etag_matches("\"12\"", "12"));
  EXPECT_TRUE(etag_matches("W/\"12\"", "12"));
  EXPECT_TRUE(etag_matches("\"1,2\", \"12\"", "12"));
  EXPECT_TRUE(etag_matches(" * ", "12"));
  EXPECT_FALSE(etag_matches("\"1\"", "12"));
  EXPECT_FALSE(etag_matches("12", "12"));
  EXPECT_FALSE(etag_matches("\"12", "12"));
  EXPECT_FALSE(etag_matches("", "12"));
}

}  // namespace
}  // namespace alforis::api
