"""KPIs that are entered by hand: one record a month, which stands in the series instead of what is counted."""

import collections
import datetime
import random

import pytest

from alforis_client import API
from firm import Firm, errors_by_pointer, paris_day, unique

COUNTS = ("rdv", "pitchs", "due_diligences", "closings")
MONTHS = {"month": 1, "quarter": 3, "year": 12}


def month_of(instant):
    """(year, month) in Paris."""
    day = paris_day(instant)
    return int(day[:4]), int(day[5:7])


def first_of_period(month, length):
    months = MONTHS[length]
    return f"{month[0]}-{(month[1] - 1) // months * months + 1:02d}-01"


class Story:
    """An organisation whose months are made up at random, and what they come to, counted naively from what the lists and the
    history say."""

    def __init__(self, firm, seed):
        self.firm, self.client, self.dice = firm, firm.people["sales"], random.Random(seed)
        self.organisation = firm.organisation("sales")
        self.id = self.organisation["id"]
        self.now = datetime.datetime.now(datetime.timezone.utc)
        for _ in range(self.dice.randint(10, 25)):
            self.dice.choice((self.interaction, self.interaction, self.task, self.stage))()
        self.months = set()
        for _ in range(self.dice.randint(2, 8)):
            self.manual()
        firm.everybody_follows()

    def past(self):
        return self.now - datetime.timedelta(minutes=self.dice.randrange(600 * 24 * 60))

    def interaction(self):
        body = {"title": unique("Point"), "organisation_id": self.id, "type": self.dice.choice(("meeting", "visio", "call", "email")),
                "status": self.dice.choice(("done", "done", "todo")), "occurred_at": self.past().isoformat()}
        made = self.client.create("interactions", body)
        if self.dice.random() < 0.2:
            self.firm.admin.position = max(self.firm.admin.position, self.client.position)
            self.firm.admin.delete(f"{API}/interactions/{made['id']}").ok()

    def task(self):
        body = {"title": unique("Tâche"), "organisation_id": self.id, "category": self.dice.choice(("pitch", "due_diligence", "rdv"))}
        made = self.client.create("tasks", body)
        if self.dice.random() < 0.8:
            self.client.post(f"{API}/tasks/{made['id']}/complete").ok()

    def stage(self):
        body = {"stage": self.dice.choice(("signe", "proposition", "signe", "inactif"))}
        self.client.post(f"{API}/organisations/{self.id}/stage", body).ok()

    def manual(self):
        moment = self.dice.choice((self.now, self.past(), self.past(), self.past()))
        month = month_of(moment.isoformat())
        if month in self.months:
            return
        self.months.add(month)
        body = {"organisation_id": self.id, "year": month[0], "month": month[1]}
        body.update({name: self.dice.randint(0, 9) for name in COUNTS if self.dice.random() < 0.6})
        if self.dice.random() < 0.7:
            body["revenue"] = {"amount": self.dice.randint(-500, 100000), "currency": self.dice.choice(("EUR", "USD", "CHF"))}
        made = self.client.create("manual-kpis", body)
        if self.dice.random() < 0.3:
            self.firm.admin.position = max(self.firm.admin.position, self.client.position)
            self.firm.admin.delete(f"{API}/manual-kpis/{made['id']}").ok()
        elif self.dice.random() < 0.3:
            self.client.patch(f"{API}/manual-kpis/{made['id']}", {self.dice.choice(COUNTS): self.dice.choice((None, 11))}).ok()

    def derived(self):
        counted = collections.Counter()
        for one in self.client.pages(f"{API}/interactions", {"organisation": self.id, "limit": 200}):
            if one["status"] == "done" and one["type"] in ("meeting", "visio"):
                counted["rdv", month_of(one["occurred_at"])] += 1
        for one in self.client.pages(f"{API}/tasks", {"organisation": self.id, "limit": 200}):
            measure = {"pitch": "pitchs", "due_diligence": "due_diligences"}.get(one["category"])
            if measure and one["status"] == "done":
                counted[measure, month_of(one["completed_at"])] += 1
        for entry in self.client.pages(f"{API}/organisations/{self.id}/history", {"limit": 200}):
            moves = [change for change in entry["changes"] if change["field"] == "pipeline_stage"]
            if entry["type"] == "organisation.stage_changed.v1" and any(move["to"] == "signe" for move in moves):
                counted["closings", month_of(entry["at"])] += 1
        return counted

    def recount(self, length):
        """By the first day of each period."""
        derived = self.derived()
        manual = {(kpi["year"], kpi["month"]): kpi
                  for kpi in self.client.pages(f"{API}/manual-kpis", {"organisation": self.id, "limit": 200})}
        periods = collections.defaultdict(lambda: {**{name: [0, 0, False] for name in COUNTS}, "revenue": collections.Counter()})
        year = self.now.year
        for month in [(y, m) for y in range(year - 3, year + 1) for m in range(1, 13)]:
            period, entered = periods[first_of_period(month, length)], manual.get(month, {})
            for name in COUNTS:
                count = derived[name, month]
                period[name][0] += count
                period[name][1] += entered.get(name, count)
                period[name][2] |= name in entered
            if "revenue" in entered:
                period["revenue"][entered["revenue"]["currency"]] += entered["revenue"]["amount"]
                period["revenue"]["said " + entered["revenue"]["currency"]] = 1
        return periods


