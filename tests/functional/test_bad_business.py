"""What the business forbids, from tables: every move that a state does not have, every member that names another record, clients in
each other's way, ids proposed twice, records merged in circles and people erased twice. Each is refused by its own code, at its own
place, and leaves nothing in the log.
"""

import itertools
import uuid

import pytest

from alforis_client import API, Threads, written_since
from firm import PASSWORD, Firm, errors_by_pointer, organisation_path, unique

ABSENT, NIL, SYSTEM = "0195c2a0-0000-7000-8000-00000000ffff", "00000000-0000-0000-0000-000000000000", "00000000-0000-7000-8000-000000000001"


@pytest.fixture(scope="module")
def firm(make_server):
    """Nobody else writes here, so that the log's end tells what was written."""
    return Firm(make_server())


@pytest.fixture(scope="module")
def admin(firm):
    return firm.admin


def path_of(kind, record):
    return f"{API}/{kind}/{record['id']}"


def refused(client, method, path, body=None, **options):
    """The answer to a command that must leave nothing."""
    before = client.log_end()
    answer = client.request(method, path, body, **options)
    assert answer.status >= 300, answer
    assert client.log_end() == before, f"a refused command left something: {answer}"
    return answer


# ---- moves ---------------------------------------------------------------------------------------------------------

# Of each status: how to get there from a new record.
WAYS = {
    "mandats": {"propose": [], "signe": ["sign"], "actif": ["sign", "activate"], "termine": ["terminate"], "deleted": ["DELETE"]},
    "tasks": {"todo": [], "doing": ["start"], "done": ["complete"], "cancelled": ["cancel"], "deleted": ["DELETE"]},
}
BODIES = {"terminate": {"reason": "fini"}, "snooze": {"days": 1}}

# What is possible from each status, as the domain's page says.
MOVES = {
    "mandats": {"propose": ["sign", "terminate"], "signe": ["activate", "terminate"], "actif": ["terminate"], "termine": []},
    "tasks": {"todo": ["start", "complete", "cancel", "snooze"], "doing": ["complete", "cancel", "snooze"], "done": ["reopen"],
              "cancelled": ["reopen"]},
}


def new_record(client, kind, **fields):
    """One of the kind, with what it needs."""
    needs = {"mandats": {"date_signature": "2026-01-10", "date_debut": "2026-02-01"}, "tasks": {"title": "Tâche"},
             "interactions": {"title": "Appel"}, "manual-kpis": {"year": 2026, "month": 3}, "links": {}}
    named = {"organisations": "name", "people": "last_name", "produits": "name", "views": "name", "teams": "name"}
    body = dict(needs.get(kind, {}))
    if kind in named:
        body[named[kind]] = unique("Neuf")
    if kind == "produits":
        body["type"] = "etf"
    if kind == "views":
        body["resource"] = "task"
    if kind == "users":
        body["email"] = f"{uuid.uuid4()}@alforis.example"
    if kind in needs and "organisation_id" not in fields:
        body["organisation_id"] = client.create("organisations", {"name": unique("Neuve")})["id"]
    if kind == "links" and "person_id" not in fields:
        body["person_id"] = client.create("people", {"last_name": unique("Neuve")})["id"]
    return client.create(kind, {**body, **fields})


def brought_to(client, kind, status):
    made = new_record(client, kind)
    for move in WAYS[kind][status]:
        if move == "DELETE":
            client.delete(path_of(kind, made)).ok()
        else:
            client.post(f"{path_of(kind, made)}/{move}", BODIES.get(move)).ok()
    return made


TRANSITIONS = [(kind, status, move) for kind, moves in MOVES.items() for status in moves for move in sorted({m for each in moves.values() for m in each})]


@pytest.mark.parametrize("kind, status, move", TRANSITIONS, ids=["-".join(case) for case in TRANSITIONS])
def test_a_status_has_its_moves_and_no_other(admin, kind, status, move):
    made = brought_to(admin, kind, status)
    path = f"{path_of(kind, made)}/{move}"
    if move in MOVES[kind][status]:
        before = admin.log_end()
        admin.post(path, BODIES.get(move)).ok()
        assert admin.log_end() == before + 1
    else:
        problem = refused(admin, "POST", path, BODIES.get(move)).problem(409, "invalid_transition")
        assert problem.get("moves", []) == MOVES[kind][status]


