"""While owners, users and teams move about, nobody is shown what is not theirs to see: by no list, count, filter, figure, history,
time travel or error message. The firm and who sees what of it are kept by the test itself (rights_model.py).

Always the same moves; ALFORIS_RIGHTS_SEED=N makes others, for who looks for trouble, ALFORIS_TEST_LONG=1 ten times as many.
"""

import collections
import itertools
import os
import random
import time
import uuid

import pytest

from alforis_client import API, Threads, problem_of, written_since
from firm import Firm, errors_by_pointer
from rights_firm import DAY, STAGES, House
from rights_model import DELETABLE, KINDS, OPEN_STAGES

MOVES = 240 if os.environ.get("ALFORIS_TEST_LONG") == "1" else 24
MOVES_A_ROUND = 8
ABSENT = "0195c2a0-0000-7000-8000-00000000ffff"
MONTH = {"from": "2026-01-01", "to": "2026-01-31"}
CHANGEABLE = tuple(kind for kind in KINDS if kind not in ("users", "teams"))  # by others than administrators
SEARCHED = ("organisations", "people", "produits", "mandats", "interactions", "tasks")
PARTS = ("overdue", "today", "this_week", "later")


@pytest.fixture(scope="module")
def seed():
    return int(os.environ.get("ALFORIS_RIGHTS_SEED") or 20260)


@pytest.fixture(scope="module")
def house(make_server, seed):
    return House(make_server(), random.Random(seed))


@pytest.fixture(autouse=True)
def told(seed):
    """What a failure shows."""
    print(f"ALFORIS_RIGHTS_SEED={seed}")


def ids(records):
    return sorted(record.id for record in records)


def sample(house, records, most):
    return house.dice.sample(records, min(most, len(records)))


def some_of_all(house, kinds, most):
    """And all that were merged: there are few of them, and their ids lead to others."""
    records = [record for record in house.model.records.values() if record.kind in kinds]
    return sample(house, [r for r in records if not r.merged_into], most) + [r for r in records if r.merged_into]


def hidden_and_seen(house, asker, kind, most):
    """Some records of a kind that are there: hidden from the asker, and seen."""
    there = house.model.live(kind)
    return [sample(house, [r for r in there if house.model.sees(asker.user, r) is seen], most) for seen in (False, True)]


# ---- the ways out --------------------------------------------------------------------------------------------------


def check_lists(house, asker):
    """Every list and its total, by pages of any size."""
    for kind in KINDS:
        for deleted in (False, True) if kind in DELETABLE else (False,):
            expected = ids(house.model.listed(asker.user, kind, deleted))
            query = {"limit": house.dice.choice((5, 17, 50)), "count": "exact", **({"deleted": "true"} if deleted else {})}
            if house.dice.random() < 0.3:
                query["sort"] = "-updated_at"
            items, total = asker.pages(f"{API}/{kind}", **query)
            assert (sorted(item["id"] for item in items), total) == (expected, len(expected)), (asker.user, kind, deleted)


def check_keys_beside_their_users(house):
    """The same question by a user and by their key, which may less: no kept answer to the one is given to the other."""
    for key in house.keys:
        user = next(asker for asker in house.askers.values() if asker.id == key.id)
        for kind, asker in itertools.product(KINDS, (user, key, user)):
            page = asker.get(f"{API}/{kind}", limit=200, count="exact").ok()
            expected = ids(house.model.listed(asker.user, kind))
            assert (sorted(item["id"] for item in page["items"]), page["total"]) == (expected, len(expected)), (asker.name, kind)


def check_accounts(house, asker):
    """Sessions and API keys are one's own."""
    for path in (f"{API}/auth/sessions", f"{API}/api-keys"):
        items, _ = asker.pages(path, limit=50)
        assert asker.user.role == "admin" or {item["user_id"] for item in items} <= {asker.id}


