"""The audit log: who came in, who was refused, who changed accounts and settings, who read or took away what is personal."""

import csv
import io
import json

import pytest

from alforis_client import API, Client, wait_until
from firm import PASSWORD, unique

AUDIT = f"{API}/audit"


def entries(admin, **query):
    """What the log says by now, newest first."""
    admin.position = admin.log_end()
    return list(admin.pages(AUDIT, {"limit": 200, **query}))


def entry_of(admin, found, **query):
    """Refusals are noted without waiting: until one is there."""
    def look():
        return next((entry for entry in entries(admin, **query) if found(entry)), None)
    return wait_until(look, f"an entry of {query}", timeout=10)


def known_user(firm, role, **fields):
    """A user whom logins know by now."""
    user = firm.make_user(role, **fields)
    firm.server.await_position(firm.admin.position)
    return user


def log_in(firm, email, password):
    return Client(firm.server.port).post(f"{API}/auth/login", {"email": email, "password": password})


@pytest.fixture
def reads_are_audited(each_firm):
    admin = each_firm.admin
    admin.patch(f"{API}/workspace", {"audit_reads_of_people": True}).ok()
    each_firm.everybody_follows()
    yield each_firm
    admin.patch(f"{API}/workspace", {"audit_reads_of_people": False}).ok()


def test_a_login_that_was_refused_is_noted_with_the_account_and_the_network(each_firm):
    user = known_user(each_firm, "sales")
    log_in(each_firm, user["email"], "not the right one").problem(401, "invalid_credentials")
    entry = entry_of(each_firm.admin, lambda _: True, action="audit.login_refused", actor=user["id"])
    assert entry["data"] == {"code": "invalid_credentials", "network": "127.0.0.0/24"}
    assert entry["actor_name"] == user["full_name"] and "id" not in entry
    assert [one["action"] for one in entries(each_firm.admin, subject=user["id"])] == [
        "audit.login_refused", "user.password_set", "user.created"]


def test_of_an_account_that_does_not_exist_nothing_is_kept_but_the_attempt(each_firm):
    address = f"{unique('nobody').replace(' ', '.')}@alforis.example"
    answer = log_in(each_firm, address, "whatever it was")
    answer.problem(401, "invalid_credentials")
    entry = entry_of(each_firm.admin, lambda one: one.get("request_id") == answer.header("x-request-id"), action="audit.login_refused")
    assert "actor_name" not in entry and address not in json.dumps(entry)


def test_who_came_in_and_who_changed_rights_and_settings_stands_beside_it(each_firm):
    admin = each_firm.admin
    user = known_user(each_firm, "sales")
    assert log_in(each_firm, user["email"], PASSWORD).status == 200
    admin.patch(f"{API}/users/{user['id']}", {"role": "manager"}, headers={"User-Agent": "audit-test/1"}).ok()
    came = entry_of(admin, lambda _: True, action="session.created", actor=user["id"])
    assert came["data"]["user_id"] == user["id"] and "token_hash" not in json.dumps(came)
    changed = entry_of(admin, lambda _: True, action="user.updated", subject=user["id"])
    assert changed["data"] == {"role": "manager"} and changed["client"] == "audit-test/1" and changed["actor"] == each_firm.id_of("admin")
    settings = entries(admin, action="workspace.*,team.created")
    assert {entry["action"] for entry in settings} >= {"team.created"}


def test_what_the_role_does_not_allow_is_noted_with_route_and_record(each_firm):
    sales, admin = each_firm.people["sales"], each_firm.admin
    sales.post(f"{API}/teams", {"name": unique("Team")}).problem(403)
    team = each_firm.organisation(owner="colleague")
    refused = sales.patch(f"{API}/organisations/{team['id']}", {"city": "Lyon"})
    refused.problem(403, "forbidden")
    of_sales = each_firm.id_of("sales")
    entry = entry_of(admin, lambda one: one["data"].get("record") == team["id"], action="audit.request_refused", actor=of_sales)
    assert entry["data"] == {"method": "PATCH", "route": f"{API}/organisations/{{id}}", "record": team["id"], "code": "forbidden",
                             "network": "127.0.0.0/24"}
    assert entry["request_id"] == refused.header("x-request-id")
    assert any(one["data"]["route"] == f"{API}/teams" for one in entries(admin, action="audit.request_refused", subject=of_sales))


def test_reads_of_people_are_noted_only_while_the_firm_wants_it(each_firm):
    admin, sales = each_firm.admin, each_firm.people["sales"]
    person = each_firm.person()
    assert sales.get(f"{API}/people/{person['id']}").status == 200
    assert entries(admin, action="audit.person_read", subject=person["id"]) == []