# What is in the trash waits until it is restored: every change of it, by everybody's verb.
VERBS = {
    "organisations": [("PATCH", "", {"city": "Pau"}), ("POST", "/stage", {"stage": "signe"}), ("DELETE", "", None)],
    "people": [("PATCH", "", {"job_title": "Chef"}), ("DELETE", "", None)],
    "produits": [("PATCH", "", {"currency": "USD"}), ("DELETE", "", None)],
    "mandats": [("PATCH", "", {"notes": "N"}), ("POST", "/sign", None), ("POST", "/activate", None), ("POST", "/terminate", {"reason": "fini"}),
                ("POST", "/produits", {"produit_id": ABSENT}), ("PATCH", f"/produits/{ABSENT}", {"allocation": 1}),
                ("DELETE", f"/produits/{ABSENT}", None), ("DELETE", "", None)],
    "interactions": [("PATCH", "", {"title": "T"}), ("POST", "/complete", None), ("POST", "/reschedule", {"next_action_at": "2026-01-01T09:00:00Z"}),
                     ("DELETE", "", None)],
    "tasks": [("PATCH", "", {"title": "T"}), ("DELETE", "", None), *(("POST", f"/{move}", BODIES.get(move)) for move in ("start", "complete", "cancel", "reopen", "snooze"))],
    "manual-kpis": [("PATCH", "", {"rdv": 1}), ("DELETE", "", None)],
    "views": [("PATCH", "", {"name": "N"}), ("DELETE", "", None)],
}


@pytest.mark.parametrize("kind", VERBS)
def test_what_is_deleted_takes_no_change_until_it_is_restored(admin, kind):
    made = new_record(admin, kind)
    path = path_of(kind, made)
    admin.delete(path).ok()
    for method, rest, body in VERBS[kind]:
        assert refused(admin, method, path + rest, body).problem(409, "deleted")["moves"] == ["restore"], rest
    refused(admin, "GET", path).problem(404, "not_found")
    restored = admin.post(path + "/restore").ok()
    before = admin.log_end()
    assert admin.post(path + "/restore").ok() == restored and admin.log_end() == before, "restoring what is there changed something"


@pytest.mark.parametrize("kind", ["mandats", "manual-kpis", "links"])
def test_what_hangs_on_a_deleted_organisation_waits_for_it(admin, kind):
    made = new_record(admin, kind)
    organisation = organisation_path(made["organisation_id"])
    admin.delete(organisation).ok()
    verbs = [("PATCH", "", {"notes": "N"})] if kind == "links" else [verb for verb in VERBS[kind] if verb[:2] != ("DELETE", "")]
    for method, rest, body in verbs:
        refused(admin, method, path_of(kind, made) + rest, body).problem(409, "deleted")
    admin.post(organisation + "/restore").ok()
    admin.patch(path_of(kind, made), {"notes": "N"}).ok()


def test_a_running_mandat_and_what_it_needs_are_not_deleted(admin):
    produit = new_record(admin, "produits")
    for status in ("signe", "actif"):
        mandat = brought_to(admin, "mandats", status)
        admin.post(path_of("mandats", mandat) + "/produits", {"produit_id": produit["id"]}).ok()
        assert refused(admin, "DELETE", path_of("mandats", mandat)).problem(409, "mandat_running")["moves"] == MOVES["mandats"][status]
        for path in (organisation_path(mandat["organisation_id"]), path_of("produits", produit)):
            assert mandat["number"] in refused(admin, "DELETE", path).problem(409, "in_running_mandats")["detail"]


@pytest.mark.parametrize("status", ["propose", "termine"])
def test_produits_join_only_mandats_that_run(admin, status):
    mandat, produit = brought_to(admin, "mandats", status), new_record(admin, "produits")
    path = path_of("mandats", mandat) + "/produits"
    answer = refused(admin, "POST", path, {"produit_id": produit["id"]})
    assert errors_by_pointer(answer.problem(422)) == {"/produit_id": "mandat_not_running"}
    for method, body in (("PATCH", {"allocation": 10}), ("DELETE", None)):
        refused(admin, method, f"{path}/{produit['id']}", body).problem(404, "not_found")


STAGES = ("prospect", "qualification", "proposition", "negociation", "signe", "perdu", "inactif")


def test_any_stage_follows_any_other_but_perdu_needs_a_reason(admin):
    admin.patch(f"{API}/workspace", {f"auto_task_{rule}": False for rule in ("proposition", "negociation", "signature")}).ok()
    for start, then in itertools.product(STAGES, STAGES):
        made = new_record(admin, "organisations", pipeline_stage=start)
        path, before = organisation_path(made["id"]), admin.log_end()
        if then == "perdu" and start != "perdu":
            for answer in (refused(admin, "POST", path + "/stage", {"stage": then}), refused(admin, "PATCH", path, {"pipeline_stage": then})):
                assert errors_by_pointer(answer.problem(422)) == {"/reason": "required"}
        admin.post(path + "/stage", {"stage": then, "reason": "ainsi"}).ok()
        assert admin.log_end() == before + (start != then)


