#pragma once
// Finds the row for a method and a path: a tree of segments, built once.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/route.hpp"

namespace alforis::api {

/// All routes of a server. Immutable while it serves, so that every thread may ask at once.
class Router {
 public:
  /// What a path leads to.
  struct Match {
    const Route* route = nullptr;  ///< the row, or null
    std::uint8_t allowed = 0;      ///< set of Method bits that the path knows; 0: no such path
    std::size_t parameter_count = 0;
  };

  /// Most `{…}` segments of a pattern.
  static constexpr std::size_t k_max_parameters = 8;

  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Adds a row. Throws std::invalid_argument for a bad pattern, or a pair of method and path that is there already.
  /// Literal segments win over parameters, whatever the order of adding.
  void add(Route route);
  void add(std::vector<Route> routes);

  /// O(segments). HEAD finds the row of GET. The raw segments of parameters go to `parameters`, which has room for
  /// k_max_parameters. A slash at the end is part of the path: `/x/` is not `/x`.
  Match find(Method method, std::string_view path, std::string_view* parameters) const;

  /// In order of adding; addresses stay while the router lives.
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;

  const Node* match(const Node& node, std::string_view rest, std::string_view* parameters, std::size_t& count) const;

  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

/// `GET, HEAD, PATCH` for the Allow header.
std::string allow_header(std::uint8_t allowed);

}  // namespace alforis::api
