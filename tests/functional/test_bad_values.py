"""Values that are well-formed and out of bounds: ten thousand of anything, days that no calendar has, names made to harm. What is
refused is refused by its own code, at its own place, and leaves nothing in the log; what is kept is kept as it is.
"""

import unicodedata
import uuid

import pytest

from alforis_client import API
from firm import Firm, errors_by_pointer, organisation_path
from test_bad_business import ABSENT, new_record, path_of, refused


@pytest.fixture(scope="module")
def admin(make_server):
    """Nobody else writes here."""
    return Firm(make_server()).admin


# ---- too many ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind, member, element, most", [
    ("interactions", "participants", {"person_id": ABSENT}, 200), ("interactions", "external_participants", {"name": "Paul"}, 200),
    ("interactions", "attachments", {"name": "a", "url": "https://a.example"}, 50), ("organisations", "tags", "t", 50), ("organisations", "strategies", "t", 50),
])
def test_ten_thousand_of_anything_are_too_many(admin, kind, member, element, most):
    made = new_record(admin, kind)
    for count in (10_000, most + 1):
        for method, path, body in (("PATCH", path_of(kind, made), {}), ("POST", f"{API}/{kind}", {"name": "x"} if kind == "organisations" else {"title": "x", "organisation_id": made["organisation_id"]})):
            answer = refused(admin, method, path, {**body, member: [element] * count})
            assert errors_by_pointer(answer.problem(422)) == {f"/{member}": "too_many"}


def test_ten_thousand_ids_and_preferences_are_too_many(admin):
    ids = [str(uuid.UUID(int=number)) for number in range(10_000)]
    answer = refused(admin, "POST", f"{API}/tasks/bulk", {"ids": ids, "verb": "start"})
    assert errors_by_pointer(answer.problem(422)) == {"/ids": "too_many"}
    answer = refused(admin, "PATCH", f"{API}/me", {"notification_preferences": [{"type": "task_due"}] * 10_000})
    assert set(errors_by_pointer(answer.problem(422)).values()) <= {"too_many", "duplicate_element"}


def test_two_hundred_people_take_part_and_nobody_twice(admin):
    people = [admin.create("people", {"last_name": "Foule"})["id"] for _ in range(200)]
    made = new_record(admin, "interactions", participants=[{"person_id": person} for person in people])
    assert len(made["participants"]) == 200
    twice = [{"person_id": people[0]}, {"person_id": people[1]}, {"person_id": people[0]}]
    answer = refused(admin, "PATCH", path_of("interactions", made), {"participants": twice})
    assert errors_by_pointer(answer.problem(422)) == {"/participants/2/person_id": "duplicate_element"}


# ---- days ----------------------------------------------------------------------------------------------------------

DAYS = [("organisations", "signature_date"), ("organisations", "aum_date"), ("people", "consent_date"), ("links", "since"), ("links", "until"),
        ("mandats", "date_signature"), ("mandats", "date_debut"), ("mandats", "date_fin")]
NO_DAYS = ("0000-01-01", "0000-02-29", "0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31", "2027-02-29", "2100-02-29", "1900-02-29", "2026-02-30", "2026-04-31", "2026-13-01",
           "2026-00-10", "2026-01-00", "+2026-01-01", "-2026-01-01", "20260101", "2026-1-1", "2026-W01-1", "2026-01-01T00:00:00Z", " 2026-01-01", "２０２６-01-01", "demain", "")


@pytest.mark.parametrize("kind, member", DAYS)
def test_a_day_is_one_of_the_calendar(admin, kind, member):
    made = new_record(admin, kind, **({"date_signature": None, "date_debut": None} if kind == "mandats" else {}))
    path = path_of(kind, made)
    for day in NO_DAYS:
        assert errors_by_pointer(refused(admin, "PATCH", path, {member: day}).problem(422)) == {"/" + member: "invalid_date"}, day
        admin.get(f"{API}/{kind}", query={f"{member}.gte": day}).problem(400, "invalid_parameter")
    for day in ("1900-01-01", "2000-02-29", "2028-02-29", "2200-12-31"):
        assert admin.patch(path, {member: day}).ok()[member] == day
        assert made["id"] in admin.list(kind, **{member: day})


INSTANTS = [("tasks", "due_at"), ("interactions", "occurred_at"), ("interactions", "next_action_at")]
NO_INSTANTS = ("2027-02-29T12:00:00Z", "2100-02-29T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z", "2026-01-01T12:00:00", "2026-01-01T12:00:00+24:00",
               "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00+01:00", "10000-01-01T00:00:00Z", "hier", "")


@pytest.mark.parametrize("kind, member", INSTANTS)
def test_an_instant_is_one_of_the_calendar(admin, kind, member):
    made = new_record(admin, kind)
    path = path_of(kind, made)
    for instant in NO_INSTANTS:
        assert errors_by_pointer(refused(admin, "PATCH", path, {member: instant}).problem(422)) == {"/" + member: "invalid_instant"}, instant
    for instant in ("0001-01-01T00:00:00Z", "2028-02-29T12:00:00Z", "9999-12-31T23:59:59.999999Z"):
        assert admin.patch(path, {member: instant}).ok()[member][:19] == instant[:19]
        for query in ({f"{member}.gte": instant, f"{member}.lte": instant}, {member: instant}):
            assert made["id"] in admin.list(kind, **query)
        admin.get(f"{API}/{kind}/agenda", query={"id": made["id"]}).ok()
        admin.get(organisation_path(made["organisation_id"]) + "/timeline", query={"limit": 1}).ok()


