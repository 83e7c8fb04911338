"""What goes on when a part is away, and that everything catches up when it is back. Each part that is stopped here was started
here."""

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from alforis_client import API, until_taken, wait_until
from alforis_server import Kafka, Postgres
from firm import Firm, lei, organisation_path, unique


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def assert_unavailable(answer):
    answer.problem(503)
    assert int(answer.header("retry-after")) >= 1


def records_in_log(server):
    """Ids of the entities the log speaks of, by the operator's replay."""
    import json

    lines = server.cli("replay").stdout.splitlines()
    return [json.loads(line)["id"] for line in lines if '"type":"organisation.created.v1"' in line]


# ---- PostgreSQL ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(work):
    cluster = Postgres(work / "own_postgres")
    yield cluster
    cluster.stop()


@pytest.fixture
def fragile(make_server, cluster):
    """A firm whose PostgreSQL may be stopped; it runs again afterwards."""
    firm = Firm(make_server(dsn=cluster.dsn))
    yield firm
    cluster.start()


def caught_up(firm):
    return firm.admin.get("/health/ready").status == 200 and \
        firm.admin.check("projection.query")["position"] >= firm.admin.position


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_without_postgresql_commands_work_and_reads_say_503_until_it_is_back(fragile, cluster, how):
    firm, admin = fragile, fragile.admin
    warm = firm.organisation(city="Avant")
    cold = firm.organisation()
    admin.read("organisations", warm["id"])
    getattr(cluster, how)()

    made = [admin.create("organisations", {"name": unique("Pendant")}) for _ in range(20)]
    assert admin.patch(organisation_path(warm["id"]), {"city": "Pendant"}).ok()["version"] == 2
    admin.post(organisation_path(made[0]["id"]) + "/stage", {"stage": "signe"}).ok()
    firm.people["other_sales"].patch(organisation_path(made[0]["id"]), {"city": "x"}).problem(403)
    code = lei()
    admin.create("organisations", {"name": unique("Unique"), "lei": code})
    admin.post(f"{API}/organisations", {"name": unique("Unique"), "lei": code}).problem(409, "not_unique")

    for path in (organisation_path(cold["id"]), f"{API}/organisations", f"{API}/people", f"{API}/me", organisation_path(warm["id"]) + "/history",
                 f"{API}/users", f"{API}/teams"):
        assert_unavailable(admin.get(path, follow=False))
    assert_unavailable(admin.get(f"{API}/organisations"))
    # What was in memory is no longer known to be current: the record was changed since.
    answer = admin.get(organisation_path(warm["id"]), follow=False)
    if answer.status == 200:
        assert answer.json()["city"] == "Pendant", "an old answer was given as if it were current"
    else:
        assert_unavailable(answer)
    assert_unavailable(firm.server.anonymous().post(f"{API}/auth/login", {"email": admin.user["email"], "password": "correct horse battery"}))
    assert_unavailable(admin.post(f"{API}/me/password", {"current": "correct horse battery", "password": "correct horse battery"}))
    ready = admin.get("/health/ready")
    assert ready.status == 503 and [check["name"] for check in ready.json()["checks"] if not check["ok"]] == ["projection.query"]
    assert admin.get("/health/live").status == 200

    cluster.start()
    wait_until(lambda: caught_up(firm), "the query tables to catch up")
    assert {item["id"] for item in made} <= set(admin.list("organisations", limit=200))
    assert admin.read("organisations", warm["id"])["city"] == "Pendant"
    verified = firm.server.cli("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_who_is_deactivated_while_postgresql_is_away_reads_nothing_more(fragile, cluster):
    firm, admin = fragile, fragile.admin
    organisation = firm.organisation()
    gone, other = firm.people["sales"], firm.people["colleague"]
    for client in (gone, other):
        client.read("organisations", organisation["id"])
    cluster.stop()
    admin.patch(f"{API}/users/{gone.user['id']}", {"active": False}).ok()
    gone.get(organisation_path(organisation["id"]), follow=False).problem(401)
    assert other.get(organisation_path(organisation["id"]), follow=False).status in (200, 503)
    cluster.start()
    wait_until(lambda: caught_up(firm), "the query tables to catch up")
    gone.get(organisation_path(organisation["id"])).problem(401)
    admin.patch(f"{API}/users/{gone.user['id']}", {"active": True}).ok()
    firm.server.await_position(admin.position)
    gone.get(organisation_path(organisation["id"])).problem(401, "session_revoked")  # it takes a new login
    firm.people["sales"] = firm.twice("sales")
    assert firm.people["sales"].read("organisations", organisation["id"]) == organisation


def test_whoever_changes_teams_while_postgresql_is_away_takes_the_records_along(fragile, cluster):
    firm, admin = fragile, fragile.admin
    organisation = firm.organisation(owner="sales")
    path = organisation_path(organisation["id"])
    colleague = firm.people["colleague"]
    colleague.read("organisations", organisation["id"])
    cluster.stop()
    admin.patch(f"{API}/users/{firm.id_of('sales')}", {"team_id": firm.teams["lyon"]}).ok()
    assert_unavailable(colleague.get(path, follow=False))
    cluster.start()
    wait_until(lambda: caught_up(firm), "the query tables to catch up")
    colleague.position = admin.position
    colleague.get(path).problem(404)


def test_a_retry_of_what_was_done_elsewhere_does_not_leave_the_old_record_in_memory(make_server, brokers, cluster):
    """Its first attempt may have been told 503 here, or be another server's."""
    one = make_server(dsn=cluster.dsn, brokers=brokers)
    two = make_server(dsn=cluster.dsn, brokers=brokers, beside=one)
    try:
        here, there = one.login(), two.login()
        body = {"name": unique("Reprise"), "city": "Avant"}
        path = organisation_path(until_taken(lambda headers: here.post(f"{API}/organisations", body, headers=headers)).id)
        until_taken(lambda headers: there.post(f"{API}/teams", {"name": unique("Reprise")}, headers=headers))  # its writer has read on
        assert there.get(path).ok()["city"] == "Avant"
        cluster.stop()
        same = key()
        for client in (here, there):
            taken = until_taken(lambda _: client.patch(path, {"city": "Pendant"}, headers=same))
            assert taken.ok()["city"] == "Pendant"
        assert_unavailable(there.get(path, follow=False))
    finally:
        cluster.start()


def test_a_server_that_starts_without_postgresql_says_503_and_not_that_the_token_is_wrong(fragile, cluster):
    """Who holds a token must not be logged out because a database is late."""
    firm = fragile
    organisation = firm.organisation()
    firm.server.stop()
    cluster.stop()
    firm.server.launch()
    wait_until(lambda: answers(firm), "the server to answer")
    firm.admin.close()
    ready = firm.admin.get("/health/ready", follow=False)
    assert ready.status == 503
    for path in (f"{API}/me", organisation_path(organisation["id"])):
        assert_unavailable(firm.admin.get(path, follow=False))
    firm.server.anonymous().get(f"{API}/me").problem(401)
    cluster.start()
    firm.server.await_ready()
    assert firm.admin.read("organisations", organisation["id"]) == organisation


def answers(firm):
    assert firm.server.alive(), firm.server.log_tail()
    try:
        return firm.server.anonymous().get("/health/live").status == 200
    except OSError:
        return False


# ---- Kafka ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_without_kafka_commands_say_503_and_reads_go_on_until_it_is_back(make_server, work, how):
    broker = Kafka(work / f"own_kafka_{how}")
    try:
        firm = Firm(make_server(brokers=broker.brokers))
        admin = firm.admin
        known = firm.organisation(city="Avant")
        person = firm.person()
        admin.patch(f"{API}/workspace", {"audit_reads_of_people": True}).ok()
        assert admin.read("people", person["id"]) == person
        acknowledged = [admin.create("organisations", {"name": unique("Avant")})["id"] for _ in range(5)]
        broker.stop(hard=how == "kill")
        headers, body = key(), {"name": unique("Pendant"), "lei": lei()}
        refused = admin.post(f"{API}/organisations", body, headers=headers)
        assert_unavailable(refused)
        # The first waits for the broker in vain; once that is known, the others are told at once.
        assert_unavailable(admin.post(f"{API}/organisations", {"name": unique("Aussi")}))
        assert admin.read("organisations", known["id"])["city"] == "Avant"
        # Whoever opens this is to be noted, which is not possible now.
        assert_unavailable(admin.get(f"{API}/people/{person['id']}"))
        assert set(acknowledged) <= set(admin.list("organisations", limit=200))
        assert admin.check("writer")["ok"] is False and admin.get("/health/ready").status == 503
        broker.start()

        def sent():
            answer = admin.post(f"{API}/organisations", body, headers=headers)
            return answer if answer.status != 503 else None

        made = wait_until(sent, "commands to be taken again", timeout=60)
        again = admin.post(f"{API}/organisations", body, headers=headers)
        assert (again.status, again.body) == (201, made.body)
        assert admin.list("organisations", lei=body["lei"]) == [made.id]
        acknowledged.append(made.id)
        in_log = records_in_log(firm.server)
        assert len(in_log) == len(set(in_log)) and set(acknowledged) <= set(in_log)
        wait_until(lambda: admin.get("/health/ready").status == 200, "readiness")
        firm.server.stop()
    finally:
        broker.stop(hard=True)


# ---- the disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(work):
    """A file system of 96 MiB, or a visible skip where none may be mounted."""
    place = Path(tempfile.mkdtemp(prefix="disk.", dir=work))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "alforis", str(place)], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    yield place
    # The server that uses it ends with the session: let it go when nobody needs it any more.
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place):
    """Takes all room that is left."""
    with open(place / "ballast", "wb") as ballast:
        block = b"x" * 65536
        try:
            while True:
                ballast.write(block)
                ballast.flush()
        except OSError:
            pass
    assert os.statvfs(place).f_bavail < 64


