"""What search finds, in which order and why, and how soon; what it makes of anything else that is typed."""

import pytest

from alforis_client import API, wait_until
from firm import Firm


@pytest.fixture(scope="module")
def firm(make_server):
    firm = Firm(make_server())
    make = firm.admin.create
    firm.bank = make("organisations", {"name": "Crédit Maritime & Cie", "city": "Saint-Malo", "siren": "552100554", "phone": "+33 2 99 40 51 00",
                                       "email": "contact@credit-maritime.example", "country": "FR", "tags": ["prioritaire"]})
    firm.house = make("organisations", {"name": "B.N.P. L'Œuvre", "city": "Lyon", "owner_id": firm.id_of("other_sales")})
    firm.durand = make("people", {"first_name": "Hélène", "last_name": "Durand", "personal_email": "helene.durand@courrier.example"})
    make("links", {"person_id": firm.durand["id"], "organisation_id": firm.bank["id"], "job_title": "Directrice des investissements"})
    make("links", {"person_id": firm.durand["id"], "organisation_id": firm.house["id"], "job_title": "Administratrice secrète"})
    firm.produit = make("produits", {"name": "Océan Obligations", "type": "opcvm", "isin": "FR0010315770"})
    firm.meeting = make("interactions", {"title": "Comité trimestriel", "type": "meeting", "organisation_id": firm.bank["id"],
                                         "body": "Les allocations obligataires ont été revues avec prudence."})
    firm.everybody_follows()
    return firm


def search(client, text, path="search", **more):
    return client.get(f"{API}/{path}", query={"q": text, **more}).ok()


def ids(page):
    return [item["id"] for item in page["items"]]


FOUND = [  # what is typed, what comes first, how the first word is met
    ("credit maritime", "bank", "exact"), ("Crédit-Maritime", "bank", "exact"), ("MARITIME", "bank", "exact"), ("mariti", "bank", "prefix"),
    ("martime credit", "bank", "typo"), ("creditmaritime", "bank", "related"), ("552 100 554", "bank", "exact"), ("552.100.554", "bank", "exact"),
    ("02 99 40 51 00", "bank", "exact"), ("+33299405100", "bank", "exact"), ("contact@credit-maritime.example", "bank", "exact"),
    ("prioritaire", "bank", "exact"), ("bnp oeuvre", "house", "exact"), ("B.N.P.", "house", "exact"), ("l’œuvre", "house", "exact"),
    ("durnad", "durand", "typo"), ("Durand Helene", "durand", "exact"), ("fr0010315770", "produit", "exact"), ("FR00 1031 5770", "produit", "exact"),
    ("comite prudence", "meeting", "exact"), ("allocation obligataire prudence", "meeting", "related"), ('"comité trimestriel"', "meeting", "exact"),
    ("type:organisation city:lyon bnp", "house", "exact"), ("maritime -type:person -type:interaction", "bank", "exact"),
]


@pytest.mark.parametrize("typed, wanted, how", FOUND, ids=[row[0] for row in FOUND])
def test_one_finds_what_one_means(firm, typed, wanted, how):
    page = search(firm.admin, typed)
    assert ids(page)[:1] == [getattr(firm, wanted)["id"]], page
    assert page["items"][0]["matches"][0]["how"] == how and page["missing_words"] == 0
    assert page["total"] == sum(count["count"] for count in page["facets"]["type"])


def test_highlights_are_code_points_of_what_was_written(firm):
    shown = {field["field"]: field for field in search(firm.admin, "oeuvre")["items"][0]["highlights"]}
    text, (begin, end) = shown["name"]["text"], shown["name"]["ranges"][0]
    assert text == "B.N.P. L'Œuvre" and "Œuvre" in text[begin:end]


def test_words_that_nothing_has_are_left_out_and_told(firm):
    page = search(firm.admin, "maritime xylophone")
    assert page["missing_words"] == 1 and firm.bank["id"] in ids(page)
    assert search(firm.admin, "xylophone")["total"] == 0
    assert search(firm.admin, "bpn")["did_you_mean"] == "bnp"


