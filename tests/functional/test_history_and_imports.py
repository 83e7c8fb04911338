"""Histories say who changed what, when, from, to and why; imports create once and fill what is empty."""

import json
import uuid

import pytest

from alforis_client import API
from firm import errors_by_pointer, lei, organisation_path, siren, siret, unique


def entries(client, path):
    return list(client.pages(path + "/history", {"limit": 2}))


def test_a_history_says_with_what_and_for_whom(each_firm):
    admin, sales = each_firm.admin, each_firm.people["sales"]
    headers = {"User-Agent": "alforis-mobile/3.2 " + "x" * 200, "X-Request-Id": "r-17", "Alforis-On-Behalf-Of": sales.user["id"]}
    made = admin.post(f"{API}/organisations", {"name": unique("Pour autrui")}, headers=headers).ok(201)
    [entry] = entries(admin, organisation_path(made["id"]))
    assert entry["client"] == headers["User-Agent"][:100]
    assert (entry["by"], entry["on_behalf_of"], entry["request_id"]) == (admin.user["id"], sales.user["id"], "r-17")
    admin.patch(organisation_path(made["id"]), {"city": "Lyon"}, headers={"User-Agent": None}).ok()
    plain = entries(admin, organisation_path(made["id"]))[0]
    assert "on_behalf_of" not in plain and "client" not in plain and plain["request_id"]
    for wrong in ("nobody", str(uuid.uuid4())):
        admin.patch(organisation_path(made["id"]), {"city": "Nice"}, headers={"Alforis-On-Behalf-Of": wrong}).problem(400, "invalid_header")
    # For whom one does not see one does not act either.
    for whom, status in ((each_firm.id_of("colleague"), 201), (each_firm.id_of("other_sales"), 400)):
        answer = sales.post(f"{API}/organisations", {"name": unique("Pour un collègue")}, headers={"Alforis-On-Behalf-Of": whom})
        assert answer.status == status, answer


def test_a_history_says_who_what_when_from_to_and_why_newest_first(each_firm):
    admin, sales = each_firm.admin, each_firm.people["sales"]
    made = sales.create("organisations", {"name": unique("Chronique"), "city": "Lyon", "tags": ["a"]})
    path = organisation_path(made["id"])
    admin.patch(path, {"city": "Paris", "tags": ["a", "b"], "notes": "vu"}).ok()
    admin.patch(path, {"notes": None}).ok()
    admin.post(path + "/stage", {"stage": "perdu", "reason": "Frais\ntrop élevés"}).ok()
    admin.delete(path, {"reason": "Doublon"}).ok()
    answer = admin.post(path + "/restore")
    told = entries(admin, path)
    assert [entry["type"].split(".")[1] for entry in told] == ["restored", "deleted", "stage_changed", "updated", "updated", "created"]
    positions = [entry["position"] for entry in told]
    assert positions == sorted(positions, reverse=True) and positions[0] == answer.position
    assert [entry["at"] for entry in told] == sorted((entry["at"] for entry in told), reverse=True)
    assert told[0]["at"] == answer.json()["updated_at"]
    assert {entry["by"] for entry in told[:-1]} == {admin.user["id"]} and told[-1]["by"] == sales.user["id"]
    changes = [{change["field"]: (change["from"], change["to"]) for change in entry["changes"]} for entry in told]
    assert changes[4] == {"city": ("Lyon", "Paris"), "tags": (["a"], ["a", "b"]), "notes": (None, "vu")}
    assert changes[3] == {"notes": ("vu", None)}
    assert changes[2]["pipeline_stage"] == ("prospect", "perdu")
    assert changes[5]["name"] == (None, made["name"]) and changes[5]["city"] == (None, "Lyon")
    assert told[2]["reason"] == "Frais\ntrop élevés" and told[1]["reason"] == "Doublon"
    assert "reason" not in told[4]


def test_histories_of_every_kind_begin_with_the_creation(each_firm):
    admin = each_firm.admin
    organisation = admin.create("organisations", {"name": unique("Début")})
    person = admin.create("people", {"last_name": unique("Début")})
    link = admin.create("links", {"person_id": person["id"], "organisation_id": organisation["id"]})
    records = {"organisations": organisation, "people": person, "links": link, "users": each_firm.make_user("viewer"),
               "teams": admin.create("teams", {"name": unique("Début")})}
    for collection, record in records.items():
        told = entries(admin, f"{API}/{collection}/{record['id']}")
        assert told[-1]["type"].endswith(".created.v1") and told[-1]["by"] == admin.user["id"]


def test_a_history_has_pages_and_limits(admin):
    made = admin.create("organisations", {"name": unique("Longue")})
    path = organisation_path(made["id"])
    for i in range(12):
        admin.patch(path, {"city": f"Ville {i}"}).ok()
    told = entries(admin, path)
    assert len(told) == 13 and len({entry["position"] for entry in told}) == 13
    assert len(admin.get(path + "/history?limit=200").ok()["items"]) == 13
    for limit in ("0", "201", "x", "-1"):
        problem = admin.get(path + f"/history?limit={limit}").problem(400)
        assert set(errors_by_pointer(problem)) == {"limit"}
    admin.get(path + "/history?sort=at").problem(400, "unknown_parameter")


