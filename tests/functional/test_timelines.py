"""Timelines: what happened around an organisation or a person, from all tables in one list, as far as the asker may see it."""

import pytest

from alforis_client import API
from firm import Firm, unique

KINDS = ("interaction", "task", "stage", "mandat", "link")


def timeline(client, collection, identity, **query):
    return list(client.pages(f"{API}/{collection}/{identity}/timeline", query))


@pytest.fixture(scope="module")
def busy(make_server):
    """An organisation and a person of the sales person's, around whom a lot happened, several things at one moment."""
    firm = Firm(make_server())
    admin, same = firm.admin, "2026-01-05T09:00:00Z"
    firm.house = firm.organisation("sales")
    firm.owner = firm.person(firm.house, first_name="Ada", last_name="Leroy")
    house, ada = {"organisation_id": firm.house["id"]}, {"person_id": firm.owner["id"]}
    firm.expected = {kind: [] for kind in KINDS}
    for number in range(5):
        about = {**house, **(ada if number % 2 else {})}
        firm.expected["interaction"].append(admin.create("interactions", {"title": unique("Point"), "occurred_at": same, **about})["id"])
        firm.expected["task"].append(admin.create("tasks", {"title": unique("Tâche"), **about})["id"])
    admin.post(f"{API}/tasks/{firm.expected['task'][0]}/complete").ok()
    for stage in ("proposition", "perdu", "signe"):
        admin.post(f"{API}/organisations/{firm.house['id']}/stage", {"stage": stage, "reason": f"vers {stage}"}).ok()
        firm.expected["stage"].append(stage)
    mandat = admin.create("mandats", {**house, "date_signature": "2026-01-10", "date_debut": "2026-02-01"})
    path = f"{API}/mandats/{mandat['id']}"
    admin.post(path + "/sign").ok()
    admin.patch(path, {"notes": "rien de nouveau"}).ok()
    admin.post(path + "/activate").ok()
    admin.post(path + "/terminate", {"reason": "fini"}).ok()
    firm.mandat = mandat
    link = admin.list("links", organisation=firm.house["id"])[0]
    admin.post(f"{API}/links/{link}/end", {"until": "2026-03-31", "reason": "partie"}).ok()
    firm.link = link
    firm.everybody_follows()
    return firm


def test_a_timeline_tells_all_that_happened_newest_first(busy):
    items = timeline(busy.people["sales"], "organisations", busy.house["id"], limit=200)
    assert [item["at"] for item in items] == sorted((item["at"] for item in items), reverse=True)
    by_kind = {kind: [item for item in items if item["kind"] == kind] for kind in KINDS}
    assert sorted(item["id"] for item in by_kind["interaction"]) == sorted(busy.expected["interaction"])
    made_by_rules = set(busy.admin.list("tasks", organisation=busy.house["id"])) - set(busy.expected["task"])
    assert {item["id"] for item in by_kind["task"]} == set(busy.expected["task"]) | made_by_rules
    assert [(move["from"], move["to"], move["reason"]) for move in by_kind["stage"]] == [
        ("perdu", "signe", "vers signe"), ("proposition", "perdu", "vers perdu"), ("prospect", "proposition", "vers proposition")]
    assert {(move["id"], move["title"]) for move in by_kind["stage"]} == {(busy.house["id"], busy.house["name"])}
    today = by_kind["mandat"][0].pop("date")
    assert len(today) == 10
    assert [(move["event"], move.get("date"), move.get("reason")) for move in by_kind["mandat"]] == [
        ("terminated", None, "fini"), ("activated", "2026-02-01", None), ("signed", "2026-01-10", None), ("created", None, None)]
    assert {(move["id"], move["title"]) for move in by_kind["mandat"]} == {(busy.mandat["id"], busy.mandat["number"])}
    assert [(link["id"], link["event"], link["title"], link.get("date"), link.get("reason")) for link in by_kind["link"]] == [
        (busy.link, "ended", "Ada Leroy", "2026-03-31", "partie"), (busy.link, "begun", "Ada Leroy", None, None)]


def test_a_task_stands_where_it_was_completed(busy):
    records = {one["id"]: one for one in busy.admin.pages(f"{API}/tasks", {"organisation": busy.house["id"]})}
    for item in timeline(busy.admin, "organisations", busy.house["id"], kinds="task"):
        record = records[item["id"]]
        assert item["at"] == record.get("completed_at", record["created_at"])
        assert (item["title"], item["status"], item["category"]) == (record["title"], record["status"], record["category"])


@pytest.mark.parametrize("collection", ["organisations", "people"])
@pytest.mark.parametrize("asker", ["admin", "sales", "viewer"])
def test_pages_of_any_size_are_one_list(busy, asker, collection):
    client, identity = busy.people[asker], (busy.house if collection == "organisations" else busy.owner)["id"]
    whole = timeline(client, collection, identity, limit=200)
    assert len(whole) > 5
    for limit in (1, 2, 3, 7):
        assert timeline(client, collection, identity, limit=limit) == whole
    for kinds in ("interaction", "link,task", "task,interaction,link"):
        expected = [item for item in whole if item["kind"] in kinds.split(",")]
        assert timeline(client, collection, identity, kinds=kinds, limit=2) == expected


