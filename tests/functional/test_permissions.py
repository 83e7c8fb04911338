"""Each role on each route on each kind of record does what the rules written by hand say, and no way out shows more."""

import uuid

import pytest

from alforis_client import API, Client, problem_of, written_since
from firm import PASSWORD, Firm, lei, organisation_path, unique
from one_time_codes import code_of, confirm, enrol
from rights_by_hand import PUBLIC, ROLES, RULES, WHOSE, create_link, deletes, expected_status, read_deleted, sees, take

ASKERS = ROLES[1:]


@pytest.fixture(scope="module")
def firm(make_server):
    """The askers are all of the team paris; nobody else writes here, so that the log's end tells what was written."""
    firm = Firm(make_server())
    firm.people["anonymous"] = Client(firm.server.port)
    return firm


class Records:
    """Makes a record of a kind for an asker."""

    def __init__(self, firm, asker):
        self.firm, self.admin, self.asker = firm, firm.admin, asker
        self.me = firm.id_of(asker) if asker != "anonymous" else firm.id_of("sales")

    def owner(self, whose):
        if whose == "own":
            return self.me
        return {"team": self.firm.id_of("colleague"), "deleted": self.firm.id_of("colleague"),
                "other": self.firm.id_of("other_sales"), "shared": None}[whose]

    def organisation(self, whose):
        body = {"name": unique("Permission")}
        if self.owner(whose):
            body["owner_id"] = self.owner(whose)
        made = self.admin.create("organisations", body)
        if whose == "deleted":
            self.admin.delete(organisation_path(made["id"])).ok()
        return made

    def person(self, whose):
        made = self.admin.create("people", {"last_name": unique("Permission")})
        if whose != "unlinked":
            organisation = self.organisation("team" if whose == "deleted" else whose)
            self.admin.create("links", {"person_id": made["id"], "organisation_id": organisation["id"]})
        if whose == "deleted":
            self.admin.delete(f"{API}/people/{made['id']}").ok()
        return made

    def link(self, whose):
        person = self.admin.create("people", {"last_name": unique("Permission")})
        organisation = self.organisation("team" if whose == "deleted" else whose)
        made = self.admin.create("links", {"person_id": person["id"], "organisation_id": organisation["id"]})
        if whose == "deleted":
            self.admin.post(f"{API}/links/{made['id']}/end").ok()
        return made

    def edit(self, whose):
        """The position of what the administrator did to an organisation, before it was deleted."""
        made = self.organisation("team" if whose == "deleted" else whose)
        position = self.admin.patch(organisation_path(made["id"]), {"city": unique("Ville")}).position
        if whose == "deleted":
            self.admin.delete(organisation_path(made["id"])).ok()
        return position

    def produit(self, whose="shared"):
        made = self.admin.create("produits", {"name": unique("Permission"), "type": "opcvm"})
        if whose == "deleted":
            self.admin.delete(f"{API}/produits/{made['id']}").ok()
        return made

    def mandat(self, whose, status="propose"):
        """With a produit, `made["produit_id"]`, once it runs."""
        organisation = self.organisation("team" if whose == "deleted" else whose)
        made = self.admin.create("mandats", {"organisation_id": organisation["id"], "date_signature": "2026-01-01", "date_debut": "2026-01-01"})
        made["produit_id"] = str(uuid.uuid4())
        path = f"{API}/mandats/{made['id']}"
        if whose == "deleted":
            self.admin.delete(path).ok()
        elif status == "signe":
            self.admin.post(path + "/sign").ok()
            made["produit_id"] = self.produit()["id"]
            self.admin.post(path + "/produits", {"produit_id": made["produit_id"]}).ok()
        return made

    def interaction(self, whose):
        return self.about(whose, "interactions", {"title": unique("Permission"), "next_action_at": "2026-01-01T09:00:00Z",
                                                  "external_participants": [{"name": "Paul Martin"}]})

    def task(self, whose, done=False):
        made = self.about(whose, "tasks", {"title": unique("Permission")})
        if done and whose != "deleted":
            self.admin.post(f"{API}/tasks/{made['id']}/complete").ok()
        return made

    def kpi(self, whose):
        return self.about(whose, "manual-kpis", {"year": 2026, "month": 3, "rdv": 4})

    def view(self, whose):
        name, shared = {"own": (self.asker, "me"), "team": ("colleague", "team"), "other": ("other_sales", "team"),
                        "shared": ("other_sales", "firm"), "deleted": ("colleague", "team")}[whose]
        maker = self.firm.people[name if name != "anonymous" else "sales"]
        made = maker.create("views", {"name": unique("Permission"), "resource": "task", "query": "assignee=me", "shared": shared})
        self.admin.position = max(self.admin.position, maker.position)
        if whose == "deleted":
            self.admin.delete(f"{API}/views/{made['id']}").ok()
        return made

    def about(self, whose, collection, body):
        organisation = self.organisation("team" if whose == "deleted" else whose)
        made = self.admin.create(collection, {**body, "organisation_id": organisation["id"]})
        if whose == "deleted":
            self.admin.delete(f"{API}/{collection}/{made['id']}").ok()
        return made

    def team(self, whose):
        # An administrator of no team has none of their own.
        return {"id": self.firm.teams["lyon" if whose == "other" else "paris"]}

    def user(self, whose):
        if whose == "own":
            return {"id": self.me}
        return {"id": self.firm.id_of("colleague" if whose == "team" else "other_sales")}

    def session(self, whose):
        """Of a login that nobody uses."""
        name = {"own": self.asker, "team": "colleague", "other": "other_sales"}[whose]
        client = self.firm.twice(name if name != "anonymous" else "sales")
        self.admin.position = max(self.admin.position, client.position)
        return {"id": client.session}

    def api_key(self, whose):
        user = {"own": self.me, "team": self.firm.id_of("colleague"), "other": self.firm.id_of("other_sales")}[whose]
        return self.admin.create("api-keys", {"name": unique("Permission"), "user_id": user})

    def with_codes(self, name):
        """A client of somebody new of the same role, who has one-time codes."""
        client = self.firm.new_person(self.firm.people[name].user["role"])
        enrol(client)
        confirm(client)
        return client

    def client(self, route):
        """Who asks: for what changes the asker's own account somebody new of the same role."""
        if self.asker == "anonymous":
            return self.firm.people[self.asker]
        if route == f"POST {API}/auth/logout":
            return self.firm.twice(self.asker)
        if route == f"DELETE {API}/me/totp":
            return self.with_codes(self.asker)
        client = self.firm.people[self.asker]
        if route == f"POST {API}/me/totp/confirm":
            client = self.firm.new_person(client.user["role"])
            enrol(client)
        return client

    def make(self, route, whose):
        if route.startswith(f"{API}/auth/sessions"):
            return self.session(whose)
        if route.startswith(f"{API}/api-keys"):
            return self.api_key(whose)
        if route.endswith("/{id}/totp") and whose != "own":
            return self.with_codes("sales" if self.asker == "anonymous" else self.asker).user
        collection, rest = route.split("/")[3], route.split("{id}")[-1]
        if collection == "mandats":
            return self.mandat(whose, "signe" if rest == "/activate" or rest.startswith("/produits") else "propose")
        if collection == "tasks":
            return self.task(whose, rest == "/reopen")
        singular = {"organisations": "organisation", "people": "person", "links": "link", "produits": "produit", "interactions": "interaction", "teams": "team", "users": "user",
                    "manual-kpis": "kpi", "views": "view"}
        return getattr(self, singular[collection])(whose)


