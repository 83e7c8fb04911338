#include <algorithm>
#include <iterator>

#include "api/problem.hpp"

namespace alforis::api {

namespace {

// Sorted by code. Status 0: only as an entry of `errors`.
constexpr ProblemCode k_codes[] = {
    {"already_exists", 409, "There is such a record already.", "Cet enregistrement existe déjà."},
    {"already_in_mandat", 409, "The mandat has this produit.", "Ce produit fait déjà partie du mandat."},
    {"already_linked", 409, "This person and this organisation are linked already.",
     "Cette personne et cette organisation sont déjà liées."},
    {"ambiguous_match", 409, "More than one record matches.", "Plusieurs enregistrements correspondent."},
    {"assignee_cannot_act", 0, "This user may not see or change the record.",
     "Cet utilisateur ne peut ni voir ni modifier l'enregistrement."},
    {"body_required", 400, "The request needs a body.", "La requête doit avoir un corps."},
    {"body_too_large", 413, "The body is larger than this route accepts.",
     "Le corps de la requête dépasse la taille acceptée ici."},
    {"cannot_undo", 409, "This can no longer be undone.", "Cela ne peut plus être annulé."},
    {"changed_since", 409, "What is to be undone has been changed since.",
     "Ce qui doit être annulé a été modifié depuis."},
    {"conflict", 409, "The request conflicts with the present state.", "La requête contredit l'état actuel."},
    {"control_character", 0, "Control characters are not allowed.", "Les caractères de contrôle sont interdits."},
    {"csrf_token_required", 403, "With a cookie, this request needs the CSRF header.",
     "Avec un cookie, cette requête exige l'en-tête CSRF."},
    {"database_unavailable", 503, "Reading is not possible at the moment; try again.",
     "La lecture est momentanément impossible ; réessayez."},
    {"dates_reversed", 422, "The end lies before the beginning.", "La fin précède le début."},
    {"deleted", 409, "The record is deleted.", "L'enregistrement est supprimé."},
    {"duplicate_element", 0, "This is in the list already.", "Cet élément figure déjà dans la liste."},
    {"duplicate_member", 0, "This member appears more than once.", "Ce membre apparaît plusieurs fois."},
    {"duplicate_parameter", 0, "This parameter may be given only once.",
     "Ce paramètre ne peut être donné qu'une fois."},
    {"empty", 0, "This must not be empty.", "Ce champ ne peut pas être vide."},
    {"ended", 409, "This has ended and does not change any more.", "C'est terminé et ne change plus."},
    {"expectation_failed", 417, "This expectation cannot be met.", "Cette attente ne peut être satisfaite."},
    {"forbidden", 403, "You may not do this.", "Vous n'avez pas le droit de faire cela."},
    {"headers_too_large", 431, "The request's headers are too large.", "Les en-têtes de la requête sont trop longs."},
    {"idempotency_key_reused", 422, "This idempotency key belongs to another request.",
     "Cette clé d'idempotence appartient à une autre requête."},
    {"in_running_mandats", 409, "Mandats that run depend on this record.", "Des mandats en cours en dépendent."},
    {"internal_error", 500, "Something went wrong on our side.", "Une erreur est survenue de notre côté."},
    {"invalid_characters", 0, "This has characters that do not belong here.",
     "Ce champ contient des caractères inattendus."},
    {"invalid_check_digit", 0, "The check digits do not fit.", "Les chiffres de contrôle ne correspondent pas."},
    {"invalid_credentials", 401, "E-mail or password is wrong.", "L'adresse e-mail ou le mot de passe est incorrect."},
    {"invalid_cursor", 400, "The cursor is not valid for this list.", "Le curseur n'est pas valable pour cette liste."},
    {"invalid_date", 0, "This is no date (YYYY-MM-DD).", "Ce n'est pas une date (AAAA-MM-JJ)."},
    {"invalid_email", 0, "This is no e-mail address.", "Ce n'est pas une adresse e-mail."},
    {"invalid_encoding", 400, "The address is wrongly encoded.", "L'adresse est mal encodée."},
    {"invalid_header", 400, "A header of the request is wrong.", "Un en-tête de la requête est incorrect."},
    {"invalid_idempotency_key", 400, "The idempotency key is not valid.", "La clé d'idempotence n'est pas valable."},
    {"invalid_if_match", 400, "If-Match has to name one version, such as \"3\".",
     "If-Match doit nommer une version, par exemple \"3\"."},
    {"invalid_input", 422, "Some of the input is wrong.", "Certaines données sont incorrectes."},
    {"invalid_instant", 0, "This is no moment in time (RFC 3339).", "Ce n'est pas un instant (RFC 3339)."},
    {"invalid_length", 0, "This has the wrong length.", "La longueur est incorrecte."},
    {"invalid_luhn", 0, "The digits do not fit together (Luhn).", "Les chiffres ne correspondent pas (clé de Luhn)."},
    {"invalid_number", 0, "This is no number.", "Ce n'est pas un nombre."},
    {"invalid_parameter", 400, "A parameter of the address is wrong.", "Un paramètre de l'adresse est incorrect."},
    {"invalid_password", 422, "This password cannot be used.", "Ce mot de passe ne peut pas être utilisé."},
    {"invalid_phone", 0, "This is no phone number.", "Ce n'est pas un numéro de téléphone."},
    {"invalid_position", 400, "A position is a whole number from 0.",
     "Une position est un nombre entier à partir de 0."},
    {"invalid_target", 400, "The request's target is no path.", "La cible de la requête n'est pas un chemin."},
    {"invalid_token", 401, "The access token is not valid.", "Le jeton d'accès n'est pas valable."},
    {"invalid_transition", 409, "This move is not possible from the present status.",
     "Ce passage est impossible depuis le statut actuel."},
    {"invalid_url", 0, "This is no http or https address.", "Ce n'est pas une adresse http ou https."},
    {"invalid_utf8", 0, "This is no valid UTF-8.", "Ce n'est pas de l'UTF-8 valable."},
    {"invalid_uuid", 0, "This is no UUID.", "Ce n'est pas un UUID."},
    {"invalid_uuid_version", 0, "A proposed id has to be a UUID of version 7.",
     "Un identifiant proposé doit être un UUID de version 7."},
    {"invalid_value", 0, "This value is not valid.", "Cette valeur n'est pas valable."},
    {"last_admin", 409, "The firm needs at least one active administrator.",
     "L'entreprise doit garder au moins un administrateur actif."},
    {"malformed_json", 400, "The body is no valid JSON.", "Le corps n'est pas du JSON valable."},
    {"malformed_request", 400, "The request is not valid HTTP.", "La requête n'est pas du HTTP valable."},
    {"mandat_mismatch", 0, "The mandat is another organisation's.", "Ce mandat est celui d'une autre organisation."},
    {"mandat_not_running", 0, "The mandat is neither signed nor active.", "Le mandat n'est ni signé ni actif."},
    {"mandat_running", 409, "The mandat runs: terminate it first.", "Le mandat est en cours : résiliez-le d'abord."},
    {"method_not_allowed", 405, "This method is not available here.", "Cette méthode n'est pas disponible ici."},
    {"no_such_code", 404, "There is no problem code of this name.", "Aucun code de problème ne porte ce nom."},
    {"not_acceptable", 406, "The answer is not available in any accepted format.",
     "La réponse n'existe dans aucun des formats acceptés."},
    {"not_found", 404, "There is nothing here, or nothing that you may see.",
     "Il n'y a rien ici, ou rien que vous puissiez voir."},
    {"not_nullable", 0, "This must not be null.", "Cette valeur ne peut pas être nulle."},
    {"not_unique", 409, "Another record has this value already.", "Un autre enregistrement a déjà cette valeur."},
    {"out_of_range", 0, "This is out of range.", "Cette valeur est hors limites."},
    {"overloaded", 503, "The server has too much to do; try again in a moment.",
     "Le serveur est surchargé ; réessayez dans un instant."},
    {"precondition_failed", 412, "The record was changed meanwhile.", "L'enregistrement a été modifié entre-temps."},
    {"precondition_required", 428, "This request needs If-Match.", "Cette requête exige If-Match."},
    {"produit_not_covered", 0, "No running mandat of this organisation has this produit.",
     "Aucun mandat en cours de cette organisation ne couvre ce produit."},
    {"request_timeout", 408, "The request took too long to arrive.", "La requête a mis trop de temps à arriver."},
    {"required", 0, "This is required.", "Ce champ est obligatoire."},
    {"reserved_id", 0, "This id is the system's own.", "Cet identifiant est réservé au système."},
    {"server_stopping", 503, "The server is being restarted; try again.", "Le serveur redémarre ; réessayez."},
    {"session_revoked", 401, "This session was ended; log in again.", "Cette session est terminée ; reconnectez-vous."},
    {"siren_mismatch", 422, "SIREN and SIRET do not belong together.", "Le SIREN et le SIRET ne correspondent pas."},
    {"token_expired", 401, "The access token has expired; log in again.",
     "Le jeton d'accès a expiré ; reconnectez-vous."},
    {"too_deep", 400, "The JSON is nested too deeply.", "Le JSON est imbriqué trop profondément."},
    {"too_large", 422, "This is too large to be stored.", "C'est trop volumineux pour être enregistré."},
    {"too_long", 0, "This is too long.", "Ce texte est trop long."},
    {"too_many", 0, "There are too many elements.", "Il y a trop d'éléments."},
    {"too_many_connections", 503, "Too many connections are open; try again in a moment.",
     "Trop de connexions sont ouvertes ; réessayez dans un instant."},
    {"too_many_decimals", 0, "There are too many decimals.", "Il y a trop de décimales."},
    {"too_many_requests", 429, "Too many requests; slow down.", "Trop de requêtes ; ralentissez."},
    {"unauthenticated", 401, "Log in first.", "Connectez-vous d'abord."},
    {"unavailable", 503, "This is not possible at the moment; try again.",
     "C'est momentanément impossible ; réessayez."},
    {"unknown_country", 0, "There is no country of this code (ISO 3166-1).",
     "Aucun pays ne porte ce code (ISO 3166-1)."},
    {"unknown_currency", 0, "There is no currency of this code (ISO 4217).",
     "Aucune devise ne porte ce code (ISO 4217)."},
    {"unknown_language", 0, "There is no language of this code (ISO 639-1).",
     "Aucune langue ne porte ce code (ISO 639-1)."},
    {"unknown_member", 0, "There is no such member here.", "Ce membre n'existe pas ici."},
    {"unknown_parameter", 400, "There is no such parameter here.", "Ce paramètre n'existe pas ici."},
    {"unknown_reference", 422, "There is no such record, or none that you may see.",
     "Cet enregistrement n'existe pas, ou vous ne pouvez pas le voir."},
    {"unknown_time_zone", 0, "There is no time zone of this name (IANA).",
     "Aucun fuseau horaire ne porte ce nom (IANA)."},
    {"unknown_value", 0, "This is none of the known values.", "Cette valeur n'est pas reconnue."},
    {"unsupported_media_type", 415, "The body's media type is not accepted here.",
     "Le type de contenu du corps n'est pas accepté ici."},
    {"version_mismatch", 412, "The record was changed meanwhile.", "L'enregistrement a été modifié entre-temps."},
    {"weak_password", 422, "This password is too weak.", "Ce mot de passe est trop faible."},
    {"wrong_type", 0, "This has the wrong type.", "Le type est incorrect."},
};

static_assert(std::is_sorted(std::begin(k_codes), std::end(k_codes),
                             [](const ProblemCode& a, const ProblemCode& b) { return a.code < b.code; }),
              "find_problem_code searches by halving");

}  // namespace

std::span<const ProblemCode> problem_codes() { return k_codes; }

const ProblemCode* find_problem_code(std::string_view code) {
  const auto* found =
      std::lower_bound(std::begin(k_codes), std::end(k_codes), code,
                       [](const ProblemCode& row, std::string_view wanted) { return row.code < wanted; });
  return found != std::end(k_codes) && found->code == code ? found : nullptr;
}

std::string_view problem_sentence(std::string_view code, domain::Locale locale) {
  const ProblemCode* row = find_problem_code(code);
  if (row == nullptr) return code;
  return locale == domain::Locale::fr ? row->fr : row->en;
}

}  // namespace alforis::api
