"""Personal data: sealed in the log under a key per person, and gone for good once the key is destroyed."""

import base64
import json
import re
import secrets
import uuid

import pytest

from alforis_client import API, wait_until
from alforis_server import Postgres
from firm import Firm, unique


def secret_word(prefix):
    """A text that stands nowhere else."""
    return f"{prefix}{secrets.token_hex(5)}"


class Subject:
    """A person with everything personal filled, their link, and where they took part."""

    def __init__(self, firm):
        self.firm, admin = firm, firm.admin
        self.organisation = firm.organisation()
        word = {name: secret_word(name) for name in ("prenom", "nom", "poste", "fonction", "note", "remarque", "source")}
        self.address, self.work = f"{secret_word('perso')}@example.org", f"{secret_word('bureau')}@example.org"
        digits = f"{secrets.randbelow(10**8):08d}"
        self.person = admin.create("people", {
            "first_name": word["prenom"], "last_name": word["nom"], "personal_email": self.address, "mobile": "+336" + digits,
            "job_title": word["poste"], "notes": word["note"], "country": "FR", "language": "fr",
            "linkedin_url": f"https://www.linkedin.com/in/{word['nom']}", "consent": "given", "consent_date": "2026-03-01",
            "consent_source": word["source"]})
        self.link = admin.create("links", {
            "person_id": self.person["id"], "organisation_id": self.organisation["id"], "job_title": word["fonction"],
            "work_email": self.work, "notes": word["remarque"]})
        self.words = [*word.values(), self.address, self.work, digits]
        self.path, self.link_path = f"{API}/people/{self.person['id']}", f"{API}/links/{self.link['id']}"
        admin.patch(self.path, {"job_title": word["poste"] + " adjoint"}).ok()
        firm.everybody_follows()

    def erase(self, **options):
        answer = self.firm.admin.post(self.path + "/erase", {"reason": "Demande du 3 mars"}, **options)
        self.firm.everybody_follows()
        return answer

    def found_in(self, text):
        return [word for word in self.words if word in text]


@pytest.fixture
def subject(each_firm):
    return Subject(each_firm)


