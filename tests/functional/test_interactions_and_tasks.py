"""Interactions and tasks over HTTP: what they keep, their moves, what goes together in one commit, whose they are."""

import pytest

from alforis_client import API
from firm import errors_by_pointer, paris_time, unique


def parties(client):
    organisation = client.create("organisations", {"name": unique("Partie")})
    person = client.create("people", {"last_name": unique("Partie")})
    client.create("links", {"person_id": person["id"], "organisation_id": organisation["id"]})
    return {"organisation_id": organisation["id"], "person_id": person["id"]}


def test_an_interaction_keeps_every_field_it_was_given(each_firm):
    admin = each_firm.admin
    both = parties(admin)
    body = {"type": "visio", "title": unique("Point"), "body": "Très\nbien", "occurred_at": "2026-03-01T10:00:00.000000Z", "duration_minutes": 45,
            "direction": "in", **both, "participants": [{"person_id": both["person_id"], "role": "gérant", "presence": "absent"}],
            "external_participants": [{"name": "Ève Noir", "email": "eve@noir.example", "company": "Noir SA"}], "status": "in_progress",
            "assignee_id": admin.user["id"], "next_action_at": "2026-04-01T08:00:00.000000Z",
            "attachments": [{"name": "présentation", "url": "https://files.example/p.pdf"}]}
    made = admin.create("interactions", body)
    assert {name: made[name] for name in body} == body
    assert admin.read("interactions", made["id"]) == made
    for query in ({"organisation": both["organisation_id"]}, {"person": both["person_id"]}, {"participant": both["person_id"]},
                  {"q": body["title"]}, {"assignee": "me", "organisation": both["organisation_id"], "next_action_at.before": "2026-04-02"}):
        assert admin.list("interactions", **query) == [made["id"]], query


def test_a_quick_note_needs_a_title_and_a_party(admin):
    both = parties(admin)
    made = admin.create("interactions", {"title": "Rappeler", "organisation_id": both["organisation_id"]})
    assert (made["type"], made["status"], made["occurred_at"]) == ("note", "done", made["created_at"])
    assert errors_by_pointer(admin.post(f"{API}/interactions", {"title": "Rappeler"}).problem(422)) == {
        "/organisation_id": "required", "/person_id": "required"}


def test_the_inbox_empties_as_things_are_completed(admin):
    both = parties(admin)
    made = admin.create("interactions", {"title": "Suivre", **both, "status": "todo", "next_action_at": "2026-01-05T09:00:00Z"})
    path = f"{API}/interactions/{made['id']}"
    inbox = {"organisation": both["organisation_id"], "next_action_at.empty": "false"}
    assert admin.list("interactions", **inbox) == [made["id"]]
    moved = admin.post(path + "/reschedule", {"next_action_at": "2026-02-05T09:00:00Z", "reason": "absent"}).ok()
    assert moved["next_action_at"] == "2026-02-05T09:00:00.000000Z"
    assert admin.get(path + "/history").ok()["items"][0]["reason"] == "absent"
    done = admin.post(path + "/complete").ok()
    assert done["status"] == "done" and "next_action_at" not in done
    assert admin.list("interactions", **inbox) == []


def test_an_interaction_talks_of_produits_that_a_running_mandat_covers(admin):
    both = parties(admin)
    produit = admin.create("produits", {"name": unique("Fonds"), "type": "etf"})
    body = {"title": "Pitch", "organisation_id": both["organisation_id"], "produit_id": produit["id"]}
    assert errors_by_pointer(admin.post(f"{API}/interactions", body).problem(422)) == {"/produit_id": "produit_not_covered"}
    mandat = admin.create("mandats", {"organisation_id": both["organisation_id"], "date_signature": "2026-01-01"})
    admin.post(f"{API}/mandats/{mandat['id']}/sign").ok()
    admin.post(f"{API}/mandats/{mandat['id']}/produits", {"produit_id": produit["id"]}).ok()
    made = admin.create("interactions", body)
    assert admin.list("interactions", produit=produit["id"]) == [made["id"]]


def test_ten_thousand_participants_are_too_many(admin):
    both = parties(admin)
    body = {"title": "Foule", **both, "participants": [{"person_id": both["person_id"]}] * 10_000}
    assert errors_by_pointer(admin.post(f"{API}/interactions", body).problem(422)) == {"/participants": "too_many"}


@pytest.mark.parametrize("title", ["\u202egnp.exe", "a\u200bb", "👩‍👩‍👧‍👦 réunion", "=cmd|'/c calc'!A1", "'; DROP TABLE tasks; --"])
def test_hostile_titles_are_kept_as_text(admin, title):
    made = admin.create("tasks", {"title": title})
    assert admin.read("tasks", made["id"])["title"] == title
    assert made["id"] in admin.list("tasks", title=title)


