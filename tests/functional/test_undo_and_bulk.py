"""Taking commands back, and changing many records at once: what happens, what is refused, and that all of it can be undone."""

import uuid

import pytest

from alforis_client import API
from firm import PASSWORD, errors_by_pointer, unique

STAMPS = {"version", "updated_at", "updated_by"}


def plain(record):
    return {name: value for name, value in record.items() if name not in STAMPS}


def undo(client, command, **options):
    return client.post(f"{API}/undo/{command}", **options)


def outcomes(answer):
    return {outcome["id"]: outcome["outcome"] for outcome in answer.ok()["outcomes"]}


def test_what_runs_by_now_is_not_taken_away(admin):
    organisation = admin.create("organisations", {"name": unique("Signée")})
    mandat = admin.create("mandats", {"organisation_id": organisation["id"], "date_signature": "2026-01-10"})
    path = f"{API}/mandats/{mandat['id']}"
    admin.delete(path).ok()
    restored = admin.post(path + "/restore")
    restored.ok()
    admin.post(path + "/sign").ok()
    assert undo(admin, restored.position).problem(409, "mandat_running")["moves"] == ["activate", "terminate"]


def test_an_edit_is_taken_back_exactly(each_firm):
    admin = each_firm.admin
    made = admin.create("organisations", {"name": unique("Avant"), "city": "Paris", "tags": ["a", "b"], "aum": {"amount": 12500, "currency": "EUR"}})
    path = f"{API}/organisations/{made['id']}"
    edit = admin.patch(path, {"city": None, "tags": [], "aum": {"amount": 7}, "notes": "N", "pipeline_stage": "signe"})
    assert undo(admin, edit.position).ok()["outcomes"] == [{"position": edit.position, "outcome": "undone", "problems": []}]
    assert plain(admin.read("organisations", made["id"])) == plain(made)
    [entry, *_] = admin.get(path + "/history").ok()["items"]
    assert entry["type"] == "organisation.reverted.v1"
    assert {change["field"]: change["to"] for change in entry["changes"]} == {
        "city": "Paris", "tags": ["a", "b"], "aum": {"amount": 12500, "currency": "EUR"}, "notes": None, "pipeline_stage": "prospect", "signature_date": None}
    assert undo(admin, edit.position).ok()["outcomes"][0]["outcome"] == "unchanged"
    assert undo(admin, entry["position"]).ok()["outcomes"][0]["outcome"] == "undone"
    assert admin.read("organisations", made["id"])["notes"] == "N"


def test_a_stage_move_takes_its_task_back(admin):
    made = admin.create("organisations", {"name": unique("Étape")})
    move = admin.post(f"{API}/organisations/{made['id']}/stage", {"stage": "signe"})
    [task] = admin.list("tasks", organisation=made["id"])
    undo(admin, move.position).ok()
    assert admin.list("tasks", organisation=made["id"]) == []
    assert plain(admin.read("organisations", made["id"])) == plain(made)
    assert admin.list("tasks", organisation=made["id"], deleted="true") == [task]


def test_what_was_changed_since_is_named_and_nothing_is_overwritten(firm):
    sales, manager = firm.people["sales"], firm.people["manager"]
    made = sales.create("organisations", {"name": unique("Conflit"), "city": "Paris"})
    path = f"{API}/organisations/{made['id']}"
    edit = sales.patch(path, {"city": "Lyon", "notes": "N"})
    manager.patch(path, {"city": "Nice"}).ok()
    problem = undo(sales, edit.position).problem(409, "changed_since")
    assert errors_by_pointer(problem) == {f"/organisation/{made['id']}/city": "changed_since"}
    sales.position = manager.position
    assert (sales.read("organisations", made["id"])["city"], sales.read("organisations", made["id"])["notes"]) == ("Nice", "N")


def test_a_retried_undo_is_done_once(admin):
    made = admin.create("organisations", {"name": unique("Une fois"), "city": "Paris"})
    edit = admin.patch(f"{API}/organisations/{made['id']}", {"city": "Lyon"})
    key = {"Idempotency-Key": unique("k")}
    first, second = (undo(admin, edit.position, headers=key) for _ in range(2))
    assert first.ok()["outcomes"] == second.ok()["outcomes"] and first.position == second.position
    assert len(admin.get(f"{API}/organisations/{made['id']}/history").ok()["items"]) == 3


def test_what_one_may_not_see_cannot_be_undone(firm):
    made = firm.people["other_sales"].create("organisations", {"name": unique("Ailleurs")})
    edit = firm.people["other_sales"].patch(f"{API}/organisations/{made['id']}", {"city": "Lyon"})
    firm.everybody_follows()
    undo(firm.people["sales"], edit.position).problem(404)
    undo(firm.people["other_viewer"], edit.position).problem(403)
    for nothing in (10**15, "nonsense", uuid.uuid4(), 0, -1):
        undo(firm.admin, nothing).problem(404)


