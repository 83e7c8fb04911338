"""Dashboards and KPIs over HTTP: every figure is what the lists say, for each asker."""

import collections

import pytest

from alforis_client import API
from firm import Firm, errors_by_pointer, unique

STAGES = ("prospect", "qualification", "proposition", "negociation", "signe", "perdu", "inactif")
ASKERS = ("admin", "manager", "sales", "viewer", "other_sales")


def money(amount, currency="EUR"):
    return {"amount": amount, "currency": currency}


@pytest.fixture(scope="module")
def business(make_server):
    """Organisations of everybody and nobody, with what dashboards count, where nobody else writes."""
    firm = Firm(make_server())
    for owner in (None, "sales", "colleague", "other_sales"):
        for number, category in enumerate((None, "cgpi", "sdg")):
            fields = {"aum": money(1000 + number), "potential_amount": money(20000 + number), "signature_probability": 12.5}
            if category:
                fields["category"] = category
            made = firm.organisation(owner, **fields)
            path = f"{API}/organisations/{made['id']}"
            firm.admin.post(path + "/stage", {"stage": "qualification"}).ok()
            if number:
                firm.admin.post(path + "/stage", {"stage": "signe"}).ok()
            firm.admin.create("mandats", {"organisation_id": made["id"]})
            for kind in ("meeting", "visio", "call"):
                firm.admin.create("interactions", {"title": unique("Point"), "type": kind, "organisation_id": made["id"],
                                                   "occurred_at": "2025-12-31T23:30:00Z", **({"assignee_id": firm.id_of(owner)} if owner else {})})
            task = firm.admin.create("tasks", {"title": unique("Pitch"), "category": "pitch", "organisation_id": made["id"]})
            firm.admin.post(f"{API}/tasks/{task['id']}/complete").ok()
    firm.everybody_follows()
    return firm


def listed(client, collection, **query):
    """All records of a list, page by page."""
    return [client.read(collection, identity) for identity in client.list(collection, **query)]


@pytest.mark.parametrize("asker", ASKERS)
def test_dashboards_count_what_the_lists_show(business, asker):
    client = business.people[asker]
    organisations = listed(client, "organisations")
    by_stage = collections.Counter(record["pipeline_stage"] for record in organisations)
    funnel = client.get(f"{API}/dashboards/funnel").ok()["stages"]
    assert [(row["stage"], row["organisations"]) for row in funnel] == [(stage, by_stage[stage]) for stage in STAGES]
    pipeline = client.get(f"{API}/dashboards/pipeline").ok()["stages"]
    for row in pipeline:
        with_potential = [r for r in organisations if r["pipeline_stage"] == row["stage"] and r.get("potential_amount")]
        assert sum(a["potential"]["amount"] for a in row["amounts"]) == sum(r["potential_amount"]["amount"] for r in with_potential)
        weighted = sum(r["potential_amount"]["amount"] * r.get("signature_probability", 0) / 100 for r in with_potential)
        assert abs(sum(a["weighted"]["amount"] for a in row["amounts"]) - weighted) <= 0.5
    statuses = {row["status"]: row["mandats"] for row in client.get(f"{API}/dashboards/mandats").ok()["statuses"]}
    assert statuses["propose"] == len(client.list("mandats", status="propose"))
    aum = collections.Counter()
    for record in organisations:
        if record.get("aum"):
            aum[record.get("category")] += record["aum"]["amount"]
    answered = client.get(f"{API}/dashboards/aum").ok()["categories"]
    assert {row["category"]: row["aum"]["amount"] for row in answered} == aum
    weeks = client.get(f"{API}/dashboards/activity?from=2026-01-01&to=2026-01-02").ok()["weeks"]
    done = len(client.list("interactions", type="call", **{"occurred_at.gte": "2025-12-29", "occurred_at.before": "2026-01-04"}))
    assert [(week["week_of"], week["call"]) for week in weeks] == [("2025-12-29", done)]


@pytest.mark.parametrize("asker", ASKERS)
def test_top_and_stalled_are_the_organisations_one_sees_in_their_order(business, asker):
    client = business.people[asker]
    for path, query in (("top", {"sort": "-aum", "aum.empty": "false"}),
                        ("top?by=potential_amount", {"sort": "-potential_amount", "potential_amount.empty": "false"}),
                        ("stalled", {"sort": "stage_since", "stage": "prospect,qualification,proposition,negociation"})):
        items = client.get(f"{API}/dashboards/{path}").ok()["items"]
        assert [item["id"] for item in items] == client.list("organisations", **query)[:10]