PATCHES = {
    "interactions": lambda: {"direction": "out"}, "tasks": lambda: {"priority": "haute"}, "produits": lambda: {"currency": "USD"},
    "mandats": lambda: {"commission_rate": 1.5}, "organisations": lambda: {"city": "Pau"}, "people": lambda: {"job_title": "Chef"},
    "manual-kpis": lambda: {"rdv": 7}, "views": lambda: {"name": unique("Nommée")},
    "links": lambda: {"job_title": "Chef"}, "teams": lambda: {"description": unique("Décrite")},
    "users": lambda: {"full_name": unique("Nommée")}, "workspace": lambda: {"name": unique("Nommé")},
}


def body_of(route, records, whose):
    method, path = route.split(" ")
    collection = path.split("/")[3]
    if method == "GET" or "/invite" in path or "/reset-password" in path:
        return None
    if path == f"{API}/me/totp":
        return {"password": "correct horse battery" if method == "POST" and records.asker == "admin" else PASSWORD}
    if path.endswith("/confirm"):
        return {"code": "123456"}
    if path.endswith("/snooze"):
        return {"days": 3}
    if path.endswith("/reschedule"):
        return {"next_action_at": "2026-02-01T09:00:00Z"}
    if route in (f"POST {API}/interactions", f"POST {API}/tasks"):
        return {"title": unique("Neuve"), "organisation_id": records.organisation(whose)["id"]}
    if path.endswith("/terminate"):
        return {"reason": "fini"}
    if path.endswith("/{id}/produits"):
        return {"produit_id": records.produit()["id"]}
    if method == "PATCH" and path.endswith("{produit_id}"):
        return {"allocation": 12.5}
    if path.endswith("/erase"):
        return {"reason": "Demande"}
    if path.endswith("/merge"):
        return {"into": records.organisation("shared")["id"]}
    if path.endswith("/stage"):
        return {"stage": "proposition"}
    if path == f"{API}/me/password":
        password = "correct horse battery" if records.asker == "admin" else PASSWORD
        return {"current": password, "password": password}
    if path.endswith("/password"):
        return {"current": "correct horse battery", "password": "correct horse battery" if whose == "own" else PASSWORD}
    if path == f"{API}/me":
        return {"full_name": unique("Nommée")}
    if path.startswith(f"{API}/imports"):
        return {"import_id": str(uuid.uuid4()), "source": "x.csv", "records": [{"record": {"name": unique("Importée")}}]}
    if route == f"POST {API}/links":
        person = records.admin.create("people", {"last_name": unique("Permission")})
        return {"person_id": person["id"], "organisation_id": records.organisation(whose)["id"]}
    if route == f"POST {API}/manual-kpis":
        return {"organisation_id": records.organisation(whose)["id"], "year": 2026, "month": 3}
    if route == f"POST {API}/mandats":
        return {"organisation_id": records.organisation(whose)["id"]}
    if method == "POST" and path == f"{API}/{collection}":
        return {"produits": {"name": unique("Neuf"), "type": "etf"}, "organisations": {"name": unique("Neuve")}, "people": {"last_name": unique("Neuve")}, "teams": {"name": unique("Neuve")},
                "views": {"name": unique("Neuve"), "resource": "person"},
                "users": {"email": f"{uuid.uuid4()}@alforis.example"}, "api-keys": {"name": unique("Neuve")}}[collection]
    if path.endswith("/bulk"):
        made = records.make(f"{API}/{collection}/{{id}}", "shared" if collection == "produits" else "team")
        return {"ids": [made["id"]], "patch": PATCHES[collection]()}
    if path.endswith("/reassign"):
        return {"to": records.firm.id_of("colleague")}
    if method == "PATCH":
        return PATCHES[collection]()
    return None


