#include "imports/organisation_columns.hpp"

#include <algorithm>
#include <unordered_map>

#include "domain/values/fold.hpp"
#include "domain/values/text.hpp"
#include "domain/wire/enums.hpp"

namespace alforis::imports {
namespace {

using Column = OrganisationColumn;

// Keys as fold_header makes them. The names of the fields themselves are added to these.
const std::unordered_map<std::string_view, Column>& other_names() {
  static const std::unordered_map<std::string_view, Column> k_names = {
      {"nom", Column::name},
      {"entitenom", Column::name},
      {"raisonsociale", Column::name},
      {"denomination", Column::name},
      {"denominationsociale", Column::name},
      {"categorie", Column::category},
      {"mail", Column::email},
      {"courriel", Column::email},
      {"emailaddress", Column::email},
      {"adresseemail", Column::email},
      {"telephone", Column::phone},
      {"tel", Column::phone},
      {"mainphone", Column::phone},
      {"phonenumber", Column::phone},
      {"numerodetelephone", Column::phone},
      {"siteinternet", Column::website},
      {"siteweb", Column::website},
      {"site", Column::website},
      {"web", Column::website},
      {"url", Column::website},
      {"adresse", Column::address},
      {"codepostal", Column::postal_code},
      {"cp", Column::postal_code},
      {"zip", Column::postal_code},
      {"zipcode", Column::postal_code},
      {"postcode", Column::postal_code},
      {"ville", Column::city},
      {"town", Column::city},
      {"pays", Column::country},
      {"payssiege", Column::country},
      {"countrycode", Column::country},
      {"codepays", Column::country},
      {"siegesocial", Column::domicile},
      {"siege", Column::domicile},
      {"langue", Column::language},
      {"codelei", Column::lei},
      {"noregistrenational", Column::siren},
      {"numerosiren", Column::siren},
      {"nosiren", Column::siren},
      {"numerosiret", Column::siret},
      {"nosiret", Column::siret},
      {"noamf", Column::regulator_number},
      {"numeroamf", Column::regulator_number},
      {"formejuridique", Column::legal_form},
      {"pipeline", Column::pipeline_stage},
      {"stage", Column::pipeline_stage},
      {"montantpotentiel", Column::potential_amount},
      {"probabilitesignature", Column::signature_probability},
      {"probabilitedesignature", Column::signature_probability},
      {"datesignature", Column::signature_date},
      {"datedesignature", Column::signature_date},
      {"encours", Column::aum},
      {"encoursgeres", Column::aum},
      {"actifssousgestion", Column::aum},
      {"assetsundermanagement", Column::aum},
      {"dateaum", Column::aum_date},
      {"dateencours", Column::aum_date},
      {"strategie", Column::strategies},
      {"strategy", Column::strategies},
      {"tag", Column::tags},
      {"etiquettes", Column::tags},
      {"note", Column::notes},
      {"commentaire", Column::notes},
      {"commentaires", Column::notes},
      {"comments", Column::notes},
      {"isactive", Column::active},
      {"actif", Column::active},
      {"libelletypeactivite", Column::activity_type},
      {"libelleactivite", Column::activity},
      {"libellesousactivite", Column::sub_activity},
  };
  return k_names;
}

// The columns of the AMF's register that are no fields, in words.
const std::unordered_map<std::string_view, std::string_view>& other_labels() {
  static const std::unordered_map<std::string_view, std::string_view> k_labels = {
      {"datedebutautorisation", "Date de début d'autorisation"},
      {"natureautorisation", "Nature de l'autorisation"},
      {"statut", "Statut"},
      {"datedepublication", "Date de publication"},
  };
  return k_labels;
}

std::optional<Column> find_field(std::string_view key) {
  static const auto k_fields = [] {
    std::unordered_map<std::string, Column> fields;
    domain::for_each_enumerator<Column>([&](std::string_view name) {
      fields.emplace(domain::fold_header(name), *domain::enum_from_text<Column>(name));
    });
    fields.erase(std::string(domain::enum_text(Column::other)));
    return fields;
  }();
  const auto found = k_fields.find(std::string(key));
  if (found == k_fields.end()) return std::nullopt;
  return found->second;
}

// A header may hold anything; a label is one line without what separates labels from values.
std::string make_label(std::string_view header, std::size_t number) {
  std::string label(domain::trimmed(header));
  std::replace_if(
      label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  if (domain::trimmed(label).empty()) return "Colonne " + std::to_string(number);
  return label;
}

}  // namespace

OrganisationColumn find_column(std::string_view header) {
  const std::string key = domain::fold_header(header);
  if (const auto field = find_field(key)) return *field;
  const auto found = other_names().find(key);
  return found == other_names().end() ? Column::other : found->second;
}

std::string_view column_label(OrganisationColumn column) {
  switch (column) {
    case Column::name:
      return "Nom";
    case Column::type:
      return "Type";
    case Column::category:
      return "Catégorie";
    case Column::email:
      return "Email";
    case Column::phone:
      return "Téléphone";
    case Column::website:
      return "Site";
    case Column::address:
      return "Adresse";
    case Column::postal_code:
      return "Code postal";
    case Column::city:
      return "Ville";
    case Column::country:
      return "Pays";
    case Column::domicile:
      return "Siège";
    case Column::language:
      return "Langue";
    case Column::lei:
      return "LEI";
    case Column::siren:
      return "SIREN";
    case Column::siret:
      return "SIRET";
    case Column::regulator_number:
      return "Numéro AMF";
    case Column::legal_form:
      return "Forme juridique";
    case Column::pipeline_stage:
      return "Pipeline";
    case Column::potential_amount:
      return "Montant potentiel";
    case Column::signature_probability:
      return "Probabilité de signature";
    case Column::signature_date:
      return "Date de signature";
    case Column::aum:
      return "AUM";
    case Column::aum_date:
      return "Date AUM";
    case Column::strategies:
      return "Stratégies";
    case Column::tags:
      return "Tags";
    case Column::description:
      return "Description";
    case Column::notes:
      return "Notes";
    case Column::active:
      return "Actif";
    case Column::activity_type:
      return "Type d'activité";
    case Column::activity:
      return "Activité";
    case Column::sub_activity:
      return "Sous-activité";
    case Column::other:
      return "";
  }
  return "";
}

domain::Result<std::vector<RecognisedColumn>> recognise_columns(const std::vector<std::string>& header) {
  std::vector<RecognisedColumn> columns;
  std::string found;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const Column column = find_column(header[i]);
    const auto known = other_labels().find(domain::fold_header(header[i]));
    std::string label = make_label(header[i], i + 1);
    found += (found.empty() ? "" : ", ") + label;
    const bool repeated = std::any_of(columns.begin(), columns.end(),
                                      [column](const RecognisedColumn& before) { return before.column == column; });
    if (column != Column::other && !repeated) {
      label = column_label(column);
    } else if (known != other_labels().end()) {
      label = known->second;
    }
    columns.push_back({column, std::move(label)});
  }
  const auto is_name = [](const RecognisedColumn& column) { return column.column == Column::name; };
  if (std::none_of(columns.begin(), columns.end(), is_name)) {
    return domain::problem("no_name_column",
                           "no column holds the name of the organisation (name, nom, entite_nom or raison sociale); "
                           "found: " +
                               found);
  }
  return columns;
}

}  // namespace alforis::imports