def check_words(house, asker):
    """Whoever looks for a record's own word finds it exactly when they see it."""
    for kind in KINDS:
        for record in sum(hidden_and_seen(house, asker, kind, 2), []):
            found = asker.get(f"{API}/{kind}", q=record.marker, count="exact").ok()
            expected = [record.id] if house.model.sees(asker.user, record) else []
            assert ([item["id"] for item in found["items"]], found["total"]) == (expected, len(expected)), (asker.user, record)


def check_search(house, asker):
    """Search finds a record by its own word exactly when it is seen, and nothing else that is hidden: not by the names of others
    either. What the answers say in passing (highlights, subtitles) the asker looks through like every answer.
    """
    model, me = house.model, asker.user
    for kind in SEARCHED:
        for record in sum(hidden_and_seen(house, asker, kind, 2), []):
            for path in ("search", "search/suggest"):
                found = asker.get(f"{API}/{path}", q=record.marker, limit=100).ok()
                there = [item["id"] for item in found["items"]]
                assert (record.id in there) == model.sees(me, record), (me, path, record)
                assert all(model.sees(me, model.records[one]) and not model.records[one].deleted for one in there), (me, record)
            found = asker.get(f"{API}/search", q=record.marker, limit=100).ok()
            assert min(found["total"], 100) == len(found["items"]), (me, record)
            assert found["total"] == sum(count["count"] for count in found["facets"]["type"]), (me, record)


def check_filters(house, asker):
    """By organisation, person, owner, assignee and id."""
    model, me = house.model, asker.user
    def hang_on(kind, member, value):
        return [record for record in model.listed(me, kind) if getattr(record, member) == value]
    questions = []
    for organisation in sum(hidden_and_seen(house, asker, "organisations", 1), []):
        people = [p for p in model.listed(me, "people") if organisation in model.linked(p) and model.sees(me, organisation)]
        questions += [("people", {"organisation": organisation.id}, people), ("organisations", {"id": organisation.id}, hang_on("organisations", "id", organisation.id)),
                      ("organisations", {"lei": organisation.figures["lei"]}, hang_on("organisations", "id", organisation.id))]
        questions += [(kind, {"organisation": organisation.id}, hang_on(kind, "organisation", organisation.id))
                      for kind in ("links", "mandats", "interactions", "tasks", "manual-kpis")]
    for person in sum(hidden_and_seen(house, asker, "people", 1), []):
        questions += [(kind, {"person": person.id}, hang_on(kind, "person", person.id)) for kind in ("links", "interactions", "tasks")]
    somebody = house.somebody()
    questions += [("organisations", {"owner": somebody.id}, hang_on("organisations", "owner", somebody.id)), ("tasks", {"assignee": somebody.id}, hang_on("tasks", "assignee", somebody.id)),
                  ("views", {"created_by": somebody.id}, hang_on("views", "maker", somebody.id))]
    questions += [(kind, {"owner": somebody.id}, [r for r in model.listed(me, kind) if r.organisation and model.records[r.organisation].owner == somebody.id])
                  for kind in ("mandats", "interactions", "tasks", "manual-kpis")]
    for kind, query, expected in questions:
        page = asker.get(f"{API}/{kind}", **query, limit=200, count="exact").ok()
        assert (sorted(item["id"] for item in page["items"]), page["total"]) == (ids(expected), len(expected)), (me, kind, query)


def check_records(house, asker, most):
    """One by one: as they are, deleted, their history, their past. What is hidden is answered like what is not there."""
    for record in some_of_all(house, KINDS, most):
        knows, status = house.model.knows(asker.user, record), house.model.read_status(asker.user, record)
        position, _, then = house.dice.choice(house.past)
        was_there = knows and then.get(record.id) is False
        questions = [("", {}, status), ("/history", {}, 200 if knows else 404), ("", {"as_of_position": position}, 200 if was_there else 404)]
        if record.kind in DELETABLE:
            questions.append(("", {"deleted": "true"}, 200 if knows else status))
        for rest, query, expected in questions:
            answer = asker.get(record.path + rest, **query)
            assert answer.status == expected, (asker.user, record, rest, query, answer)
            if expected == 404:
                assert problem_of(answer) == problem_of(asker.get(f"{API}/{record.kind}/{ABSENT}{rest}", **query))


