"""The programs under test, started and ended: PostgreSQL, Kafka, and `alforis` itself. Only what was started is ended."""

import base64
import contextlib
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from alforis_client import API, PERSONAL, PROMISES, Client, wait_until

ROOT = Path(__file__).resolve().parents[2]
ADMIN_EMAIL = "admin@alforis.example"
ADMIN_PASSWORD = "correct horse battery"


def binary():
    path = Path(os.environ.get("ALFORIS_BINARY", ROOT / "build/release/alforis"))
    assert path.is_file(), f"{path} is not built; ALFORIS_BINARY names another one"
    return str(path)


def make_work_directory():
    """A directory that PostgreSQL's own user can reach."""
    path = Path(tempfile.mkdtemp(prefix="alforis-suite."))
    path.chmod(0o711)
    return path


def free_port():
    """Below the range from which the kernel gives ports to clients. The next one is free too, for Kafka's controller."""
    while True:
        port = random.randrange(20000, 30000)
        with contextlib.ExitStack() as stack:
            try:
                for offset in (0, 1):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port + offset))
            except OSError:
                continue
            return port


def run_tool(name, *arguments, timeout=180):
    done = subprocess.run([str(ROOT / "tools" / name), *map(str, arguments)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout)
    assert done.returncode == 0, f"tools/{name} {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


class Postgres:
    """A cluster of our own, which may be stopped and killed."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.start()
        self.dsn = run_tool("postgres", "dsn", "--dir", self.directory)

    def start(self):
        run_tool("postgres", "start", "--dir", self.directory)

    def stop(self):
        run_tool("postgres", "stop", "--dir", self.directory)

    def kill(self):
        """kill -9 of the postmaster."""
        with open(self.directory / "data/postmaster.pid") as file:
            os.kill(int(file.readline()), signal.SIGKILL)


class Kafka:
    """A broker of our own, which may be stopped and killed."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.start()
        self.brokers = f"127.0.0.1:{self.port}"

    def start(self):
        run_tool("kafka", "start", "--dir", self.directory, "--port", self.port)

    def stop(self, hard=False):
        run_tool("kafka", "stop", "--dir", self.directory, *(["--hard"] if hard else []))


class Server:
    """One `alforis serve` with its own data directory and workspace. Starts at once unless told otherwise. `beside`: another
    server, whose workspace and token key it shares."""

    def __init__(self, work, dsn, brokers=None, environment=None, arguments=(), start=True, data=None, beside=None):
        self.directory = Path(tempfile.mkdtemp(prefix="server.", dir=work))
        self.workspace = beside.workspace if beside else "t" + secrets.token_hex(6)
        self.dsn, self.brokers = dsn, brokers
        self.data = Path(data) if data else self.directory / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.arguments = list(arguments)
        self.environment = dict(environment or {})
        self.key = beside.key if beside else secrets.token_hex(32)
        self.key_file = self.directory / "token.key"
        self.key_file.write_text(self.key + "\n")
        self.master_key_file = beside.master_key_file if beside else self.directory / "master.key"
        if not beside:
            key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
            self.master_key_file.write_text(f"first:{key}\n")
        self.process, self.port, self._admin_token = None, None, None
        if start:
            self.start()

    # ---- options -------------------------------------------------------------------------------------------------

    def store_options(self, with_postgres=True):
        options = ["--data", str(self.data), "--workspace", self.workspace]
        if self.brokers:
            options += ["--log", "kafka", "--kafka-brokers", self.brokers]
        return options + (["--postgres", self.dsn, "--master-key-file", str(self.master_key_file)] if with_postgres else [])

    def _environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ALFORIS_")}
        # Suites that share a server run longer than an access token lives.
        return {**clean, "ALFORIS_ADMIN_EMAIL": ADMIN_EMAIL, "ALFORIS_ADMIN_PASSWORD": ADMIN_PASSWORD,
                "ALFORIS_ACCESS_TOKEN_LIFETIME": "7200", **self.environment}

    # ---- life ----------------------------------------------------------------------------------------------------

    def launch(self):
        """Starts the process and does not wait for anything."""
        self.port = self.port or free_port()
        command = [binary(), "serve", "--listen", f"127.0.0.1:{self.port}", "--token-key-file", str(self.key_file),
                   *self.store_options(), *self.arguments]
        with open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self._environment(), cwd=self.directory)

    def start(self, timeout=60):
        self.launch()
        self.await_ready(timeout)

    def await_ready(self, timeout=60):
        wait_until(self._ready, lambda: f"the server's readiness; its log ends so:\n{self.log_tail()}", timeout)
        PROMISES.load(self.port)

    def _ready(self):
        assert self.process.poll() is None, f"the server ended with {self.process.returncode}:\n{self.log_tail()}"
        try:
            return self.anonymous(timeout=5).get("/health/ready").status == 200
        except OSError:
            return False

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.kill()
        self.process.wait()

    def stop(self, timeout=30):
        """In order, by SIGTERM; gives back the exit code."""
        if self.alive():
            self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not stop within {timeout} s:\n{self.log_tail()}") from None

    @contextlib.contextmanager
    def frozen(self):
        """The process stands still meanwhile."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def restart(self):
        self.stop()
        self.start()

    def discard(self):
        """Ends it and removes what it left in PostgreSQL, for clusters that live longer than the suite."""
        if self.process is not None:
            self.kill()
        import psycopg2

        with contextlib.suppress(psycopg2.OperationalError):
            with self.database() as cursor:
                cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", (self.workspace + "%",))
                for (schema,) in cursor.fetchall():
                    cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
        leaked = {value: file.name for file in self.directory.glob("*.log*") for value in PERSONAL.found_in(file.read_text(errors="replace"))}
        shutil.rmtree(self.directory, ignore_errors=True)
        assert not leaked, f"personal values in the server's logs: {leaked}"

    # ---- looking at it -------------------------------------------------------------------------------------------

    def log_tail(self, size=3000):
        with contextlib.suppress(FileNotFoundError):
            return (self.directory / "server.log").read_text(errors="replace")[-size:]
        return "(nothing)"

    def resident_kib(self):
        return self._memory("VmRSS")

    def _memory(self, name):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))

    def open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @contextlib.contextmanager
    def database(self):
        """A cursor on the query tables, committed at the end."""
        import psycopg2

        connection = psycopg2.connect(self.dsn)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def found_in_log(self, words):
        """Which of the words stand in the log's records, or anywhere in its files."""
        texts = [self.cli("replay").stdout.encode()]
        if not self.brokers:
            texts += [file.read_bytes() for file in (self.data / "log").rglob("*") if file.is_file()]
        return [word for word in words if any(word.encode() in text for text in texts)]

    # ---- talking to it -------------------------------------------------------------------------------------------

    def anonymous(self, timeout=30):
        return Client(self.port, timeout=timeout)

    def login(self, email=ADMIN_EMAIL, password=ADMIN_PASSWORD, position=0):
        """A client with a token. `position`: of the commit that made the account or its password."""
        client = self.anonymous()
        if position:
            self.await_position(position)
        answer = client.post(f"{API}/auth/login", {"email": email, "password": password})
        tokens = answer.ok()
        client.token, client.refresh_token, client.session = tokens["access_token"], tokens["refresh_token"], tokens["session_id"]
        client.user = client.get(f"{API}/me").ok()
        if email == ADMIN_EMAIL and self._admin_token is None:
            self._admin_token = client.token
        return client

    def admin_token(self):
        """An administrator's access token, from the first login."""
        if self._admin_token is None:
            self._admin_token = self.login().token
        return self._admin_token

    def await_position(self, position, timeout=30):
        """Until the query tables are there."""
        client = self.anonymous()
        wait_until(lambda: client.check("projection.query")["position"] >= position, f"position {position}", timeout)
        client.close()

    def cli(self, *arguments, timeout=120, environment=None, with_postgres=None, stores=True):
        """Runs a program of the binary against this server's stores."""
        command = [binary(), *map(str, arguments)]
        if stores:
            if with_postgres is None:
                with_postgres = arguments[0] in ("verify", "rebuild")
            command += self.store_options(with_postgres)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ALFORIS_")}
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout,
                              env={**clean, **(environment or {})}, cwd=self.directory)


def await_exit(process, timeout=30):
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        assert time.monotonic() < deadline, "the process does not end"
        time.sleep(0.02)
    return process.returncode
