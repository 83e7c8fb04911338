"""Saved views: everybody's own, shared with the team or the firm as their maker says."""

import pytest

from alforis_client import API
from firm import Firm, errors_by_pointer, unique

NAMES = ("viewer", "sales", "colleague", "manager", "other_viewer", "other_sales", "other_manager")


@pytest.fixture(scope="module")
def shared(make_server):
    """Each member's views, one of each sharing."""
    firm = Firm(make_server())
    firm.views = {}
    for name in NAMES:
        for sharing in ("me", "team", "firm"):
            body = {"name": unique(f"Vue {name}"), "resource": "organisation", "query": "owner=me&sort=-aum", "shared": sharing}
            firm.views[name, sharing] = firm.people[name].create("views", body)["id"]
    firm.everybody_follows()
    return firm


def seen_by(firm, asker):
    def seen(maker, sharing):
        same_team = asker != "admin" and Firm.MEMBERS[maker][1] == Firm.MEMBERS[asker][1]
        return asker in ("admin", maker) or sharing == "firm" or (sharing == "team" and same_team)
    return sorted(identity for (maker, sharing), identity in firm.views.items() if seen(maker, sharing))


@pytest.mark.parametrize("asker", NAMES + ("admin",))
def test_one_lists_and_reads_what_is_ones_own_or_shared(shared, asker):
    client, expected = shared.people[asker], seen_by(shared, asker)
    assert sorted(client.list("views", limit=2)) == expected
    assert client.get(f"{API}/views?count=exact&limit=1").ok()["total"] == len(expected)
    for identity in shared.views.values():
        status = 200 if identity in expected else 404
        assert client.get(f"{API}/views/{identity}").status == status
        assert client.get(f"{API}/views/{identity}/history").status == status
    own = [identity for (maker, _), identity in shared.views.items() if maker == asker]
    assert sorted(client.list("views", created_by="me")) == sorted(own)


def test_a_view_follows_its_maker_into_another_team(make_server):
    firm = Firm(make_server())
    made = firm.people["sales"].create("views", {"name": "À nous", "resource": "task", "shared": "team"})
    firm.everybody_follows()
    firm.people["viewer"].get(f"{API}/views/{made['id']}").ok()
    firm.people["other_viewer"].get(f"{API}/views/{made['id']}").problem(404)
    firm.admin.patch(f"{API}/users/{firm.id_of('sales')}", {"team_id": firm.teams["lyon"]}).ok()
    firm.everybody_follows()
    firm.people["viewer"].get(f"{API}/views/{made['id']}").problem(404)
    assert firm.people["viewer"].list("views") == []
    firm.people["other_viewer"].get(f"{API}/views/{made['id']}").ok()
    assert firm.people["other_viewer"].list("views") == [made["id"]]


def test_a_viewer_keeps_views_finds_deleted_ones_and_restores_them(firm):
    client = firm.new_person("viewer", firm.teams["paris"])
    made = client.create("views", {"name": "Mes tâches", "resource": "task", "query": "assignee=me&status=todo,doing"})
    path = f"{API}/views/{made['id']}"
    assert client.patch(path, {"name": "Tâches", "shared": "team"}).ok()["shared"] == "team"
    client.delete(path).ok()
    client.get(path).problem(404)
    client.get(path, query={"deleted": "true"}).ok()
    assert client.list("views", deleted="true") == [made["id"]]
    colleague = firm.people["manager"]
    colleague.position = client.position
    assert made["id"] not in colleague.list("views", deleted="true")
    colleague.get(path, query={"deleted": "true"}).problem(404)
    client.post(path + "/restore").ok()
    assert client.list("views") .count(made["id"]) == 1
    firm.admin.position = client.position
    firm.admin.delete(path).ok()
    client.position = firm.admin.position
    assert client.list("views", deleted="true") == [made["id"]], "whoever deleted it, it is its maker's"
    client.post(path + "/restore").ok()


@pytest.mark.parametrize("resource, query, code", [
    ("organisation", "stage=signe&owner=me&sort=-aum,name&limit=20&q=lyon", None),
    ("person", "unsubscribed=false", None), ("produit", "type=etf", None), ("mandat", "date_fin.before=2027-01-01", None),
    ("interaction", "type=call%2Cemail", None), ("task", "", None),
    ("organisation", "colour=red", "unknown_parameter"), ("task", "stage=signe", "unknown_parameter"),
    ("organisation", "stage=gagne", "invalid_value"), ("organisation", "sort=colour", "unknown_parameter"),
    ("organisation", "name=%zz", "invalid_value"), ("organisation", "city=a&city=b", "duplicate_parameter"),
    ("organisation", "after=x", "unknown_parameter"), ("organisation", "limit=0", "invalid_value"),
])
def test_a_query_is_checked_as_the_list_would(firm, resource, query, code):
    body = {"name": unique("Vue"), "resource": resource, **({"query": query} if query else {})}
    answer = firm.people["sales"].post(f"{API}/views", body)
    if code is None:
        made = answer.ok(201)
        assert made.get("query", "") == query
        collection = {"person": "people"}.get(resource, resource + "s")
        firm.people["sales"].get(f"{API}/{collection}?{query}").ok()
        return
    assert errors_by_pointer(answer.problem(422)) == {"/query": code}
    made = firm.people["sales"].create("views", {"name": unique("Vue"), "resource": resource})
    problem = firm.people["sales"].patch(f"{API}/views/{made['id']}", {"query": query}).problem(422)
    assert errors_by_pointer(problem) == {"/query": code}
    if code == "unknown_parameter":
        name = query.split("=")[0]
        assert problem["errors"][0]["detail"].startswith(f"{name}: ")


def test_a_layout_is_kept_as_it_is_and_no_text_in_it_passes_for_a_cursor(firm):
    client = firm.new_person("sales", firm.teams["paris"])
    layout = {"columns": ["name"], "deleted_at": "x", "list": {"items": ["a"], "next": "https://evil.example"}, "total": 3}
    made = client.create("views", {"name": "Piège", "resource": "person", "layout": layout})
    assert client.read("views", made["id"])["layout"] == layout
    answer = client.get(f"{API}/views", query={"created_by": "me"})
    assert answer.ok()["next"] is None and answer.header("Link") is None
    answer = client.get(f"{API}/views", query={"created_by": "me", "count": "exact"})
    assert answer.ok()["total"] == 1 and answer.header("Link") is None
    assert client.list("views", **{"created_by": "me", "deleted_at.empty": "true"}) == [made["id"]]
    client.patch(f"{API}/views/{made['id']}", {"layout": {"columns": []}}).ok()
    assert client.read("views", made["id"])["layout"] == {"columns": []}, "a layout changes as a whole"
    too_large = {"x": "y" * 16384}
    problem = client.patch(f"{API}/views/{made['id']}", {"layout": too_large}).problem(422)
    assert errors_by_pointer(problem) == {"/layout": "too_large"}


def test_what_is_viewed_does_not_change(firm):
    made = firm.people["sales"].create("views", {"name": unique("Vue"), "resource": "person"})
    problem = firm.people["sales"].patch(f"{API}/views/{made['id']}", {"resource": "task"}).problem(422)
    assert errors_by_pointer(problem) == {"/resource": "unknown_member"}