def check_the_past(house, asker):
    """Lists as they were, of what the asker knows of by now."""
    position, instant, then = house.dice.choice(house.past)
    for kind in house.dice.sample(KINDS, 3):
        expected = [r for r in house.model.of(kind) if then.get(r.id) is False and house.model.knows(asker.user, r)]
        moment = house.dice.choice(({"as_of_position": position}, {"as_of": instant}))
        items, total = asker.pages(f"{API}/{kind}", limit=house.dice.choice((7, 50)), count="exact", **moment)
        assert (sorted(item["id"] for item in items), total) == (ids(expected), len(expected)), (asker.user, kind, moment)


def check_timelines(house, asker):
    for kind in ("organisations", "people"):
        for record in sum(hidden_and_seen(house, asker, kind, 2), []) + sample(house, house.model.listed(asker.user, kind, True), 1):
            if not house.model.sees(asker.user, record) or record.deleted:
                assert problem_of(asker.get(record.path + "/timeline")) == problem_of(asker.get(f"{API}/{kind}/{ABSENT}/timeline"))
                continue
            items, _ = asker.pages(record.path + "/timeline", limit=house.dice.choice((3, 50)))
            shown = {each: {item["id"] for item in items if item["kind"] == each} for each in ("interaction", "task", "link", "mandat")}
            assert shown == expected_around(house.model, asker.user, record), (asker.user, record)
            check_names_of_links(house.model, asker.user, record, items)


def expected_around(model, me, record):
    """What a timeline tells of: nothing that is deleted, nor links to what is."""
    member, other = ("organisation", "person") if record.kind == "organisations" else ("person", "organisation")
    def around(kind):
        return {r.id for r in model.listed(me, kind) if getattr(r, member) == record.id}
    links = {link for link in around("links") if not model.records[getattr(model.records[link], other)].deleted}
    return {"interaction": around("interactions"), "task": around("tasks"), "link": links, "mandat": around("mandats") if member == "organisation" else set()}


def check_names_of_links(model, me, record, items):
    """The other end has a name only for who sees it."""
    for item in (item for item in items if item["kind"] == "link"):
        other = model.records[item["person_id" if record.kind == "organisations" else "organisation_id"]]
        assert ("title" in item) == model.sees(me, other), item


def check_dashboards(house, asker):
    """All that one sees, and somebody's or a team's share of it."""
    model, me = house.model, asker.user
    scopes = [{}, {"owner": house.somebody().id}, {"team": house.dice.choice(list(house.teams.values())).id}]
    for scope in scopes:
        query, organisations = {name + "_id": value for name, value in scope.items()}, model.counted_organisations(me, **scope)
        def ask(name, **more):
            return asker.get(f"{API}/dashboards/{name}", **query, **more).ok()
        stages = collections.Counter(o.figures["stage"] for o in organisations)
        assert {row["stage"]: row["organisations"] for row in ask("funnel")["stages"]} == {stage: stages[stage] for stage in STAGES}
        potential = {row["stage"]: sum(money["potential"]["amount"] for money in row["amounts"]) for row in ask("pipeline")["stages"]}
        assert potential == {stage: sum(o.figures["potential"] for o in organisations if o.figures["stage"] == stage) for stage in STAGES}
        mandats = collections.Counter(m.figures["status"] for m in model.counted(me, "mandats", **scope))
        assert {row["status"]: row["mandats"] for row in ask("mandats")["statuses"]} == {status: mandats[status] for status in ("propose", "signe", "actif", "termine")}
        aum = collections.Counter()
        for organisation in organisations:
            aum[organisation.figures["category"]] += organisation.figures["aum"]
        assert {row["category"]: row["aum"]["amount"] for row in ask("aum")["categories"]} == aum
        [week] = ask("activity", **{"from": DAY[:10], "to": DAY[:10]})["weeks"]
        assert week["total"] == len(model.counted(me, "interactions", **scope))
        assert {item["id"] for item in ask("top", limit=50)["items"]} == {o.id for o in organisations}
        assert {item["id"] for item in ask("stalled", limit=50)["items"]} == {o.id for o in organisations if o.figures["stage"] in OPEN_STAGES}


