#include "api/router.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace alforis::api {

namespace {

constexpr std::size_t k_method_count = static_cast<std::size_t>(Method::other);

constexpr std::uint8_t bit(Method method) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(method)); }

/// The segment at the front of a path that begins with `/`, and what follows it.
struct Head {
  std::string_view segment;
  std::string_view rest;
};
Head split(std::string_view path) {
  const auto slash = path.find('/', 1);
  if (slash == std::string_view::npos) return {path.substr(1), {}};
  return {path.substr(1, slash - 1), path.substr(slash)};
}

[[noreturn]] void refuse(const Route& route, const char* why) {
  throw std::invalid_argument("route " + std::string(text(route.method)) + " " + route.pattern + ": " + why);
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

}  // namespace

struct Router::Node {
  struct Child {
    std::string segment;
    std::unique_ptr<Node> node;
  };
  std::vector<Child> literals;
  std::unique_ptr<Node> parameter;
  std::array<const Route*, k_method_count> routes{};
  std::uint8_t allowed = 0;

  Node& literal(std::string_view segment) {
    for (Child& child : literals) {
      if (child.segment == segment) return *child.node;
    }
    return *literals.emplace_back(Child{std::string(segment), std::make_unique<Node>()}).node;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Route route) {
  if (!route.pattern.starts_with('/')) refuse(route, "a pattern begins with a slash");
  if (route.method >= Method::other || route.method == Method::head || route.method == Method::options) {
    refuse(route, "HEAD and OPTIONS are answered by the router itself");
  }
  if (!route.fast && !route.handler) refuse(route, "no handler");
  Node* node = root_.get();
  std::size_t parameters = 0;
  for (std::string_view rest = route.pattern; !rest.empty();) {
    const auto [segment, behind] = split(rest);
    rest = behind;
    if (is_parameter(segment)) {
      if (!segment.ends_with('}') || segment.size() < 3) refuse(route, "a parameter is a whole segment: {name}");
      if (++parameters > k_max_parameters) refuse(route, "too many parameters");
      if (!node->parameter) node->parameter = std::make_unique<Node>();
      node = node->parameter.get();
    } else {
      node = &node->literal(segment);
    }
  }
  const auto slot = static_cast<std::size_t>(route.method);
  if (node->routes[slot] != nullptr) refuse(route, "there is such a row already");
  route.number = routes_.size();
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  const Route* added = routes_.back().get();
  node->routes[slot] = added;
  node->allowed |= bit(added->method);
  if (added->method == Method::get) {
    node->routes[static_cast<std::size_t>(Method::head)] = added;
    node->allowed |= bit(Method::head);
  }
}

void Router::add(std::vector<Route> routes) {
  for (Route& route : routes) add(std::move(route));
}

const Router::Node* Router::match(const Node& node, std::string_view rest, std::string_view* parameters,
                                  std::size_t& count) const {
  if (rest.empty()) return node.allowed != 0 ? &node : nullptr;
  const auto [segment, behind] = split(rest);
  for (const Node::Child& child : node.literals) {
    if (child.segment != segment) continue;
    if (const Node* found = match(*child.node, behind, parameters, count)) return found;
    break;
  }
  if (!node.parameter || segment.empty()) return nullptr;
  parameters[count++] = segment;
  if (const Node* found = match(*node.parameter, behind, parameters, count)) return found;
  --count;
  return nullptr;
}

Router::Match Router::find(Method method, std::string_view path, std::string_view* parameters) const {
  Match result;
  if (!path.starts_with('/')) return result;
  const Node* node = match(*root_, path, parameters, result.parameter_count);
  if (node == nullptr) return result;
  result.allowed = static_cast<std::uint8_t>(node->allowed | bit(Method::options));
  if (method < Method::other) result.route = node->routes[static_cast<std::size_t>(method)];
  return result;
}

std::string allow_header(std::uint8_t allowed) {
  std::string out;
  for (std::size_t i = 0; i < k_method_count; ++i) {
    if ((allowed & (1U << i)) == 0) continue;
    if (!out.empty()) out += ", ";
    out += text(static_cast<Method>(i));
  }
  return out;
}

}  // namespace alforis::api
