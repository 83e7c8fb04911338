"""kill -9 at random moments under load, on both logs: of the server, of PostgreSQL, of the broker. Afterwards every acknowledged
command is in the log once, every other one wholly or not at all, keys still have one effect, and all that is derived from the
log equals what is derived from it anew.

ALFORIS_CRASH_ROUNDS: kills of the server in total (default 52, with ALFORIS_TEST_LONG 520; a quarter of them on Kafka).
ALFORIS_CRASH_SEED: repeats the dice of an earlier run, though not the scheduling of the machine.
"""

import json
import os
import random
import secrets
import shutil
import time

import pytest

from alforis_client import API, wait_until
from alforis_server import Kafka, Postgres, Server
from load import Load

ROUNDS = int(os.environ.get("ALFORIS_CRASH_ROUNDS", "520" if os.environ.get("ALFORIS_TEST_LONG") else "52"))
SEED = os.environ.get("ALFORIS_CRASH_SEED") or secrets.token_hex(4)
KAFKA_ROUNDS = max(1, ROUNDS * 3 // 13)
EMBEDDED_ROUNDS = ROUNDS - KAFKA_ROUNDS
KILLS_OF_OTHERS = 3  # of PostgreSQL, and on Kafka of the broker as well


@pytest.fixture(scope="module")
def cluster(work):
    """Of our own, as it is killed."""
    cluster = Postgres(work / "postgres")
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def broker(work):
    broker = Kafka(work / "kafka")
    yield broker
    broker.stop(hard=True)


def pause(dice, longest):
    """A random moment is a moment of time: there is nothing to wait for."""
    time.sleep(dice.uniform(0, longest))


def kill_server_again_and_again(server, load, dice, rounds):
    """Two of three kills hit a server under load, the third one that is still starting and replaying."""
    for round_number in range(rounds):
        if round_number % 3 != 2:
            load.await_progress(dice.randrange(1, 60))
        pause(dice, 0.3)
        load.check()
        assert server.alive(), f"the server ended by itself:\n{server.log_tail()}"
        server.kill()
        server.launch()
    load.await_progress(50)


def kill_others(load, dice, cluster, broker):
    for _ in range(KILLS_OF_OTHERS):
        load.await_progress(dice.randrange(20, 60))
        cluster.kill()
        load.await_progress(20)  # commands need no database
        cluster.start()
    for _ in range(KILLS_OF_OTHERS if broker else 0):
        load.await_progress(dice.randrange(20, 60))
        broker.stop(hard=True)
        pause(dice, 1)
        broker.start()
    load.await_progress(50)


# ---- what must be true afterwards ----------------------------------------------------------------------------------


def commits_of(server):
    """The log as command id -> list of (position, [event types]), by the operator's replay."""
    done = server.cli("replay")
    assert done.returncode == 0, done.stderr
    by_position = {}
    for line in done.stdout.splitlines():
        event = json.loads(line)
        by_position.setdefault(event["position"], (event["command"], []))[1].append(event["type"])
    commits = {}
    for position, (command, types) in by_position.items():
        commits.setdefault(command, []).append((position, types))
    return commits


def check_log(commits, load, actor):
    """Once and whole, or not at all; at the place the answer named."""
    found = 0
    for command in load.commands:
        written = commits.pop(f"{actor}/key/{command.key}", [])
        assert len(written) <= 1, f"{command} is in the log {len(written)} times: {written}"
        if command.acknowledged:
            assert written, f"acknowledged and lost: {command}"
            assert written[0][0] == command.answer.position, f"{command} is at {written[0]}"
        for _, types in written:
            found += 1
            assert types[0] == command.events[0], f"{command} wrote {types}"
            exact = not (command.events[0] == "link.created.v1")
            assert types == command.events if exact else set(types) <= {"link.created.v1", "link.updated.v1"}, f"{command} wrote {types}"
    strangers = [command for command in commits if "/key/" in command]
    assert strangers == [], "the log has commands that nobody gave"
    return found


def check_keys(client, load, dice, sample=400):
    """The same key gives the same answer, and nothing is written."""
    end = client.log_end()
    acknowledged = [command for command in load.commands if command.acknowledged]
    for command in dice.sample(acknowledged, min(sample, len(acknowledged))):
        again = command.send(client)
        assert (again.status, again.body, again.position) == (command.answer.status, command.answer.body, command.answer.position), command
    assert client.log_end() == end


def check_abandoned(server, client, load, actor):
    """Those that nobody asked about again: given again now, each has one effect."""
    abandoned = [command for command in load.commands if not command.acknowledged]
    present = {command.key for command in abandoned if f"{actor}/key/{command.key}" in commits_of_cached(server)}
    for command in abandoned:
        end = client.log_end()
        answer = command.send(client)
        assert answer.status in (200, 201), answer
        assert client.log_end() - end == (0 if command.key in present else 1), f"{command}: wrote though it was there, or did not though not"
        command.answer = answer
    return len(abandoned), len(present)


def commits_of_cached(server):
    if not hasattr(server, "known_commits"):
        server.known_commits = commits_of(server)
    return server.known_commits


def check_documents(client, load):
    """Every record reads as its last answer said."""
    listed = {}
    for collection in ("organisations", "people", "links"):
        for item in client.pages(f"{API}/{collection}", {"limit": 200}):
            assert item["id"] not in listed, "a row comes twice"
            listed[item["id"]] = item
    for worker in load.workers:
        for entity in worker.entities:
            known = listed.get(entity.document["id"])
            assert known, f"{entity} is not listed"
            # Links are demoted by later ones; everything else is written by its worker alone.
            if entity.collection != "links":
                assert known == entity.document
    return listed


def writers_documents(client, listed, dice, sample=600):
    """The writer's own state: a patch that changes nothing is answered with it, and writes nothing."""
    chosen = sorted(identity for identity, item in listed.items() if "pipeline_stage" in item)
    end = client.log_end()
    state = {}
    for identity in dice.sample(chosen, min(sample, len(chosen))):
        path = f"{API}/organisations/{identity}"
        state[identity] = client.patch(path, {"name": listed[identity]["name"]}).ok()
        assert state[identity] == listed[identity], "the writer and the tables know different records"
    assert client.log_end() == end
    return state


def check_fresh_replay(server, client, load, listed, dice):
    """The state store thrown away and made anew from the log is the same."""
    seed = dice.random()
    before = writers_documents(client, listed, random.Random(seed))
    assert server.stop() == 0
    shutil.rmtree(server.data / "state")
    server.start()
    client.close()
    assert writers_documents(client, listed, random.Random(seed)) == before
    check_keys(client, load, dice, 200)


def check_everything(server, client, load, dice):
    wait_until(lambda: client.get("/health/ready").status == 200, "readiness")
    client.position = max([client.position] + [command.answer.position for command in load.commands if command.acknowledged])
    actor = client.user["id"]
    written = check_log(commits_of(server), load, actor)
    abandoned, landed = check_abandoned(server, client, load, actor)
    check_log(commits_of(server), load, actor)
    check_keys(client, load, dice)
    listed = check_documents(client, load)
    verified = server.cli("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    check_fresh_replay(server, client, load, listed, dice)
    return f"{len(load.commands)} commands, {written} in the log, {abandoned} abandoned of which {landed} had landed"


@pytest.mark.parametrize("log", ["embedded", "kafka"])
def test_kill_9_loses_nothing_doubles_nothing_and_tears_nothing(work, cluster, log, request, capsys):
    broker = request.getfixturevalue("broker") if log == "kafka" else None
    rounds = KAFKA_ROUNDS if broker else EMBEDDED_ROUNDS
    dice = random.Random(f"{SEED}/{log}")
    server = Server(work, cluster.dsn, brokers=broker and broker.brokers)
    # Ended when the test has failed as well; only a good run's files go before the suite's do.
    request.addfinalizer(server.kill)
    client = server.login()
    began = time.monotonic()
    with Load(server, client, f"{SEED}/{log}") as load:
        kill_server_again_and_again(server, load, dice, rounds)
        killed = time.monotonic()
        kill_others(load, dice, cluster, broker)
    told = check_everything(server, client, load, dice)
    cut_off = sum(worker.cut_off for worker in load.workers)
    with capsys.disabled():
        print(f"\n{log}: seed {SEED}, {rounds} kills of the server in {killed - began:.0f} s, {KILLS_OF_OTHERS} of PostgreSQL"
              f"{f', {KILLS_OF_OTHERS} of the broker' if broker else ''}; {told}; {cut_off} requests cut off; {time.monotonic() - began:.0f} s")
    # Kills that nobody noticed would prove nothing.
    assert cut_off >= rounds, "hardly a command was under way when the server was killed"
    server.discard()
