#include "api/networks.hpp"

#include <gtest/gtest.h>

namespace alforis::api {
namespace {

TEST(Network, IsTheAddressWithoutWhatDoesNotCount) {
  EXPECT_EQ(network_of("203.0.113.77", k_anonymous), "203.0.113.0/24");
  EXPECT_EQ(network_of("::ffff:203.0.113.77", k_anonymous), "203.0.113.0/24");
  EXPECT_EQ(network_of("2001:db8:12:34:56:78:9a:bc", k_anonymous), "2001:db8:12::/48");
  EXPECT_EQ(network_of("203.0.113.77", k_subscriber), "203.0.113.77/32");
  EXPECT_EQ(network_of("2001:db8:12:34:56:78:9a:bc", k_subscriber), "2001:db8:12:34::/64");
  EXPECT_EQ(network_of("2001:db8:12:34::1", k_subscriber), network_of("2001:db8:12:34:ffff::2", k_subscriber));
  EXPECT_EQ(network_of("somewhere", k_subscriber), "");
}

}  // namespace
}  // namespace alforis::api