def check_kpis(house, asker):
    model, me = house.model, asker.user
    def ask(**whose):
        return asker.get(f"{API}/kpis", **whose, **MONTH)
    def check(record, counted, **whose):
        if record.deleted or not model.sees(me, record):
            assert problem_of(ask(**whose)) == problem_of(ask(**dict.fromkeys(whose, ABSENT)))
        else:
            assert ask(**whose).ok()["items"][0]["rdv"]["derived"] == len(counted), (me, record)
    for organisation in sum(hidden_and_seen(house, asker, "organisations", 2), []):
        check(organisation, [i for i in model.counted(me, "interactions") if i.organisation == organisation.id and i.figures["type"] == "meeting"],
              organisation_id=organisation.id)
    for user in sample(house, model.of("users"), 3):
        check(user, model.meetings(me, {user.id}), user_id=user.id)
    for team in house.teams.values():
        check(model.records[team.id], model.meetings(me, model.members(team.id)), team_id=team.id)


def check_duplicates(house, asker):
    def pairs(**query):
        answer = asker.get(f"{API}/organisations/duplicates", min_score=1, limit=200, **query).ok()
        found = {tuple(sorted(organisation["id"] for organisation in item["organisations"])) for item in answer["items"]}
        assert answer["total"] == len(found)
        return found
    expected = house.model.duplicates(asker.user)
    assert pairs() == expected
    for organisation in sum(hidden_and_seen(house, asker, "organisations", 1), []):
        assert pairs(organisation_id=organisation.id) == {pair for pair in expected if organisation.id in pair}


def check_agendas(house, asker):
    model, me = house.model, asker.user
    def in_agenda(kind, **query):
        answer = asker.get(f"{API}/{kind}/agenda", limit=200, **query).ok()
        items = [item["id"] for part in PARTS for item in answer[part]["items"]]
        assert sum(answer[part]["total"] for part in PARTS) == len(items)
        return sorted(items)
    tasks = model.listed(me, "tasks")
    inbox = [i for i in model.listed(me, "interactions") if i.figures["inbox"] and (i.assignee or i.maker) == me.id]
    assert in_agenda("tasks") == ids(t for t in tasks if t.assignee == me.id)
    assert in_agenda("interactions") == ids(inbox)
    for team in house.teams.values():
        members = model.members(team.id)
        assert in_agenda("tasks", assignee_team=team.id) == ids(t for t in tasks if t.assignee in members)
        week = asker.get(f"{API}/teams/{team.id}/week", week_of=DAY[:10])
        if not model.sees(me, model.records[team.id]):
            assert problem_of(week) == problem_of(asker.get(f"{API}/teams/{ABSENT}/week", week_of=DAY[:10]))
            continue
        counted = {member["user_id"]: sum(day["open"] for day in member["days"]) for member in week.ok()["members"]}
        assert counted == collections.Counter(t.assignee for t in tasks if t.assignee in members)


def check_the_writer(house, asker):
    """It says of each record what the asker may do with it, and a change of nothing leaves nothing."""
    for record in some_of_all(house, CHANGEABLE, 12):
        before = house.root.log_end()
        answer = asker.ask("PATCH", record.path, {})
        assert written_since(house.root, before) == 0
        assert answer.status == house.model.patch_status(asker.user, record), (asker.user, record, answer)


# ---- refusals ------------------------------------------------------------------------------------------------------


