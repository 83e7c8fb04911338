"""Records and lists as they were: exact to the position, and within what one may see now."""

import datetime
import json
import random
import subprocess

import pytest

from alforis_client import API
from alforis_server import binary
from firm import organisation_path, unique


def at(client, path, position, **query):
    return client.get(path, query={"as_of_position": position, **query})


def test_a_record_is_what_every_answer_said_it_was(each_firm):
    admin = each_firm.admin
    answers = [admin.post(f"{API}/organisations", {"name": unique("Passé"), "city": "Paris"})]
    path = organisation_path(answers[0].json()["id"])
    for body in ({"city": "Lyon"}, {"notes": "N", "pipeline_stage": "signe"}, {"city": None}):
        answers.append(admin.patch(path, body))
    for answer in answers:
        past = at(admin, path, answer.position)
        assert past.ok() == answer.json()
        assert past.header("Alforis-As-Of") == str(answer.position)
        assert past.etag == answer.etag
    at(admin, path, answers[0].position - 1).problem(404)
    assert at(admin, path, admin.position).ok() == answers[-1].json()


def test_an_instant_is_the_last_commit_before_it(admin):
    made = admin.create("tasks", {"title": unique("Avant")})
    changed = admin.patch(f"{API}/tasks/{made['id']}", {"title": "Après"}).ok()
    path = f"{API}/tasks/{made['id']}"
    assert admin.get(path, query={"as_of": made["created_at"]}).ok() == made
    assert admin.get(path, query={"as_of": changed["updated_at"]}).ok() == changed
    earlier = datetime.datetime.fromisoformat(made["created_at"].replace("Z", "+00:00")) - datetime.timedelta(microseconds=1)
    admin.get(path, query={"as_of": earlier.isoformat().replace("+00:00", "Z")}).problem(404)


def test_what_is_still_to_come_is_refused(admin):
    made = admin.create("organisations", {"name": unique("Futur")})
    path = organisation_path(made["id"])
    for query in ({"as_of_position": admin.position + 1000}, {"as_of_position": "x"}, {"as_of_position": "-1"}, {"as_of": "2999-01-01T00:00:00Z"},
                  {"as_of": "yesterday"}, {"as_of": "2026-01-01T00:00:00Z", "as_of_position": "1"}):
        for where in (path, f"{API}/organisations"):
            admin.get(where, query=query).problem(400, "invalid_parameter")


def test_a_deleted_record_was_there_before(firm):
    admin, sales = firm.admin, firm.people["sales"]
    made = firm.organisation("sales")
    before = admin.position
    gone = admin.delete(organisation_path(made["id"]))
    firm.everybody_follows()
    path = organisation_path(made["id"])
    assert at(admin, path, before).ok() == made
    at(admin, path, gone.position).problem(404)
    assert at(admin, path, gone.position, deleted="true").ok()["deleted_at"]
    at(sales, path, before).problem(404)
    assert [o["id"] for o in at(admin, f"{API}/organisations", before, id=made["id"]).ok()["items"]] == [made["id"]]
    assert at(sales, f"{API}/organisations", before, id=made["id"]).ok()["items"] == []


def test_rights_are_those_of_now(firm):
    made = firm.organisation("sales")
    mandat = firm.admin.create("mandats", {"organisation_id": made["id"]})
    before = firm.admin.position
    firm.admin.patch(organisation_path(made["id"]), {"owner_id": firm.id_of("other_sales")}).ok()
    firm.everybody_follows()
    for client, seen in ((firm.people["sales"], False), (firm.people["viewer"], False), (firm.people["other_sales"], True)):
        for collection, record in (("organisations", made), ("mandats", mandat)):
            past = at(client, f"{API}/{collection}/{record['id']}", before)
            assert past.ok() == record if seen else past.problem(404)
            ids = [item["id"] for item in at(client, f"{API}/{collection}", before, id=record["id"]).ok()["items"]]
            assert ids == ([record["id"]] if seen else [])


def test_lists_of_the_past_are_what_the_log_says(make_server):
    """Random changes; then at some positions the list, page by page, against `alforis replay --state`."""
    server = make_server()
    admin = server.login()
    dice = random.Random(20)
    cities = ("Paris", "Lyon", "Nice")
    ids, positions = [], []
    for step in range(120):
        choice = dice.random()
        if not ids or choice < 0.35:
            ids.append(admin.create("organisations", {"name": f"Société {step:03}", "city": dice.choice(cities)})["id"])
        elif choice < 0.85:
            admin.patch(organisation_path(dice.choice(ids)), {"city": dice.choice(cities), "notes": str(step)})
        elif choice < 0.95:
            admin.delete(organisation_path(dice.choice(ids)))
        else:
            admin.post(organisation_path(dice.choice(ids)) + "/restore")
        positions.append(admin.position)
    for position in dice.sample(positions, 8) + positions[-1:]:
        told = subprocess.run([binary(), "replay", *server.store_options(with_postgres=False), "--until", str(position), "--state", "organisation"],
                              capture_output=True, text=True, timeout=60, check=True).stdout
        live = [record for record in map(json.loads, told.splitlines()) if "deleted_at" not in record and record["city"] == "Lyon"]
        query = {"as_of_position": position, "city": "Lyon", "sort": "-name", "limit": 7, "count": "exact"}
        pages = list(admin.pages(f"{API}/organisations", query))
        assert pages == sorted(live, key=lambda record: record["name"], reverse=True)
        assert admin.get(f"{API}/organisations", query=query).ok()["total"] == len(live)


@pytest.mark.parametrize("collection", ["people", "links", "produits", "interactions", "users", "teams"])
def test_every_resource_has_a_past(admin, collection):
    assert at(admin, f"{API}/{collection}", admin.position).ok() == admin.get(f"{API}/{collection}").ok()
