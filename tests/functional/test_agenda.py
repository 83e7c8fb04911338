"""What is to be done, by when: agendas of tasks and interactions, a team's week, and the tasks that make themselves."""

import datetime
import zoneinfo

import pytest

from alforis_client import API
from firm import errors_by_pointer, unique

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
PARTS = ("overdue", "today", "this_week", "later")


def utc(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def part_of(due, now):
    """By hand: the part of an agenda that belongs to the time."""
    due, now = due.astimezone(PARIS), now.astimezone(PARIS)
    tomorrow = now.date() + datetime.timedelta(days=1)
    monday = now.date() + datetime.timedelta(days=7 - now.weekday())
    if due < now:
        return "overdue"
    if due.date() < tomorrow:
        return "today"
    return "this_week" if due.date() < monday else "later"


def dues(now):
    """Around every edge, a minute from it; none so near to now that a slow machine could move it over."""
    midnight = datetime.datetime.combine(now.astimezone(PARIS).date(), datetime.time(), PARIS)
    monday = midnight + datetime.timedelta(days=7 - midnight.weekday())
    minute = datetime.timedelta(minutes=1)
    edges = [midnight, midnight + datetime.timedelta(days=1), monday]
    around = [edge + side for edge in edges for side in (-minute, minute)]
    around += [now - datetime.timedelta(days=400), now + datetime.timedelta(days=400), now + datetime.timedelta(hours=1)]
    return [due for due in around if abs(due - now) > datetime.timedelta(minutes=5)]


def titles(answer):
    return {part: sorted(item["title"] for item in answer[part]["items"]) for part in PARTS}


@pytest.mark.parametrize("collection,field", [("tasks", "due_at"), ("interactions", "next_action_at")])
def test_an_agenda_parts_by_the_askers_clock(firm, collection, field):
    client = firm.people["sales"]
    organisation = client.create("organisations", {"name": unique("Agenda")})
    now = datetime.datetime.now(datetime.timezone.utc)
    expected = {part: [] for part in PARTS}
    for number, due in enumerate(dues(now)):
        title = f"{number:02d}"
        client.create(collection, {"title": title, "organisation_id": organisation["id"], field: utc(due)})
        expected[part_of(due, now)].append(title)
    answer = client.get(f"{API}/{collection}/agenda", query={"organisation": organisation["id"]}).ok()
    assert titles(answer) == expected
    assert [answer[part]["total"] for part in PARTS] == [len(expected[part]) for part in PARTS]
    assert (answer["date"], answer["time_zone"]) == (now.astimezone(PARIS).date().isoformat(), "Europe/Paris")
    for part in PARTS:
        times = [item[field] for item in answer[part]["items"]]
        assert times == sorted(times)


def test_days_begin_at_the_askers_midnight(firm):
    user = firm.make_user("sales", firm.teams["paris"], time_zone="Pacific/Kiritimati")
    client = firm.server.login(user["email"], "une phrase assez longue", firm.admin.position)
    answer = client.get(f"{API}/tasks/agenda").ok()
    there = datetime.datetime.now(zoneinfo.ZoneInfo("Pacific/Kiritimati")).date()
    assert answer["time_zone"] == "Pacific/Kiritimati" and answer["date"] == there.isoformat()


def test_an_agenda_is_ones_own_unless_it_says_whose(firm):
    sales, colleague, other = (firm.people[name] for name in ("sales", "colleague", "other_sales"))
    marker = unique("Chacun")
    for client in (sales, colleague, other):
        client.create("tasks", {"title": marker, "due_at": "2026-01-05T09:00:00Z"})
    firm.everybody_follows()
    def overdue(client, **query):
        return client.get(f"{API}/tasks/agenda", query={"title": marker, **query}).ok()["overdue"]["total"]
    assert overdue(sales) == 1
    assert overdue(sales, assignee=colleague.user["id"]) == 1
    assert overdue(sales, assignee_team=firm.teams["paris"]) == 2
    assert overdue(sales, assignee_team=firm.teams["lyon"]) == 0
    assert overdue(firm.admin) == 0
    assert overdue(firm.admin, assignee_team=f"{firm.teams['paris']},{firm.teams['lyon']}") == 3


def test_what_is_done_leaves_the_agenda(firm):
    client = firm.people["sales"]
    marker = unique("Fini")
    organisation = client.create("organisations", {"name": marker})
    task = client.create("tasks", {"title": marker, "due_at": "2026-01-05T09:00:00Z", "organisation_id": organisation["id"]})
    logged = client.create("interactions", {"title": marker, "next_action_at": "2026-01-05T09:00:00Z", "organisation_id": organisation["id"]})
    def overdue(collection):
        return client.get(f"{API}/{collection}/agenda", query={"organisation": organisation["id"]}).ok()["overdue"]["total"]
    assert (overdue("tasks"), overdue("interactions")) == (1, 1)
    client.post(f"{API}/tasks/{task['id']}/complete").ok()
    client.post(f"{API}/interactions/{logged['id']}/complete").ok()
    assert (overdue("tasks"), overdue("interactions")) == (0, 0)


def test_an_agenda_has_limits_and_no_pages(admin):
    marker = unique("Beaucoup")
    for _ in range(3):
        admin.create("tasks", {"title": marker, "due_at": "2026-01-05T09:00:00Z"})
    answer = admin.get(f"{API}/tasks/agenda", query={"title": marker, "limit": "2"}).ok()
    assert answer["overdue"]["total"] == 3 and len(answer["overdue"]["items"]) == 2
    for query in ({"sort": "title"}, {"count": "exact"}, {"after": "x"}, {"deleted": "true"}, {"nonsense": "1"}):
        problem = admin.get(f"{API}/tasks/agenda", query=query).problem(400)
        assert [error["parameter"] for error in problem["errors"]] == list(query), query


def test_a_teams_week_counts_day_by_day(firm):
    manager, sales = firm.people["manager"], firm.people["sales"]
    week_of = "2031-03-26"  # the clocks change on the Sunday of it
    made = [sales.create("tasks", {"title": unique("Semaine"), "due_at": due})
            for due in ("2031-03-23T22:59:00Z", "2031-03-23T23:01:00Z", "2031-03-24T10:00:00Z", "2031-03-30T21:59:00Z", "2031-03-30T22:01:00Z")]
    sales.post(f"{API}/tasks/{made[2]['id']}/complete").ok()
    cancelled = sales.create("tasks", {"title": unique("Semaine"), "due_at": "2031-03-25T10:00:00Z"})
    sales.post(f"{API}/tasks/{cancelled['id']}/cancel").ok()
    path = f"{API}/teams/{firm.teams['paris']}/week"
    firm.everybody_follows()
    answer = manager.get(path, query={"week_of": week_of}).ok()
    assert (answer["from"], answer["to"]) == ("2031-03-24", "2031-03-30")
    [member] = [member for member in answer["members"] if member["user_id"] == sales.user["id"]]
    counted = {day["date"]: (day["open"], day["overdue"], day["done"]) for day in member["days"] if day["date"]}
    assert counted == {"2031-03-24": (1, 0, 1), "2031-03-30": (1, 0, 0)}
    def late():
        members = {member["user_id"]: member["days"] for member in manager.get(path).ok()["members"]}
        return [(day["open"], day["overdue"]) for day in members[sales.user["id"]] if day["date"] is None]
    sales.create("tasks", {"title": unique("Retard"), "due_at": "2026-01-05T09:00:00Z"})
    firm.everybody_follows()
    [(before, before_overdue)] = late()
    assert before == before_overdue
    sales.create("tasks", {"title": unique("Retard"), "due_at": "2026-01-05T09:00:00Z"})
    firm.everybody_follows()
    assert late() == [(before + 1, before + 1)]
    assert errors_by_parameter(manager.get(path, query={"week_of": "mardi"}).problem(400)) == {"week_of": "invalid_value"}


def errors_by_parameter(problem):
    return {error["parameter"]: error["code"] for error in problem["errors"]}


# ---- tasks that make themselves


def auto_tasks(client, organisation):
    return {task["auto_rule"]: task for task in client.pages(f"{API}/tasks", {"organisation": organisation["id"], "auto_rule.empty": "false"})}


def test_a_stage_move_makes_its_task_in_the_same_commit(each_firm):
    client = each_firm.people["sales"]
    organisation = client.create("organisations", {"name": unique("Auto")})
    answer = client.post(f"{API}/organisations/{organisation['id']}/stage", {"stage": "signe"}, headers={"Idempotency-Key": unique("k")})
    answer.ok()
    [(rule, task)] = auto_tasks(client, organisation).items()
    assert (rule, task["priority"], task["category"], task["assignee_id"]) == ("signature", "critique", "rdv", client.user["id"])
    due = datetime.datetime.fromisoformat(task["due_at"].replace("Z", "+00:00")).astimezone(PARIS)
    tomorrow = datetime.datetime.now(PARIS).date() + datetime.timedelta(days=1)
    assert (due.date(), due.hour, due.minute) == (tomorrow, 9, 0)
    assert client.get(f"{API}/tasks/{task['id']}/history").ok()["items"][0]["position"] == answer.position


def test_a_retried_move_makes_one_task(admin):
    organisation = admin.create("organisations", {"name": unique("Auto")})
    key = {"Idempotency-Key": unique("k")}
    for _ in range(3):
        admin.post(f"{API}/organisations/{organisation['id']}/stage", {"stage": "proposition"}, headers=key).ok()
    assert len(admin.list("tasks", organisation=organisation["id"])) == 1


def test_a_switched_off_rule_makes_nothing(each_firm):
    admin = each_firm.admin
    path = f"{API}/workspace"
    before = admin.get(path)
    off = admin.patch(path, {"auto_task_after_call": False}, headers={"If-Match": before.etag})
    assert off.ok()["auto_task_after_call"] is False and "Location" not in off.headers
    admin.patch(path, {"auto_task_after_call": True}, headers={"If-Match": before.etag}).problem(412)
    organisation = admin.create("organisations", {"name": unique("Auto")})
    for kind in ("call", "email"):
        admin.create("interactions", {"type": kind, "title": "T", "organisation_id": organisation["id"]})
    assert set(auto_tasks(admin, organisation)) == {"after_email"}
    assert admin.patch(path, {"auto_task_after_call": True}).ok()["auto_task_after_call"] is True
    [back, *_] = admin.get(path + "/history").ok()["items"]
    assert back["changes"] == [{"field": "auto_task_after_call", "from": False, "to": True}]


def test_the_workspace_is_there_before_anybody_changed_it(make_server):
    admin = make_server().login()
    answer = admin.get(f"{API}/workspace")
    assert answer.ok()["auto_task_signature"] is True and answer.etag == '"0"'
    assert admin.get(f"{API}/workspace/history").ok() == {"items": [], "next": None}
    assert admin.patch(f"{API}/workspace", {"name": "Alforis SA"}).ok()["name"] == "Alforis SA"
    problem = admin.patch(f"{API}/workspace", {"auto_task_signature": None, "colour": "red"}).problem(422)
    assert set(errors_by_pointer(problem)) == {"/auto_task_signature", "/colour"}