def test_every_route_of_the_document_has_a_rule(firm):
    document = firm.admin.get("/openapi.json").ok()
    methods = ("get", "put", "post", "delete", "patch")
    routes = {f"{method.upper()} {path}" for path, row in document["paths"].items() for method in row if method in methods}
    hidden = {"GET /openapi.json", "GET /docs", "GET /problems/{code}"}  # pages need not document themselves
    assert routes - set(RULES) - PUBLIC == set(), "a new route needs a rule in rights_by_hand.py"
    assert set(RULES) | (PUBLIC - hidden) <= routes, "a rule for a route that is not there"


CASES = [(route, role, whose) for route, (_, kinds) in RULES.items() for role in ROLES for whose in kinds]


@pytest.mark.parametrize("route, role, whose", CASES, ids=["-".join(case).replace(API + "/", "") for case in CASES])
def test_a_role_may_do_on_a_record_what_the_rules_say(firm, route, role, whose):
    records = Records(firm, role)
    client = records.client(route)
    method, path = route.split(" ")
    body = {"code": code_of(client.secret)} if path.endswith("/confirm") and role != "anonymous" else body_of(route, records, whose)
    if "{command}" in path:
        path = path.replace("{command}", str(records.edit(whose)))
    if "{id}" in path:
        made = records.make(path, whose)
        path = path.replace("{id}", made["id"]).replace("{produit_id}", made.get("produit_id", ""))
    if path == f"{API}/kpis":
        path += f"?organisation_id={records.organisation(whose)['id']}"
    if path.startswith(f"{API}/search"):
        path += "?q=neuve"
    firm.everybody_follows()
    before = firm.admin.log_end()
    answer = client.request(method, path, body)
    expected = expected_status(route, role, whose)
    assert answer.status == expected, answer
    if expected >= 400:
        answer.problem(expected)
        assert written_since(firm.admin, before) == 0, "a refused command left something in the log"
    elif method == "GET":  # what is taken away is noted
        noted = "/dossier" in path or path.endswith("/audit/export")
        assert written_since(firm.admin, before) == noted
    elif path.endswith("/reassign"):
        changed = sum(outcome["outcome"] == "changed" for outcome in answer.json()["outcomes"])
        assert written_since(firm.admin, before) == changed
    elif not path.endswith("/restore") or whose == "deleted":
        assert written_since(firm.admin, before) == 1, "one command is one commit"


