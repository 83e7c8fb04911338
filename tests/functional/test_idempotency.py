"""A command takes effect once, and a read after it sees it: idempotency keys, proposed ids, positions."""

import json
import time
import uuid

import pytest

from alforis_client import API, Threads
from firm import Firm, lei, organisation_path, unique


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def proposed_id():
    """A version 7 UUID, as a client that was offline would choose."""
    stamp = int(time.time() * 1000)
    number = (stamp << 80) | (7 << 76) | (uuid.uuid4().int & ((1 << 12) - 1)) << 64 | (2 << 62) | (uuid.uuid4().int & ((1 << 62) - 1))
    return str(uuid.UUID(int=number))


def same(first, second):
    assert (first.status, first.body, first.etag) == (second.status, second.body, second.etag)
    assert first.header("location") == second.header("location")
    assert first.position == second.position


def commands(firm):
    """Every kind of command, each as (method, path, body)."""
    admin = firm.admin
    organisation = admin.create("organisations", {"name": unique("Objet")})
    person = admin.create("people", {"last_name": unique("Objet")})
    other = admin.create("people", {"last_name": unique("Autre")})
    link = admin.create("links", {"person_id": person["id"], "organisation_id": organisation["id"]})
    user = firm.make_user("sales")
    where = organisation_path(organisation["id"])
    return [
        ("POST", f"{API}/organisations", {"name": unique("Clé"), "lei": lei()}),
        ("PATCH", where, {"city": "Dijon"}),
        ("POST", where + "/stage", {"stage": "perdu", "reason": "Parti"}),
        ("POST", f"{API}/people", {"last_name": unique("Clé")}),
        ("PATCH", f"{API}/people/{person['id']}", {"job_title": "Analyste"}),
        ("POST", f"{API}/links", {"person_id": other["id"], "organisation_id": organisation["id"], "is_primary": True}),
        ("PATCH", f"{API}/links/{link['id']}", {"is_primary": True}),
        ("POST", f"{API}/links/{link['id']}/end", {"reason": "Départ"}),
        ("DELETE", where, {"reason": "Doublon"}),
        ("POST", where + "/restore", {"reason": "Erreur"}),
        ("DELETE", f"{API}/people/{person['id']}", None),
        ("POST", f"{API}/people/{person['id']}/restore", None),
        ("POST", f"{API}/teams", {"name": unique("Clé")}),
        ("POST", f"{API}/users", {"email": f"{uuid.uuid4()}@alforis.example", "password": "assez de lettres"}),
        ("PATCH", f"{API}/users/{user['id']}", {"full_name": "Une Clé"}),
        ("POST", f"{API}/users/{user['id']}/password", {"password": "encore assez de lettres"}),
        ("PATCH", f"{API}/me", {"full_name": unique("Nommée")}),
        ("POST", f"{API}/imports/organisations", {"import_id": proposed_id(), "source": "liste.csv", "records": [
            {"record": {"name": unique("Importée"), "lei": lei()}, "lines": [2]}]}),
    ]


def test_every_command_with_the_same_key_answers_the_same_and_writes_once(each_firm):
    admin = each_firm.admin
    for method, path, body in commands(each_firm):
        headers = key()
        first = admin.request(method, path, body, headers=headers)
        assert first.status in (200, 201), (method, path, first)
        end = admin.log_end()
        again = admin.request(method, path, body, headers=headers)
        same(first, again)
        assert admin.log_end() == end, f"{method} {path} wrote twice"


@pytest.mark.parametrize("log", ["embedded", "kafka"])
def test_the_same_key_answers_the_same_after_a_restart(make_server, request, log):
    server = make_server(brokers=request.getfixturevalue("brokers") if log == "kafka" else None)
    firm = Firm(server)
    given = [(command, key()) for command in commands(firm)]
    first = [firm.admin.request(*command, headers=headers) for command, headers in given]
    assert all(answer.status < 300 for answer in first)
    server.restart()
    firm.admin.close()
    end = firm.admin.log_end()
    for (command, headers), before in zip(given, first):
        same(before, firm.admin.request(*command, headers=headers))
    assert firm.admin.log_end() == end


def test_the_same_key_answers_the_same_when_the_state_is_rebuilt_from_the_log(make_server):
    import shutil

    server = make_server()
    firm = Firm(server)
    given = [(command, key()) for command in commands(firm)]
    first = [firm.admin.request(*command, headers=headers) for command, headers in given]
    server.stop()
    shutil.rmtree(server.data / "state")
    server.start()
    firm.admin.close()
    for (command, headers), before in zip(given, first):
        same(before, firm.admin.request(*command, headers=headers))


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_refusal_under_a_key_stays_one_when_nothing_is_in_the_way_any_more(make_server, end):
    server = make_server()
    firm = Firm(server)
    code = lei()
    holder = firm.admin.create("organisations", {"name": unique("Titulaire"), "lei": code})
    headers, body = key(), {"name": unique("Rivale"), "lei": code}
    first = firm.admin.post(f"{API}/organisations", body, headers=headers)
    refused = first.problem(409)
    firm.admin.delete(organisation_path(holder["id"])).ok()
    log_end = firm.admin.log_end()
    for _ in range(2):
        again = firm.admin.post(f"{API}/organisations", body, headers=headers).problem(409)
        assert {**again, "request_id": ""} == {**refused, "request_id": ""}
        assert firm.admin.log_end() == log_end
        server.restart() if end == "restart" else (server.kill(), server.start())
        firm.admin.close()
        log_end = firm.admin.log_end()
    firm.admin.post(f"{API}/organisations", body, headers=key()).ok(201)