def test_year_0_is_refused_or_kept_and_found(admin):
    """RFC 3339 has it, PostgreSQL calls it 1 BC."""
    moment = "0000-02-29T12:00:00Z"
    organisation = new_record(admin, "organisations")
    for number in range(2):
        answer = admin.post(f"{API}/interactions", {"title": f"{number}", "organisation_id": organisation["id"], "occurred_at": moment, "next_action_at": moment})
        assert answer.status in (201, 422), answer
    timeline = organisation_path(organisation["id"]) + "/timeline"
    questions = [(f"{API}/interactions", {"occurred_at.gte": moment}), (f"{API}/interactions", {"occurred_at": moment}), (f"{API}/interactions/agenda", {"next_action_at.before": moment}),
                 (f"{API}/organisations", {"created_at.from": moment}), (f"{API}/organisations", {"as_of": moment}), (organisation_path(organisation["id"]), {"as_of": moment})]
    page = admin.get(timeline, query={"limit": 1}).ok()
    if page["next"]:
        questions.append((timeline, {"limit": 1, "after": page["next"]}))
    statuses = {(path.split("/")[-1], *query): admin.get(path, query=query).status for path, query in questions}
    assert set(statuses.values()) <= {200, 400, 404}, statuses


def test_a_snooze_ends_where_the_calendar_ends(admin):
    last = new_record(admin, "tasks", due_at="9999-12-31T12:00:00Z")
    assert errors_by_pointer(refused(admin, "POST", path_of("tasks", last) + "/snooze", {"days": 1}).problem(422)) == {"/days": "out_of_range"}
    leap = new_record(admin, "tasks", due_at="2028-02-29T12:00:00Z")
    assert [admin.post(path_of("tasks", leap) + "/snooze", {"days": days}).ok()["due_at"][:10] for days in (1, 365)] == ["2028-03-01", "2029-03-01"]


def test_figures_end_where_the_calendar_ends(make_server):
    """Asking for the last days of all may be refused, but it comes to an end."""
    server = make_server()
    client = server.anonymous(timeout=5)
    client.token = server.admin_token()
    for path in ("dashboards/activity?", "dashboards/funnel?", *(f"kpis?user_id=me&period={period}&" for period in ("month", "quarter", "year"))):
        for first, last in (("2200-12-31", "2200-12-31"), ("2200-12-29", "2200-12-31"), ("2200-12-01", "2200-12-30"), ("2200-01-01", "2200-12-31"), ("1900-01-01", "1900-01-01")):
            try:
                answer = client.get(f"{API}/{path}from={first}&to={last}")
            except TimeoutError:
                server.kill()  # before it has taken all the memory
                raise AssertionError(f"no answer to {path} from {first} to {last}") from None
            assert answer.status == (400 if last == "2200-12-31" else 200), answer


def test_months_of_kpis_are_of_the_calendar(admin):
    for year, month, pointer in ((0, 1, "/year"), (2019, 1, "/year"), (2101, 1, "/year"), (9999, 1, "/year"), (-2026, 1, "/year"), (2026, 0, "/month"), (2026, 13, "/month")):
        body = {"organisation_id": new_record(admin, "organisations")["id"], "year": year, "month": month}
        assert errors_by_pointer(refused(admin, "POST", f"{API}/manual-kpis", body).problem(422)) == {pointer: "out_of_range"}


# ---- hostile names -------------------------------------------------------------------------------------------------

HOSTILE = ["\u202egnp.exe", "\u2066א\u2069 b", "مرحبا بالعالم", "a\u200bb", "a\u200d\u200cb", "x\ufeffy", "👩‍👩‍👧‍👦 🇫🇷", "e\u0301\u0301\u0301\u0301", "Z" + "\u0334\u0335" * 20, "=cmd|'/c calc'!A1", "+1+1", "-1", "@SUM(1)",
           "'; DROP TABLE tasks; --", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "%00%0a", "..\\..\\etc", "\\u0000", "\U000E0041", "\U0001F468" * 20, "NULL", "null", "İıſß"]
NAMED = [("organisations", "name"), ("people", "last_name"), ("links", "job_title"), ("produits", "name"), ("mandats", "number"), ("interactions", "title"),
         ("tasks", "title"), ("manual-kpis", "notes"), ("views", "name"), ("teams", "name"), ("users", "full_name")]


@pytest.mark.parametrize("kind, member", NAMED, ids=[kind for kind, _ in NAMED])
def test_a_hostile_name_is_a_name_like_any_other(admin, kind, member):
    """Kept letter by letter (in NFC), found, and nothing is made of it."""
    for name in HOSTILE:
        name = f"{name} {uuid.uuid4().hex[:8]}"
        made = new_record(admin, kind, **{member: name})
        kept = unicodedata.normalize("NFC", name)
        assert made[member] == kept == admin.read(kind, made["id"])[member], name
        admin.get(f"{API}/{kind}", query={"q": name[:100], "limit": 1}).ok()
        if kind not in ("manual-kpis", "links"):
            assert made["id"] in admin.list(kind, **{member: kept.replace("\\", "\\\\").replace(",", "\\,")}), name
        [entry] = admin.get(path_of(kind, made) + "/history").ok()["items"]
        assert {change["field"]: change["to"] for change in entry["changes"]}[member] == kept
    for nothing in ("", " ", "\u00a0\u2003", "\u200b\ufeff"):
        if member not in ("notes", "job_title", "full_name") or nothing == "":
            assert errors_by_pointer(refused(admin, "PATCH", path_of(kind, made), {member: nothing}).problem(422)) == {"/" + member: "empty"}, repr(nothing)
    for control in ("a\x00b", "a\x1bb", "a\x7fb", "a\u0085b"):
        assert errors_by_pointer(refused(admin, "PATCH", path_of(kind, made), {member: control}).problem(422)) == {"/" + member: "control_character"}, repr(control)