@pytest.mark.parametrize("route", sorted(PUBLIC))
@pytest.mark.parametrize("role", ROLES)
def test_public_routes_answer_everybody(firm, route, role):
    method, path = route.split(" ")
    body = {"email": "admin@alforis.example", "password": "correct horse battery"} if method == "POST" else None
    if path.endswith("/refresh"):
        body = {"refresh_token": firm.server.login().refresh_token}
    if path.endswith("/accept"):
        link = firm.admin.post(f"{API}/users/{firm.make_user('viewer')['id']}/invite").ok()
        body = {"token": link["token"], "password": PASSWORD}
    assert firm.people[role].request(method, path.replace("{code}", "not_found"), body).status in (200, 204)


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("role", ASKERS)
def test_deleted_records_are_found_by_who_may_restore_them(firm, role, whose):
    for collection in ("organisations", "people", "mandats", "interactions", "tasks", "manual-kpis"):
        made = Records(firm, role).make(f"{API}/{collection}/{{id}}", whose)
        firm.everybody_follows()
        answer = firm.people[role].get(f"{API}/{collection}/{made['id']}", query={"deleted": "true"})
        assert answer.status == read_deleted(role, whose), (collection, answer)


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize("role", ASKERS)
def test_a_shared_record_is_taken_by_making_oneself_its_owner(firm, role, whose):
    made = Records(firm, role).organisation(whose)
    answer = firm.people[role].patch(organisation_path(made["id"]), {"owner_id": firm.id_of(role)})
    assert answer.status == take(role, whose), answer


@pytest.mark.parametrize("role, to, statuses", [
    ("sales", "colleague", (403,)), ("sales", "other_sales", (422,)), ("sales", "sales", (200, 201)), ("sales", None, (200, 201)),
    ("manager", "colleague", (200, 201)), ("manager", "other_sales", (422,)), ("manager", None, (200, 201)), ("admin", "other_sales", (200, 201)),
])
def test_records_are_given_to_whom_the_role_may_give_them(firm, role, to, statuses):
    made = firm.organisation(role)

    def give(owner):
        return (firm.people[role].patch(organisation_path(made["id"]), {"owner_id": owner}),
                firm.people[role].post(f"{API}/organisations", {"name": unique("Donnée"), "owner_id": owner}))

    for answer, to_nobody_there in zip(give(to and firm.id_of(to)), give(str(uuid.uuid4()))):
        assert answer.status in statuses, answer
        assert answer.status != 422 or problem_of(answer) == problem_of(to_nobody_there)


def test_sales_people_restore_what_they_deleted_themselves(firm):
    """They cannot delete: it takes somebody who was a manager then."""
    client = firm.new_person("manager", firm.teams["paris"])
    organisation = firm.organisation("colleague")
    person = firm.person(organisation)
    foreign = Records(firm, "sales").organisation("deleted")
    paths = [organisation_path(organisation["id"]), f"{API}/people/{person['id']}"]
    for path in paths:
        client.delete(path).ok()
    firm.admin.patch(f"{API}/users/{client.user['id']}", {"role": "sales"}).ok()
    client.position = firm.admin.position
    assert client.list("organisations", deleted="true") == [organisation["id"]]
    assert client.list("people", deleted="true") == [person["id"]]
    for path in paths:
        client.get(path, query={"deleted": "true"}).ok()
        client.post(path + "/restore").ok()
    client.post(organisation_path(foreign["id"]) + "/restore").problem(404)


def test_a_change_of_role_counts_for_the_next_command(firm):
    client = firm.new_person("manager", firm.teams["paris"])
    organisation = firm.organisation("colleague")
    firm.admin.patch(f"{API}/users/{client.user['id']}", {"role": "viewer"}).ok()
    client.patch(organisation_path(organisation["id"]), {"city": "Trop tard"}).problem(403)


