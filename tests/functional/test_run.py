"""tools/run as a person uses it: first start, second start, Ctrl-C, kill -9, --stop. With a directory and a port of its own."""

import contextlib
import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import time

import pytest

from alforis_client import API, Client, wait_until
from alforis_server import ROOT, await_exit, binary, free_port, make_work_directory


class Run:
    """A directory for tools/run, and what is in it."""

    def __init__(self, directory):
        self.var = directory / "var"
        self.port = free_port()

    def command(self, *arguments):
        return [str(ROOT / "tools/run"), "--var", str(self.var), *(() if "--port" in arguments else ("--port", str(self.port))), *arguments]

    def environment(self, **more):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ALFORIS_")}
        return {**clean, "ALFORIS_BINARY": binary(), **more}

    def run(self, *arguments):
        """To a file: what goes on in the background must not hold a pipe open that somebody waits for."""
        output = self.var.parent / "output.txt"
        with open(output, "w") as file:
            done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=file, stderr=file, timeout=180, env=self.environment())
        return done.returncode, output.read_text()

    def detach(self, *arguments):
        code, output = self.run("--detach", *arguments)
        assert code == 0, output
        return output

    def stop(self):
        return self.run("--stop")

    def credentials(self):
        return dict(word.split("=", 1) for word in shlex.split((self.var / "credentials").read_text()))

    def pid(self, name):
        """Of the server, or of the postmaster."""
        path = {"server": self.var / "run/server.pid", "postgres": self.var / "postgres/data/postmaster.pid"}[name]
        return int(path.read_text().split()[0])

    def client(self):
        client = Client(self.port, timeout=30)
        given = self.credentials()
        answer = client.post(f"{API}/auth/login", {"email": given["ALFORIS_ADMIN_EMAIL"], "password": given["ALFORIS_ADMIN_PASSWORD"]})
        client.token = answer.ok()["access_token"]
        return client

    def organisations(self):
        return self.client().get(f"{API}/organisations?limit=1&count=exact").ok()["total"]


def answers(port):
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def alive(pid):
    with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/stat") as file:
        return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    return False


@pytest.fixture(scope="module")
def run():
    """Started in the background with the demo firm."""
    directory = make_work_directory()
    run = Run(directory)
    run.first_output = run.detach()
    yield run
    run.stop()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture()
def fresh():
    """A directory in which nothing has run yet."""
    directory = make_work_directory()
    run = Run(directory)
    yield run
    run.stop()
    shutil.rmtree(directory, ignore_errors=True)


def test_the_first_start_prints_address_and_login_and_loads_the_demo(run):
    given = run.credentials()
    assert f"http://127.0.0.1:{run.port}" in run.first_output
    assert given["ALFORIS_ADMIN_EMAIL"] in run.first_output and given["ALFORIS_ADMIN_PASSWORD"] in run.first_output
    assert run.organisations() == 300
    assert Client(run.port).get("/docs").status == 200


def test_only_the_owner_reads_the_credentials(run):
    assert stat.S_IMODE((run.var / "credentials").stat().st_mode) == 0o600
    assert stat.S_IMODE((run.var / "secrets/token.key").stat().st_mode) == 0o600


def test_servers_do_not_run_as_root(run):
    for name in ("server", "postgres"):
        assert pwd.getpwuid(os.stat(f"/proc/{run.pid(name)}").st_uid).pw_name != "root", name


def test_a_second_start_finds_it_running_and_keeps_the_password_to_itself(run):
    before = run.pid("server")
    output = run.detach()
    assert run.pid("server") == before
    assert run.credentials()["ALFORIS_ADMIN_PASSWORD"] not in output


def test_what_was_there_is_there_after_kill_9_of_server_and_database(run):
    count = run.organisations() + 1
    run.client().post(f"{API}/organisations", {"name": "Survit", "type": "client"}).ok(201)
    for name in ("server", "postgres"):
        pid = run.pid(name)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: not alive(pid), f"the end of the {name}")
    run.detach()
    wait_until(lambda: run.organisations() == count, "the same organisations")


def test_a_directory_stays_with_its_log(run):
    code, output = run.run("--detach", "--log", "kafka")
    assert code == 1 and "was made with --log embedded" in output


def test_a_second_one_in_the_foreground_is_told_that_the_port_is_taken(run, fresh):
    code, output = fresh.run("--detach", "--empty", "--port", str(run.port))
    assert code == 1 and f"port {run.port}" in output and "--port" in output


def test_ctrl_c_ends_everything_and_it_starts_again(fresh):
    given = {"ALFORIS_ADMIN_EMAIL": "moi@firme.example", "ALFORIS_ADMIN_PASSWORD": "une phrase choisie"}
    for attempt in ("first", "second"):
        began = time.monotonic()
        with open(fresh.var.parent / "foreground.txt", "w") as file:
            script = subprocess.Popen(fresh.command("--empty"), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                      env=fresh.environment(**given), start_new_session=True)
        written = fresh.var.parent / "foreground.txt"
        wait_until(lambda: "Ctrl-C stops it" in written.read_text() or script.poll() is not None, "the announcement", 120)
        assert script.poll() is None, written.read_text()
        if attempt == "second":
            assert time.monotonic() - began < 30, "seconds, not minutes"
            assert not re.search(r"password +une phrase", written.read_text())
        assert fresh.credentials()["ALFORIS_ADMIN_EMAIL"] == "moi@firme.example"
        assert fresh.organisations() == 0
        pids = [fresh.pid("server"), fresh.pid("postgres")]
        os.killpg(script.pid, signal.SIGINT)
        assert await_exit(script, 60) == 0, written.read_text()
        assert not any(map(alive, pids)) and not answers(fresh.port)


def test_a_script_that_was_killed_leaves_nothing_that_the_next_one_minds(fresh):
    with open(fresh.var.parent / "foreground.txt", "w") as file:
        script = subprocess.Popen(fresh.command("--empty"), stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                  env=fresh.environment(), start_new_session=True)
    wait_until(lambda: answers(fresh.port) or script.poll() is not None, "the server", 120)
    os.kill(script.pid, signal.SIGKILL)
    await_exit(script)
    fresh.detach("--empty")
    assert fresh.organisations() == 0
    code, output = fresh.stop()
    assert code == 0 and "nothing runs" in output
    assert not answers(fresh.port)