def test_a_cursor_goes_on_where_it_was_whatever_happens_meanwhile(busy):
    made = busy.organisation("sales")
    sales = busy.people["sales"]
    for number in range(6):
        sales.create("interactions", {"title": f"n° {number}", "organisation_id": made["id"], "occurred_at": "2026-01-05T09:00:00Z"})
    path = f"{API}/organisations/{made['id']}/timeline"
    before = timeline(sales, "organisations", made["id"], limit=200)
    first = sales.get(path, query={"limit": 3}).ok()
    sales.create("interactions", {"title": "plus récent", "organisation_id": made["id"], "occurred_at": "2026-01-06T09:00:00Z"})
    rest = sales.get(path, query={"limit": 200, "after": first["next"]}).ok()
    assert first["items"] + rest["items"] == before and rest["next"] is None


def test_a_persons_timeline_has_what_is_about_them_in_what_one_sees(busy):
    admin, sales = busy.admin, busy.people["sales"]
    mine, foreign = busy.organisation("sales"), busy.organisation("other_sales")
    person = busy.person(mine, foreign)
    seen, hidden = [], []
    for about, found in (({}, seen), ({"organisation_id": mine["id"]}, seen), ({"organisation_id": foreign["id"]}, hidden)):
        for collection in ("interactions", "tasks"):
            found.append(admin.create(collection, {"title": unique("Affaire"), "person_id": person["id"], **about})["id"])
    busy.everybody_follows()
    whole = timeline(admin, "people", person["id"])
    assert {item["id"] for item in whole if item["kind"] != "link"} == set(seen + hidden)
    assert {item["title"] for item in whole if item["kind"] == "link"} == {mine["name"], foreign["name"]}
    items = timeline(sales, "people", person["id"])
    assert {item["id"] for item in items if item["kind"] != "link"} == set(seen)
    assert [item["title"] for item in items if item["kind"] == "link"] == [mine["name"]]
    assert foreign["id"] not in sales.get(f"{API}/people/{person['id']}/timeline").text()
    # Each is what the lists of the asker say.
    for collection in ("interactions", "tasks"):
        assert set(sales.list(collection, person=person["id"])) == {item["id"] for item in items if item["kind"] == collection[:-1]}


def test_an_ended_link_does_not_name_a_person_whom_one_does_not_see_any_more(busy):
    admin, sales = busy.admin, busy.people["sales"]
    mine, foreign = busy.organisation("sales"), busy.organisation("other_sales")
    person = busy.person(mine, foreign, last_name=unique("Secrète"))
    (link,) = sales.list("links", organisation=mine["id"])
    assert person["last_name"] in timeline(sales, "organisations", mine["id"], kinds="link")[0]["title"]
    admin.post(f"{API}/links/{link}/end").ok()
    busy.everybody_follows()
    sales.get(f"{API}/people/{person['id']}").problem(404)
    items = timeline(sales, "organisations", mine["id"], kinds="link")
    assert [(item["event"], item.get("title")) for item in items] == [("ended", None), ("begun", None)]
    assert all(person["last_name"] in item["title"] for item in timeline(admin, "organisations", mine["id"], kinds="link"))


def test_what_is_deleted_is_left_out(busy):
    admin = busy.admin
    made = busy.organisation("sales")
    person = busy.person(made)
    about = {"organisation_id": made["id"], "person_id": person["id"]}
    records = [("interactions", admin.create("interactions", {"title": unique("Point"), **about})),
               ("tasks", admin.create("tasks", {"title": unique("Tâche"), **about})),
               ("mandats", admin.create("mandats", {"organisation_id": made["id"]}))]
    whole = timeline(admin, "organisations", made["id"])
    assert {record["id"] for _, record in records} < {item["id"] for item in whole}
    for collection, record in records:
        admin.delete(f"{API}/{collection}/{record['id']}").ok()
    assert [item["kind"] for item in timeline(admin, "organisations", made["id"])] == ["link"]
    assert [item["kind"] for item in timeline(admin, "people", person["id"])] == ["link"]
    admin.delete(f"{API}/people/{person['id']}").ok()
    assert timeline(admin, "organisations", made["id"]) == []
    admin.get(f"{API}/people/{person['id']}/timeline").problem(404)
    for collection, record in records:
        admin.post(f"{API}/{collection}/{record['id']}/restore").ok()
    assert [item for item in whole if item["kind"] != "link"] == timeline(admin, "organisations", made["id"], kinds="interaction,task,stage,mandat")
    admin.delete(f"{API}/organisations/{made['id']}").ok()
    admin.get(f"{API}/organisations/{made['id']}/timeline").problem(404)


def test_an_unknown_kind_limit_or_cursor_is_named(busy):
    sales = busy.people["sales"]
    path = f"{API}/organisations/{busy.house['id']}/timeline"
    other = f"{API}/people/{busy.owner['id']}/timeline"
    cursor = sales.get(path, query={"limit": 1}).ok()["next"]
    for where, query, parameter in ((path, {"kinds": "task,colour"}, "kinds"), (path, {"kinds": ""}, "kinds"), (other, {"kinds": "stage"}, "kinds"),
                                    (path, {"limit": 0}, "limit"), (path, {"limit": 201}, "limit"), (path, {"after": "x"}, "after"),
                                    (other, {"after": cursor}, "after"), (path, {"sort": "at"}, "sort")):
        problem = sales.get(where, query=query).problem(400)
        assert [error["parameter"] for error in problem["errors"]] == [parameter], (where, query)
    assert "link" in sales.get(path, query={"kinds": "colour"}).problem(400)["errors"][0]["detail"]
