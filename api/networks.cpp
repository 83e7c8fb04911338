#include "api/networks.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace alforis::api {

namespace ip = boost::asio::ip;

std::string network_of(std::string_view address, NetworkSize size) {
  boost::system::error_code error;
  auto parsed = ip::make_address(std::string(address), error);
  if (error) return {};
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped()) parsed = ip::make_address_v4(ip::v4_mapped, parsed.to_v6());
  if (parsed.is_v4())
    return ip::network_v4(parsed.to_v4(), static_cast<unsigned short>(size.v4)).canonical().to_string();
  auto v6 = parsed.to_v6();
  v6.scope_id(0);
  return ip::network_v6(v6, static_cast<unsigned short>(size.v6)).canonical().to_string();
}

}  // namespace alforis::api
