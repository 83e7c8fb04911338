#pragma once
// The OpenAPI 3.1 document, made from the rows, and the page to read and try it.

#include <string>
#include <vector>

#include "api/router.hpp"

namespace alforis::api {

struct OpenApiInfo {
  std::string title = "Alforis";
  std::string version = "1";
  std::string description;
  std::string login_path = "/api/v1/auth/login";  ///< where /docs gets its token
};

/// The document: paths, parameters, components, problem answers, security, examples. Deterministic: the same rows give
/// the same bytes.
std::string openapi_document(const Router& router, const OpenApiInfo& info);

/// Adds GET /openapi.json, GET /docs and GET /problems/{code}. Call it last: it documents the rows that are there.
void add_documentation(Router& router, const OpenApiInfo& info);

}  // namespace alforis::api
