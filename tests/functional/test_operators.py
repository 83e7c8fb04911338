"""The operator's programs beside a running server: replay, history, verify, rebuild, doctor, user."""

import json
import time
import uuid

import pytest

from alforis_client import API, Threads, wait_until
from alforis_server import ADMIN_EMAIL, ADMIN_PASSWORD
from firm import PASSWORD, Firm, organisation_path, unique


def lines(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module", params=["embedded", "kafka"])
def story(request, make_server):
    """A server with a short story of one organisation, on each log."""
    server = make_server(brokers=request.getfixturevalue("brokers") if request.param == "kafka" else None)
    firm = Firm(server)
    made = firm.admin.post(f"{API}/organisations", {"name": unique("Histoire"), "city": "Lyon"})
    firm.steps = [made]
    firm.organisation_id = made.id
    path = organisation_path(made.id)
    firm.steps.append(firm.admin.patch(path, {"city": "Paris"}))
    firm.steps.append(firm.admin.post(path + "/stage", {"stage": "perdu", "reason": "Parti"}))
    firm.steps.append(firm.admin.delete(path))
    return firm


def test_a_replay_gives_every_event_once_in_order(story):
    events = lines(story.server.cli("replay"))
    positions = [event["position"] for event in events]
    assert positions == sorted(positions)
    mine = [event for event in events if event["id"] == story.organisation_id]
    assert [event["type"] for event in mine] == ["organisation.created.v1", "organisation.updated.v1", "organisation.stage_changed.v1",
                                                 "organisation.deleted.v1"]
    assert [event["position"] for event in mine] == [step.position for step in story.steps]
    assert mine[0]["data"]["city"] == "Lyon" and mine[1]["data"] == {"city": "Paris"}
    assert {event["actor"] for event in mine} == {story.admin.user["id"]}
    assert all(event["time"] and event["command"] and isinstance(event["meta"], dict) for event in events)


def test_a_replay_stops_at_a_position_or_an_instant(story):
    everything = lines(story.server.cli("replay"))
    for step in story.steps:
        until = lines(story.server.cli("replay", "--until", step.position))
        assert until == [event for event in everything if event["position"] <= step.position]
        instant = step.json()["updated_at"]
        assert lines(story.server.cli("replay", "--until", instant)) == [event for event in everything if event["time"] <= instant]
    assert lines(story.server.cli("replay", "--until", "0")) == []
    assert lines(story.server.cli("replay", "--until", "2001-01-01T00:00:00Z")) == []
    middle = story.steps[1].position
    assert lines(story.server.cli("replay", "--from", middle)) == [event for event in everything if event["position"] >= middle]


@pytest.mark.parametrize("arguments", [("replay", "--until", "demain"), ("replay", "--until", "-5"), ("history", "x"), ("replay", "--frm", "1"), ("repaly",), ()])
def test_a_wrong_call_is_exit_code_2_with_a_reason(server, arguments):
    done = server.cli(*arguments, stores=arguments and arguments[0] in ("replay", "history"), with_postgres=False)
    assert done.returncode == 2 and len(done.stderr) > 10, done


def test_a_history_tells_one_entity_oldest_first(story):
    told = lines(story.server.cli("history", story.organisation_id, "--json"))
    assert [event["position"] for event in told] == [step.position for step in story.steps]
    readable = story.server.cli("history", story.organisation_id)
    assert readable.returncode == 0 and "organisation.stage_changed.v1" in readable.stdout and "Parti" in readable.stdout
    until = lines(story.server.cli("history", story.organisation_id, "--json", "--until", story.steps[1].position))
    assert len(until) == 2
    nobody = story.server.cli("history", str(uuid.uuid4()))
    assert nobody.returncode == 1 and nobody.stderr


def test_verify_finds_the_tables_equal_beside_a_running_server(story):
    story.server.await_position(story.admin.position)
    done = story.server.cli("verify")
    assert done.returncode == 0 and "equal" in done.stdout, done.stdout + done.stderr
    document = json.loads(story.server.cli("verify", "--json").stdout)
    assert document["ok"] is True and document["position"] >= story.admin.position and document["rows"] > 0
    assert story.server.cli("verify", "--log-only", with_postgres=False).returncode == 0
    alone = story.server.cli("verify", "--log-only", "--json", with_postgres=False)
    assert json.loads(alone.stdout) == {"ok": True, "position": document["position"]}
    assert story.server.cli("verify", "--log-only", "--erasure", str(uuid.uuid4()), with_postgres=False).returncode == 2
    without = story.server.cli("verify", with_postgres=False)
    assert without.returncode == 2 and "--postgres is required" in without.stderr + without.stdout


def active_schema(cursor, workspace):
    cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s ORDER BY nspname", (workspace + "_query_v%",))
    return cursor.fetchall()[-1][0]


TAMPERINGS = {
    "a changed column": ("organisations", "UPDATE {s}.organisations SET country = 'ZZ' WHERE id = %(id)s"),
    "a changed document": ("organisations", "UPDATE {s}.organisations SET doc = replace(doc, 'Cible', 'Autre') WHERE id = %(id)s"),
    "a lost row": ("organisations", "DELETE FROM {s}.organisations WHERE id = %(id)s"),
    "a lost history": ("history", "DELETE FROM {s}.history WHERE entity_id = %(id)s"),
    "a changed history": ("history", "UPDATE {s}.history SET data = '{{}}' WHERE entity_id = %(id)s"),
    "a stolen password": ("secrets", "UPDATE {s}.secrets SET value = 'x'"),
}


@pytest.mark.parametrize("what", sorted(TAMPERINGS))
def test_verify_names_the_first_difference_and_a_rebuild_puts_it_right(make_server, what, tampered):
    firm, table, sql = tampered, *TAMPERINGS[what]
    made = firm.admin.create("organisations", {"name": unique("Cible"), "country": "FR"})
    firm.server.await_position(firm.admin.position)
    with firm.server.database() as cursor:
        cursor.execute(sql.format(s=active_schema(cursor, firm.server.workspace)), {"id": made["id"]})
        assert cursor.rowcount > 0
    wrong = firm.admin.get(organisation_path(made["id"]))  # and the server remembers it so
    assert (wrong.status == 200 and wrong.json() == made) == (what not in ("a changed document", "a lost row"))
    done = firm.server.cli("verify")
    assert done.returncode == 1, done.stdout + done.stderr
    assert table in done.stdout and ("stolen" in what or made["id"] in done.stdout), done.stdout
    document = json.loads(firm.server.cli("verify", "--json").stdout)
    assert document["ok"] is False and document["table"] == table
    rebuilt = firm.server.cli("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
    assert firm.server.cli("verify").returncode == 0
    # The running server reads the new version: without any write it forgets what it had in memory of the old one.
    wait_until(lambda: reads_back(firm.admin, made), "the swap to be noticed", timeout=5)


def reads_back(client, made):
    answer = client.get(organisation_path(made["id"]))
    return answer.status == 200 and answer.json() == made


@pytest.fixture(scope="module")
def tampered(make_server):
    return Firm(make_server())


def test_a_rebuild_goes_on_beside_reads_and_writes(story):
    firm = story
    stop, written, failures = [], [], []

    def write(client):
        while not stop:
            made = client.create("organisations", {"name": unique("Pendant")})
            read = client.read("organisations", made["id"])
            if read != made:
                failures.append((made, read))
            written.append(made["id"])

    threads = Threads()
    for _ in range(2):
        threads.start(write, firm.admin.twin())
    try:
        wait_until(lambda: len(written) > 20, "some writes")
        for _ in range(2):
            done = firm.server.cli("rebuild", "--json")
            assert done.returncode == 0, done.stdout + done.stderr
            assert json.loads(done.stdout)["position"] > 0
            more = len(written) + 20
            wait_until(lambda: len(written) > more, "writes to go on after the swap")
    finally:
        stop.append(True)
        threads.join()
    assert failures == []
    assert firm.admin.get("/health/ready").status == 200
    newest = firm.admin.log_end()
    firm.server.await_position(newest)
    listed = [item["id"] for item in firm.admin.pages(f"{API}/organisations", {"limit": 200, "q": "pendant"})]
    assert sorted(listed) == sorted(written)
    verified = firm.server.cli("verify")
    assert verified.returncode == 0, verified.stdout
    # Nothing of the old versions is left behind.
    with firm.server.database() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", (firm.server.workspace + "_query_v%",))
        assert cursor.fetchone()[0] == 1


def test_an_entity_that_the_tables_refuse_is_parked_and_the_others_go_on(make_server):
    """A constraint of ours makes PostgreSQL refuse one organisation. When it is gone, the parked events are applied in order."""
    firm = Firm(make_server())
    admin, server = firm.admin, firm.server
    with server.database() as cursor:
        schema = active_schema(cursor, server.workspace)
        cursor.execute(f"ALTER TABLE {schema}.organisations ADD CONSTRAINT refused CHECK (country IS DISTINCT FROM 'AQ')")
    refused = admin.create("organisations", {"name": unique("Refusée"), "country": "AQ"})
    path = organisation_path(refused["id"])
    for i in range(3):
        admin.patch(path, {"city": f"Base {i}"}).ok()
    other = admin.create("organisations", {"name": unique("Voisine")})
    assert admin.read("organisations", other["id"]) == other, "the others go on"
    ready = admin.get("/health/ready")
    check = next(check for check in ready.json()["checks"] if check["name"] == "projection.query")
    assert ready.status == 503 and check["parked"] == 1 and check["lag"] == 0
    assert check["parked_entities"][0]["id"] == refused["id"] and "refused" in check["parked_entities"][0]["reason"]
    assert "alforis_projection_parked" in admin.get("/metrics").text()
    assert [line for line in admin.get("/metrics").text().splitlines() if line.startswith("alforis_projection_parked")][0].endswith(" 1")
    assert server.cli("verify").returncode == 1, "parked events are a difference"
    with server.database() as cursor:
        cursor.execute(f"ALTER TABLE {schema}.organisations DROP CONSTRAINT refused")
    server.restart()
    admin.close()
    assert admin.read("organisations", refused["id"])["city"] == "Base 2"
    assert len(admin.get(path + "/history").ok()["items"]) == 4
    assert admin.check("projection.query")["parked"] == 0
    assert server.cli("verify").returncode == 0


def test_what_has_no_server_or_stores_says_so(server):
    environment = {"ALFORIS_TOKEN": "x"}
    done = server.cli("user", "list", "--server", "http://127.0.0.1:9", stores=False, environment=environment)
    assert done.returncode == 2 and "127.0.0.1:9" in done.stderr
    empty = str(server.directory / "nothing-here")
    done = server.cli("replay", "--data", empty, stores=False)
    assert done.returncode == 2 and done.stderr


def test_the_doctor_finds_a_healthy_installation_healthy_and_says_what_is_missing(server):
    options = ["--data", server.data, "--workspace", server.workspace]
    server.key_file.chmod(0o600)
    well = server.cli("doctor", "--json", *options, "--postgres", server.dsn, "--token-key-file", server.key_file, stores=False)
    found = {line["subject"]: line["finding"] for line in lines(well)}
    assert found["log"] == found["postgres"] == found["token key"] == "ok"
    server.key_file.chmod(0o644)
    warned = server.cli("doctor", *options, "--postgres", server.dsn, "--token-key-file", server.key_file, stores=False)
    assert warned.returncode == 0 and "chmod 600" in warned.stdout
    server.key_file.chmod(0o600)
    ill = server.cli("doctor", *options, "--postgres", "host=/nonexistent dbname=x", "--token-key-file", "/nonexistent/key", stores=False)
    assert ill.returncode == 1 and ill.stdout.count("WRONG") == 2 and "openssl rand" in ill.stdout


def test_options_come_from_a_file_below_the_environment_and_flags(make_server):
    """Each flag of `limits` says where its number comes from."""
    for environment, arguments, limit in (({}, [], 1001), ({"ALFORIS_RATE_LIMIT": "1002"}, [], 1002),
                                          ({"ALFORIS_RATE_LIMIT": "1002"}, ["--rate-limit", "1003"], 1003)):
        server = make_server(environment=environment, arguments=["--config", "../alforis.toml", *arguments], start=False)
        (server.directory.parent / "alforis.toml").write_text("# of the test\nrate-limit = 1001\n")
        server.start()
        assert f"q={limit};" in server.login().get(f"{API}/me").header("ratelimit-policy")
        server.stop()


@pytest.mark.parametrize("threads", [1, 4])
def test_so_many_requests_ask_postgresql_at_once_as_there_are_read_threads(make_server, threads):
    server = make_server(environment={"ALFORIS_READ_THREADS": str(threads)})
    admin, asking = server.login(), Threads()

    def waiting(cursor):
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = to_regclass(%s)", [table])
        return cursor.fetchone()[0]

    with server.database() as holder, server.database() as watcher:
        holder.execute(f"SELECT table_schema FROM information_schema.view_table_usage WHERE view_schema = '{server.workspace}' AND view_name = 'produits'")
        table = holder.fetchone()[0] + ".produits"
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        for number in range(threads + 3):
            asking.start(lambda q: admin.twin().get(f"{API}/produits", query={"q": q}).ok(), f"n{number}")
        wait_until(lambda: waiting(watcher) == threads, lambda: f"{waiting(watcher)} read, not {threads}")
        time.sleep(0.3)
        assert waiting(watcher) == threads
        holder.connection.rollback()
    asking.join()


@pytest.mark.parametrize("text, named", [("listne = \"x\"", "listne"), ("admin-password = \"x\"", "admin-password"), ("[serve]\nlisten = \"x\"", "section 'serve'")])
def test_an_unknown_name_in_the_file_of_options_is_an_error_that_names_it(server, text, named):
    file = server.directory / "wrong.toml"
    file.write_text(text + "\n")
    done = server.cli("serve", "--config", file, "--token-key-file", server.key_file, with_postgres=True)
    assert done.returncode == 2 and named in done.stderr and str(file) in done.stderr


def test_a_password_is_not_taken_from_the_command_line(server):
    done = server.cli("demo", "--password", "a long password", stores=False)
    assert done.returncode == 2 and "--password" in done.stderr


def test_users_are_made_and_changed_from_the_command_line(server, firm):
    admin = {"ALFORIS_ADMIN_EMAIL": ADMIN_EMAIL, "ALFORIS_ADMIN_PASSWORD": ADMIN_PASSWORD}
    where = ["--server", f"http://127.0.0.1:{server.port}"]
    email = f"cli-{uuid.uuid4()}@alforis.example"

    def user(*arguments, **environment):
        return server.cli("user", *where, *arguments, stores=False, environment={**admin, **environment})

    made = user("create", email, "--role", "manager", "--name", "Anne Lenoir", "--team", firm.admin.read("teams", firm.teams["lyon"])["name"],
                ALFORIS_NEW_PASSWORD=PASSWORD)
    assert made.returncode == 0 and email in made.stdout, made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    newest = firm.admin.log_end()
    client = server.login(email, PASSWORD, newest)
    assert (client.user["role"], client.user["team_id"], client.user["full_name"]) == ("manager", firm.teams["lyon"], "Anne Lenoir")
    listed = lines(user("--json", "list"))
    assert email in [one["email"] for one in listed] and len(listed) == len({one["id"] for one in listed})
    again = user("create", email)
    assert again.returncode == 1 and again.stderr
    changed = user("password", email)
    password = next(line.split(": ")[1] for line in changed.stderr.splitlines() if line.startswith("password: "))
    server.login(email, password, firm.admin.log_end())
    assert user("deactivate", email).returncode == 0
    server.await_position(firm.admin.log_end())
    server.anonymous().post(f"{API}/auth/login", {"email": email, "password": password}).problem(401)
    assert user("activate", email).returncode == 0
    assert user("password", "niemand@alforis.example").returncode == 2
    assert user("list", ALFORIS_ADMIN_PASSWORD="falsch").returncode == 2
