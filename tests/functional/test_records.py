"""Organisations, people and teams: every field, versions, merge patch, stages, deleting and restoring."""

import re
import uuid

import pytest

from alforis_client import API
from firm import errors_by_pointer, lei, organisation_path, paris_day, siren, siret, unique

INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")


def full_organisation(firm):
    company = siren()
    return {
        "name": unique("Belle Rive Gestion"), "type": "fournisseur", "category": "sdg",
        "email": "contact@belle-rive.example", "phone": "+33185001122", "website": "https://www.belle-rive.example/fonds",
        "address": "12, rue des Écoles\nBâtiment B", "postal_code": "69002", "city": "Lyon", "country": "FR",
        "domicile": "Luxembourg", "language": "fr", "lei": lei(), "siren": company, "siret": siret(company),
        "regulator_number": "GP-12345678", "legal_form": "SAS", "pipeline_stage": "qualification",
        "potential_amount": {"amount": 12500000, "currency": "EUR"}, "signature_probability": 62.5,
        "signature_date": "2026-03-31", "aum": {"amount": 250000000000, "currency": "CHF"}, "aum_date": "2025-12-31",
        "strategies": ["actions", "obligations vertes"], "tags": ["AMF", "à rappeler"],
        "description": "Deux lignes,\nune tabulation\t!", "notes": "Œuvre d'art · 数字 · 🌊", "owner_id": firm.id_of("sales"),
        "active": False,
    }


FULL_PERSON = {
    "first_name": "Élodie", "last_name": "Durand-O'Neill", "personal_email": "elodie@example.org",
    "personal_phone": "+33612345678", "mobile": "+33698765432", "job_title": "Gérante", "country": "FR", "language": "fr",
    "linkedin_url": "https://www.linkedin.com/in/elodie", "notes": "Parle\nallemand", "active": False, "consent": "given",
    "consent_date": "2026-01-02", "consent_source": "Salon Patrimonia", "unsubscribed": True,
}

# What clears to what: the rest of a record is required, or has a default that is not "empty".
NEVER_EMPTY = {"name", "type", "pipeline_stage", "active", "consent", "unsubscribed"}
LISTS = {"strategies", "tags"}


def check_entity(document, actor):
    assert uuid.UUID(document["id"]).version == 7
    assert INSTANT.match(document["created_at"]) and INSTANT.match(document["updated_at"])
    assert document["created_by"] == actor["id"]


def created(client, collection, body):
    """Creates, and checks what every creation answers."""
    answer = client.post(f"{API}/{collection}", body)
    document = answer.ok(201)
    assert answer.header("location") == f"{API}/{collection}/{document['id']}"
    assert answer.etag == f'"{document["version"]}"'
    assert answer.position > 0
    check_entity(document, client.user)
    return document


def test_an_organisation_keeps_every_field_it_was_given(each_firm):
    body = full_organisation(each_firm)
    made = created(each_firm.admin, "organisations", body)
    assert {name: made[name] for name in body} == body
    assert made["version"] == 1 and made["stage_since"] == made["created_at"]
    assert each_firm.admin.read("organisations", made["id"]) == made


def test_a_person_keeps_every_field_it_was_given(each_firm):
    made = created(each_firm.admin, "people", FULL_PERSON)
    assert {name: made[name] for name in FULL_PERSON} == FULL_PERSON
    assert each_firm.admin.read("people", made["id"]) == made


def test_a_team_keeps_every_field_it_was_given(each_firm):
    body = {"name": unique("Équipe"), "description": "Institutionnels\net fonds de pension", "active": False}
    made = created(each_firm.admin, "teams", body)
    assert {name: made[name] for name in body} == body
    assert each_firm.admin.read("teams", made["id"]) == made


def test_an_organisation_starts_with_the_documented_defaults(admin):
    made = created(admin, "organisations", {"name": unique("Défaut")})
    assert (made["type"], made["pipeline_stage"], made["active"]) == ("autre", "prospect", True)
    assert made["tags"] == made["strategies"] == []
    assert "owner_id" not in made, "an administrator's new record is shared"
    assert "email" not in made or made["email"] is None


def test_what_sales_people_create_is_theirs(firm):
    made = created(firm.people["sales"], "organisations", {"name": unique("À moi")})
    assert made["owner_id"] == firm.id_of("sales")


def test_values_are_stored_in_their_canonical_form(admin):
    made = created(admin, "organisations", {
        "name": "  Cafe\u0301 de la Bourse \u00a0", "email": " Contact@Exemple.FR ", "phone": "01 85 00 11 22", "country": "FR",
        "website": "HTTPS://WWW.Exemple.FR/Page", "lei": (code := lei()).lower()})
    assert made["name"] == "Café de la Bourse"
    assert made["email"] == "contact@exemple.fr"
    assert made["phone"] == "+33185001122"
    assert made["website"] == "https://www.exemple.fr/Page"
    assert made["lei"] == code


