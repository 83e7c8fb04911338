#pragma once
// Bodies of saved views.

#include "api/routes/bodies.hpp"
#include "domain/saved_view.hpp"

namespace alforis::api {

struct NewSavedView : ProposedId, domain::ViewTarget, domain::SavedViewData<domain::Full> {};
BOOST_DESCRIBE_STRUCT(NewSavedView, (ProposedId, domain::ViewTarget, domain::SavedViewData<domain::Full>), ())

}  // namespace alforis::api