def test_the_same_key_for_another_request_is_422(each_firm):
    admin = each_firm.admin
    headers = key()
    made = admin.post(f"{API}/organisations", {"name": unique("Une")}, headers=headers)
    admin.post(f"{API}/organisations", {"name": unique("Autre")}, headers=headers).problem(422, "idempotency_key_reused")
    admin.post(f"{API}/teams", {"name": made.json()["name"]}, headers=headers).problem(422, "idempotency_key_reused")
    admin.patch(organisation_path(made.id), {"city": "Albi"}, headers=headers).problem(422, "idempotency_key_reused")
    assert admin.read("organisations", made.id) == made.json()


def test_the_same_key_for_another_import_is_422_and_writes_nothing(admin):
    headers = key()
    batch = {"import_id": proposed_id(), "source": "liste.csv", "records": [{"record": {"name": unique("Un"), "lei": lei()}}]}
    admin.post(f"{API}/imports/organisations", batch, headers=headers).ok()
    end = admin.log_end()
    batch["records"][0]["record"]["name"] = unique("Deux")
    admin.post(f"{API}/imports/organisations", batch, headers=headers).problem(422, "idempotency_key_reused")
    assert admin.log_end() == end


def test_a_password_is_no_part_of_what_tells_requests_apart(firm):
    admin, headers = firm.admin, key()
    body = {"email": f"{uuid.uuid4()}@alforis.example", "password": "une première phrase"}
    first = admin.post(f"{API}/users", body, headers=headers)
    same(first, admin.post(f"{API}/users", {**body, "password": "une deuxième phrase"}, headers=headers))
    login = {"email": body["email"], "password": "une première phrase"}
    firm.server.anonymous().post(f"{API}/auth/login", login, headers={"Alforis-After": str(first.position)}).ok()
    admin.post(f"{API}/users", {**body, "role": "viewer"}, headers=headers).problem(422, "idempotency_key_reused")


def test_nothing_in_the_log_but_its_slow_hash_depends_on_a_password(firm, make_server):
    """A fast digest over it would be a way around Argon2 for whoever reads the log. Only who has the server's key can make the
    digest that is there: told of the same request, a server with another key writes another."""
    same_key = make_server(start=False)
    same_key.key_file.write_bytes(firm.server.key_file.read_bytes())
    same_key.start()
    body, told = {"id": proposed_id(), "email": f"{uuid.uuid4()}@alforis.example"}, []
    for server, password in ((firm.server, "une première phrase"), (same_key, "une deuxième phrase"), (make_server(), "une première phrase")):
        admin = server.login()
        for path, sent in ((f"{API}/users", body), (f"{API}/users/{body['id']}/password", {})):
            answer = admin.post(path, {**sent, "password": password}, headers=key())
            assert answer.status in (200, 201), answer
            lines = server.cli("replay", "--from", answer.position, "--until", answer.position).stdout.splitlines()
            assert lines and all("request_hash" in line for line in lines)
            events = [json.loads(line) for line in lines]
            told.append([(event["type"], event["meta"]["request_hash"], event["data"].keys()) for event in events])
    assert told[:2] == told[2:4]
    digests = [{digest for _, digest, _ in events} for events in told]
    assert not digests[0] & digests[4] and not digests[1] & digests[5]


def test_keys_of_different_users_do_not_meet(firm):
    headers = key()
    body = {"name": unique("Commune")}
    first = firm.people["manager"].post(f"{API}/organisations", body, headers=headers)
    second = firm.people["other_manager"].post(f"{API}/organisations", body, headers=headers)
    assert first.ok(201)["id"] != second.ok(201)["id"]


def test_a_key_that_is_none_is_refused(admin):
    for wrong in ("", " ", "x" * 256, "a\tb"):
        answer = admin.post(f"{API}/organisations", {"name": unique("Clé")}, headers={"Idempotency-Key": wrong})
        assert answer.problem(400)["code"] in ("invalid_header", "invalid_idempotency_key"), repr(wrong)
    admin.post(f"{API}/organisations", {"name": unique("Clé")}, headers={"Idempotency-Key": "k" * 255}).ok(201)


def test_a_proposed_id_makes_a_creation_repeatable_without_a_key(each_firm):
    admin = each_firm.admin
    identity = proposed_id()
    body = {"id": identity, "name": unique("Hors ligne")}
    first = admin.post(f"{API}/organisations", body)
    assert first.ok(201)["id"] == identity
    end = admin.log_end()
    same(first, admin.post(f"{API}/organisations", body))
    assert admin.log_end() == end
    other = admin.post(f"{API}/organisations", {**body, "name": unique("Autre")})
    assert other.problem(other.status)["code"] in ("already_exists", "idempotency_key_reused")
    assert other.status in (409, 422)
    foreign = each_firm.people["other_sales"].post(f"{API}/organisations", body)
    assert foreign.problem(409, "already_exists").get("conflict") in (None, identity)