# ---- bulk


def organisations(client, count, **fields):
    return [client.create("organisations", {"name": unique("Groupe"), **fields})["id"] for _ in range(count)]


def test_many_are_changed_in_one_go_and_back(each_firm):
    admin = each_firm.admin
    ids = organisations(admin, 5, city="Paris")
    before = [plain(admin.read("organisations", one)) for one in ids]
    answer = admin.post(f"{API}/organisations/bulk", {"ids": ids, "patch": {"city": "Lyon", "tags": ["lot"]}})
    assert outcomes(answer) == {one: "changed" for one in ids}
    assert {admin.read("organisations", one)["city"] for one in ids} == {"Lyon"}
    again = admin.post(f"{API}/organisations/bulk", {"ids": ids, "patch": {"city": "Lyon"}})
    assert outcomes(again) == {one: "unchanged" for one in ids}
    admin.patch(f"{API}/organisations/{ids[0]}", {"city": "Nice"}).ok()
    undone = undo(admin, answer.ok()["batch"]).ok()["outcomes"]
    assert sorted(outcome["outcome"] for outcome in undone) == ["refused"] + ["undone"] * 4
    assert [problem["pointer"] for outcome in undone for problem in outcome["problems"]] == [f"/organisation/{ids[0]}/city"]
    assert [plain(admin.read("organisations", one)) for one in ids[1:]] == before[1:]


def test_a_filter_says_which(admin):
    city = unique("Ville")
    ids = organisations(admin, 3, city=city) + organisations(admin, 1)
    answer = admin.post(f"{API}/organisations/bulk", {"filter": f"city={city.replace(' ', '%20')}", "verb": "stage", "with": {"stage": "perdu", "reason": "fermé"}})
    assert outcomes(answer) == {one: "changed" for one in ids[:3]}
    assert admin.read("organisations", ids[3])["pipeline_stage"] == "prospect"
    [entry, *_] = admin.get(f"{API}/organisations/{ids[0]}/history").ok()["items"]
    assert entry["reason"] == "fermé"


@pytest.mark.parametrize("verb,state", [("delete", None), ("restore", "there")])
def test_many_are_deleted_and_restored(admin, verb, state):
    ids = organisations(admin, 3)
    if verb == "restore":
        assert set(outcomes(admin.post(f"{API}/organisations/bulk", {"ids": ids, "verb": "delete"})).values()) == {"changed"}
    assert set(outcomes(admin.post(f"{API}/organisations/bulk", {"ids": ids, "verb": verb})).values()) == {"changed"}
    for one in ids:
        assert admin.get(f"{API}/organisations/{one}").status == (200 if state else 404)


def test_tasks_are_done_together(admin):
    ids = [admin.create("tasks", {"title": unique("Groupe")})["id"] for _ in range(3)]
    admin.post(f"{API}/tasks/{ids[0]}/complete").ok()
    answer = admin.post(f"{API}/tasks/bulk", {"ids": ids, "verb": "complete"})
    assert outcomes(answer) == {ids[0]: "refused", ids[1]: "changed", ids[2]: "changed"}
    assert [outcome["problems"][0]["code"] for outcome in answer.ok()["outcomes"] if outcome["problems"]] == ["invalid_transition"]


def test_each_record_has_its_own_rights(firm):
    own, other = firm.organisation("sales")["id"], firm.organisation("other_sales")["id"]
    manager = firm.people["manager"]
    answer = manager.post(f"{API}/organisations/bulk", {"ids": [own, other], "patch": {"city": "Lyon"}})
    assert outcomes(answer) == {own: "changed", other: "refused"}
    assert answer.ok()["outcomes"][1]["problems"][0]["code"] == "not_found"
    firm.people["sales"].post(f"{API}/organisations/bulk", {"ids": [own], "patch": {"city": "Nice"}}).problem(403)


def test_a_dry_run_changes_nothing(admin):
    [one] = organisations(admin, 1)
    answer = admin.post(f"{API}/organisations/bulk", {"ids": [one], "patch": {"city": "Lyon"}, "dry_run": True})
    assert outcomes(answer) == {one: "changed"}
    assert "city" not in admin.read("organisations", one)


def test_a_retried_bulk_change_is_done_once(admin):
    ids = organisations(admin, 3)
    key = {"Idempotency-Key": unique("k")}
    body = {"ids": ids, "patch": {"city": "Lyon"}}
    first, second = (admin.post(f"{API}/organisations/bulk", body, headers=key).ok() for _ in range(2))
    assert first == second
    for one in ids:
        assert len(admin.get(f"{API}/organisations/{one}/history").ok()["items"]) == 2


