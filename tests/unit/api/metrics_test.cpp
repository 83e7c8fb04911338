#include "api/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/health.hpp"

namespace alforis::api {
namespace {

using ::testing::HasSubstr;

TEST(Metrics, KeepAFamilysLinesTogether) {
  Metrics metrics;
  metrics.add_gauge("b_lag", "Lag.", {{"projection", "query"}}, [] { return 3; });
  metrics.add_counter("a_total", "All.", {}, [] { return 7; });
  metrics.add_gauge("b_lag", "Lag.", {{"projection", "sea\"rch"}}, [] { return 0.5; });
  EXPECT_THAT(metrics.text(), HasSubstr("# HELP a_total All.\n# TYPE a_total counter\na_total 7\n"
                                        "# HELP b_lag Lag.\n# TYPE b_lag gauge\nb_lag{projection=\"query\"} 3\n"
                                        "b_lag{projection=\"sea\\\"rch\"} 0.5\n"));
}

TEST(Health, IsReadyWhenAllPartsAre) {
  Health health;
  EXPECT_EQ(health.ready().bytes(), R"({"status":"ready","checks":[]})");
  health.add([] { return HealthCheck{"log", true, R"({"position":12})"}; });
  EXPECT_EQ(health.ready().bytes(), R"({"status":"ready","checks":[{"name":"log","ok":true,"position":12}]})");
  EXPECT_EQ(health.ready().status, 200U);
}

TEST(Health, NamesWhatIsNotWell) {
  Health health;
  health.add_many([] { return std::vector<HealthCheck>{{"query", true, "{}"}, {"search", false, R"({"lag":9})"}}; });
  health.add([]() -> HealthCheck { throw std::runtime_error("no database"); });
  const auto response = health.ready();
  EXPECT_EQ(response.status, 503U);
  EXPECT_EQ(response.bytes(), R"({"status":"not_ready","checks":[{"name":"query","ok":true},)"
                              R"({"name":"search","ok":false,"lag":9},)"
                              R"({"name":"unknown","ok":false,"trouble":"no database"}]})");
  EXPECT_EQ(response.find_header("Retry-After"), "1");
}

}  // namespace
}  // namespace alforis::api