@pytest.mark.parametrize("collection", ["organisations", "people"])
def test_a_merge_patch_of_null_empties_what_may_be_empty_and_refuses_the_rest(firm, collection):
    body = full_organisation(firm) if collection == "organisations" else FULL_PERSON
    made = created(firm.admin, collection, body)
    path = f"{API}/{collection}/{made['id']}"
    for name in body:
        # A person needs one of two names, a SIRET goes with its SIREN: taken alone each may go.
        answer = firm.admin.patch(path, {name: None})
        if name in NEVER_EMPTY:
            assert errors_by_pointer(answer.problem(422, "invalid_input")) == {"/" + name: "not_nullable"}
        elif name in ("consent_date", "consent_source"):  # go only with the consent itself
            assert errors_by_pointer(answer.problem(422, "invalid_input")) == {"/" + name: "required"}
        elif name == "last_name":
            assert set(errors_by_pointer(answer.problem(422))) == {"/first_name", "/last_name"}
        else:
            assert answer.ok().get(name) == ([] if name in LISTS else None), name
    after = firm.admin.get(path).ok()
    kept = {name for name in body if after.get(name) not in (None, [])}
    assert kept == (NEVER_EMPTY | {"last_name", "consent_date", "consent_source"}) & set(body)


def test_a_merge_patch_changes_what_it_names_and_nothing_else(each_firm):
    admin = each_firm.admin
    body = full_organisation(each_firm)
    made = created(admin, "organisations", body)
    answer = admin.patch(organisation_path(made["id"]), {"city": "Villeurbanne", "tags": ["un seul"], "notes": None})
    changed = answer.ok()
    assert answer.etag == f'"{changed["version"]}"' and changed["version"] == 2
    expected = {**body, "city": "Villeurbanne", "tags": ["un seul"]}
    del expected["notes"]
    assert {name: changed[name] for name in expected} == expected and changed.get("notes") is None
    assert admin.read("organisations", made["id"]) == changed


def test_a_patch_that_changes_nothing_writes_nothing(admin):
    made = created(admin, "organisations", {"name": unique("Calme"), "city": "Nice"})
    before = admin.log_end()
    answer = admin.patch(organisation_path(made["id"]), {"city": "Nice"})
    assert answer.ok() == made
    assert admin.log_end() == before
    assert answer.position >= 1


def test_merge_patch_has_its_own_media_type_too(admin):
    made = created(admin, "organisations", {"name": unique("Type")})
    answer = admin.patch(organisation_path(made["id"]), {"city": "Brest"},
                         headers={"Content-Type": "application/merge-patch+json"})
    assert answer.ok()["city"] == "Brest"
    refused = admin.patch(organisation_path(made["id"]), b"city=Brest", headers={"Content-Type": "text/plain"})
    refused.problem(415, "unsupported_media_type")


def test_if_match_with_an_old_version_is_412_and_changes_nothing(each_firm):
    admin = each_firm.admin
    made = created(admin, "organisations", {"name": unique("Version")})
    path = organisation_path(made["id"])
    admin.patch(path, {"city": "Metz"}, headers={"If-Match": '"1"'}).ok()
    for method, where, body in (("PATCH", path, {"city": "Nancy"}), ("POST", path + "/stage", {"stage": "proposition"}),
                                ("DELETE", path, None), ("POST", path + "/restore", None)):
        admin.request(method, where, body, headers={"If-Match": '"1"'}).problem(412, "version_mismatch")
    assert admin.get(path).ok()["city"] == "Metz"
    admin.patch(path, {"city": "Nancy"}, headers={"If-Match": "*"}).ok()
    for wrong in ("1", "W/\"1\"", '"un"', '"1", "2"', ""):
        admin.patch(path, {"city": "Reims"}, headers={"If-Match": wrong}).problem(400)
    assert admin.get(path).ok()["city"] == "Nancy"


def test_if_match_is_honoured_by_a_restore(admin):
    for collection, body in (("organisations", {"name": unique("Version")}), ("people", {"last_name": unique("Version")})):
        path = f"{API}/{collection}/{created(admin, collection, body)['id']}"
        admin.delete(path).ok()
        admin.post(path + "/restore", headers={"If-Match": '"999"'}).problem(412, "version_mismatch")
        admin.get(path).problem(404)
        assert admin.post(path + "/restore", headers={"If-Match": '"2"'}).ok()["version"] == 3


