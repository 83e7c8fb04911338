#pragma once
// The index keys of every entity: folding needs them all.

#include "commands/api_key.hpp"
#include "commands/audit.hpp"
#include "commands/interaction.hpp"
#include "commands/kpi.hpp"
#include "commands/link.hpp"
#include "commands/mandat.hpp"
#include "commands/organisation.hpp"
#include "commands/person.hpp"
#include "commands/produit.hpp"
#include "commands/saved_view.hpp"
#include "commands/session.hpp"
#include "commands/task.hpp"
#include "commands/team.hpp"
#include "commands/user.hpp"
#include "commands/workspace.hpp"