def test_a_task_keeps_every_field_it_was_given(each_firm):
    admin = each_firm.admin
    both = parties(admin)
    mandat = admin.create("mandats", {"organisation_id": both["organisation_id"]})
    body = {"title": unique("Relancer"), "description": "deux\nlignes", "due_at": "2026-05-01T09:00:00.000000Z", "priority": "critique",
            "category": "pitch", "assignee_id": admin.user["id"], **both, "mandat_id": mandat["id"]}
    made = admin.create("tasks", body)
    assert {name: made[name] for name in body} == body and made["status"] == "todo"
    assert admin.read("tasks", made["id"]) == made
    for query in ({"mandat": mandat["id"]}, {"q": body["title"]}, {"assignee": "me", "person": both["person_id"], "status": "todo,doing"},
                  {"organisation": both["organisation_id"], "due_at.before": "2026-05-02", "sort": "-priority,due_at"}):
        assert admin.list("tasks", **query) == [made["id"]], query


def test_completing_a_task_logs_an_interaction_in_the_same_commit(each_firm):
    admin = each_firm.admin
    both = parties(admin)
    made = admin.create("tasks", {"title": "Appeler", "category": "relance", **both})
    path = f"{API}/tasks/{made['id']}"
    answer = admin.post(path + "/complete", {"interaction": {"body": "Intéressé", "duration_minutes": 12}}, headers={"Idempotency-Key": unique("k")})
    done = answer.ok()
    assert done["status"] == "done" and done["completed_by"] == admin.user["id"]
    [logged] = admin.pages(f"{API}/interactions", {"organisation": both["organisation_id"]})
    assert (logged["type"], logged["title"], logged["body"], logged["person_id"]) == ("call", "Appeler", "Intéressé", both["person_id"])
    assert admin.get(f"{API}/interactions/{logged['id']}/history").ok()["items"][0]["position"] == answer.position
    problem = admin.post(path + "/complete").problem(409, "invalid_transition")
    assert problem["moves"] == ["reopen"]
    assert "completed_at" not in admin.post(path + "/reopen").ok()


def test_a_retried_completion_logs_once(admin):
    both = parties(admin)
    made = admin.create("tasks", {"title": "Appeler", **both})
    answers = [admin.post(f"{API}/tasks/{made['id']}/complete", {"interaction": {}}, headers={"Idempotency-Key": made["id"]}) for _ in range(3)]
    assert len({(answer.status, answer.text(), answer.position) for answer in answers}) == 1
    assert len(admin.list("interactions", organisation=both["organisation_id"])) == 1


def test_snoozing_keeps_the_time_of_day_in_paris(admin):
    made = admin.create("tasks", {"title": "Plus tard", "due_at": "2026-01-05T08:30:00Z"})
    path = f"{API}/tasks/{made['id']}/snooze"
    snoozed = admin.post(path, {"days": 1}).ok()
    assert snoozed["due_at"] == snoozed["snoozed_until"]
    assert paris_time(snoozed["due_at"]) == paris_time("2026-01-05T08:30:00Z") == "09:30"
    for days in (0, 366, -1, "x", None, 1.5):
        assert set(errors_by_pointer(admin.post(path, {"days": days}).problem(422))) == {"/days"}


def test_the_assignee_does_a_task_on_a_colleagues_organisation(firm):
    organisation = firm.organisation("colleague")
    made = firm.admin.create("tasks", {"title": unique("Aider"), "organisation_id": organisation["id"], "assignee_id": firm.id_of("sales")})
    firm.everybody_follows()
    client = firm.people["sales"]
    assert made["id"] in client.list("tasks", assignee="me")
    client.post(f"{API}/tasks/{made['id']}/start").ok()
    client.patch(organisation_of(made), {"city": "Pau"}).problem(403)
    assert errors_by_pointer(client.patch(f"{API}/tasks/{made['id']}", {"assignee_id": firm.id_of("other_sales")}).problem(422)) == {
        "/assignee_id": "unknown_reference"}
    client.patch(f"{API}/tasks/{made['id']}", {"assignee_id": firm.id_of("manager")}).ok()
    client.post(f"{API}/tasks/{made['id']}/complete").problem(403)


def organisation_of(record):
    return f"{API}/organisations/{record['organisation_id']}"


def test_records_go_where_their_organisation_goes(firm):
    """An organisation that changes hands takes its interactions, tasks and mandats along at once, in every way out."""
    organisation = firm.organisation("sales")
    about = {"organisation_id": organisation["id"]}
    made = {"interactions": firm.admin.create("interactions", {"title": unique("Suivi"), **about}),
            "tasks": firm.admin.create("tasks", {"title": unique("Suivi"), **about}), "mandats": firm.admin.create("mandats", about)}
    firm.everybody_follows()
    mine, theirs = firm.people["sales"], firm.people["other_sales"]
    for before, after in ((mine, theirs), (theirs, mine)):
        for collection, record in made.items():
            assert before.read(collection, record["id"])["id"] == record["id"]
            after.get(f"{API}/{collection}/{record['id']}").problem(404)
        owner = firm.id_of("other_sales" if after is theirs else "sales")
        firm.admin.patch(organisation_of(about), {"owner_id": owner}).ok()
        firm.everybody_follows()
        for collection, record in made.items():
            before.get(f"{API}/{collection}/{record['id']}").problem(404)
            before.get(f"{API}/{collection}/{record['id']}/history").problem(404)
            assert before.list(collection, id=record["id"]) == [] and after.list(collection, id=record["id"]) == [record["id"]]