def check_refusals(house, asker):
    """Commands about what is hidden are refused as if it were not there, and leave nothing."""
    before = house.root.log_end()
    hidden, seen = hidden_and_seen(house, asker, "organisations", 2)
    for organisation in hidden:
        refuse_references(asker, organisation)
        refuse_changes(house, asker, organisation)
        refuse_what_is_unique(house, asker, organisation)
        if seen:
            merging = [asker.ask("POST", seen[0].path + "/merge", {"into": into}) for into in (organisation.id, ABSENT)]
            assert problem_of(merging[0]) == problem_of(merging[1])
    for kind in ("people", "links", "mandats", "interactions", "tasks", "manual-kpis", "views"):
        for record in hidden_and_seen(house, asker, kind, 1)[0]:
            refuse_changes(house, asker, record)
    refuse_to_delete_produits(house, asker)
    refuse_hidden_users(house, asker)
    assert written_since(house.root, before) == 0, "a refused command left something in the log"


def refuse_references(asker, organisation):
    """Viewers make nothing, for others there is no such organisation."""
    for kind, body in {"links": {"person_id": ABSENT}, "mandats": {}, "interactions": {"title": "x"}, "tasks": {"title": "x"}, "manual-kpis": {"year": 2030, "month": 1}}.items():
        answers = [asker.ask("POST", f"{API}/{kind}", {**body, "organisation_id": identity}) for identity in (organisation.id, ABSENT)]
        assert problem_of(answers[0]) == problem_of(answers[1])
        if asker.user.role != "viewer":
            assert errors_by_pointer(answers[0].problem(422))["/organisation_id"] == "unknown_reference"


def refuse_changes(house, asker, record):
    absent = f"{API}/{record.kind}/{ABSENT}"
    for method, rest, body in (("PATCH", "", {}), ("DELETE", "", None), ("POST", "/end" if record.kind == "links" else "/restore", None)):
        answers = [asker.ask(method, path + rest, body) for path in (record.path, absent)]
        assert answers[0].status == 404 and problem_of(answers[0]) == problem_of(answers[1]), (asker.user, record, answers)
    answers = [asker.ask("POST", f"{API}/undo/{position}") for position in (house.positions[record.id], 2**40)]
    assert answers[0].status == (403 if asker.user.role == "viewer" else 404) and problem_of(answers[0]) == problem_of(answers[1])
    if asker.user.role == "manager" and record.kind != "views":
        patch = {"ids": [record.id, ABSENT], "patch": {}}
        outcomes = asker.ask("POST", f"{API}/{record.kind}/bulk", patch).ok()["outcomes"]
        assert [{**outcome, "id": None} for outcome in outcomes] == [{**outcomes[1], "id": None}] * 2


def refuse_what_is_unique(house, asker, organisation):
    """The number of a hidden record is taken, by whom is not said; nor whose the id is."""
    if asker.user.role == "viewer":
        return
    questions = [("organisations", {"name": "x", "lei": organisation.figures["lei"]}, "not_unique"), ("organisations", {"name": "x", "id": organisation.id}, "already_exists")]
    kept = [o for o in house.model.live("organisations") if house.model.keeps(asker.user, o)]
    for mandat in hidden_and_seen(house, asker, "mandats", 1)[0] if kept else ():
        questions.append(("mandats", {"organisation_id": kept[0].id, "number": f"LE {mandat.marker}"}, "not_unique"))
    for kind, body, code in questions:
        assert "conflict" not in asker.ask("POST", f"{API}/{kind}", body).problem(409, code)
    if asker.user.role == "manager":
        record = {"name": "x", "lei": organisation.figures["lei"]}
        batch = {"import_id": str(uuid.uuid4()), "source": "x.csv", "dry_run": True, "records": [{"record": record}]}
        [outcome] = asker.ask("POST", f"{API}/imports/organisations", batch).ok()["outcomes"]
        assert (outcome["outcome"], outcome.get("id")) == ("refused", None)


def refuse_to_delete_produits(house, asker):
    """A produit of running mandats is not deleted; those that one may not see are not named."""
    if asker.user.role not in ("manager", "admin"):
        return
    for produit in house.model.live("produits"):
        running = [m for m in house.model.live("mandats") if m.figures["produit"] == produit.id]
        if running:
            problem = asker.ask("DELETE", produit.path).problem(409, "in_running_mandats")
            seen = [m for m in running if house.model.sees(asker.user, m)]
            assert ("conflict" in problem, [m.marker in problem["detail"] for m in seen]) == (bool(seen), [True] * len(seen))


