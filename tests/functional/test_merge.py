"""Two records of one organisation: found, merged with all that hangs on them, and two again."""

import pytest

from alforis_client import API
from firm import lei, organisation_path, unique
from test_undo_and_bulk import plain, undo


def merge(client, goes, stays, **options):
    return client.post(f"{organisation_path(goes['id'])}/merge", {"into": stays["id"], "reason": "doublon"}, **options)


def location_of(answer):
    answer.problem(301, "merged")
    return answer.header("Location")


@pytest.fixture
def pair(each_firm):
    """The firm, a record that stays, one that goes, and all that hangs on the latter."""
    admin = each_firm.admin
    name = unique("Fusion")
    stays = admin.create("organisations", {"name": name, "city": "Paris"})
    goes = admin.create("organisations", {"name": name.upper() + " SAS", "lei": lei(), "aum": {"amount": 500, "currency": "EUR"}})
    anne, bob = (admin.create("people", {"last_name": unique("Merle")}) for _ in range(2))
    hangs = {
        "links": [admin.create("links", {"person_id": person["id"], "organisation_id": goes["id"], **more})
                  for person, more in ((anne, {"is_primary": True, "job_title": "DG"}), (bob, {}))],
        "mandats": [admin.create("mandats", {"organisation_id": goes["id"], "date_signature": "2026-01-01"})],
        "interactions": [admin.create("interactions", {"title": "Appel", "organisation_id": goes["id"], "type": "call"})],
        "tasks": [admin.create("tasks", {"title": "Relance", "organisation_id": goes["id"]})],
    }
    twin = admin.create("links", {"person_id": anne["id"], "organisation_id": stays["id"]})
    return each_firm, stays, goes, hangs, twin


def test_a_merge_carries_everything_and_can_be_taken_back_exactly(pair):
    firm, stays, goes, hangs, twin = pair
    admin = firm.admin
    done = merge(admin, goes, stays)
    survivor = done.ok()
    assert (survivor["id"], survivor["name"], survivor["city"]) == (stays["id"], stays["name"], "Paris")
    assert (survivor["lei"], survivor["aum"]) == (goes["lei"], goes["aum"])
    for collection, records in hangs.items():
        for record in records:
            assert admin.read(collection, record["id"])["organisation_id"] == stays["id"]
    first, second = (admin.read("links", link["id"]) for link in hangs["links"])
    assert (first["live"], second["live"]) == (False, True)
    kept = admin.read("links", twin["id"])
    assert (kept["is_primary"], kept["job_title"]) == (True, "DG")
    assert len(admin.list("mandats", organisation_id=stays["id"])) == 1
    assert admin.list("tasks", organisation_id=goes["id"]) == []

    undo(admin, done.position).ok()
    assert plain(admin.read("organisations", stays["id"])) == plain(stays)
    assert plain(admin.read("organisations", goes["id"])) == plain(goes)
    for collection, records in hangs.items():
        for record in records:
            assert plain(admin.read(collection, record["id"])) == plain(record)
    assert plain(admin.read("links", twin["id"])) == plain(twin)


def test_a_merge_is_taken_back_although_something_of_it_is_in_the_trash(pair):
    firm, stays, goes, hangs, _ = pair
    admin = firm.admin
    [task], [note], [mandat] = (hangs[kind] for kind in ("tasks", "interactions", "mandats"))
    admin.delete(f"{API}/tasks/{task['id']}").ok()
    done = merge(admin, goes, stays)
    for collection, record in (("interactions", note), ("mandats", mandat)):
        admin.delete(f"{API}/{collection}/{record['id']}").ok()
    undo(admin, done.position).ok()
    for collection, record in (("tasks", task), ("interactions", note), ("mandats", mandat)):
        assert admin.list(collection, organisation_id=goes["id"], deleted="true") == [record["id"]]
        admin.post(f"{API}/{collection}/{record['id']}/restore").ok()
        assert plain(admin.read(collection, record["id"])) == plain(record)
    admin.delete(f"{API}/tasks/{task['id']}").ok()
    again = merge(admin, goes, stays)
    admin.delete(organisation_path(stays["id"])).ok()
    assert undo(admin, again.position).problem(409, "deleted")["moves"] == ["restore"]