@pytest.mark.parametrize("status", ["todo", "in_progress", "done"])
def test_an_interaction_of_any_status_is_completed_and_put_off(admin, status):
    made = new_record(admin, "interactions", status=status, next_action_at="2026-01-01T09:00:00Z")
    path = path_of("interactions", made)
    assert admin.post(path + "/complete").ok()["status"] == "done"
    before = admin.log_end()
    admin.post(path + "/complete").ok()
    assert admin.log_end() == before
    assert admin.post(path + "/reschedule", {"next_action_at": "2026-02-01T09:00:00Z"}).ok()["next_action_at"].startswith("2026-02-01")


def test_an_ended_link_does_not_change(admin):
    made = new_record(admin, "links")
    path = path_of("links", made)
    admin.post(path + "/end").ok()
    for method, rest, body in (("PATCH", "", {"notes": "N"}), ("POST", "/end", None), ("DELETE", "", None)):
        refused(admin, method, path + rest, body).problem(409, "ended")


# ---- sessions and invitations --------------------------------------------------------------------------------------


def end_session(firm, client, way):
    user = f"{API}/users/{client.user['id']}"
    ways = {"logout": lambda: client.post(f"{API}/auth/logout"), "by_user": lambda: client.delete(f"{API}/auth/sessions/{client.session}"),
            "by_admin": lambda: firm.admin.delete(f"{API}/auth/sessions/{client.session}"),
            "deactivated": lambda: firm.admin.patch(user, {"active": False}),
            "password_changed": lambda: firm.admin.post(user + "/password", {"password": PASSWORD})}
    answer = ways[way]()
    assert answer.status in (200, 204), answer
    firm.admin.position = max(firm.admin.position, client.position)


@pytest.mark.parametrize("way", ["logout", "by_user", "by_admin", "deactivated", "password_changed"])
def test_an_ended_session_opens_nothing_and_ends_once(firm, way):
    client = firm.new_person("sales")
    end_session(firm, client, way)
    firm.server.await_position(firm.admin.position)
    client.get(f"{API}/me", follow=False).problem(401, "session_revoked")
    client.post(f"{API}/auth/logout").problem(401, "session_revoked")
    answer = refused(firm.server.anonymous(), "POST", f"{API}/auth/refresh", {"refresh_token": client.refresh_token})
    answer.problem(401, "session_revoked")
    before = firm.admin.log_end()
    path = f"{API}/auth/sessions/{client.session}"
    assert firm.admin.delete(path).ok()["end_reason"] == way and firm.admin.log_end() == before
    assert firm.admin.get(path, query={"deleted": "true"}).ok()["end_reason"] == way


def token_of(firm, user, verb="/invite"):
    return firm.admin.post(f"{API}/users/{user['id']}{verb}").ok()["token"]


def spoil(firm, user, token, way):
    """Makes an invitation void."""
    if way == "used":
        firm.server.anonymous().post(f"{API}/auth/accept", {"token": token, "password": PASSWORD}).ok(204)
    elif way in ("/invite", "/reset-password"):
        token_of(firm, user, way)
    elif way == "password set":
        firm.admin.post(f"{API}/users/{user['id']}/password", {"password": PASSWORD}).ok()
    else:
        firm.admin.patch(f"{API}/users/{user['id']}", {"active": False}).ok()


@pytest.mark.parametrize("way", ["used", "/invite", "/reset-password", "password set", "deactivated"])
@pytest.mark.parametrize("verb", ["/invite", "/reset-password"])
def test_a_void_invitation_chooses_no_password(firm, verb, way):
    user = firm.admin.create("users", {"email": f"{uuid.uuid4()}@alforis.example"})
    token = token_of(firm, user, verb)
    spoil(firm, user, token, way)
    for text in (token, token[:-1] + ("A" if token[-1] != "A" else "B"), token[::-1], "x"):
        refused(firm.server.anonymous(), "POST", f"{API}/auth/accept", {"token": text, "password": PASSWORD}).problem(422, "invalid_link")
    if way == "deactivated":
        refused(firm.admin, "POST", f"{API}/users/{user['id']}{verb}").problem(409, "user_inactive")


# ---- references ----------------------------------------------------------------------------------------------------