def test_many_at_once_with_one_key_are_one_command(each_firm):
    headers, body, answers = key(), {"name": unique("Course")}, []

    def send(client):
        answers.append(client.post(f"{API}/organisations", body, headers=headers))

    threads = Threads()
    for _ in range(12):
        threads.start(send, each_firm.admin.twin())
    threads.join()
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1 and len({answer.position for answer in answers}) == 1
    listed = each_firm.admin.get(f"{API}/organisations", query={"q": body["name"]},
                                 headers={"Alforis-After": str(answers[0].position)}).ok()["items"]
    assert [item["id"] for item in listed] == [answers[0].id]


def test_many_at_once_for_one_identifier_have_one_winner(each_firm):
    code, answers = lei(), []

    def send(client):
        answers.append(client.post(f"{API}/organisations", {"name": unique("Rivale"), "lei": code}))

    threads = Threads()
    for _ in range(12):
        threads.start(send, each_firm.admin.twin())
    threads.join()
    assert sorted(answer.status for answer in answers) == [201] + [409] * 11


# ---- read your writes ----------------------------------------------------------------------------------------------


def test_a_read_with_the_position_of_a_write_is_never_stale(each_firm):
    organisation = each_firm.organisation()
    path = organisation_path(organisation["id"])

    def write_and_read(client, number):
        mine = each_firm.admin.twin().create("organisations", {"name": unique("Lecture")})
        own = organisation_path(mine["id"])
        for i in range(25):
            city = f"Ville {number} {i}"
            written = client.patch(own, {"city": city})
            version = written.ok()["version"]
            read = client.get(own).ok()
            assert (read["city"], read["version"]) == (city, version)
            listed = client.get(f"{API}/organisations", query={"city": city}).ok()["items"]
            assert [item["id"] for item in listed] == [mine["id"]]
            history = client.get(own + "/history", query={"limit": 1}).ok()["items"][0]
            assert history["position"] == written.position
            # A record that all of them write: at least as new as the own write, never older.
            shared = client.patch(path, {"city": city}).ok()["version"]
            assert client.get(path).ok()["version"] >= shared

    threads = Threads()
    for number in range(6):
        threads.start(write_and_read, each_firm.admin.twin(), number)
    threads.join()


def test_an_answer_from_memory_is_as_new_as_the_position_asked_for(firm):
    """One client keeps the record in the cache warm while another changes it."""
    organisation = firm.organisation()
    path = organisation_path(organisation["id"])
    firm.admin.get(path).ok()
    stop = []

    def keep_warm(client):
        versions = [0]
        while not stop:
            versions.append(client.get(path, follow=False).ok()["version"])
            assert versions[-1] >= versions[-2], "a reader went back in time"

    def change(client):
        try:
            for i in range(150):
                version = client.patch(path, {"postal_code": str(i)}).ok()["version"]
                assert client.get(path).ok()["version"] == version
        finally:
            stop.append(True)

    threads = Threads()
    for _ in range(3):
        threads.start(keep_warm, firm.admin.twin())
    threads.start(change, firm.admin.twin())
    threads.join()


@pytest.mark.parametrize("path", ["organisations", "people", "links", "users", "teams", "me", "one", "history"])
def test_a_read_of_the_future_is_503_and_says_when_to_try_again(firm, path):
    if path == "one":
        path = "organisations/" + firm.organisation()["id"]
    if path == "history":
        path = "organisations/" + firm.organisation()["id"] + "/history"
    firm.admin.get(f"{API}/{path}").ok()
    future = firm.admin.log_end() + 1000
    began = time.monotonic()
    answer = firm.admin.get(f"{API}/{path}", headers={"Alforis-After": str(future)})
    answer.problem(503)
    assert int(answer.header("retry-after")) >= 1
    assert time.monotonic() - began < 10, "the wait is bounded"


def test_a_read_waits_for_a_position_that_is_about_to_come(firm):
    """Asked before it is written, answered as soon as it is there."""
    admin = firm.admin
    organisation = firm.organisation()
    target = admin.log_end() + 1
    found = []

    def read(client):
        found.append(client.get(organisation_path(organisation["id"]), headers={"Alforis-After": str(target)}))

    threads = Threads()
    threads.start(read, admin.twin())
    admin.patch(organisation_path(organisation["id"]), {"city": "Attendue"}).ok()
    threads.join()
    assert found[0].ok()["city"] == "Attendue"


def test_a_position_that_is_no_number_is_refused(admin):
    for wrong in ("x", "-1", "1.5", "1 ", "99999999999999999999999", "0x10"):
        if wrong.strip() != wrong:
            continue  # white space around a field's value does not belong to it
        admin.get(f"{API}/organisations", headers={"Alforis-After": wrong}).problem(400)