def refuse_hidden_users(house, asker):
    hidden, _ = hidden_and_seen(house, asker, "users", 1)
    for user in hidden:
        answers = [asker.ask("POST", f"{path}/reassign", {"to": asker.id}) for path in (user.path, f"{API}/users/{ABSENT}")]
        assert problem_of(answers[0]) == problem_of(answers[1])
        if asker.user.role != "viewer":
            answers = [asker.ask("POST", f"{API}/tasks", {"title": "x", "assignee_id": identity}) for identity in (user.id, ABSENT)]
            assert problem_of(answers[0]) == problem_of(answers[1])


WAYS_OUT = (check_lists, check_search, check_accounts, check_words, check_filters, check_the_past, check_timelines, check_dashboards, check_kpis,
            check_duplicates, check_agendas, check_the_writer, check_refusals)


def check_everything(house, most_records):
    for asker in [*house.askers.values(), *house.keys]:
        for check in WAYS_OUT:
            check(house, asker)
        check_records(house, asker, most_records)
    check_keys_beside_their_users(house)


# ---- how soon ------------------------------------------------------------------------------------------------------


def status_matrix(house):
    """(of a read, of a change) of every record by every user."""
    model = house.model
    def statuses(asker, record):
        return model.read_status(asker.user, record), model.patch_status(asker.user, record) if record.kind in CHANGEABLE else None
    return {(asker.name, record.id): statuses(asker, record) for asker in house.askers.values() for record in model.records.values()}


def check_that_it_counts_at_once(house, before):
    """Of what the move opened or closed: the writer goes by it with the very next command, other clients' reads within a second."""
    now = status_matrix(house)
    changed = [pair for pair in now if pair in before and before[pair] != now[pair]]
    for name, identity in house.dice.sample(changed, min(4, len(changed))):
        asker, record = house.askers[name], house.model.records[identity]
        if record.kind in CHANGEABLE:
            answer = asker.client.twin().patch(record.path, {})
            assert answer.status == now[name, identity][1], (asker.user, record, answer)
    read_differently = [pair for pair in changed if before[pair][0] != now[pair][0]]
    for name, identity in house.dice.sample(read_differently, min(4, len(read_differently))):
        await_reads(house, house.askers[name], house.model.records[identity], now[name, identity][0])


def await_reads(house, asker, record, expected):
    """By a client that knows of no position."""
    client = asker.client.twin()
    client.position = 0
    found = [record.id] if expected == 200 else []
    def listed():
        return [item["id"] for item in client.get(f"{API}/{record.kind}", query={"q": record.marker}).ok()["items"]]
    while client.get(record.path).status != expected or listed() != found:
        assert time.monotonic() - house.moved_at < 1, f"after a second {asker.name} still does not read {expected} of {record}"
    house.slowest = max(house.slowest, time.monotonic() - house.moved_at)
    client.close()


def test_nothing_leaks_while_owners_users_and_teams_move_about(house):
    check_everything(house, 40)
    for move in range(1, MOVES + 1):
        before = status_matrix(house)
        print(house.move())
        check_that_it_counts_at_once(house, before)
        if move % MOVES_A_ROUND == 0:
            check_everything(house, 12)
    print(f"{house.checks} answers were looked through; the slowest move was seen after {house.slowest:.3f} s")


# ---- what the moves may or may not come upon ------------------------------------------------------------------------


def test_who_may_not_restore_does_not_find_what_they_deleted(make_server):
    """A manager deletes, and is a viewer then."""
    firm = Firm(make_server())
    client = firm.new_person("manager", firm.teams["paris"])
    organisation = firm.organisation("colleague")
    client.position = firm.admin.position
    before = firm.admin.position
    client.delete(f"{API}/organisations/{organisation['id']}").ok()
    firm.admin.patch(f"{API}/users/{client.user['id']}", {"role": "viewer"}).ok()
    client.position = firm.admin.position
    client.get(f"{API}/organisations/{organisation['id']}", query={"deleted": "true"}).problem(404)
    assert client.list("organisations", deleted="true") == []
    assert client.list("organisations", as_of_position=before) == []


