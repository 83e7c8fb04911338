"""Two servers on one Kafka log: each deposes the other whenever it writes. Slow, and yet nothing is lost, doubled or stale."""

import json
import uuid

from alforis_client import API, Threads, until_taken, wait_until
from firm import PASSWORD, lei, organisation_path, unique


def write_alternately(client, count, acknowledged):
    """Like a client that is told 503: again with the same key, until it is answered; then reads what it wrote."""
    for _ in range(count):
        headers, body = {"Idempotency-Key": str(uuid.uuid4())}, {"name": unique("Deux"), "lei": lei()}
        for _ in range(2000):
            answer = client.post(f"{API}/organisations", body, headers=headers)
            if answer.status != 503:
                break
        made = answer.ok(201)
        acknowledged[made["id"]] = answer.position
        assert client.read("organisations", made["id"]) == made


def test_two_writers_on_one_log_lose_nothing_and_double_nothing(make_server, brokers):
    one = make_server(brokers=brokers)
    two = make_server(brokers=brokers, beside=one)
    clients = [one.login(), two.login(), two.login()]
    acknowledged, threads = {}, Threads()
    for client in clients:
        threads.start(write_alternately, client, 40, acknowledged)
    threads.join()
    assert len(acknowledged) == 120
    events = [json.loads(line) for line in one.cli("replay").stdout.splitlines()]
    written = {event["id"]: event["position"] for event in events if event["type"] == "organisation.created.v1"}
    assert written == acknowledged
    assert sum(event["type"] == "organisation.created.v1" for event in events) == len(written)
    for client in clients:
        client.position = max(acknowledged.values())
        assert sorted(client.list("organisations", limit=200)) == sorted(acknowledged)
    verified = one.cli("verify")
    assert verified.returncode == 0, verified.stdout


def test_a_unique_identifier_is_unique_across_two_writers(make_server, brokers):
    one = make_server(brokers=brokers)
    two = make_server(brokers=brokers, beside=one)
    clients = [one.login(), two.login()]
    for _ in range(10):
        code, answers, threads = lei(), [], Threads()

        def send(client):
            headers, body = {"Idempotency-Key": str(uuid.uuid4())}, {"name": unique("Rivale"), "lei": code}
            answer = client.post(f"{API}/organisations", body, headers=headers)
            while answer.status == 503:
                answer = client.post(f"{API}/organisations", body, headers=headers)
            answers.append(answer.status)

        for client in clients:
            threads.start(send, client)
        threads.join()
        assert sorted(answers) == [201, 409]


def test_what_one_server_changed_the_other_does_not_give_from_memory(make_server, brokers):
    one = make_server(brokers=brokers)
    two = make_server(brokers=brokers, beside=one)
    here, there = one.login(), two.login()
    made = until_taken(lambda headers: here.post(f"{API}/organisations", {"name": unique("Deux")}, headers=headers))
    path = organisation_path(made.id)
    for i in range(5):
        there.position = here.position
        there.get(path).ok()  # in memory now
        with two.frozen():  # so that the other one writes the tables
            changed = until_taken(lambda headers: here.patch(path, {"city": f"Ville {i}"}, headers=headers)).ok()
            one.await_position(here.position)
        two.await_position(here.position)  # a read that has to wait asks the tables anyway
        there.position = here.position
        assert there.get(path).ok() == changed


def test_who_is_made_at_one_server_is_known_at_the_other(make_server, brokers):
    one = make_server(brokers=brokers)
    two = make_server(brokers=brokers, beside=one)
    account = {"email": f"{uuid.uuid4()}@alforis.example", "role": "sales", "password": PASSWORD}
    here = one.login()
    until_taken(lambda headers: here.post(f"{API}/users", account, headers=headers))
    fresh = one.login(account["email"], PASSWORD, here.position)
    there = two.anonymous()
    there.token = fresh.token
    two.await_position(here.position)
    there.get(f"{API}/me").ok()


def test_who_is_deactivated_at_one_server_is_refused_at_the_other(make_server, brokers):
    one = make_server(brokers=brokers)
    two = make_server(brokers=brokers, beside=one)
    here = one.login()
    for _ in range(2):
        account = {"email": f"{uuid.uuid4()}@alforis.example", "role": "sales", "password": PASSWORD}
        made = until_taken(lambda headers: here.post(f"{API}/users", account, headers=headers))
        there = two.login(account["email"], PASSWORD, here.position)
        with two.frozen():  # so that the other one writes the tables
            until_taken(lambda headers: here.patch(f"{API}/users/{made.id}", {"active": False}, headers=headers)).ok()
            one.await_position(here.position)
        there.get(f"{API}/organisations", headers={"Alforis-After": str(here.position)}).problem(401)


def test_what_the_firm_chose_at_one_server_holds_at_the_other(make_server, brokers):
    """Reads that are to be noted are noted everywhere, also by a server that another deposed."""
    one = make_server(brokers=brokers)
    two = make_server(brokers=brokers, beside=one)
    here, there = one.login(), two.login()
    person = until_taken(lambda headers: here.post(f"{API}/people", {"last_name": unique("Deux")}, headers=headers))
    until_taken(lambda headers: here.patch(f"{API}/workspace", {"audit_reads_of_people": True}, headers=headers)).ok()
    there.position = here.position
    two.await_position(here.position)
    wait_until(lambda: there.get(f"{API}/people/{person.id}").ok() and audited(here, person.id), "a note of the read", timeout=5)


def audited(client, person):
    client.position = client.log_end()
    return client.get(f"{API}/audit", query={"action": "audit.person_read", "subject": person}).ok()["items"]