# ---- lists, counts, histories --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def landscape(make_server):
    """A firm with one record of each kind for each asker, and the ids of what each of them may see by the rules."""
    firm = Firm(make_server())
    made = []  # (collection, owner's name or None, id)
    for owner in (None, "viewer", "sales", "colleague", "manager", "other_sales", "other_manager", "admin"):
        for i in range(4):
            organisation = firm.organisation(owner, lei=lei(), email=f"{owner}{i}@secret.example", city=f"Ville {owner}")
            person = firm.person(organisation, first_name=f"Proche {owner}")
            link = firm.admin.list("links", organisation=organisation["id"])[0]
            mandat = firm.admin.create("mandats", {"organisation_id": organisation["id"]})
            kpi = firm.admin.create("manual-kpis", {"organisation_id": organisation["id"], "year": 2026, "month": 1 + i, "rdv": i})
            made += [("organisations", owner, organisation["id"]), ("people", owner, person["id"]), ("links", owner, link),
                     ("mandats", owner, mandat["id"]), ("manual-kpis", owner, kpi["id"])]
            for about in ({"organisation_id": organisation["id"]}, {"person_id": person["id"]}):
                for collection in ("interactions", "tasks"):
                    record = firm.admin.create(collection, {"title": unique(f"Affaire {owner}"), **about})
                    made.append((collection, owner, record["id"]))
            # With both, the organisation decides: a person whom everybody sees opens nothing.
            stranger = firm.admin.create("people", {"last_name": unique("Partout")})
            made.append(("people", None, stranger["id"]))
            both = {"organisation_id": organisation["id"], "person_id": stranger["id"]}
            made.append(("interactions", owner, firm.admin.create("interactions", {"title": unique("Les deux"), **both})["id"]))
            made.append(("tasks", owner, firm.admin.create("tasks", {"title": unique("Les deux"), **both})["id"]))
            if owner not in (None, "viewer"):  # without a subject it is the assignee's
                task = firm.admin.create("tasks", {"title": unique("Sans objet"), "assignee_id": firm.id_of(owner)})
                made.append(("tasks", owner, task["id"]))
    firm.everybody_follows()
    firm.made = made
    return firm


def visible_ids(firm, asker, collection):
    """By hand: of the own team, shared, or everything for the administrator. An owner without a team has records of their own."""
    team = Firm.MEMBERS[asker][1] if asker in Firm.MEMBERS else None
    found = []
    for kind, owner, identity in firm.made:
        same_team = team is not None and owner in Firm.MEMBERS and Firm.MEMBERS[owner][1] == team
        if kind == collection and (asker == "admin" or owner is None or owner == asker or same_team):
            found.append(identity)
    return sorted(found)


NAMES = ("viewer", "sales", "manager", "other_viewer", "other_sales", "other_manager", "admin")


@pytest.mark.parametrize("collection", ["organisations", "people", "links", "mandats", "interactions", "tasks", "manual-kpis"])
@pytest.mark.parametrize("asker", NAMES)
def test_a_list_and_its_count_hold_what_may_be_seen_and_nothing_else(landscape, asker, collection):
    client, expected = landscape.people[asker], visible_ids(landscape, asker, collection)
    assert 0 < len(expected) and (asker == "admin" or len(expected) < len([1 for made in landscape.made if made[0] == collection]))
    for query in ({"limit": 3}, {"limit": 200}, {"limit": 5, "sort": "-updated_at"}):
        assert sorted(client.list(collection, **query)) == expected
    for count in ("exact", "estimate"):
        total = client.get(f"{API}/{collection}", query={"count": count, "limit": 1}).ok()["total"]
        assert total == len(expected) or count == "estimate"