# ---- imports -------------------------------------------------------------------------------------------------------


def batch(*records, **options):
    return {"import_id": str(uuid.uuid4()), "source": "registre.csv",
            "records": [{"record": record, "lines": [i + 2]} for i, record in enumerate(records)], **options}


def send(client, body):
    return client.post(f"{API}/imports/organisations", body, headers={"Idempotency-Key": str(uuid.uuid4())})


def kinds(answer):
    return [outcome["outcome"] for outcome in answer.ok()["outcomes"]]


def test_an_import_creates_fills_and_then_changes_nothing(each_firm):
    admin, code = each_firm.admin, lei()
    known = admin.create("organisations", {"name": unique("Connue"), "lei": code, "city": "Lyon"})
    new = {"name": unique("Inconnue"), "country": "FR", "type": "fournisseur", "tags": ["AMF"]}
    body = batch({"name": "Autre Nom", "lei": code, "city": "Paris", "phone": "01 85 00 11 22", "country": "FR"}, new)
    first = send(admin, body)
    assert kinds(first) == ["updated", "created"]
    assert first.json()["outcomes"][0]["id"] == known["id"]
    filled = admin.read("organisations", known["id"])
    assert (filled["name"], filled["city"], filled["phone"]) == (known["name"], "Lyon", "+33185001122")
    made = admin.read("organisations", first.json()["outcomes"][1]["id"])
    assert {name: made[name] for name in new} == new
    end = admin.log_end()
    assert kinds(send(admin, body)) == ["unchanged", "unchanged"]
    assert admin.log_end() == end, "an import that changes nothing writes nothing"


def test_a_dry_run_says_the_same_and_writes_nothing(each_firm):
    admin, code = each_firm.admin, lei()
    admin.create("organisations", {"name": unique("Connue"), "lei": code})
    body = batch({"name": "X", "lei": code, "city": "Paris"}, {"name": unique("Neuve")}, {"name": "X", "lei": code})
    end = admin.log_end()
    dry = send(admin, {**body, "dry_run": True})
    assert kinds(dry) == ["updated", "created", "unchanged"]
    assert admin.log_end() == end
    assert "id" not in dry.json()["outcomes"][1] or dry.json()["outcomes"][1]["id"] is None
    assert kinds(send(admin, body)) == kinds(dry)


@pytest.mark.parametrize("policy, city, name_wins", [("fill", "Lyon", False), ("overwrite", "Paris", True), ("skip", "Lyon", False)])
def test_what_exists_is_treated_as_asked(admin, policy, city, name_wins):
    code = lei()
    known = admin.create("organisations", {"name": unique("Connue"), "lei": code, "city": "Lyon"})
    other = unique("Nouveau Nom")
    answer = send(admin, batch({"name": other, "lei": code, "city": "Paris", "postal_code": "75001"}, on_existing=policy))
    after = admin.read("organisations", known["id"])
    assert after["city"] == city and after["name"] == (other if name_wins else known["name"])
    assert after.get("postal_code") == (None if policy == "skip" else "75001")
    assert kinds(answer) == ["unchanged" if policy == "skip" else "updated"]


def test_a_refused_record_does_not_stop_the_others(admin):
    code = lei()
    twice = unique("Homonyme")
    for _ in range(2):
        admin.create("organisations", {"name": twice, "country": "FR"})
    answer = send(admin, batch({"name": unique("Bonne"), "lei": code}, {"name": twice, "country": "FR"}, {"name": unique("Aussi")}))
    assert kinds(answer) == ["created", "refused", "created"]
    assert answer.json()["outcomes"][1]["problems"][0]["code"] == "ambiguous_match"


def test_one_company_twice_in_a_batch_is_one_organisation(admin):
    code, name = lei(), unique("Répétée")
    answer = send(admin, batch({"name": name, "lei": code, "tags": ["un"]}, {"name": name, "lei": code, "tags": ["deux"]}))
    assert kinds(answer) == ["created", "updated"]
    first, second = (outcome["id"] for outcome in answer.json()["outcomes"])
    assert first == second and admin.read("organisations", first)["tags"] == ["un", "deux"]


def test_a_wrong_record_is_named_and_nothing_is_imported(admin):
    end = admin.log_end()
    body = batch({"name": unique("Bonne")}, {"name": "", "lei": "x"})
    found = errors_by_pointer(send(admin, body).problem(422, "invalid_input"))
    assert set(found) == {"/records/1/record/name", "/records/1/record/lei"}
    too_many = batch(*({"name": f"n {i}"} for i in range(501)))
    assert errors_by_pointer(send(admin, too_many).problem(422)) == {"/records": "too_many"}
    assert admin.log_end() == end