def test_if_none_match_with_the_present_version_is_304_without_a_body(each_firm):
    admin = each_firm.admin
    made = created(admin, "organisations", {"name": unique("Cache")})
    path = organisation_path(made["id"])
    known = admin.get(path)
    assert known.etag
    for tag in (known.etag, f'"x", {known.etag}', "*", "W/" + known.etag):
        answer = admin.get(path, headers={"If-None-Match": tag})
        assert (answer.status, answer.body, answer.etag) == (304, b"", known.etag)
    assert admin.get(path, headers={"If-None-Match": '"0"'}).status == 200
    admin.patch(path, {"city": "Pau"}).ok()
    fresh = admin.get(path, headers={"If-None-Match": known.etag})
    assert fresh.ok()["city"] == "Pau"


# ---- stages --------------------------------------------------------------------------------------------------------


def test_any_stage_goes_to_any_other_and_perdu_needs_a_reason(each_firm):
    admin = each_firm.admin
    made = created(admin, "organisations", {"name": unique("Pipeline")})
    path = organisation_path(made["id"]) + "/stage"
    before = made
    for stage in ("negociation", "qualification", "proposition", "inactif", "prospect"):
        moved = admin.post(path, {"stage": stage}).ok()
        assert moved["pipeline_stage"] == stage and moved["stage_since"] > before["stage_since"]
        before = moved
    problem = admin.post(path, {"stage": "perdu"}).problem(422, "invalid_input")
    assert errors_by_pointer(problem) == {"/reason": "required"}
    assert admin.post(path, {"stage": "perdu", "reason": "Frais trop élevés"}).ok()["pipeline_stage"] == "perdu"
    problem = admin.post(path, {"stage": "gagné"}).problem(422)
    assert errors_by_pointer(problem) == {"/stage": "unknown_value"}


def test_entering_signe_sets_the_signature_date_only_when_it_is_empty(admin):
    made = created(admin, "organisations", {"name": unique("Signature")})
    signed = admin.post(organisation_path(made["id"]) + "/stage", {"stage": "signe"}).ok()
    assert signed["signature_date"] == paris_day(signed["updated_at"])
    dated = created(admin, "organisations", {"name": unique("Datée"), "signature_date": "2020-02-29"})
    assert admin.post(organisation_path(dated["id"]) + "/stage", {"stage": "signe"}).ok()["signature_date"] == "2020-02-29"
    direct = created(admin, "organisations", {"name": unique("Directe"), "pipeline_stage": "signe"})
    assert direct["signature_date"] == paris_day(direct["created_at"])


def test_a_patch_of_the_stage_is_a_stage_move(admin):
    made = created(admin, "organisations", {"name": unique("Étape")})
    path = organisation_path(made["id"])
    moved = admin.patch(path, {"pipeline_stage": "proposition", "city": "Lille"}).ok()
    assert (moved["pipeline_stage"], moved["city"]) == ("proposition", "Lille")
    types = [entry["type"] for entry in admin.get(path + "/history").ok()["items"]]
    assert sorted(types) == sorted(["organisation.created.v1", "organisation.updated.v1", "organisation.stage_changed.v1"])
    admin.patch(path, {"pipeline_stage": "perdu"}).problem(422)


# ---- unique identifiers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field, value", [("lei", lei()), ("siret", siret())])
def test_an_identifier_belongs_to_one_organisation(each_firm, field, value):
    admin = each_firm.admin
    value = lei() if field == "lei" else siret()
    first = created(admin, "organisations", {"name": unique("Une"), field: value})
    problem = admin.post(f"{API}/organisations", {"name": unique("Deux"), field: value}).problem(409, "not_unique")
    assert problem["conflict"] == first["id"] and "/" + field in errors_by_pointer(problem)
    other = created(admin, "organisations", {"name": unique("Trois")})
    admin.patch(organisation_path(other["id"]), {field: value}).problem(409, "not_unique")
    admin.patch(organisation_path(first["id"]), {field: None}).ok()
    assert admin.patch(organisation_path(other["id"]), {field: value}).ok()[field] == value


def test_a_conflict_does_not_name_a_record_that_may_not_be_seen(firm):
    code = lei()
    hidden = firm.organisation("other_sales", lei=code)
    answer = firm.people["sales"].post(f"{API}/organisations", {"name": unique("Curieux"), "lei": code})
    problem = answer.problem(409, "not_unique")
    assert "conflict" not in problem and hidden["id"] not in answer.text()


def test_a_siret_that_does_not_begin_with_the_siren_is_refused(admin):
    body = {"name": unique("Siège"), "siren": "732829320", "siret": siret("552100554")}
    assert errors_by_pointer(admin.post(f"{API}/organisations", body).problem(422)) == {"/siret": "siren_mismatch"}