def test_the_old_id_leads_to_the_survivor(pair):
    firm, stays, goes, _, _ = pair
    admin = firm.admin
    old, new = organisation_path(goes["id"]), organisation_path(stays["id"])
    merge(admin, goes, stays).ok()
    assert location_of(admin.get(old)) == new
    assert location_of(admin.patch(old, {"city": "Lyon"})) == new
    assert location_of(admin.post(old + "/stage", {"stage": "qualification"})) == new + "/stage"
    assert location_of(merge(admin, goes, stays)) == new + "/merge"
    assert admin.delete(old).problem(409, "already_merged")["conflict"] == stays["id"]
    assert admin.post(old + "/restore").problem(409, "already_merged")["moves"] == ["undo"]
    note = admin.create("interactions", {"title": "Après", "organisation_id": goes["id"]})
    assert note["organisation_id"] == stays["id"]
    assert admin.get(old, query={"deleted": "true"}).ok()["merged_into"] == stays["id"]
    [entry, *_] = admin.get(old + "/history").ok()["items"]
    assert (entry["type"], entry["reason"]) == ("organisation.merged.v1", "doublon")


def test_an_alias_of_an_alias_leads_to_the_last_one(admin):
    first, second, third = (admin.create("organisations", {"name": unique("Chaîne")}) for _ in range(3))
    merge(admin, first, second).ok()
    merge(admin, second, third).ok()
    assert location_of(admin.get(organisation_path(first["id"]))) == organisation_path(third["id"])
    problem = merge(admin, third, first).problem(422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [("/into", "same_record")]


def test_what_one_may_not_see_leads_nowhere(firm):
    mine = firm.organisation("sales")
    twice = firm.organisation("sales")
    merge(firm.admin, twice, mine).ok()
    firm.everybody_follows()
    assert location_of(firm.people["viewer"].get(organisation_path(twice["id"]))) == organisation_path(mine["id"])
    firm.people["other_sales"].get(organisation_path(twice["id"])).problem(404)
    firm.people["other_sales"].patch(organisation_path(twice["id"]), {"city": "Lyon"}).problem(404)


def test_a_manager_merges_only_what_is_the_teams(firm):
    ours, theirs, ours_too = firm.organisation("sales"), firm.organisation("other_sales"), firm.organisation("colleague")
    manager = firm.people["manager"]
    merge(manager, ours, theirs).problem(422)
    merge(manager, theirs, ours).problem(404)
    merge(firm.people["sales"], ours, ours_too).problem(403)
    merge(manager, ours, ours_too).ok()


def duplicates(client, **query):
    return client.get(f"{API}/organisations/duplicates", query=query).ok()


def test_duplicates_are_found_scored_and_explained(firm):
    name = unique("Doublon d'Été")
    one = firm.organisation("sales", name=name, website="https://www.doublon.example/fr", country="FR")
    two = firm.organisation("colleague", name=name.upper() + " S.A.", website="https://doublon.example", country="LU")
    far = firm.organisation("other_sales", name=name)
    [pair] = duplicates(firm.people["sales"], organisation_id=one["id"], min_score=1)["items"]
    assert {record["id"] for record in pair["organisations"]} == {one["id"], two["id"]}
    assert [sign["code"] for sign in pair["signs"]] == ["same_site", "same_name"]
    assert pair["against"] == [{"code": "different_country"}]
    assert pair["score"] == 27
    seen = {record["id"] for item in duplicates(firm.people["sales"], min_score=1, limit=200)["items"] for record in item["organisations"]}
    assert {one["id"], two["id"]} <= seen and far["id"] not in seen
    all_of_it = duplicates(firm.admin, min_score=1, limit=200)
    assert all_of_it["complete"] and far["id"] in {record["id"] for item in all_of_it["items"] for record in item["organisations"]}
    scores = [item["score"] for item in all_of_it["items"]]
    assert scores == sorted(scores, reverse=True)
    assert duplicates(firm.people["other_sales"], organisation_id=one["id"], min_score=1)["items"] == []
    firm.admin.delete(organisation_path(two["id"])).ok()
    firm.everybody_follows()
    assert duplicates(firm.people["sales"], organisation_id=one["id"], min_score=1)["items"] == []


def test_wrong_questions_are_told(admin):
    for query in ({"min_score": "0"}, {"min_score": "x"}, {"limit": "201"}, {"organisation_id": "x"}, {"nothing": "1"}):
        admin.get(f"{API}/organisations/duplicates", query=query).problem(400)