class References:
    """Records to be named: those that are not there, or are not what they should be. `hidden`: from the people of Paris."""

    def __init__(self, firm):
        self.firm, admin = firm, firm.admin
        secret = firm.organisation("other_sales")
        open_one = firm.organisation()
        self.organisation = open_one["id"]
        self.hidden = {"organisation": secret["id"], "person": firm.person(secret)["id"], "mandat": new_record(admin, "mandats", organisation_id=secret["id"])["id"],
                       "user": firm.id_of("other_sales")}
        gone = firm.organisation()
        self.deleted = {"organisation": gone["id"], "person": firm.person()["id"], "produit": new_record(admin, "produits")["id"],
                        "mandat": new_record(admin, "mandats", organisation_id=self.organisation)["id"], "user": firm.make_user("sales")["id"],
                        "team": admin.create("teams", {"name": unique("Fermée")})["id"]}
        for kind, identity in self.deleted.items():
            self.take_away(kind, identity)
        firm.everybody_follows()

    def take_away(self, kind, identity):
        collection = {"person": "people"}.get(kind, kind + "s")
        path = f"{API}/{collection}/{identity}"
        (self.firm.admin.patch(path, {"active": False}) if kind in ("user", "team") else self.firm.admin.delete(path)).ok()

    def of(self, case, kind):
        """The id, or None where there is no such case."""
        if case == "deleted":
            return self.deleted[kind]
        if case == "hidden":
            return self.hidden.get(kind)
        if case == "of another kind":
            return self.firm.teams["paris"] if kind != "team" else self.organisation
        return {"absent": ABSENT, "nil": NIL, "the system's own": SYSTEM}[case]


@pytest.fixture(scope="module")
def references(firm):
    return References(firm)


CASES = ("absent", "nil", "of another kind", "the system's own", "deleted", "hidden")

# (where, the member, what it should name, another code than unknown_reference)
MEMBERS = [
    ("POST organisations", "/owner_id", "user"), ("PATCH organisations", "/owner_id", "user"), ("POST organisations/{id}/merge", "/into", "organisation"),
    ("POST links", "/person_id", "person"), ("POST links", "/organisation_id", "organisation"), ("POST mandats", "/organisation_id", "organisation"),
    ("POST mandats/{id}/produits", "/produit_id", "produit"), ("POST manual-kpis", "/organisation_id", "organisation"),
    *((f"{method} interactions", pointer, kind) for method in ("POST", "PATCH") for pointer, kind in (
        ("/organisation_id", "organisation"), ("/person_id", "person"), ("/assignee_id", "user"), ("/participants/0/person_id", "person"))),
    *((f"{method} tasks", pointer, kind) for method in ("POST", "PATCH") for pointer, kind in (
        ("/organisation_id", "organisation"), ("/person_id", "person"), ("/mandat_id", "mandat"), ("/assignee_id", "user"))),
    ("POST users", "/team_id", "team"), ("PATCH users", "/team_id", "team"), ("POST api-keys", "/user_id", "user"),
]
ADMINISTRATORS_ONLY = ("users", "api-keys")


def body_with(pointer, identity):
    member, *rest = pointer.split("/")[1:]
    return {member: [{"person_id": identity}] if rest else identity}


def naming(firm, references, where):
    """Path and body of a command that is right but for the member."""
    method, path = where.split(" ")
    collection = path.split("/")[0]
    if method == "PATCH" or "{id}" in path:
        made = brought_to(firm.admin, "mandats", "signe") if collection == "mandats" else firm.make_user("sales") if collection == "users" else new_record(firm.admin, collection)
        firm.everybody_follows()
        return method, f"{API}/{path.replace('{id}', made['id'])}" + (f"/{made['id']}" if method == "PATCH" else ""), {}
    party = {"organisation_id": references.organisation}
    needs = {"organisations": {"name": "x"}, "links": {**party, "person_id": firm.person()["id"]}, "mandats": {}, "manual-kpis": {"year": 2030, "month": 1},
             "interactions": {"title": "x", **party}, "tasks": {"title": "x"}, "users": {"email": f"{uuid.uuid4()}@alforis.example"}, "api-keys": {"name": "x"}}
    return method, f"{API}/{path}", needs[collection]


@pytest.mark.parametrize("where, pointer, kind", MEMBERS, ids=[f"{where.replace(' ', '-')}{pointer}" for where, pointer, _ in MEMBERS])
def test_a_member_names_a_record_that_is_there_and_seen(firm, references, where, pointer, kind):
    method, path, body = naming(firm, references, where)
    everybody = where.split(" ")[1] not in ADMINISTRATORS_ONLY
    for case in CASES:
        identity = references.of(case, kind)
        if identity is None or (case == "hidden" and not everybody):
            continue
        client = firm.people["manager"] if case == "hidden" else firm.admin
        before = firm.admin.log_end()
        answer = client.request(method, path, {**body, **body_with(pointer, identity)})
        assert written_since(firm.admin, before) == 0, f"a refused command left something: {answer}"
        code = "assignee_cannot_act" if (case, pointer) == ("deleted", "/assignee_id") else "unknown_reference"
        assert errors_by_pointer(answer.problem(422, "invalid_input")) == {pointer: code}, (case, answer)


