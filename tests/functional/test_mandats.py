"""Mandats and produits: the moves, the numbers, the produits that join and leave, over HTTP and in the tables."""

import threading
import time

import pytest

from alforis_client import API
from firm import errors_by_pointer, paris_day, unique


def path_of(mandat):
    return f"{API}/mandats/{mandat['id']}"


def isin():
    """A French one whose check digit is right."""
    body = "FR" + f"{abs(hash(unique('isin'))) % 10**9:09d}"
    digits = "".join(str(int(c, 36)) for c in body)
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 == 0 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


def new_produit(client, **fields):
    return client.create("produits", {"name": unique("Fonds"), "type": "opcvm", **fields})


def new_mandat(client, status="propose", **fields):
    organisation = client.create("organisations", {"name": unique("Mandant")})
    made = client.create("mandats", {"organisation_id": organisation["id"], "date_signature": "2026-01-10",
                                     "date_debut": "2026-02-01", **fields})
    for move in {"propose": [], "signe": ["sign"], "actif": ["sign", "activate"]}[status]:
        client.post(f"{path_of(made)}/{move}").ok()
    return client.read("mandats", made["id"])


def test_a_produit_keeps_every_field_it_was_given(each_firm):
    admin = each_firm.admin
    body = {"name": unique("Fonds"), "isin": isin(), "type": "scpi", "status": "actif", "currency": "CHF", "notes": "Été\n2026"}
    made = admin.create("produits", body)
    assert {name: made[name] for name in body} == body
    assert admin.read("produits", made["id"]) == made
    assert admin.list("produits", isin=body["isin"].lower()) == [made["id"]]
    assert admin.list("produits", q=body["name"]) == [made["id"]]
    admin.post(f"{API}/produits", {**body, "isin": body["isin"][:-1] + "0" if body["isin"][-1] != "0" else body["isin"][:-1] + "1"}).problem(422)
    assert admin.post(f"{API}/produits", body).problem(409, "not_unique")["conflict"] == made["id"]


def test_a_mandat_keeps_every_field_and_starts_proposed(each_firm):
    admin = each_firm.admin
    organisation = admin.create("organisations", {"name": unique("Mandant")})
    body = {"organisation_id": organisation["id"], "number": unique("N"), "date_signature": "2026-01-10", "date_debut": "2026-02-01",
            "date_fin": "2027-01-31", "commission_rate": 1.25, "notes": "à revoir"}
    made = admin.create("mandats", body)
    assert {name: made[name] for name in body} == body and made["status"] == "propose" and made["produits"] == []
    assert admin.read("mandats", made["id"]) == made
    for query in ({"organisation": organisation["id"]}, {"number": body["number"]}, {"date_fin.before": "2027-02-01", "q": body["number"]}):
        assert admin.list("mandats", **query) == [made["id"]], query


def test_the_whole_life_of_a_mandat_is_in_its_history(each_firm):
    admin = each_firm.admin
    mandat, produit = new_mandat(admin), new_produit(admin)
    admin.post(path_of(mandat) + "/activate").problem(409, "invalid_transition")
    admin.post(path_of(mandat) + "/sign", {"date_signature": "2026-01-15"}).ok()
    admin.post(path_of(mandat) + "/produits", {"produit_id": produit["id"], "date_ajout": "2026-01-16", "allocation": 40}).ok()
    assert admin.list("mandats", produit=produit["id"]) == [mandat["id"]]
    admin.post(path_of(mandat) + "/activate").ok()
    admin.patch(f"{path_of(mandat)}/produits/{produit['id']}", {"allocation": 60}).ok()
    ended = admin.post(path_of(mandat) + "/terminate", {"reason": "Gamme fermée", "date_fin": "2026-06-30"}).ok()
    assert (ended["status"], ended["date_fin"], ended["end_reason"]) == ("termine", "2026-06-30", "Gamme fermée")
    assert ended["produits"] == [{"produit_id": produit["id"], "date_ajout": "2026-01-16", "date_retrait": "2026-06-30", "allocation": 60}]
    assert admin.list("mandats", produit=produit["id"]) == []
    history = admin.get(path_of(mandat) + "/history").ok()["items"]
    assert [entry["type"].split(".")[1] for entry in history] == ["terminated", "produit_changed", "activated", "produit_added", "signed", "created"]
    assert history[0]["reason"] == "Gamme fermée"
    assert {"field": "status", "from": "actif", "to": "termine"} in history[0]["changes"]
    problem = admin.post(path_of(mandat) + "/terminate", {"reason": "encore"}).problem(409, "invalid_transition")
    assert problem.get("moves", []) == []


@pytest.mark.parametrize("status, moves", [("propose", ["sign", "terminate"]), ("signe", ["activate", "terminate"]), ("actif", ["terminate"])])
def test_a_refused_move_names_the_allowed_ones(admin, status, moves):
    mandat = new_mandat(admin, status)
    for move in {"sign", "activate"} - set(moves):
        assert admin.post(f"{path_of(mandat)}/{move}").problem(409, "invalid_transition")["moves"] == moves


