#include "domain/likeness.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "domain/values/fold.hpp"

namespace alforis::domain {

namespace {

/// Hosts that many organisations have their pages or mailboxes at.
constexpr std::string_view k_shared_hosts[] = {
    "aol.com",     "facebook.com",   "free.fr",     "gmail.com",        "gmx.com",     "gmx.fr",       "googlemail.com",
    "hotmail.com", "hotmail.fr",     "icloud.com",  "instagram.com",    "laposte.net", "linkedin.com", "live.com",
    "live.fr",     "me.com",         "msn.com",     "neuf.fr",          "orange.fr",   "outlook.com",  "outlook.fr",
    "proton.me",   "protonmail.com", "sfr.fr",      "sites.google.com", "twitter.com", "wanadoo.fr",   "x.com",
    "yahoo.com",   "yahoo.fr",       "youtube.com",
};

/// As fold_name writes them.
constexpr std::string_view k_legal_forms[] = {
    "ab", "ag",  "as", "asa",  "bv",  "gmbh", "inc", "kg",  "limited", "llc", "llp", "ltd", "lp",  "nv",
    "oy", "plc", "sa", "sarl", "sas", "sasu", "sca", "scs", "scop",    "se",  "snc", "spa", "srl", "ucits",
};

template <std::size_t N>
bool is_one_of(const std::string_view (&known)[N], std::string_view text) {
  return std::find(std::begin(known), std::end(known), text) != std::end(known);
}

/// The name as it is compared: folded, and without a legal form at its end, unless there is nothing else.
std::string bare_name(std::string_view name) {
  std::string folded = fold_name(name);
  for (auto blank = folded.rfind(' '); blank != std::string::npos; blank = folded.rfind(' ')) {
    if (!is_one_of(k_legal_forms, std::string_view(folded).substr(blank + 1))) break;
    folded.resize(blank);
  }
  return folded;
}

std::optional<std::string> site(const OrganisationData<Full>& organisation) {
  if (!organisation.website) return std::nullopt;
  std::string_view host = organisation.website->host();
  if (host.starts_with("www.")) host.remove_prefix(4);
  if (is_one_of(k_shared_hosts, host)) return std::nullopt;
  return std::string(host);
}

std::optional<std::string> mail_domain(const OrganisationData<Full>& organisation) {
  if (!organisation.email || is_one_of(k_shared_hosts, organisation.email->domain())) return std::nullopt;
  return std::string(organisation.email->domain());
}

template <class Value>
std::optional<std::string> text_of(const std::optional<Value>& value) {
  return value ? std::optional(std::string(value->text())) : std::nullopt;
}

std::optional<Siren> siren_of(const OrganisationData<Full>& organisation) {
  return organisation.siret ? organisation.siret->siren() : organisation.siren;
}

/// A thing by which organisations are told apart.
struct Identity {
  std::string_view prefix;     ///< of what identities() writes; empty: too common to look for
  std::string_view same;       ///< code of a sign
  double weight;               ///< how sure a common one makes it
  std::string_view different;  ///< code of what speaks against it; empty: an organisation may well have two
  std::optional<std::string> (*of)(const OrganisationData<Full>&);
};

using Data = OrganisationData<Full>;
constexpr std::array<Identity, 7> k_identities = {{
    {"lei:", "same_lei", 0.99, "different_lei", [](const Data& o) { return text_of(o.lei); }},
    {"siret:", "same_siret", 0.99, "", [](const Data& o) { return text_of(o.siret); }},
    {"siren:", "same_siren", 0.9, "different_siren", [](const Data& o) { return text_of(siren_of(o)); }},
    {"regulator:", "same_regulator_number", 0.9, "different_regulator_number",
     [](const Data& o) {
       return o.regulator_number ? std::optional(fold_header(o.regulator_number->text())) : std::nullopt;
     }},
    {"site:", "same_site", 0.7, "", &site},
    {"", "same_mail_domain", 0.5, "", &mail_domain},
    {"name:", "same_name", 0.7, "", [](const Data& o) { return std::optional(bare_name(o.name->text())); }},
}};

/// What is left of a score when something speaks against it.
constexpr double k_left = 0.3;

}  // namespace

std::vector<std::string> identities(const OrganisationData<Full>& organisation) {
  std::vector<std::string> all;
  for (const Identity& identity : k_identities) {
    const auto value = identity.prefix.empty() ? std::nullopt : identity.of(organisation);
    if (value) all.push_back(std::string(identity.prefix) + *value);
  }
  return all;
}

Likeness likeness(const OrganisationData<Full>& one, const OrganisationData<Full>& other) {
  Likeness found;
  double doubt = 1;
  double left = 1;
  for (const Identity& identity : k_identities) {
    auto ours = identity.of(one);
    const auto theirs = identity.of(other);
    if (!ours || !theirs) continue;
    if (*ours == *theirs) {
      doubt *= 1 - identity.weight;
      found.signs.push_back({identity.same, std::move(*ours)});
    } else if (!identity.different.empty()) {
      left *= k_left;
      found.against.push_back({identity.different, {}});
    }
  }
  if (one.country && other.country && one.country != other.country) {
    left *= k_left;
    found.against.push_back({"different_country", {}});
  }
  found.score = static_cast<int>(std::lround((1 - doubt) * left * 100));
  return found;
}

}  // namespace alforis::domain