@pytest.mark.parametrize("where, pointer, kind", MEMBERS, ids=[f"{where.replace(' ', '-')}{pointer}" for where, pointer, _ in MEMBERS])
def test_a_reference_is_an_id(firm, references, where, pointer, kind):
    method, path, body = naming(firm, references, where)
    for value, code in (("x", "invalid_uuid"), ("", "invalid_uuid"), (ABSENT + "0", "invalid_uuid"), ("{" + ABSENT + "}", "invalid_uuid"), (5, "wrong_type"), ([ABSENT], "wrong_type"), ({}, "wrong_type")):
        answer = refused(firm.admin, method, path, {**body, **body_with(pointer, value)})
        assert errors_by_pointer(answer.problem(422)).get(pointer) == code, (value, answer)


def test_an_assignee_is_one_who_can_do_it(firm, references):
    """Seen by whoever gives it, active, no viewer, and one who sees the record."""
    theirs = firm.organisation("other_sales")
    for kind in ("tasks", "interactions"):
        for client, about, assignee, code in (
                ("admin", references.organisation, "viewer", "assignee_cannot_act"), ("admin", theirs["id"], "sales", "assignee_cannot_act"),
                ("manager", references.organisation, "other_sales", "unknown_reference"), ("manager", references.organisation, "viewer", "assignee_cannot_act")):
            body = {"title": "x", "organisation_id": about, "assignee_id": firm.id_of(assignee)}
            assert errors_by_pointer(refused(firm.people[client], "POST", f"{API}/{kind}", body).problem(422)) == {"/assignee_id": code}


def test_a_task_is_of_its_mandats_organisation(admin):
    mandat, other = new_record(admin, "mandats"), new_record(admin, "organisations")
    body = {"title": "x", "mandat_id": mandat["id"], "organisation_id": other["id"]}
    assert errors_by_pointer(refused(admin, "POST", f"{API}/tasks", body).problem(422)) == {"/mandat_id": "mandat_mismatch"}
    task = admin.create("tasks", {"title": "x", "mandat_id": mandat["id"]})
    assert task["organisation_id"] == mandat["organisation_id"]
    for patch, pointer in (({"organisation_id": None}, "/organisation_id"), ({"organisation_id": other["id"]}, "/mandat_id")):
        assert errors_by_pointer(refused(admin, "PATCH", path_of("tasks", task), patch).problem(422)) == {pointer: "mandat_mismatch"}
    admin.delete(organisation_path(mandat["organisation_id"])).ok()
    answer = refused(admin, "POST", f"{API}/tasks", {"title": "x", "mandat_id": mandat["id"]})
    assert errors_by_pointer(answer.problem(422)) == {"/mandat_id": "unknown_reference"}


@pytest.mark.parametrize("case", CASES)
def test_a_produit_is_talked_of_only_under_a_running_mandat(firm, references, case):
    """Whatever else is wrong with it."""
    identity = references.of(case, "produit") or new_record(firm.admin, "produits")["id"]
    body = {"title": "x", "organisation_id": references.organisation, "produit_id": identity}
    assert errors_by_pointer(refused(firm.admin, "POST", f"{API}/interactions", body).problem(422)) == {"/produit_id": "produit_not_covered"}


@pytest.mark.parametrize("case", ["absent", "nil", "of another kind"])
def test_paths_and_parameters_that_name_nothing_are_404(firm, references, case):
    for kind in ("organisation", "user", "team"):
        identity = references.of(case, kind)
        firm.admin.get(f"{API}/kpis", query={f"{kind}_id": identity}).problem(404, "not_found")
        refused(firm.admin, "POST", f"{API}/users/{identity}/reassign", {"to": firm.id_of("sales")}).problem(404)
    for collection in ("organisations", "people", "links", "produits", "mandats", "interactions", "tasks", "manual-kpis", "views", "users", "teams"):
        path = f"{API}/{collection}/{NIL if case == 'nil' else ABSENT}"
        for method, body in (("GET", None), ("PATCH", {})):
            firm.admin.request(method, path, body).problem(404, "not_found")
        firm.admin.get(path + "/history").problem(404, "not_found")
    header = {"Alforis-On-Behalf-Of": references.of(case, "user")}
    refused(firm.admin, "POST", f"{API}/tasks", {"title": "x"}, headers=header).problem(400, "invalid_header")