def test_dates_stand_in_their_order(admin):
    mandat = new_mandat(admin)
    assert errors_by_pointer(admin.patch(path_of(mandat), {"date_debut": "2026-01-09"}).problem(422)) == {"/date_debut": "dates_reversed"}
    assert errors_by_pointer(admin.patch(path_of(mandat), {"date_fin": "2026-01-31"}).problem(422)) == {"/date_fin": "dates_reversed"}
    for day in ("2026-02-30", "0000-01-01", "2025-02-29", "9999-12-31", "demain"):
        assert errors_by_pointer(admin.patch(path_of(mandat), {"date_fin": day}).problem(422)) == {"/date_fin": "invalid_date"}
    admin.patch(path_of(mandat), {"date_fin": "2028-02-29"}).ok()


def test_numbers_have_no_gap_and_no_double_when_many_ask_at_once(make_server):
    admin = make_server().login()
    organisation = admin.create("organisations", {"name": unique("Mandant")})
    numbers, clients = [], [admin.twin() for _ in range(8)]

    def ask(client):
        for _ in range(25):
            numbers.append(client.create("mandats", {"organisation_id": organisation["id"]})["number"])

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = paris_day(admin.read("organisations", organisation["id"])["created_at"])[:4]
    assert sorted(numbers) == [f"M-{year}-{i:04d}" for i in range(1, 201)]


def test_a_number_is_nobody_elses(admin):
    first = new_mandat(admin, number=unique("N"))
    problem = admin.post(f"{API}/mandats", {"organisation_id": first["organisation_id"], "number": first["number"].lower()}).problem(409, "not_unique")
    assert problem["conflict"] == first["id"]


def test_a_produit_joins_only_a_mandat_that_runs(admin):
    produit = new_produit(admin)
    proposed = new_mandat(admin)
    assert errors_by_pointer(admin.post(path_of(proposed) + "/produits", {"produit_id": produit["id"]}).problem(422)) == {
        "/produit_id": "mandat_not_running"}
    active = new_mandat(admin, "actif")
    admin.post(path_of(active) + "/produits", {"produit_id": produit["id"]}).ok()
    admin.post(path_of(active) + "/produits", {"produit_id": produit["id"]}).problem(409, "already_in_mandat")
    for wrong in ({}, {"produit_id": active["id"]}, {"produit_id": "x"}):
        admin.post(path_of(active) + "/produits", wrong).problem(422)
    admin.delete(f"{API}/produits/{produit['id']}").problem(409, "in_running_mandats")
    admin.delete(f"{path_of(active)}/produits/{produit['id']}").ok()
    admin.delete(f"{path_of(active)}/produits/{produit['id']}").problem(404)
    admin.delete(f"{API}/produits/{produit['id']}").ok()
    admin.post(path_of(active) + "/produits", {"produit_id": produit["id"]}).problem(422)


def test_an_organisation_is_not_deleted_while_mandats_run(admin):
    mandat = new_mandat(admin, "actif")
    organisation = f"{API}/organisations/{mandat['organisation_id']}"
    problem = admin.delete(organisation).problem(409, "in_running_mandats")
    assert problem["conflict"] == mandat["id"] and mandat["number"] in problem["detail"]
    admin.post(path_of(mandat) + "/terminate", {"reason": "fini"}).ok()
    admin.delete(organisation).ok()


def test_mandats_are_found_by_the_owner_of_their_organisation(firm):
    organisation = firm.organisation("sales")
    made = firm.admin.create("mandats", {"organisation_id": organisation["id"]})
    client = firm.people["sales"]
    client.position = firm.admin.position
    assert made["id"] in client.list("mandats", owner="me")
    assert made["id"] not in client.list("mandats", owner=firm.id_of("colleague"))
    client.post(path_of(made) + "/sign", {"date_signature": "2026-03-01"}).ok()


def test_a_deleted_mandat_comes_back_as_it_was(admin):
    mandat = new_mandat(admin)
    admin.delete(path_of(mandat), {"reason": "doublon"}).ok()
    admin.get(path_of(mandat)).problem(404)
    admin.post(path_of(mandat) + "/sign").problem(409, "deleted")
    assert mandat["id"] in admin.list("mandats", deleted="true", limit=200)
    back = admin.post(path_of(mandat) + "/restore").ok()
    assert (back["number"], back["status"]) == (mandat["number"], "propose")
    active = new_mandat(admin, "actif")
    assert admin.delete(path_of(active)).problem(409, "mandat_running")["moves"] == ["terminate"]


def test_a_mandat_ends_by_itself_and_its_history_says_who_did_it(make_server):
    server = make_server(arguments=["--policy-interval", "1"])
    admin = server.login()
    mandat = new_mandat(admin, "actif", date_fin="2026-02-28")  # over already: due at the next look at the clock
    deadline = time.monotonic() + 20
    while admin.read("mandats", mandat["id"])["status"] != "termine" and time.monotonic() < deadline:
        time.sleep(0.1)
    ended = admin.read("mandats", mandat["id"])
    assert (ended["status"], ended["date_fin"], ended["end_reason"]) == ("termine", "2026-02-28", "Échéance")
    newest = admin.get(path_of(mandat) + "/history").ok()["items"][0]
    assert newest["type"] == "mandat.terminated.v1" and newest["by"] == "00000000-0000-7000-8000-000000000001"