@pytest.mark.parametrize("asker", NAMES[:-1])
def test_no_filter_finds_what_may_not_be_seen(landscape, asker):
    client = landscape.people[asker]
    seen = {kind: set(visible_ids(landscape, asker, kind)) for kind in ("organisations", "people", "links", "mandats", "interactions", "tasks", "manual-kpis")}
    hidden = {kind: [identity for what, _, identity in landscape.made if what == kind and identity not in seen[kind]] for kind in seen}
    assert all(hidden.values())
    for identity in hidden["organisations"]:
        secret = landscape.admin.read("organisations", identity)
        questions = [("organisations", {"id": identity}), ("organisations", {"lei": secret["lei"]}), ("organisations", {"email": secret["email"]}),
                     ("organisations", {"q": secret["name"]}), ("organisations", {"owner_id": secret["owner_id"]}),
                     ("people", {"organisation": identity}), ("links", {"organisation": identity}), ("mandats", {"organisation": identity}),
                     ("mandats", {"owner": secret["owner_id"]}), ("interactions", {"organisation": identity}), ("tasks", {"organisation": identity}),
                     ("tasks", {"owner": secret["owner_id"]}), ("manual-kpis", {"organisation": identity}),
                     ("organisations", {"deleted": "true", "id": identity})]
        for collection, query in questions:
            page = client.get(f"{API}/{collection}", query={**query, "count": "exact"}).ok()
            assert (page["items"], page["total"]) == ([], 0), (collection, query)
        assert set(client.list("tasks", assignee=secret["owner_id"])) <= seen["tasks"]
    for kind in seen:
        for identity in hidden[kind]:
            for path in (f"{API}/{kind}/{identity}", f"{API}/{kind}/{identity}/history"):
                client.get(path).problem(404)
                client.get(path, headers={"If-None-Match": '"1"'}).problem(404)


def test_a_person_seen_through_one_organisation_does_not_betray_another(landscape):
    """Linked to a shared and to a hidden organisation: the person is seen, the hidden link is not, by no filter and no count."""
    open_one, secret = landscape.organisation(), landscape.organisation("other_sales")
    person = landscape.person(open_one, secret)
    client = landscape.people["sales"]
    assert client.read("people", person["id"])["id"] == person["id"]
    assert client.list("people", organisation=open_one["id"]) == [person["id"]]
    links = list(client.pages(f"{API}/links", {"person": person["id"]}))
    assert [link["organisation_id"] for link in links] == [open_one["id"]]
    assert client.list("people", organisation=secret["id"]) == []
    assert client.list("people", organisation=f"{secret['id']},{open_one['id']}") == [person["id"]]
    assert client.get(f"{API}/people", query={"organisation": secret["id"], "count": "exact"}).ok()["total"] == 0
    history = client.get(f"{API}/people/{person['id']}/history")
    assert secret["id"] not in history.text()


@pytest.mark.parametrize("asker", NAMES)
def test_users_and_teams_are_listed_as_far_as_they_may_be_seen(landscape, asker):
    client = landscape.people[asker]
    team = Firm.MEMBERS[asker][1] if asker in Firm.MEMBERS else None
    colleagues = [name for name, (_, other) in Firm.MEMBERS.items() if other == team]
    if asker == "admin":
        users = [landscape.id_of(name) for name in landscape.people]
    elif asker.endswith("viewer"):
        users = [landscape.id_of(asker)]
    else:
        users = [landscape.id_of(name) for name in colleagues]
    assert sorted(client.list("users", limit=2)) == sorted(users)
    assert client.get(f"{API}/users?count=exact").ok()["total"] == len(users)
    teams = list(landscape.teams.values()) if asker == "admin" else [landscape.teams[team]]
    assert sorted(client.list("teams")) == sorted(teams)
    stranger = landscape.admin.read("users", landscape.id_of("other_sales" if team != "lyon" else "sales"))
    if asker != "admin":
        assert client.list("users", email=stranger["email"]) == []


def test_a_cached_answer_of_one_asker_is_not_given_to_another(landscape):
    secret = landscape.organisation("other_sales")
    path = organisation_path(secret["id"])
    for _ in range(3):
        landscape.admin.get(path).ok()
        landscape.people["other_sales"].get(path).ok()
        landscape.people["sales"].get(path).problem(404)
        landscape.server.anonymous().get(path).problem(401)
    query = {"q": secret["name"]}
    for _ in range(2):
        assert len(landscape.admin.get(f"{API}/organisations", query=query).ok()["items"]) == 1
        assert landscape.people["sales"].get(f"{API}/organisations", query=query).ok()["items"] == []


def test_the_rules_by_hand_are_not_all_alike():
    """A table that allowed or forbade everything would test nothing."""
    answers = {role: [expected_status(route, role, whose) for route, r, whose in CASES if r == role] for role in ROLES}
    assert len({tuple(statuses) for statuses in answers.values()}) == len(ROLES)
    assert {200, 201, 403, 404, 409, 422} <= {status for role in ASKERS for status in answers[role]}
    assert sees("viewer", "team") and not sees("manager", "other") and deletes("manager", "team") and create_link("sales", "own") == 201