# ---- two clients ---------------------------------------------------------------------------------------------------

# (kind, two changes of different members)
PATCHED = [
    ("organisations", {"city": "Pau"}, {"notes": "N"}), ("people", {"job_title": "Chef"}, {"notes": "N"}), ("links", {"job_title": "Chef"}, {"notes": "N"}),
    ("produits", {"currency": "USD"}, {"notes": "N"}), ("mandats", {"commission_rate": 1.5}, {"notes": "N"}), ("interactions", {"body": "B"}, {"direction": "in"}),
    ("tasks", {"description": "D"}, {"priority": "haute"}), ("manual-kpis", {"rdv": 2}, {"notes": "N"}), ("views", {"shared": "firm"}, {"query": "status=todo"}),
    ("teams", {"description": "D"}, {"active": False}), ("users", {"full_name": "Ada"}, {"locale": "en"}),
]


@pytest.mark.parametrize("kind, one, two", PATCHED, ids=[row[0] for row in PATCHED])
def test_of_two_clients_both_are_heard_the_later_wins_and_if_match_holds_back(firm, kind, one, two):
    first, second = firm.admin, firm.twice("admin")
    made = new_record(first, kind)
    path = path_of(kind, made)
    stale = {"If-Match": f'"{made["version"]}"'}
    first.patch(path, one, headers=stale).ok()
    merged = second.patch(path, two).ok()
    assert {name: merged[name] for name in {**one, **two}} == {**one, **two} and merged["version"] == made["version"] + 2
    for method, body in (("PATCH", two), ("PATCH", {}), ("DELETE", None)) if kind not in ("teams", "users") else (("PATCH", two),):
        refused(second, method, path, body, headers=stale).problem(412, "version_mismatch")
    refused(second, "PATCH", path, {}, headers={"If-Match": "x"}).problem(400, "invalid_if_match")
    member = next(iter(one))
    later = {member: {"rdv": 9, "commission_rate": 9, "shared": "me", "currency": "CHF"}.get(member, "plus tard")}
    first.patch(path, {member: one[member]}).ok()
    assert second.patch(path, later).ok()[member] == later[member]


@pytest.mark.parametrize("kind, one, two", PATCHED[:8], ids=[row[0] for row in PATCHED[:8]])
def test_of_two_at_once_with_one_version_one_wins(firm, kind, one, two):
    clients = [firm.admin.twin(), firm.admin.twin()]
    for _ in range(5):
        made = new_record(firm.admin, kind)
        statuses, threads = [], Threads()
        for client, body in zip(clients, (one, two)):
            threads.start(lambda c, b: statuses.append(c.patch(path_of(kind, made), b, headers={"If-Match": '"1"'}).status), client, body)
        threads.join()
        assert sorted(statuses) == [200, 412]
        firm.admin.position = max(client.position for client in clients)
        assert firm.admin.read(kind, made["id"])["version"] == 2


def test_moves_hold_to_if_match_as_well(admin):
    for kind, moves in (("mandats", ("sign", "terminate")), ("tasks", ("start", "complete", "cancel", "snooze")), ("interactions", ("complete", "reschedule")), ("organisations", ("stage", "merge"))):
        made = new_record(admin, kind)
        for move in moves:
            body = {"reschedule": {"next_action_at": "2026-01-01T09:00:00Z"}, "stage": {"stage": "signe"}, "merge": {"into": ABSENT}}.get(move, BODIES.get(move))
            refused(admin, "POST", f"{path_of(kind, made)}/{move}", body, headers={"If-Match": '"7"'}).problem(412, "version_mismatch")


# ---- ids proposed twice --------------------------------------------------------------------------------------------


def new_id():
    """Of version 7."""
    number = uuid.uuid4().int & ~(0xF << 76) | (7 << 76)
    return str(uuid.UUID(int=number))


@pytest.mark.parametrize("kind", ["organisations", "people", "links", "produits", "mandats", "interactions", "tasks", "manual-kpis", "views", "teams", "users", "api-keys"])
def test_an_id_is_taken_once(firm, kind):
    admin, other = firm.admin, firm.twice("admin")
    made = new_record(admin, kind, name=unique("Clé")) if kind == "api-keys" else new_record(admin, kind)
    members = {"organisations": ["name"], "people": ["last_name"], "links": ["organisation_id", "person_id"], "produits": ["name", "type"], "mandats": ["organisation_id"],
               "interactions": ["title", "organisation_id"], "tasks": ["title"], "manual-kpis": ["organisation_id", "year", "month"], "views": ["name", "resource"],
               "teams": ["name"], "users": ["email"], "api-keys": ["name"]}[kind]
    body = {name: made[name] for name in members}
    for taken in (made["id"], made["id"].upper()):
        problem = refused(other, "POST", f"{API}/{kind}", {**body, "id": taken}).problem(409)
        assert problem["code"] == "already_exists" and problem["conflict"] == made["id"]