def test_entries_conversion_and_stays_are_told(business):
    by_stage = {row["stage"]: row for row in business.admin.get(f"{API}/dashboards/funnel").ok()["stages"]}
    assert by_stage["prospect"]["conversion"] is None
    assert by_stage["prospect"]["median_days"] == 0
    assert by_stage["signe"]["median_days"] is None
    assert by_stage["qualification"]["entered"] == 12
    assert by_stage["qualification"]["conversion"] == round(1000 * 12 / by_stage["prospect"]["entered"]) / 10


def test_dashboards_narrow_to_an_owner_and_a_team(business):
    def signed(client, **query):
        return client.get(f"{API}/dashboards/funnel", query=query).ok()["stages"][4]["organisations"]
    admin, sales = business.admin, business.people["sales"]
    assert signed(admin, owner_id=business.id_of("sales")) == signed(sales, owner_id="me") == 2
    assert signed(admin, team_id=business.teams["paris"]) == 4
    assert signed(sales, team_id=business.teams["lyon"]) == signed(sales, owner_id=business.id_of("other_sales")) == 0


def test_kpis_are_counted_in_the_months_of_paris(business):
    """Half past eleven in the evening in UTC is the year after in Paris."""
    sales = business.people["sales"]
    own = sales.list("organisations", owner="me")
    query = {"organisation_id": own[0], "from": "2025-12-01", "to": "2026-01-31", "compare": "previous_year"}
    items = sales.get(f"{API}/kpis", query=query).ok()["items"]
    assert [(item["from"], item["rdv"]["derived"]) for item in items] == [("2025-12-01", 0), ("2026-01-01", 2)]
    assert items[0]["year_before"]["from"] == "2024-12-01"
    year = sales.get(f"{API}/kpis", query={"user_id": "me", "period": "year", "from": "2026-03-01", "to": "2026-03-01"}).ok()
    assert [(item["from"], item["rdv"]["derived"]) for item in year["items"]] == [("2026-01-01", 2 * len(own))]
    later = sales.get(f"{API}/kpis", query={"user_id": "me", "period": "quarter", "from": "2027-01-01", "to": "2027-05-01", "compare": "previous_year"}).ok()
    assert [(item["from"], item["year_before"]["from"]) for item in later["items"]] == [("2027-01-01", "2026-01-01"), ("2027-04-01", "2026-04-01")]
    assert [item["year_before"]["rdv"]["derived"] for item in later["items"]] == [2 * len(own), 0]


def test_a_user_has_their_closings_and_a_team_those_of_its_members(business):
    def this_year(client, **query):
        (item,) = client.get(f"{API}/kpis", query={"period": "year", **query}).ok()["items"]
        return {name: item[name]["derived"] for name in ("closings", "pitchs")}
    sales = business.people["sales"]
    assert this_year(sales, user_id="me") == {"closings": 2, "pitchs": 0}
    assert this_year(sales, team_id=business.teams["paris"])["closings"] == 4
    assert this_year(business.admin, user_id="me")["pitchs"] == 12
    own = sales.list("organisations", owner="me")
    assert sum(this_year(sales, organisation_id=one)["closings"] for one in own) == 2


def test_figures_of_whom_one_does_not_see_are_not_found(business):
    sales, foreign = business.people["sales"], business.people["other_sales"]
    hidden = foreign.list("organisations", owner="me")[0]
    for query in ({"organisation_id": hidden}, {"user_id": business.id_of("other_sales")}, {"team_id": business.teams["lyon"]}):
        sales.get(f"{API}/kpis", query=query).problem(404)


def test_a_deleted_organisation_counts_no_more(business):
    made = business.organisation("sales", aum=money(7))
    def prospects():
        return business.admin.get(f"{API}/dashboards/funnel").ok()["stages"][0]["organisations"]
    before = prospects()
    business.admin.delete(f"{API}/organisations/{made['id']}").ok()
    assert prospects() == before - 1
    business.admin.post(f"{API}/organisations/{made['id']}/restore").ok()
    assert prospects() == before


@pytest.mark.parametrize("path, parameter", [
    ("dashboards/funnel?from=2026-02-30", "from"), ("dashboards/activity?from=2026-02-03&to=2026-01-01", "to"),
    ("dashboards/top?by=colour", "by"), ("dashboards/stalled?limit=51", "limit"), ("dashboards/aum?team_id=x", "team_id"),
    ("dashboards/aum?colour=red", "colour"), ("kpis", "organisation_id"), ("kpis?user_id=me&team_id=me", "organisation_id"),
    ("kpis?user_id=me&period=day", "period"), ("kpis?user_id=me&compare=2024", "compare"),
    ("kpis?user_id=me&from=2000-01-01&to=2026-01-01", "to"),
])
def test_a_wrong_parameter_is_named(firm, path, parameter):
    problem = firm.admin.get(f"{API}/{path}").problem(400)
    assert list(errors_by_pointer(problem)) == [parameter]
