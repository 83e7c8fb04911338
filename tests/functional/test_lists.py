"""Lists: filters, sorting, cursors, limits, counts. The answers are compared with the same question put to Python."""

import urllib.parse

import pytest

from alforis_client import API, Threads
from firm import Firm, errors_by_pointer, lei, organisation_path, siren, siret, unique

STAGES = ["prospect", "qualification", "proposition", "negociation", "signe", "perdu", "inactif"]
TYPES = ["client", "fournisseur", "distributeur", "emetteur", "autre"]
CITIES = ["Paris", "Évreux", "lyon", "Zürich", None]


@pytest.fixture(scope="module")
def register(make_server):
    """A server of its own with 60 organisations of varied fields."""
    firm = Firm(make_server())
    for i in range(60):
        company = siren()
        body = {"name": f"{'Ä' if i % 2 else 'a'}gence n{i:02d}", "type": TYPES[i % 5], "active": i % 3 != 0,
                "pipeline_stage": STAGES[i % 7] if STAGES[i % 7] != "perdu" else "inactif", "country": ["FR", "BE", "LU"][i % 3],
                "tags": [f"t{i % 4}", f"u{i % 3}"], "strategies": [f"s{i % 2}"]}
        if CITIES[i % 5]:
            body["city"] = CITIES[i % 5]
        if i % 2:
            body.update(aum={"amount": i * 1000, "currency": "EUR"}, aum_date=f"2025-{i % 12 + 1:02d}-15",
                        signature_probability=i + 0.5, potential_amount={"amount": 10**9 - i, "currency": "EUR"})
        if i % 4 == 0:
            body.update(lei=lei(), siren=company, siret=siret(company), email=f"contact{i}@exemple.fr", language="fr",
                        category="sdg", regulator_number=f"GP-{i:04d}", postal_code=f"{75000 + i}", signature_date=f"2026-01-{i % 28 + 1:02d}")
        if i % 5 == 0:
            body.update(phone=f"+331850011{i:02d}", website=f"https://exemple.fr/{i}", legal_form='SAS "à associé unique"')
        if i % 3 == 1:
            body["owner_id"] = firm.id_of(["sales", "colleague", "other_sales"][i % 9 // 3])
        firm.admin.create("organisations", body)
    firm.everybody_follows()
    firm.all = list(firm.admin.pages(f"{API}/organisations", {"limit": 200}))
    assert len(firm.all) == 60
    return firm


def ids(items):
    return sorted(item["id"] for item in items)


def money(item, name):
    return item.get(name) and item[name]["amount"]


# A filter as clients write it, and the same question in Python.
FILTERS = [
    ("stage=signe", lambda o: o["pipeline_stage"] == "signe"),
    ("pipeline_stage=signe,prospect", lambda o: o["pipeline_stage"] in ("signe", "prospect")),
    ("stage=signe&type=client", lambda o: o["pipeline_stage"] == "signe" and o["type"] == "client"),
    ("city=LYON", lambda o: o.get("city") == "lyon"),
    ("city=evreux", lambda o: o.get("city") == "Évreux"),
    ("city.empty=true", lambda o: not o.get("city")),
    ("city.empty=false", lambda o: bool(o.get("city"))),
    ("name=agence%20n07", lambda o: o["name"] == "Ägence n07"),
    ("country=FR,LU", lambda o: o["country"] in ("FR", "LU")),
    ("active=false", lambda o: not o["active"]),
    ("tags=t1", lambda o: "t1" in o["tags"]),
    ("tags=t1,t2", lambda o: "t1" in o["tags"] or "t2" in o["tags"]),
    ("tags.all=t1,u1", lambda o: {"t1", "u1"} <= set(o["tags"])),
    ("strategies=s1", lambda o: "s1" in o["strategies"]),
    ("aum.gte=31000", lambda o: (money(o, "aum") or 0) >= 31000),
    ("aum.lte=31000", lambda o: money(o, "aum") is not None and money(o, "aum") <= 31000),
    ("aum.gte=11000&aum.lte=21000", lambda o: 11000 <= (money(o, "aum") or 0) <= 21000),
    ("aum.empty=true", lambda o: money(o, "aum") is None),
    ("aum_date.from=2025-06-15", lambda o: (o.get("aum_date") or "") >= "2025-06-15"),
    ("aum_date.before=2025-06-15", lambda o: o.get("aum_date") is not None and o["aum_date"] < "2025-06-15"),
    ("aum_date=2025-06-15", lambda o: o.get("aum_date") == "2025-06-15"),
    ("signature_probability.gte=30.5", lambda o: (o.get("signature_probability") or 0) >= 30.5),
    ("signature_probability.lte=30.5", lambda o: o.get("signature_probability") is not None and o["signature_probability"] <= 30.5),
    ("category=sdg", lambda o: o.get("category") == "sdg"),
    ("language=fr", lambda o: o.get("language") == "fr"),
    ("regulator_number=GP-0008", lambda o: o.get("regulator_number") == "GP-0008"),
    ("email=CONTACT8@exemple.fr", lambda o: o.get("email") == "contact8@exemple.fr"),
    ("owner.empty=true", lambda o: not o.get("owner_id")),
    ("phone=%2B33185001100", lambda o: o.get("phone") == "+33185001100"),
    ("phone=%2B33185001100,%2B33185001105", lambda o: o.get("phone") in ("+33185001100", "+33185001105")),
    ("phone.empty=true", lambda o: not o.get("phone")),
    ("website.empty=false", lambda o: bool(o.get("website"))),
    ("website=https://exemple.fr/10", lambda o: o.get("website") == "https://exemple.fr/10"),
    ("legal_form=SAS%20%22%C3%A0%20associ%C3%A9%20unique%22", lambda o: bool(o.get("legal_form"))),
    ("legal_form.empty=true&stage=signe", lambda o: not o.get("legal_form") and o["pipeline_stage"] == "signe"),
    ("version=1", lambda o: o["version"] == 1),
    ("q=agence%20N12", lambda o: "n12" in o["name"]),
    ("q=AGENCE%20paris", lambda o: o.get("city") == "Paris"),
    ("created_at.before=2001-01-01T00:00:00Z", lambda o: False),
    ("created_at.from=2001-01-01", lambda o: True),
]


@pytest.mark.parametrize("query, question", FILTERS, ids=[query for query, _ in FILTERS])
def test_a_filter_finds_what_it_says(register, query, question):
    page = register.admin.get(f"{API}/organisations?limit=200&{query}").ok()
    expected = ids(o for o in register.all if question(o))
    assert ids(page["items"]) == expected
    if "before=2001" not in query:
        assert 0 < len(expected), "the question must find something to be one"


def test_identifiers_are_found_exactly(register):
    chosen = next(o for o in register.all if o.get("lei"))
    for field in ("lei", "siren", "siret"):
        page = register.admin.get(f"{API}/organisations", query={field: chosen[field]}).ok()
        assert ids(page["items"]) == [chosen["id"]]
    page = register.admin.get(f"{API}/organisations", query={"id": chosen["id"]}).ok()
    assert page["items"] == [chosen]


def test_owner_me_is_the_asker(register):
    sales = register.people["sales"]
    for field in ("owner", "owner_id"):
        found = sales.get(f"{API}/organisations", query={field: "me", "limit": 200}).ok()["items"]
        assert ids(found) == ids(o for o in register.all if o.get("owner_id") == register.id_of("sales")) != []


def test_a_team_is_a_filter(register):
    paris = {register.id_of("sales"), register.id_of("colleague")}
    found = register.admin.get(f"{API}/organisations", query={"team": register.teams["paris"], "limit": 200}).ok()["items"]
    assert ids(found) == ids(o for o in register.all if o.get("owner_id") in paris) != []


def folded(text):
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).casefold()


SORTS = {
    "name": lambda o: folded(o["name"]), "type": lambda o: TYPES.index(o["type"]), "country": lambda o: o["country"],
    "pipeline_stage": lambda o: STAGES.index(o["pipeline_stage"]), "created_at": lambda o: o["created_at"],
    "updated_at": lambda o: o["updated_at"], "aum": lambda o: money(o, "aum"), "city": lambda o: o.get("city") and folded(o["city"]),
    "signature_probability": lambda o: o.get("signature_probability"), "aum_date": lambda o: o.get("aum_date"),
    "postal_code": lambda o: o.get("postal_code"), "signature_date": lambda o: o.get("signature_date"),
    "category": lambda o: o.get("category"), "potential_amount": lambda o: money(o, "potential_amount"),
    "stage_since": lambda o: o["stage_since"],
}


@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("field", sorted(SORTS))
def test_a_list_is_sorted_as_asked_over_all_its_pages(register, field, direction):
    items = list(register.admin.pages(f"{API}/organisations", {"sort": direction + field, "limit": 7}))
    assert ids(items) == ids(register.all), "each row once"
    values = [SORTS[field](item) for item in items]
    present = [value for value in values if value is not None]
    assert present == sorted(present, reverse=direction == "-")
    # Rows without a value stand together, at one end.
    empty = len(values) - len(present)
    assert values[len(present):] == [None] * empty or values[:empty] == [None] * empty


def test_a_list_is_sorted_by_several_fields(register):
    items = list(register.admin.pages(f"{API}/organisations", {"sort": "country,-name", "limit": 9}))
    keys = [(o["country"], folded(o["name"])) for o in items]
    expected = []
    for country in sorted({country for country, _ in keys}):
        expected += sorted((key for key in keys if key[0] == country), reverse=True)
    assert keys == expected and len(keys) == 60


def test_without_a_sort_the_newest_come_first(register):
    created = [o["created_at"] for o in register.admin.pages(f"{API}/organisations", {"limit": 50})]
    assert created == sorted(created, reverse=True)


def test_the_link_header_leads_through_all_pages(register):
    path, seen = f"{API}/organisations?limit=25&sort=name&country=FR,BE,LU", []
    while path:
        answer = register.admin.get(path)
        page = answer.ok()
        seen += [item["id"] for item in page["items"]]
        link = answer.header("link")
        assert bool(link) == (page["next"] is not None)
        if link:
            target, relation = link.split(">; ")
            assert relation == 'rel="next"'
            parts = urllib.parse.parse_qs(urllib.parse.urlsplit(target[1:]).query)
            assert parts["after"] == [page["next"]] and parts["sort"] == ["name"] and parts["limit"] == ["25"]
        path = link and target[1:]
    assert sorted(seen) == ids(register.all) and len(seen) == 60


def test_a_page_has_50_items_unless_told_otherwise(register):
    assert len(register.admin.get(f"{API}/organisations").ok()["items"]) == 50
    assert len(register.admin.get(f"{API}/organisations?limit=1").ok()["items"]) == 1
    assert len(register.admin.get(f"{API}/organisations?limit=200").ok()["items"]) == 60


def test_the_total_is_told_only_when_asked_for(register):
    assert "total" not in register.admin.get(f"{API}/organisations").ok()
    assert register.admin.get(f"{API}/organisations?count=exact&limit=1").ok()["total"] == 60
    assert register.admin.get(f"{API}/organisations?count=exact&stage=signe").ok()["total"] == \
        sum(o["pipeline_stage"] == "signe" for o in register.all)
    assert isinstance(register.admin.get(f"{API}/organisations?count=estimate").ok()["total"], int)


@pytest.mark.parametrize("query, parameter", [
    ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("limit=-1", "limit"), ("limit=", "limit"),
    ("limit=1&limit=2", "limit"), ("count=some", "count"), ("stage=gagne", "stage"), ("aum.gte=much", "aum.gte"),
    ("created_at.from=yesterday", "created_at.from"), ("active=yes", "active"), ("city.empty=perhaps", "city.empty"),
    ("owner=you", "owner"), ("sort=", "sort"), ("after=xyz", "after"), ("deleted=maybe", "deleted"), ("id=1", "id"),
    ("aum=1e9", "aum"), ("signature_probability.gte=NaN", "signature_probability.gte"),
])
def test_a_parameter_with_a_wrong_value_is_named(register, query, parameter):
    problem = register.admin.get(f"{API}/organisations?{query}").problem(400)
    assert parameter in errors_by_pointer(problem), problem


@pytest.mark.parametrize("query, parameter", [
    ("colour=red", "colour"), ("name.like=x", "name.like"), ("sort=colour", "sort"), ("sort=-notes", "sort"), ("page=2", "page"),
    ("offset=10", "offset"), ("aum.all=1", "aum.all"), ("Stage=signe", "Stage"), ("q.empty=true", "q.empty"),
])
def test_an_unknown_parameter_is_named_with_the_known_ones(register, query, parameter):
    answer = register.admin.get(f"{API}/organisations?{query}")
    problem = answer.problem(400)
    assert parameter in errors_by_pointer(problem), problem
    assert "name" in answer.text() and "updated_at" in answer.text(), "the known ones are listed"


def test_every_parameter_the_document_names_is_known(register):
    """What /openapi.json promises of a list is not refused as unknown."""
    document = register.admin.get("/openapi.json").ok()
    checked = 0
    for path, methods in document["paths"].items():
        if "{" in path or not path.startswith(API) or "get" not in methods:
            continue
        for parameter in methods["get"].get("parameters", []):
            if "$ref" in parameter or parameter["in"] != "query" or parameter["name"] == "sort":  # its value is a name as well
                continue
            answer = register.admin.get(path, query={parameter["name"]: "?"})
            codes = set(errors_by_pointer(answer.json()).values()) if answer.status == 400 else set()
            assert answer.status in (200, 400) and "unknown_parameter" not in codes, (path, parameter["name"], answer)
            checked += 1
    assert checked > 50


# ---- cursors -------------------------------------------------------------------------------------------------------


def test_each_row_comes_exactly_once_while_others_are_inserted(make_server):
    firm = Firm(make_server())
    before = [firm.admin.create("organisations", {"name": f"m {i:03d}"})["id"] for i in range(120)]
    stop = []

    def insert(client):
        i = 0
        while not stop:
            client.create("organisations", {"name": f"{'a' if i % 2 else 'z'} {i}"})
            i += 1

    threads = Threads()
    threads.start(insert, firm.admin.twin())
    try:
        for sort in ("name", "-name", "created_at", "-created_at", "-updated_at", None):
            query = {"limit": 7, "q": "m"} if sort is None else {"limit": 7, "q": "m", "sort": sort}
            seen = [item["id"] for item in firm.admin.pages(f"{API}/organisations", query)]
            assert sorted(seen) == sorted(before), f"sort={sort}"
    finally:
        stop.append(True)
    threads.join()


def test_a_row_that_is_changed_behind_the_cursor_is_not_seen_twice(make_server):
    firm = Firm(make_server())
    rows = [firm.admin.create("organisations", {"name": f"n {i:02d}"})["id"] for i in range(30)]
    seen, query = [], {"limit": 5, "sort": "created_at"}
    while True:
        page = firm.admin.get(f"{API}/organisations", query=query).ok()
        seen += [item["id"] for item in page["items"]]
        firm.admin.patch(organisation_path(page["items"][0]["id"]), {"city": "Changée"}).ok()
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == rows


def test_a_cursor_belongs_to_its_list_its_order_and_its_reader(register):
    cursor = register.admin.get(f"{API}/organisations?limit=5&sort=name").ok()["next"]
    admin = register.admin
    admin.get(f"{API}/organisations", query={"limit": 5, "sort": "name", "after": cursor}).ok()
    wrong = [
        admin.get(f"{API}/organisations", query={"sort": "-name", "after": cursor}),
        admin.get(f"{API}/organisations", query={"sort": "country", "after": cursor}),
        admin.get(f"{API}/organisations", query={"after": cursor}),
        admin.get(f"{API}/people", query={"after": cursor}),
        admin.get(organisation_path(register.all[0]["id"]) + "/history", query={"after": cursor}),
        register.people["manager"].get(f"{API}/organisations", query={"sort": "name", "after": cursor}),
    ]
    for answer in wrong:
        assert "after" in errors_by_pointer(answer.problem(400)), answer


@pytest.mark.parametrize("query, name, code", [
    ("deleted=banana", "deleted", "invalid_value"), ("deleted=", "deleted", "invalid_value"), ("deleted=true&deleted=true", "deleted", "duplicate_parameter"),
    ("deleted=1", "deleted", "invalid_value"), ("fields=name", "fields", "unknown_parameter"),
])
def test_a_wrong_parameter_of_one_record_is_named(register, query, name, code):
    path = organisation_path(register.all[0]["id"])
    for _ in range(2):  # from the database and from memory
        assert errors_by_pointer(register.admin.get(f"{path}?{query}").problem(400)) == {name: code}
    assert register.admin.get(path + "?deleted=false").ok() == register.all[0]


@pytest.mark.parametrize("query, name", [("limit=1&limit=2", "limit"), ("limit=1&after=x&after=y", "after")])
def test_a_doubled_parameter_of_a_history_is_named(register, query, name):
    path = organisation_path(register.all[0]["id"]) + "/history"
    problem = register.admin.get(f"{path}?{query}").problem(400, "invalid_parameter")
    assert errors_by_pointer(problem) == {name: "duplicate_parameter"}


def test_lists_of_the_other_resources_filter_and_sort_too(register):
    admin = register.admin
    people = [admin.create("people", {"first_name": f"P{i}", "last_name": ["Zoé", "ábel", "Mo"][i % 3], "country": "FR" if i % 2 else "BE",
                                      "consent": ["none", "given", "refused"][i % 3], "consent_source": "salon"}) for i in range(9)]
    organisation = register.all[0]
    for i, person in enumerate(people[:4]):
        admin.create("links", {"person_id": person["id"], "organisation_id": organisation["id"], "role": "technique" if i % 2 else "decideur"})
    found = admin.list("people", organisation=organisation["id"])
    assert sorted(found) == ids(people[:4])
    assert sorted(admin.list("people", country="BE", consent="none,given")) == \
        ids(p for p in people if p["country"] == "BE" and p["consent"] != "refused")
    names = [folded(p["last_name"]) for p in admin.pages(f"{API}/people", {"sort": "last_name", "limit": 2})]
    assert names == sorted(names) and len(names) == 9
    assert len(admin.list("links", organisation=organisation["id"], role="decideur")) == 2
    assert admin.list("users", role="manager", team=register.teams["lyon"]) == [register.id_of("other_manager")]
    assert set(admin.list("teams", sort="name", active="true")) == set(register.teams.values())


def test_a_search_finds_words_in_any_order_without_accents(register):
    name = unique("Société Générale des Œuvres")
    made = register.admin.create("organisations", {"name": name, "city": "Saint-Étienne"})
    number = name.split()[-1]
    for q in (f"generale {number}", f"{number} SOCIETE", f"etienne {number}", f"gén {number}"):
        assert register.admin.list("organisations", q=q) == [made["id"]], q
    assert register.admin.list("organisations", q=f"absente {number}") == []
    register.admin.delete(organisation_path(made["id"])).ok()