def test_an_id_is_proposed_twice_by_a_retry_or_in_vain(firm):
    admin, identity = firm.admin, new_id()
    first = admin.post(f"{API}/tasks", {"id": identity, "title": "une"})
    again = admin.post(f"{API}/tasks", {"id": identity, "title": "une"})
    assert (again.status, again.text(), again.position) == (201, first.text(), first.position)
    refused(admin, "POST", f"{API}/tasks", {"id": identity, "title": "autre"}).problem(422, "idempotency_key_reused")
    firm.everybody_follows()
    assert refused(firm.people["sales"], "POST", f"{API}/tasks", {"id": identity, "title": "une"}).problem(409, "already_exists").get("conflict") is None
    admin.delete(f"{API}/tasks/{identity}").ok()
    assert admin.post(f"{API}/tasks", {"id": identity, "title": "une"}).text() == first.text(), "a retry undoes no deletion"
    admin.get(f"{API}/tasks/{identity}").problem(404)


def test_an_id_of_another_kind_shows_nothing_of_that_record(firm):
    """The history of one's own record is its own, whatever id was proposed for it."""
    secret = firm.organisation("other_sales")
    firm.admin.post(organisation_path(secret["id"]) + "/stage", {"stage": "perdu", "reason": "Secret"}).ok()
    firm.everybody_follows()
    sales = firm.people["sales"]
    answer = sales.post(f"{API}/people", {"id": secret["id"], "last_name": "Double"})
    if answer.status == 409:
        answer.problem(409, "already_exists")
        return
    types = {entry["type"] for entry in sales.get(f"{API}/people/{secret['id']}/history").ok()["items"]}
    assert types == {"person.created.v1"}
    types = {entry["type"] for entry in firm.admin.get(organisation_path(secret["id"]) + "/history").ok()["items"]}
    assert "person.created.v1" not in types


def test_an_id_of_another_kind_does_not_share_that_records_key(make_server):
    """Erasing who took part in an interaction erases nobody else, whatever id was proposed for it."""
    firm = Firm(make_server())
    person = firm.person(firm.organisation("sales"), first_name="Ada")
    theirs = firm.organisation("other_sales")
    body = {"id": person["id"], "title": "x", "organisation_id": theirs["id"], "external_participants": [{"name": "Paul Martin"}]}
    answer = firm.people["other_sales"].post(f"{API}/interactions", body)
    if answer.status == 409:
        answer.problem(409, "already_exists")
        return
    firm.everybody_follows()
    firm.admin.post(f"{API}/interactions/{person['id']}/external-participants/erase", {"reason": "Demande"}).ok()
    verified = firm.server.cli("verify")
    assert verified.returncode == 0, verified.stdout


def test_many_at_once_who_propose_one_id_have_one_winner(firm):
    clients, identity, statuses, threads = [firm.twice(name) for name in ("admin", "manager", "sales", "colleague")], new_id(), [], Threads()
    for number, client in enumerate(clients):
        threads.start(lambda c, n: statuses.append(c.post(f"{API}/organisations", {"id": identity, "name": f"Gagnant {n}"}).status), client, number)
    threads.join()
    assert sorted(statuses) == [201, 409, 409, 409]


# ---- merges --------------------------------------------------------------------------------------------------------


def merge(client, goes, stays):
    return client.post(organisation_path(goes["id"]) + "/merge", {"into": stays["id"], "reason": "doublon"})


def refused_merge(client, goes, stays):
    return refused(client, "POST", organisation_path(goes["id"]) + "/merge", {"into": stays["id"], "reason": "doublon"})


def test_merges_make_no_circle(admin):
    a, b, c = (new_record(admin, "organisations") for _ in range(3))
    assert errors_by_pointer(refused_merge(admin, a, a).problem(422)) == {"/into": "same_record"}
    merge(admin, a, b).ok()
    assert errors_by_pointer(refused_merge(admin, b, a).problem(422)) == {"/into": "same_record"}
    merge(admin, b, c).ok()
    for stays in (a, b, c):
        assert errors_by_pointer(refused_merge(admin, c, stays).problem(422)) == {"/into": "same_record"}
    for goes, stays in itertools.product((a, b), (a, b, c)):
        answer = refused_merge(admin, goes, stays)
        answer.problem(301, "merged")
        assert answer.header("Location") == organisation_path(c["id"]) + "/merge"