# ---- deleting and restoring ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("collection", ["organisations", "people"])
def test_a_deleted_record_is_gone_until_it_is_restored(each_firm, collection):
    admin = each_firm.admin
    made = created(admin, collection, {"name": unique("Éphémère")} if collection == "organisations" else {"last_name": unique("X")})
    path = f"{API}/{collection}/{made['id']}"
    deleted = admin.delete(path, {"reason": "Doublon"}).ok()
    assert deleted["deleted_by"] == admin.user["id"] and INSTANT.match(deleted["deleted_at"])
    admin.get(path).problem(404, "not_found")
    admin.get(path, query={"deleted": "true"}).ok()
    assert made["id"] not in admin.list(collection, limit=200)
    assert made["id"] in admin.list(collection, limit=200, deleted="true")
    problem = admin.patch(path, {"notes": "trop tard"}).problem(409)
    assert problem["moves"] == ["restore"]
    restored = admin.post(path + "/restore").ok()
    assert restored["version"] == 3 and restored.get("deleted_at") is None
    assert admin.get(path).ok() == restored
    assert admin.post(path + "/restore").ok() == restored, "restoring what is there changes nothing"


def test_a_restored_record_must_not_take_an_identifier_that_was_given_away(admin):
    code = lei()
    old = created(admin, "organisations", {"name": unique("Ancienne"), "lei": code})
    admin.delete(organisation_path(old["id"])).ok()
    new = created(admin, "organisations", {"name": unique("Nouvelle"), "lei": code})
    problem = admin.post(organisation_path(old["id"]) + "/restore").problem(409, "not_unique")
    assert problem["conflict"] == new["id"]


def test_a_person_needs_a_name(admin):
    problem = admin.post(f"{API}/people", {"job_title": "Gérant"}).problem(422, "invalid_input")
    assert errors_by_pointer(problem) == {"/first_name": "required", "/last_name": "required"}


def test_every_wrong_member_is_reported_at_once(admin):
    body = {"name": "", "type": "banque", "email": "pas d'adresse", "lei": "969500TJ5KRTCJQWXH00", "siret": "73282932000075",
            "country": "ZZ", "language": "xx", "website": "ftp://x.example", "signature_probability": 101,
            "potential_amount": {"currency": "EURO"}, "signature_date": "2026-02-30", "tags": [""], "owner_id": "moi",
            "active": "oui", "couleur": "bleu"}
    found = errors_by_pointer(admin.post(f"{API}/organisations", body).problem(422, "invalid_input"))
    expected = {"/" + name for name in body} - {"/tags", "/potential_amount"}
    expected |= {"/tags/0", "/potential_amount/amount", "/potential_amount/currency"}
    assert set(found) == expected
    assert found["/name"] == "empty" and found["/active"] == "wrong_type" and found["/couleur"] == "unknown_member"
    assert found["/siret"] == "invalid_luhn" and found["/potential_amount/amount"] == "required"


@pytest.mark.parametrize("body, pointer, code", [
    ({"name": "x" * 256}, "/name", "too_long"),
    ({"name": "é" * 255, "notes": "n" * 10001}, "/notes", "too_long"),
    ({"name": "x", "tags": ["t"] * 51}, "/tags", "too_many"),
    ({"name": "x", "tags": ["t" * 51]}, "/tags/0", "too_long"),
    ({"name": "a\u0007b"}, "/name", "control_character"),
    ({"name": "a\nb"}, "/name", "control_character"),
    ({"name": "x", "signature_probability": 12.345}, "/signature_probability", "too_many_decimals"),
    ({"name": "x", "aum": {"amount": 1.5}}, "/aum/amount", "wrong_type"),
    ({"name": "x", "owner_id": "0195c2a0-0000-7000-8000-00000000ffff"}, "/owner_id", "unknown_reference"),
])
def test_a_field_beyond_its_limits_is_named(admin, body, pointer, code):
    assert errors_by_pointer(admin.post(f"{API}/organisations", body).problem(422, "invalid_input")) == {pointer: code}


def test_a_field_at_its_limit_is_kept_whole(admin):
    body = {"name": "é" * 255, "notes": "ü" * 10000, "tags": [f"{i:02d}" + "t" * 48 for i in range(50)]}
    made = created(admin, "organisations", body)
    assert {name: made[name] for name in body} == body


def test_ids_that_are_none_are_not_found(admin):
    for identity in ("x", "0", "0195c2a0-0000-7000-8000-00000000ffff", "%2e%2e", "a%2Fb", "é"):
        path = "/api/v1/organisations/" + identity if identity.isascii() else "/api/v1/organisations/%C3%A9"
        admin.get(path).problem(404, "not_found")
        admin.patch(path, {"city": "X"}).problem(404, "not_found")
