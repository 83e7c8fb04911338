#pragma once
// What the demo firm's names are put together from.

#include <string_view>

namespace alforis::programs {

struct DemoCity {
  std::string_view name;
  std::string_view postal_code;
  std::string_view country;
  std::string_view
      phone;  ///< beginning of a number of the place, up to four digits before its end; empty: none is made up
};

inline constexpr DemoCity k_french_cities[] = {
    {"Paris", "75001", "FR", "+3319900"},
    {"Paris", "75002", "FR", "+3319900"},
    {"Paris", "75008", "FR", "+3319900"},
    {"Paris", "75009", "FR", "+3319900"},
    {"Paris", "75016", "FR", "+3319900"},
    {"Paris", "75017", "FR", "+3319900"},
    {"Neuilly-sur-Seine", "92200", "FR", "+3319900"},
    {"Boulogne-Billancourt", "92100", "FR", "+3319900"},
    {"Puteaux", "92800", "FR", "+3319900"},
    {"Versailles", "78000", "FR", "+3319900"},
    {"Lyon", "69002", "FR", "+3346571"},
    {"Lyon", "69006", "FR", "+3346571"},
    {"Marseille", "13008", "FR", "+3346571"},
    {"Aix-en-Provence", "13100", "FR", "+3346571"},
    {"Nice", "06000", "FR", "+3346571"},
    {"Annecy", "74000", "FR", "+3346571"},
    {"Grenoble", "38000", "FR", "+3346571"},
    {"Montpellier", "34000", "FR", "+3346571"},
    {"Bordeaux", "33000", "FR", "+3353649"},
    {"Toulouse", "31000", "FR", "+3353649"},
    {"Bayonne", "64100", "FR", "+3353649"},
    {"Nantes", "44000", "FR", "+3326191"},
    {"Rennes", "35000", "FR", "+3326191"},
    {"Tours", "37000", "FR", "+3326191"},
    {"Rouen", "76000", "FR", "+3326191"},
    {"Lille", "59000", "FR", "+3335301"},
    {"Strasbourg", "67000", "FR", "+3335301"},
    {"Nancy", "54000", "FR", "+3335301"},
    {"Reims", "51100", "FR", "+3335301"},
    {"Dijon", "21000", "FR", "+3335301"},
};

inline constexpr DemoCity k_european_cities[] = {
    {"Luxembourg", "1855", "LU", ""}, {"Bruxelles", "1000", "BE", ""},
    {"Genève", "1204", "CH", ""},     {"Zürich", "8001", "CH", ""},
    {"Monaco", "98000", "MC", ""},    {"Milano", "20121", "IT", ""},
    {"Madrid", "28006", "ES", ""},    {"Frankfurt am Main", "60311", "DE", ""},
    {"London", "EC2N 4AY", "GB", ""}, {"Amsterdam", "1017 CA", "NL", ""},
};

inline constexpr std::string_view k_streets[] = {
    "rue de la Paix",   "rue de la République", "avenue Victor-Hugo", "boulevard Haussmann",     "rue du Faubourg",
    "quai des Étoiles", "place du Marché",      "rue des Tilleuls",   "avenue des Platanes",     "cours Lafayette",
    "rue Jean-Jaurès",  "allée des Cèdres",     "rue du Moulin",      "boulevard de la Liberté", "rue des Carmes",
};

/// First halves of company names.
inline constexpr std::string_view k_stems[] = {
    "Ventoux",   "Armorique", "Belledonne", "Cévennes",  "Dronne",     "Estérel",  "Féroé",   "Garance",
    "Hauterive", "Isère",     "Jasmin",     "Kerlann",   "Lubéron",    "Montclar", "Néris",   "Oléron",
    "Pelvoux",   "Quercy",    "Rochebrune", "Saintonge", "Tramontane", "Ubaye",    "Vercors", "Yvelin",
    "Alcyon",    "Boréal",    "Cassiopée",  "Dolomie",   "Éole",       "Floréal",  "Galatée", "Hélianthe",
    "Iroise",    "Judicaël",  "Lavandin",   "Mistral",   "Noroît",     "Orphée",   "Pléiade", "Sirocco",
};

inline constexpr std::string_view k_manager_ends[] = {"Gestion", "Asset Management", "Capital", "Investment Managers",
                                                      "Finance", "Private Equity"};
inline constexpr std::string_view k_institution_ends[] = {"Mutuelle",           "Prévoyance", "Assurances",
                                                          "Caisse de retraite", "Fondation",  "Vie"};
inline constexpr std::string_view k_adviser_ends[] = {"Patrimoine", "Conseil", "Family Office", "& Associés",
                                                      "Courtage"};
inline constexpr std::string_view k_bank_ends[] = {"Banque Privée", "Wholesale", "Banque", "Plateforme",
                                                   "Multigestion"};
inline constexpr std::string_view k_company_ends[] = {"Industries", "Groupe", "Holding", "Énergies", "Logistique"};

inline constexpr std::string_view k_first_names[] = {
    "Adèle",  "Amine",   "Anaïs",   "Antoine", "Aurélie", "Baptiste",  "Camille", "Charlotte", "Clément", "Diane",
    "Élodie", "Émile",   "Fatou",   "Florent", "Gaëlle",  "Guillaume", "Hélène",  "Hugo",      "Inès",    "Jérôme",
    "Julie",  "Karim",   "Laure",   "Léa",     "Lucas",   "Maëlle",    "Margaux", "Mathieu",   "Nadia",   "Nicolas",
    "Océane", "Olivier", "Pauline", "Quentin", "Romain",  "Sarah",     "Sophie",  "Thibault",  "Valérie", "Yasmine",
};

inline constexpr std::string_view k_last_names[] = {
    "Aubertin", "Bellanger", "Caradec",  "Delmas",   "Estienne", "Fauvel",  "Granger",  "Hamelin",
    "Imbert",   "Jacquemin", "Kervella", "Lacombe",  "Marchal",  "Nivelle", "Ollivier", "Périer",
    "Quémener", "Rambaud",   "Sauvage",  "Tessier",  "Urbain",   "Vasseur", "Weber",    "Xardel",
    "Yvon",     "Zeller",    "Benoît",   "Castagné", "Duhamel",  "Ferrand", "Gauthier", "Hénaff",
    "Jourdain", "Lemoine",   "Mallet",   "Noguès",   "Pasquier", "Roussel", "Santini",  "Tardieu",
};

inline constexpr std::string_view k_job_titles[] = {
    "Directeur des investissements",
    "Responsable de la sélection de fonds",
    "Gérante de portefeuille",
    "Directrice générale",
    "Analyste fonds",
    "Responsable partenariats",
    "Conseiller en gestion de patrimoine",
    "Directeur financier",
    "Trésorière",
    "Responsable conformité",
    "Chargée de relations investisseurs",
    "Associé gérant",
};

inline constexpr std::string_view k_strategies[] = {"Actions Europe", "Obligations crédit", "Multi-actifs",
                                                    "Private equity", "Immobilier",         "ISR",
                                                    "Dette privée",   "Performance absolue"};
inline constexpr std::string_view k_tags[] = {"prioritaire",  "événement 2026", "appel d'offres", "article 9",
                                              "multigestion", "nouveau",        "réseau",         "assurance-vie"};

}  // namespace alforis::programs