def test_nothing_is_merged_into_or_from_the_trash(admin):
    live, gone = (new_record(admin, "organisations") for _ in range(2))
    admin.delete(organisation_path(gone["id"])).ok()
    assert errors_by_pointer(refused_merge(admin, live, gone).problem(422)) == {"/into": "unknown_reference"}
    assert refused_merge(admin, gone, live).problem(409, "deleted")["moves"] == ["restore"]
    twice, survivor = (new_record(admin, "organisations") for _ in range(2))
    merge(admin, twice, survivor).ok()
    admin.delete(organisation_path(survivor["id"])).ok()
    assert errors_by_pointer(refused_merge(admin, live, twice).problem(422)) == {"/into": "unknown_reference"}
    admin.get(organisation_path(twice["id"])).problem(404)
    refused(admin, "POST", organisation_path(twice["id"]) + "/restore").problem(409, "already_merged")


def test_of_two_merges_into_each_other_one_happens(firm):
    for _ in range(5):
        pair, statuses, threads = [new_record(firm.admin, "organisations") for _ in range(2)], [], Threads()
        for goes, stays in (pair, pair[::-1]):
            threads.start(lambda client, *ends: statuses.append(merge(client, *ends).status), firm.admin.twin(), goes, stays)
        threads.join()
        assert sorted(statuses) == [200, 422]
        firm.server.await_position(firm.admin.log_end())
        assert sorted(firm.admin.get(organisation_path(record["id"]), follow=False).status for record in pair) == [200, 301]


def test_a_merge_that_others_have_built_upon_is_not_taken_back(admin):
    a, b, c = (new_record(admin, "organisations") for _ in range(3))
    task = new_record(admin, "tasks", organisation_id=a["id"])
    first = merge(admin, a, b)
    second = merge(admin, b, c)
    problem = refused(admin, "POST", f"{API}/undo/{first.position}").problem(409, "changed_since")
    assert errors_by_pointer(problem) == {f"/task/{task['id']}/organisation_id": "changed_since"}
    admin.post(f"{API}/undo/{second.position}").ok()
    admin.post(f"{API}/undo/{first.position}").ok()
    merge(admin, b, a).ok()


# ---- erasing -------------------------------------------------------------------------------------------------------


def test_a_person_is_erased_once(admin):
    person = admin.create("people", {"last_name": unique("Efface")})
    path, key = path_of("people", person), {"Idempotency-Key": str(uuid.uuid4())}
    assert errors_by_pointer(refused(admin, "POST", path + "/erase", {}).problem(422)) == {"/reason": "required"}
    first = admin.post(path + "/erase", {"reason": "Demande"}, headers=key)
    first.ok()
    again = admin.post(path + "/erase", {"reason": "Demande"}, headers=key)
    assert (again.status, again.text()) == (200, first.text())
    refused(admin, "POST", path + "/erase", {"reason": "Demande"}).problem(409, "erased")
    refused(admin, "PATCH", path, {"last_name": "Revient"}).problem(409, "erased")
    refused(admin, "POST", f"{API}/undo/{first.position}").problem(409, "cannot_undo")
    admin.delete(path).ok()
    refused(admin, "POST", path + "/erase", {"reason": "Demande"}).problem(409, "erased")
    admin.post(path + "/restore").ok()
    refused(admin, "POST", f"{API}/links", {"person_id": person["id"], "organisation_id": new_record(admin, "organisations")["id"]}).problem(409, "erased")


def test_external_participants_are_erased_once(admin):
    made = new_record(admin, "interactions", external_participants=[{"name": "Paul Martin"}, {"name": "Anne Petit"}])
    path = path_of("interactions", made) + "/external-participants/erase"
    for names, pointer in ((["Personne"], "/names/0"), (["Paul Martin", "Personne"], "/names/1"), (["Paul Martin", "Paul Martin"], "/names/1")):
        assert list(errors_by_pointer(refused(admin, "POST", path, {"names": names, "reason": "Demande"}).problem(422))) == [pointer]
    admin.post(path, {"names": ["Paul Martin"], "reason": "Demande"}).ok()
    refused(admin, "POST", path, {"names": ["Paul Martin"], "reason": "Demande"}).problem(422)
    assert admin.post(path, {"reason": "Demande"}).ok()["external_participants"] == []
    before = admin.log_end()
    admin.post(path, {"reason": "Demande"}).ok()
    assert admin.log_end() == before, "nobody was left to erase"