def told(item):
    figures = {name: [item[name]["derived"], item[name]["value"], item[name]["manual"]] for name in COUNTS}
    return figures, {amount["currency"]: amount["amount"] for amount in item["revenue"]}


def expected(period):
    figures = {name: period[name] for name in COUNTS}
    said = [key[5:] for key in period["revenue"] if key.startswith("said ")]
    return figures, {currency: period["revenue"][currency] for currency in said}


@pytest.fixture(scope="module")
def alone(make_server):
    return Firm(make_server())


@pytest.mark.parametrize("seed", range(6))
def test_a_series_is_what_a_naive_recount_says(alone, seed):
    story = Story(alone, seed)
    year = story.now.year
    for length in MONTHS:
        periods = story.recount(length)
        query = {"organisation_id": story.id, "period": length, "from": f"{year - 1}-01-01", "to": f"{year}-12-31", "compare": "previous_year"}
        items = story.client.get(f"{API}/kpis", query=query).ok()["items"]
        assert len(items) == 24 // MONTHS[length]
        for item in items:
            assert told(item) == expected(periods[item["from"]]), (length, item)
            before = item["year_before"]
            assert told(before) == expected(periods[before["from"]]), (length, before)


def test_users_and_teams_have_what_is_counted_only(firm):
    sales = firm.people["sales"]
    made = firm.organisation("sales")
    sales.create("interactions", {"title": unique("Point"), "type": "meeting", "organisation_id": made["id"], "occurred_at": "2024-05-06T10:00:00Z"})
    sales.create("manual-kpis", {"organisation_id": made["id"], "year": 2024, "month": 5, "rdv": 90, "revenue": {"amount": 5}})
    span = {"from": "2024-05-01", "to": "2024-05-31"}
    for whose in ({"user_id": "me"}, {"team_id": firm.teams["paris"]}):
        (item,) = sales.get(f"{API}/kpis", query={**whose, **span}).ok()["items"]
        assert item["rdv"]["value"] == item["rdv"]["derived"] < 90 and not item["rdv"]["manual"] and item["revenue"] == []
    (item,) = sales.get(f"{API}/kpis", query={"organisation_id": made["id"], **span}).ok()["items"]
    assert item["rdv"] == {"derived": 1, "value": 90, "manual": True} and item["revenue"] == [{"amount": 5, "currency": "EUR"}]


def test_a_month_has_one_record_and_who_sees_it_is_told_which(firm):
    sales, manager = firm.people["sales"], firm.people["manager"]
    body = {"organisation_id": firm.organisation("sales")["id"], "year": 2026, "month": 3}
    first = sales.create("manual-kpis", {**body, "rdv": 2})
    problem = sales.post(f"{API}/manual-kpis", {**body, "rdv": 3}).problem(409, "already_exists")
    assert problem["conflict"] == first["id"]
    firm.everybody_follows()
    manager.delete(f"{API}/manual-kpis/{first['id']}").ok()
    second = sales.create("manual-kpis", body)
    assert manager.post(f"{API}/manual-kpis/{first['id']}/restore").problem(409, "already_exists")["conflict"] == second["id"]


def test_a_deleted_months_figures_are_counted_again(firm):
    admin = firm.admin
    organisation = firm.organisation("sales")["id"]
    made = admin.create("manual-kpis", {"organisation_id": organisation, "year": 2023, "month": 2, "closings": 8})
    def closings():
        (item,) = admin.get(f"{API}/kpis", query={"organisation_id": organisation, "from": "2023-02-01", "to": "2023-02-01"}).ok()["items"]
        return item["closings"]
    assert closings() == {"derived": 0, "value": 8, "manual": True}
    admin.delete(f"{API}/manual-kpis/{made['id']}").ok()
    assert closings() == {"derived": 0, "value": 0, "manual": False}
    admin.post(f"{API}/manual-kpis/{made['id']}/restore").ok()
    admin.patch(f"{API}/manual-kpis/{made['id']}", {"closings": 0}).ok()
    assert closings() == {"derived": 0, "value": 0, "manual": True}, "nothing is a figure, too"


def test_all_that_is_wrong_with_a_month_is_named(firm):
    organisation = firm.organisation("sales")["id"]
    body = {"organisation_id": organisation, "year": 2019, "month": 13, "rdv": -1, "pitchs": 1000001, "commission_rate": 101, "closings": "3"}
    problem = firm.admin.post(f"{API}/manual-kpis", body).problem(422)
    assert set(errors_by_pointer(problem)) == {"/commission_rate", "/closings"}
    body.update(commission_rate=1.5, closings=3)
    problem = firm.admin.post(f"{API}/manual-kpis", body).problem(422)
    assert errors_by_pointer(problem) == {"/year": "out_of_range", "/month": "out_of_range", "/rdv": "out_of_range", "/pitchs": "out_of_range"}
    made = firm.admin.create("manual-kpis", {"organisation_id": organisation, "year": 2026, "month": 3})
    assert "/month" in errors_by_pointer(firm.admin.patch(f"{API}/manual-kpis/{made['id']}", {"month": 4}).problem(422))