def test_a_full_disk_refuses_commands_loses_nothing_and_is_forgotten_when_there_is_room(make_server, small_disk):
    firm = Firm(make_server(data=small_disk / "data"))
    admin = firm.admin
    known = firm.organisation(city="Avant")
    acknowledged = {known["id"]}
    fill(small_disk)
    refused = None
    for _ in range(4000):
        body, headers = {"name": unique("Plein"), "notes": os.urandom(4000).hex()}, key()
        answer = admin.post(f"{API}/organisations", body, headers=headers)
        if answer.status != 201:
            refused = (answer, body, headers)
            break
        acknowledged.add(answer.id)
    assert refused, "the disk never got full"
    assert_unavailable(refused[0])
    for _ in range(3):
        assert_unavailable(admin.post(f"{API}/organisations", {"name": unique("Plein")}))
    assert admin.read("organisations", known["id"])["city"] == "Avant", "reads go on"
    (small_disk / "ballast").unlink()

    def sent():
        answer = admin.post(f"{API}/organisations", refused[1], headers=refused[2])
        return answer if answer.status != 503 else None

    made = wait_until(sent, f"commands to be taken again; {firm.server.log_tail(500)}", timeout=60)
    assert made.status == 201, made
    acknowledged.add(made.id)
    for _ in range(20):
        acknowledged.add(admin.create("organisations", {"name": unique("Après")})["id"])
    assert acknowledged <= set(admin.list("organisations", limit=200))
    firm.server.restart()
    admin.close()
    in_log = records_in_log(firm.server)
    assert len(in_log) == len(set(in_log)) and acknowledged <= set(in_log)
    verified = firm.server.cli("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    firm.server.stop()


def test_a_disk_that_is_full_from_the_start_is_an_error_with_a_reason(make_server, small_disk, server):
    """The server does not pretend: it ends, or says that it is not ready, and starts when there is room."""
    from alforis_server import Server

    fill(small_disk)
    (small_disk / "ballast").open("r+b").truncate(os.path.getsize(small_disk / "ballast") - 131072)
    late = Server(small_disk.parent, server.dsn, data=small_disk / "data", start=False)
    late.launch()
    wait_until(lambda: not late.alive() or refuses(late), "an end or a refusal")
    if not late.alive():
        assert late.process.returncode != 0 and "alforis" in late.log_tail()
    (small_disk / "ballast").unlink()
    late.kill()
    late.start()
    late.login().create("teams", {"name": unique("Enfin")})
    late.stop()


def test_a_server_that_waits_for_its_log_says_why_and_can_be_stopped(make_server):
    server = make_server()
    server.login().create("teams", {"name": unique("Avant")})
    server.stop()
    shutil.move(server.data / "log", server.data / "lost")
    server.launch()
    wait_until(lambda: refuses(server) and "writer: the log can't be written: the log ends at position 0" in server.log_tail(),
               "the trouble to be said")
    assert server.stop(timeout=20) == 0 and "stopping on signal" in server.log_tail()
    shutil.rmtree(server.data / "log")
    shutil.move(server.data / "lost", server.data / "log")
    server.start()


def refuses(server):
    try:
        return server.anonymous(timeout=5).get("/health/ready").status == 503
    except OSError:
        return False