@pytest.mark.parametrize("body,wrong", [
    ({"ids": []}, {"/patch": "required"}),
    ({"patch": {}}, {"/ids": "required"}),
    ({"ids": [], "filter": "city=Lyon", "patch": {}}, {"/ids": "required"}),
    ({"ids": [], "patch": {}, "verb": "delete"}, {"/patch": "required"}),
    ({"ids": [], "verb": "explode"}, {"/verb": "unknown_value"}),
    ({"ids": [], "verb": "patch"}, {"/verb": "unknown_value"}),
    ({"ids": [], "patch": {"name": "", "colour": "red"}}, {"/patch/name": "empty", "/patch/colour": "unknown_member"}),
    ({"ids": [], "verb": "stage", "with": {"stage": "gone"}}, {"/with/stage": "unknown_value"}),
    ({"ids": [], "verb": "stage"}, {"/with/stage": "required"}),
    ({"ids": ["x"], "verb": "delete"}, {"/ids/0": "invalid_uuid"}),
    ({"ids": ["0195c2a0-0000-7000-8000-000000000001"] * 2, "verb": "delete"}, {"/ids/1": "duplicate_element"}),
    ({"ids": ["0195c2a0-0000-7000-8000-000000000001"] * 5001, "verb": "delete"}, {"/ids": "too_many"}),
    ({"filter": "nonsense=1", "verb": "delete"}, {"/filter/nonsense": "unknown_parameter"}),
    ({"filter": "city=%zz", "verb": "delete"}, {"/filter": "invalid_value"}),
    ({"ids": [], "patch": []}, {"/patch": "wrong_type"}),
])
def test_a_bulk_change_that_makes_no_sense_is_refused(admin, body, wrong):
    assert errors_by_pointer(admin.post(f"{API}/organisations/bulk", body).problem(422)) == wrong


def test_a_filter_under_a_key_is_refused(admin):
    answer = admin.post(f"{API}/organisations/bulk", {"filter": "city=Lyon", "verb": "delete"}, headers={"Idempotency-Key": unique("k")})
    assert errors_by_pointer(answer.problem(422)) == {"/filter": "invalid_value"}


def test_an_import_is_taken_back_as_a_whole(admin):
    existing = admin.create("organisations", {"name": unique("Importée")})
    batch = str(uuid.uuid4())
    records = [{"record": {"name": existing["name"], "city": "Lyon"}}, {"record": {"name": unique("Importée")}}]
    answer = admin.post(f"{API}/imports/organisations", {"import_id": batch, "source": "x.csv", "records": records}).ok()
    assert [outcome["outcome"] for outcome in answer["outcomes"]] == ["updated", "created"]
    assert [outcome["outcome"] for outcome in undo(admin, batch).ok()["outcomes"]] == ["undone", "undone"]
    assert plain(admin.read("organisations", existing["id"])) == plain(existing)
    admin.get(f"{API}/organisations/{answer['outcomes'][1]['id']}").problem(404)


# ---- when somebody leaves


def test_all_that_a_user_has_goes_to_another_and_back(firm):
    leaver = firm.make_user("sales", firm.teams["paris"])
    client = firm.server.login(leaver["email"], PASSWORD, firm.admin.position)
    heir = firm.id_of("colleague")
    owned = client.create("organisations", {"name": unique("Portefeuille")})
    task = client.create("tasks", {"title": "Suivre", "organisation_id": owned["id"]})
    done = client.create("tasks", {"title": "Fait", "organisation_id": owned["id"]})
    client.post(f"{API}/tasks/{done['id']}/complete").ok()
    noted = client.create("interactions", {"title": "Rappeler", "organisation_id": owned["id"], "assignee_id": leaver["id"], "next_action_at": "2026-01-05T09:00:00Z"})
    firm.admin.position = client.position
    answer = firm.admin.post(f"{API}/users/{leaver['id']}/reassign", {"to": heir})
    assert outcomes(answer) == {one["id"]: "changed" for one in (owned, task, noted)}
    read = firm.admin.read
    assert (read("organisations", owned["id"])["owner_id"], read("tasks", task["id"])["assignee_id"], read("interactions", noted["id"])["assignee_id"]) == (heir,) * 3
    assert read("tasks", done["id"])["assignee_id"] == leaver["id"]
    assert {outcome["outcome"] for outcome in undo(firm.admin, answer.ok()["batch"]).ok()["outcomes"]} == {"undone"}
    assert read("organisations", owned["id"])["owner_id"] == leaver["id"]
    problem = firm.admin.post(f"{API}/users/{leaver['id']}/reassign", {"to": str(uuid.uuid4())}).ok()
    assert {outcome["outcome"] for outcome in problem["outcomes"]} == {"refused"}