def replayed(server, *arguments):
    done = server.cli("replay", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_log_has_no_personal_value_in_clear(subject):
    server = subject.firm.server
    sealed = replayed(server)
    assert subject.found_in(sealed) == []
    assert server.found_in_log(subject.words) == []
    mine = [json.loads(line) for line in sealed.splitlines() if subject.person["id"] in line]
    assert all(event["data"]["sealed"].startswith(f"v1:{subject.person['id']}:") for event in mine if event["type"] != "link.deleted.v1")
    opened = server.cli("replay", with_postgres=True).stdout
    assert set(subject.found_in(opened)) == set(subject.words)


def test_erased_is_erased_everywhere(subject):
    firm, admin, server = subject.firm, subject.firm.admin, subject.firm.server
    before = admin.position
    answer = subject.erase(headers={"Idempotency-Key": secrets.token_hex(8)})
    erased = answer.ok()
    assert erased["erased_at"] and erased["active"] is False and erased["consent"] == "none"
    assert subject.found_in(answer.text()) == []
    reads = [
        admin.get(subject.path), admin.get(subject.link_path), admin.get(subject.path + "/history"), admin.get(subject.link_path + "/history"),
        admin.get(f"{API}/people", query={"limit": 200}), admin.get(f"{API}/links", query={"person_id": subject.person["id"]}),
        admin.get(subject.path + "/timeline"), admin.get(subject.path, query={"as_of_position": before}),
        admin.get(subject.link_path, query={"as_of_position": before}),
        admin.get(f"{API}/people", query={"as_of_position": before, "limit": 200}),
    ]
    for read in reads:
        assert read.status == 200 and subject.found_in(read.text()) == [], read
    assert admin.get(subject.path).ok() == erased
    link = admin.get(subject.link_path).ok()
    assert link["person_id"] == subject.person["id"] and link["live"] and "job_title" not in link
    for word in subject.words[:2]:
        assert admin.get(f"{API}/people", query={"q": word}).ok()["items"] == []
    assert subject.found_in(server.cli("replay", with_postgres=True).stdout) == []
    assert subject.found_in(server.cli("replay", "--state", "person", with_postgres=True).stdout) == []
    verified = server.cli("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_was_answered_before_is_not_answered_again(each_firm):
    admin = each_firm.admin
    name, key = secret_word("rejoue"), secrets.token_hex(8)
    made = admin.post(f"{API}/people", {"last_name": name}, headers={"Idempotency-Key": key})
    path = f"{API}/people/{made.id}"
    changed = admin.patch(path, {"first_name": name}, headers={"Idempotency-Key": key + "b"})
    assert name in made.text() and name in changed.text()
    admin.post(path + "/erase", {"reason": "Demande"}).ok()
    again = admin.post(f"{API}/people", {"last_name": name}, headers={"Idempotency-Key": key})
    assert again.status == 201 and again.id == made.id and name not in again.text()
    assert name not in admin.patch(path, {"first_name": name}, headers={"Idempotency-Key": key + "b"}).text()


def test_it_stays_erased_after_a_rebuild_and_a_restart(make_server):
    server = make_server()
    subject = Subject(Firm(server))
    erased = subject.erase().ok()
    server.restart()
    admin = server.login()
    assert admin.get(subject.path).ok() == erased
    server.stop()
    for directory in server.data.glob("state"):
        for file in directory.iterdir():
            file.unlink() if file.is_file() else None
    server.start()
    admin = server.login()
    assert admin.get(subject.path).ok() == erased
    admin.patch(subject.path, {"last_name": "Retour"}).problem(409, "erased")
    assert server.cli("rebuild").returncode == 0
    assert admin.get(subject.path).ok() == erased
    assert server.cli("verify").returncode == 0
    assert subject.found_in(admin.get(subject.path + "/history").text()) == []


def test_nothing_new_is_said_of_who_was_erased(firm):
    subject = Subject(firm)
    admin = firm.admin
    edited = admin.patch(subject.path, {"job_title": "Autre"})
    erased = subject.erase()
    admin.patch(subject.path, {"last_name": "X"}).problem(409, "erased")
    admin.post(subject.path + "/erase", {"reason": "encore"}).problem(409, "erased")
    other = firm.organisation()
    admin.post(f"{API}/links", {"person_id": subject.person["id"], "organisation_id": other["id"]}).problem(409, "erased")
    admin.post(f"{API}/undo/{erased.position}").problem(409, "cannot_undo")
    admin.patch(subject.link_path, {"job_title": "Retour"}).problem(409, "erased")
    undone = admin.post(f"{API}/undo/{edited.position}").ok()
    assert [outcome["outcome"] for outcome in undone["outcomes"]] == ["unchanged"], "there is nothing left to go back to"
    assert "job_title" not in admin.get(subject.path).ok()
    admin.delete(subject.path).ok()
    admin.post(subject.path + "/restore").ok()


def test_only_administrators_erase_and_a_reason_is_needed(firm):
    subject = Subject(firm)
    firm.people["manager"].post(subject.path + "/erase", {"reason": "x"}).problem(403, "forbidden")
    firm.people["manager"].get(subject.path + "/erasure").problem(403, "forbidden")
    firm.admin.post(subject.path + "/erase", {}).problem(422)
    firm.admin.post(f"{API}/people/{uuid.uuid4()}/erase", {"reason": "x"}).problem(404)
    firm.admin.get(subject.path + "/erasure").problem(404)
    assert firm.admin.get(subject.path).ok()["last_name"] == subject.person["last_name"]


def test_the_certificate_says_what_was_forgotten_where(firm):
    subject = Subject(firm)
    answer = subject.erase()
    certificate = firm.admin.get(subject.path + "/erasure").ok()
    assert certificate["person_id"] == subject.person["id"] and certificate["reason"] == "Demande du 3 mars"
    assert certificate["erased_by"] == firm.admin.user["id"] and certificate["position"] == answer.position
    assert certificate["erased_at"] == answer.ok()["erased_at"]
    (key,) = certificate["keys"]
    assert key["destroyed_at"] >= certificate["erased_at"]
    places = {place["place"]: place["forgotten"] for place in certificate["places"]}
    assert places == {"key_vault": True, "log": True, "writer_state": True, "query_tables": True, "old_row_versions": False, "caches": True}
    with firm.server.database() as cursor:
        cursor.execute(f"SELECT wrapped FROM {firm.server.workspace}_vault.keys WHERE id = %s", (key["id"],))
        assert cursor.fetchall() == [(None,)]


def test_external_participants_are_sealed_and_erased(each_firm):
    admin, server = each_firm.admin, each_firm.server
    organisation = each_firm.organisation()
    gone, stays = secret_word("Partie"), secret_word("Reste")
    made = admin.create("interactions", {"title": "Salon", "organisation_id": organisation["id"],
                                         "external_participants": [{"name": gone, "email": f"{gone}@example.org"}, {"name": stays}]})
    path = f"{API}/interactions/{made['id']}"
    assert server.found_in_log([gone, stays]) == []
    before = admin.position
    unknown = admin.post(path + "/external-participants/erase", {"names": ["Personne"], "reason": "x"})
    assert unknown.problem(422)["errors"][0]["pointer"] == "/names/0"
    each_firm.people["manager"].post(path + "/external-participants/erase", {"reason": "x"}).problem(403)
    erased = admin.post(path + "/external-participants/erase", {"names": [gone], "reason": "Demande"})
    assert [who["name"] for who in erased.ok()["external_participants"]] == [stays]
    for read in (admin.get(path), admin.get(path + "/history"), admin.get(path, query={"as_of_position": before})):
        assert read.status == 200 and gone not in read.text()
    assert stays in admin.get(path).text() and server.found_in_log([gone, stays]) == []
    admin.post(f"{API}/undo/{erased.position}").problem(409, "cannot_undo")
    assert admin.post(path + "/external-participants/erase", {"reason": "Tous"}).ok()["external_participants"] == []
    assert stays not in admin.get(path + "/history").text()
    assert server.cli("verify").returncode == 0


@pytest.fixture
def own_postgres(work):
    cluster = Postgres(work / "privacy_postgres")
    yield cluster
    cluster.stop()


def test_people_are_made_while_the_vault_is_away_and_read_when_it_is_back(make_server, own_postgres):
    server = make_server(dsn=own_postgres.dsn)
    admin = server.login()
    server.await_position(admin.position)
    own_postgres.stop()
    made = [admin.post(f"{API}/people", {"last_name": unique("Absent")}) for _ in range(20)]
    assert [answer.status for answer in made] == [201] * 20
    own_postgres.start()
    for answer in made:
        wait_until(lambda: admin.get(f"{API}/people/{answer.id}").status == 200, "the tables")
        assert admin.get(f"{API}/people/{answer.id}").ok()["last_name"] == answer.json()["last_name"]


def test_a_key_that_the_vault_has_lost_is_no_erasure_and_nobody_elses_trouble(make_server):
    server = make_server()
    admin = server.login()
    person = admin.create("people", {"last_name": unique("Perdue")})
    server.await_position(admin.position)
    sealed = json.loads(server.cli("replay", "--from", admin.position).stdout.splitlines()[0])["data"]["sealed"]
    server.stop()
    with server.database() as cursor:
        cursor.execute(f"DELETE FROM {server.workspace}_vault.keys WHERE id = %s", (sealed.split(":")[2],))
    server.start()
    admin = server.login()
    admin.patch(f"{API}/people/{person['id']}", {"first_name": "Zoé"}).problem(503, "unavailable")
    assert admin.create("organisations", {"name": unique("Autre")})["version"] == 1
    assert admin.create("people", {"last_name": unique("Autre")})["version"] == 1
    assert admin.get(f"{API}/people/{person['id']}").ok()["last_name"] == person["last_name"]


def test_the_master_key_rotates_without_a_stop(make_server):
    server = make_server()
    admin = server.login()
    person = admin.create("people", {"last_name": "Avant"})
    line = server.cli("vault", "new-key", "second", stores=False).stdout
    assert re.fullmatch(r"second:[\w-]{43}\n", line)
    old = server.master_key_file.read_text()
    server.master_key_file.write_text(line + old)
    done = server.cli("vault", "rotate", "--json", with_postgres=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rewrapped"] >= 1
    with server.database() as cursor:
        cursor.execute(f"SELECT DISTINCT master FROM {server.workspace}_vault.keys WHERE wrapped IS NOT NULL")
        assert cursor.fetchall() == [("second",)]
    server.master_key_file.write_text(line)
    assert admin.create("people", {"last_name": "Après"})["last_name"] == "Après"
    server.restart()
    assert server.login().get(f"{API}/people/{person['id']}/history").ok()["items"][-1]["changes"]
    assert server.cli("doctor", with_postgres=True).stdout.count("key vault") == 1
    server.master_key_file.write_text("third:" + base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=") + "\n")
    ill = server.cli("doctor", with_postgres=True)
    assert ill.returncode == 1 and "second" in ill.stdout


def test_verify_says_that_nothing_is_left(make_server, tmp_path):
    server = make_server()
    subject = Subject(Firm(server))
    values = tmp_path / "values"
    values.write_text("\n".join(subject.words) + "\n")
    still = server.cli("verify", "--erasure", subject.person["id"], "--values", values)
    assert still.returncode == 1 and "not erased" in still.stdout, still
    subject.erase().ok()
    assert server.cli("rebuild").returncode == 0

    def nothing_left():
        done = server.cli("verify", "--erasure", subject.person["id"], "--values", values, "--json")
        return done.returncode == 0 and json.loads(done.stdout)["traces"] == []

    wait_until(nothing_left, lambda: server.cli("verify", "--erasure", subject.person["id"], "--values", values).stdout)


def test_after_a_rebuild_nothing_is_left_in_postgresqls_own_files(make_server, own_postgres, tmp_path):
    """Byte by byte, the WAL too: row versions, dropped tables, samples of columns."""
    server = make_server(dsn=own_postgres.dsn)
    subject = Subject(Firm(server))
    with server.database() as cursor:
        cursor.execute("ANALYZE")
    values = tmp_path / "values"
    values.write_text("\n".join(subject.words) + "\n")

    def verify(*more):
        return server.cli("verify", "--erasure", subject.person["id"], "--values", values, "--postgres-files", own_postgres.directory / "data", *more)

    def traces():
        done = verify("--json")
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)["traces"]

    def in_wal():
        return [file.name for file in (own_postgres.directory / "data/pg_wal").glob("0*") if subject.words[0].encode() in file.read_bytes()]

    assert in_wal() and any("/base/" in trace["place"] for trace in traces())
    subject.erase().ok()
    assert "alforis rebuild" in verify().stdout
    assert server.cli("rebuild").returncode == 0
    wait_until(lambda: traces() == [], lambda: f"left: {traces()[:5]}")
    assert in_wal() == []