def test_an_alias_of_what_is_in_the_trash_leads_nowhere(make_server):
    """Whoever may not restore is not told of the record that took its place, and then was deleted."""
    firm = Firm(make_server())
    goes, stays = (firm.organisation("colleague")["id"] for _ in range(2))
    firm.admin.post(f"{API}/organisations/{goes}/merge", {"into": stays}).ok()
    firm.admin.delete(f"{API}/organisations/{stays}").ok()
    firm.everybody_follows()
    path = f"{API}/organisations/{goes}"
    for name, status in (("viewer", 404), ("sales", 404), ("manager", 409)):
        client = firm.people[name]
        client.get(path).problem(404)
        for method, rest, body in (("PATCH", "", {}), ("POST", "/stage", {"stage": "signe"}), ("DELETE", "", None), ("POST", "/merge", {"into": ABSENT})):
            client.request(method, path + rest, body).problem(status)


def test_a_hidden_batch_is_undone_like_one_that_is_not_there(make_server):
    firm = Firm(make_server())
    ids = [firm.organisation("other_sales")["id"] for _ in range(2)]
    batch = firm.admin.post(f"{API}/organisations/bulk", {"ids": ids, "patch": {"city": "Pau"}}).ok()["batch"]
    firm.everybody_follows()
    answers = [firm.people["manager"].post(f"{API}/undo/{identity}") for identity in (batch, ABSENT)]
    assert answers[1].status == 404 and problem_of(answers[0]) == problem_of(answers[1])


# ---- the last administrator ----------------------------------------------------------------------------------------


def user_path(client):
    return f"{API}/users/{client.user['id']}"


def test_no_way_leads_to_a_firm_without_an_administrator(make_server):
    firm = Firm(make_server())
    first, second = firm.admin, firm.new_person("sales")
    promoted = first.patch(user_path(second), {"role": "admin"})
    promoted.ok()
    first_too = second.patch(user_path(first), {"full_name": "Ada", "role": "manager"})
    first_too.ok()
    for patch in ({"role": "viewer"}, {"active": False}, {"role": "sales", "active": False}):
        for path in (user_path(second), f"{API}/me"):
            second.patch(path, patch).problem(409, "last_admin")
    second.post(f"{API}/undo/{promoted.position}").problem(409, "last_admin")
    second.delete(user_path(second)).problem(405)
    assert second.read("users", second.user["id"])["role"] == "admin"
    second.post(f"{API}/undo/{first_too.position}").ok()
    second.patch(user_path(second), {"active": False}).ok()
    first.patch(user_path(first), {"active": False}).problem(409, "last_admin")


def test_of_two_administrators_who_demote_each_other_one_stays(make_server):
    firm = Firm(make_server())
    pair = [firm.new_person("admin"), firm.new_person("admin")]
    firm.admin.patch(user_path(firm.admin), {"role": "viewer"}).ok()
    for _ in range(5):
        statuses, threads = {}, Threads()
        def demote(client, other):
            statuses[client] = client.patch(user_path(other), {"role": "manager"}).status
        for client, other in (pair, pair[::-1]):
            threads.start(demote, client, other)
        threads.join()
        # Whoever came second was no administrator any more, by the reads or by the writer.
        assert sorted(statuses.values()) in ([200, 403], [200, 404])
        winner, loser = sorted(pair, key=statuses.get)
        winner.patch(user_path(loser), {"role": "admin"}).ok()


def test_the_model_hides_something_from_everybody_but_administrators(house):
    """A model in which all see all, or nothing, would test nothing."""
    for asker in house.askers.values():
        hidden, markers = house.model.hidden_from(asker.user)
        assert (asker.user.role == "admin") == (not hidden) == (not markers)
        assert all(house.model.listed(asker.user, kind) for kind in ("organisations", "people", "users"))