def test_whoever_opens_the_file_of_a_person_is_noted_before_they_get_it(reads_are_audited):
    firm = reads_are_audited
    admin, sales = firm.admin, firm.people["sales"]
    person = firm.person()
    path = f"{API}/people/{person['id']}"
    for _ in range(3):  # from memory too
        assert sales.get(path).status == 200
    assert sales.get(path + "/history").status == 200 and sales.get(path + "/timeline").status == 200
    assert sales.get(path, query={"as_of_position": sales.position}).status == 200
    read = entries(admin, action="audit.person_read", subject=person["id"])
    assert [entry["actor"] for entry in read] == [firm.id_of("sales")] * 6
    assert {entry["data"]["person_id"] for entry in read} == {person["id"]}
    assert [entry["data"]["route"].removeprefix(f"{API}/people/{{id}}") for entry in read] == ["", "/timeline", "/history", "", "", ""]


def test_lists_of_people_are_noted_and_what_was_not_read_is_not(reads_are_audited):
    firm = reads_are_audited
    admin, sales = firm.admin, firm.people["sales"]
    hidden = firm.person(firm.organisation(owner="other_sales"))
    before = len(entries(admin, action="audit.person_read", actor=firm.id_of("sales")))
    sales.get(f"{API}/people/{hidden['id']}").problem(404, "not_found")
    assert sales.get(f"{API}/people", query={"limit": 5}).status == 200
    read = entries(admin, action="audit.person_read", actor=firm.id_of("sales"))
    assert len(read) == before + 1 and read[0]["data"] == {"route": f"{API}/people"}


def test_it_is_searched_by_time_action_person_and_words(each_firm):
    admin = each_firm.admin
    user = each_firm.make_user("viewer")
    name = f"agent-{unique('x').split()[1]}/2"
    first = admin.patch(f"{API}/users/{user['id']}", {"role": "sales"}, headers={"User-Agent": name}).ok()
    admin.patch(f"{API}/users/{user['id']}", {"active": False}).ok()
    mine = entries(admin, subject=user["id"])
    assert [entry["action"] for entry in mine] == ["user.updated", "user.updated", "user.password_set", "user.created"]
    assert [entry["data"] for entry in entries(admin, q=name.upper())] == [{"role": "sales"}]
    assert len(entries(admin, subject=user["id"], **{"from": first["updated_at"]})) == 2
    assert len(entries(admin, subject=user["id"], before=first["updated_at"])) == 2
    pages = [entry["position"] for entry in admin.pages(AUDIT, {"limit": 1, "subject": user["id"]})]
    assert pages == [entry["position"] for entry in mine]
    for wrong in ({"action": "user"}, {"action": "User.*"}, {"actor": "x"}, {"subject": "1"}, {"from": "yesterday"}, {"q": "x" * 201},
                  {"limit": 0}, {"after": "x"}):
        assert admin.get(AUDIT, query=wrong).status == 400, wrong


def test_it_is_taken_away_as_csv_and_that_is_noted_too(each_firm):
    admin = each_firm.admin
    user = each_firm.make_user("viewer", full_name="=cmd|'/C calc'!A1")
    expected = entries(admin, subject=user["id"])
    answer = admin.get(f"{AUDIT}/export", query={"subject": user["id"]})
    assert answer.status == 200 and answer.header("content-type").startswith("text/csv") and "audit.csv" in answer.header("content-disposition")
    rows = list(csv.DictReader(io.StringIO(answer.text().removeprefix("\ufeff"))))
    assert [(row["action"], int(row["position"]), row["id"]) for row in rows] == [(one["action"], one["position"], one["id"]) for one in expected]
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    noted = entries(admin, action="audit.exported")[0]
    assert noted["data"] == {"what": "audit", "format": "csv", "rows": len(rows)} and noted["actor"] == each_firm.id_of("admin")


def test_it_is_the_administrators_alone(each_firm):
    for name in ("manager", "sales", "viewer"):
        for path in (AUDIT, f"{AUDIT}/export"):
            each_firm.people[name].get(path).problem(403, "forbidden")


def test_an_erased_person_is_in_it_by_id_only(each_firm):
    admin = each_firm.admin
    name = unique("Gommé")
    person = each_firm.person(last_name=name)
    admin.post(f"{API}/people/{person['id']}/erase", {"reason": "Demande"}).ok()
    found = entries(admin, subject=person["id"])
    assert [entry["action"] for entry in found] == ["person.erased"] and name not in json.dumps(found)
