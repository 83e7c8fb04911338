#pragma once

#include <string>
#include <string_view>

#include "api/response.hpp"

namespace alforis::api {

/// The page at /docs with the policy under which a browser may run it.
struct DocsPage {
  SharedBodyPtr html;
  std::string policy;  ///< Content-Security-Policy: its own script and style by their hashes, nothing from elsewhere
};

/// The page reads /openapi.json, lists the operations, and sends requests; its token comes from `login_path` and stays
/// in memory.
DocsPage make_docs_page(std::string_view title, std::string_view login_path);

}  // namespace alforis::api