def test_the_largest_batch_is_taken(admin):
    body = batch(*({"name": unique("Lot"), "notes": "n" * 500} for _ in range(500)))
    answer = send(admin, body)
    assert kinds(answer) == ["created"] * 500
    listed = admin.get(f"{API}/organisations", query={"q": "lot", "count": "exact", "limit": 1}).ok()
    assert listed["total"] == 500
    assert kinds(send(admin, body)) == ["unchanged"] * 500


def test_an_import_is_in_the_history_with_its_file(admin):
    body = batch({"name": unique("Une")}, {"name": unique("Tracée"), "city": "Lyon"})
    path = organisation_path(send(admin, body).ok()["outcomes"][1]["id"])
    admin.patch(path, {"city": "Paris"}).ok()
    changed, imported = entries(admin, path)
    assert imported["by"] == admin.user["id"]
    assert {change["field"] for change in imported["changes"]} >= {"name", "city"}
    assert imported["import"] == {"batch": body["import_id"], "file": "registre.csv", "line": 3}
    assert "import" not in changed


def test_an_import_without_lines_is_in_the_history_with_its_file_alone(admin):
    body = batch({"name": unique("Tracée")})
    body["records"][0].pop("lines")
    (imported,) = entries(admin, organisation_path(send(admin, body).ok()["outcomes"][0]["id"]))
    assert imported["import"] == {"batch": body["import_id"], "file": "registre.csv"}


def test_metadata_hold_no_fields_of_what_is_imported(firm):
    body = batch({"name": unique("Discrète"), "email": "jeanne@exemple.fr", "notes": "Jeanne Moreau"})
    answer = send(firm.admin, body)
    answer.ok()
    lines = firm.server.cli("replay", "--from", answer.position).stdout.splitlines()
    metadata = [json.loads(line)["meta"] for line in lines if body["import_id"] in line]
    assert metadata
    assert {name for meta in metadata for name in meta} == {"request_hash", "request_id", "session", "import", "imported_from", "imported_line"}


def test_what_an_import_cannot_place_is_a_warning_and_a_line_of_the_notes(each_firm):
    admin, code = each_firm.admin, lei()
    known = admin.create("organisations", {"name": unique("Pleine"), "lei": code, "country": "BE", "siren": siren(),
                                           "tags": [f"t{i}" for i in range(50)]})
    other = siret()
    body = batch({"name": "X", "lei": code, "siret": other, "tags": ["de trop"], "phone": "+999 12"})
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = admin.post(f"{API}/imports/organisations", body, headers=key)
    assert kinds(first) == ["updated"]
    assert {problem["pointer"]: problem["code"] for problem in first.json()["outcomes"][0]["problems"]} == {
        "/phone": "invalid_phone", "/siret": "siren_mismatch", "/tags": "too_many"}
    after = admin.read("organisations", known["id"])
    assert after["notes"].split("\n") == ["Téléphone: +999 12", f"SIRET: {other}", "Tags: de trop"]
    assert admin.post(f"{API}/imports/organisations", body, headers=key).json() == first.json(), "a retry gets the same answer"
    end = admin.log_end()
    again = send(admin, body)
    assert kinds(again) == ["unchanged"]
    assert again.json()["outcomes"][0]["problems"] == first.json()["outcomes"][0]["problems"]
    assert admin.log_end() == end


def test_a_phone_is_imported_as_dialled_in_the_stored_country(admin):
    code = lei()
    known = admin.create("organisations", {"name": unique("Belge"), "lei": code, "country": "BE"})
    assert kinds(send(admin, batch({"name": "X", "lei": code, "phone": "02 512 34 56"}))) == ["updated"]
    assert admin.read("organisations", known["id"])["phone"] == "+3225123456"


def test_a_manager_finds_nothing_by_a_name_of_another_team(firm):
    hidden = firm.organisation("other_sales")
    manager = firm.people["manager"]
    for dry_run in (True, False):
        answer = send(manager, batch({"name": hidden["name"], "city": "Paris"}, dry_run=dry_run))
        assert kinds(answer) == ["created"] and hidden["id"] not in answer.text()
    assert firm.admin.read("organisations", hidden["id"]) == hidden


def test_a_manager_imports_into_the_own_team_and_learns_nothing_of_others(firm):
    code = lei()
    hidden = firm.organisation("other_sales", lei=code, city="Secrète")
    manager = firm.people["manager"]
    answer = send(manager, batch({"name": unique("Mienne")}, {"name": "X", "lei": code, "city": "Paris"}))
    assert kinds(answer) == ["created", "refused"]
    assert manager.read("organisations", answer.json()["outcomes"][0]["id"])["owner_id"] == manager.user["id"]
    assert hidden["id"] not in answer.text() and "Secrète" not in answer.text()
    assert firm.admin.read("organisations", hidden["id"]) == hidden