def test_pages_follow_each_other_without_gap_or_double(firm):
    whole = ids(search(firm.admin, "maritime", limit=100))
    one_by_one, more = [], {}
    while more is not None:
        page = search(firm.admin, "maritime", limit=1, **more)
        one_by_one += ids(page)
        more = {"after": page["next"]} if page["next"] else None
    assert one_by_one == whole and len(set(whole)) == len(whole) >= 3


def test_a_person_is_found_by_the_posts_that_the_asker_sees_and_by_no_other(firm):
    theirs, ours = firm.people["other_sales"], firm.people["sales"]
    assert ids(search(theirs, "administratrice secrète")) == [firm.durand["id"]]
    assert search(ours, "administratrice secrète")["total"] == 0
    assert ids(search(ours, "durand")) == [firm.durand["id"]] and "secr" not in str(search(ours, "durand"))
    assert search(firm.admin, "durand", type="person")["total"] == 1, "once, though in two parts"


def test_what_is_typed_so_far_suggests(firm):
    assert ids(search(firm.admin, "crédit mar", path="search/suggest"))[0] == firm.bank["id"]
    assert ids(search(firm.admin, "dura", path="search/suggest"))[0] == firm.durand["id"]


def test_names_follow_whoever_bears_them(firm):
    made = firm.admin.create("organisations", {"name": "Zéphyr Gestion"})
    task = firm.admin.create("tasks", {"title": "Rappeler", "organisation_id": made["id"]})
    assert set(ids(search(firm.admin, "zephyr"))) == {made["id"], task["id"]}
    firm.admin.patch(f"{API}/organisations/{made['id']}", {"name": "Mistral Gestion"}).ok()
    assert search(firm.admin, "zephyr")["total"] == 0 and set(ids(search(firm.admin, "mistral"))) == {made["id"], task["id"]}
    firm.admin.delete(f"{API}/organisations/{made['id']}").ok()
    assert ids(search(firm.admin, "mistral")) == []
    firm.admin.post(f"{API}/organisations/{made['id']}/restore").ok()
    assert set(ids(search(firm.admin, "mistral"))) == {made["id"], task["id"]}


def test_scores_are_explained_to_administrators_alone(firm):
    explained = search(firm.admin, "maritime", explain="true")["items"][0]["explain"]
    assert explained["score"] == pytest.approx(sum(explained[part] for part in ("fields", "rarity", "closeness", "bonus")), abs=0.01)
    firm.people["manager"].get(f"{API}/search", query={"q": "maritime", "explain": "true"}).problem(403)


@pytest.mark.parametrize("typed", ["", "   ", "!?…", '""', "-", "🎉", "\u202e"])
def test_what_has_no_word_is_told_so(firm, typed):
    assert firm.admin.get(f"{API}/search", query={"q": typed}).problem(400)["errors"][0]["parameter"] == "q"


@pytest.mark.parametrize("typed", ["de la", '"ouvert', "a*b", "(x|y)+", "مرحبا", "x " * 900, "-a " * 50 + "b", "stage:nowhere", "type:", "AND OR NOT", "m" * 1900])
def test_anything_else_is_answered(firm, typed):
    search(firm.admin, typed)


def test_what_is_too_long_is_refused(firm):
    firm.admin.get(f"{API}/search", query={"q": "é" * 1001}).problem(400)
    firm.admin.get(f"{API}/search", query={"q": "a", "limit": 101}).problem(400)
    firm.admin.get(f"{API}/search", query={"q": "a", "type": "users"}).problem(400)


def test_an_index_that_is_gone_or_damaged_is_made_again(make_server):
    firm = Firm(make_server())
    made = firm.organisation(name="Phénix Gestion")
    for damage in (lambda: [file.unlink() for file in firm.server.data.glob("search/*/CURRENT")],
                   lambda: [file.write_bytes(b"x" * 200) for file in firm.server.data.glob("search/*/MANIFEST-*")]):
        assert ids(search(firm.admin, "phenix")) == [made["id"]]
        firm.server.stop()
        damage()
        firm.server.start()
        firm.admin = firm.server.login()
        wait_until(lambda: ids(search(firm.admin, "phenix")) == [made["id"]], "the index to be made again", timeout=30)
