"""A small HTTP client that behaves as the documentation tells clients to: keep-alive, bearer token, and each read
carries the position of the client's last command, so that it reads what it wrote.
"""

import gzip
import http.client
import json
import socket
import threading
import time
import urllib.parse
import uuid

API = "/api/v1"


class Answer:
    """Status, headers (names in lower case) and body of a response."""

    def __init__(self, status, headers, body):
        self.status = status
        self.pairs = [(name.lower(), value) for name, value in headers]
        self.headers = dict(self.pairs)
        self.body = body

    def header(self, name):
        return self.headers.get(name.lower())

    def text(self):
        raw = gzip.decompress(self.body) if self.header("content-encoding") == "gzip" else self.body
        return raw.decode("utf-8")

    def json(self):
        return json.loads(self.text())

    @property
    def position(self):
        return int(self.headers["alforis-position"])

    @property
    def id(self):
        return self.json()["id"]

    @property
    def etag(self):
        return self.header("etag")

    def ok(self, status=200):
        """The decoded body of an expected success; says what came instead."""
        assert self.status == status, f"expected {status}, got {self}"
        return self.json() if self.body else None

    def problem(self, status, code=None):
        """The problem document of an expected failure, checked for what every problem has."""
        assert self.status == status, f"expected {status} {code or ''}, got {self}"
        assert self.header("content-type") == "application/problem+json", self
        document = self.json()
        for member in ("type", "title", "status", "detail", "code", "request_id"):
            assert document.get(member), f"the problem has no {member}: {document}"
        assert document["status"] == status
        assert document["type"].endswith("/problems/" + document["code"])
        assert document["request_id"] == self.header("x-request-id")
        if code is not None:
            assert document["code"] == code, f"expected {code}, got {self}"
        return document

    def __str__(self):
        return f"{self.status} {self.text()[:600]}"

    __repr__ = __str__


def problem_of(answer):
    """All of a refusal but what tells one request from another."""
    return answer.status, {name: value for name, value in answer.json().items() if name != "request_id"}


class Promises:
    """Which problems /openapi.json lets each operation answer with. Every problem that a test gets is held to it."""

    def __init__(self):
        self.operations = {}  # (method, segments of the path) -> {(status, code)}

    def load(self, port):
        """Once for all servers: they are one program."""
        if self.operations:
            return
        document = Client(port).get("/openapi.json").ok()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                self.operations[method.upper(), tuple(path.split("/"))] = set(self._problems(document, operation))

    @staticmethod
    def _problems(document, operation):
        for status, response in operation["responses"].items():
            if "$ref" in response:
                response = document["components"]["responses"][response["$ref"].split("/")[-1]]
            schema = response.get("content", {}).get("application/problem+json", {}).get("schema", {})
            for code in schema.get("properties", {}).get("code", {}).get("enum", []):
                yield int(status), code

    def _operation(self, method, path):
        """Of the path with the fewest templates that fits: a literal path comes before a templated one."""
        segments = path.split("?")[0].split("/")
        def fits(pattern):
            return len(pattern) == len(segments) and all(part == sent or part.startswith("{") for part, sent in zip(pattern, segments))
        patterns = {pattern for _, pattern in self.operations if fits(pattern)}
        nearest = min(patterns, key=lambda pattern: sum(part.startswith("{") for part in pattern), default=None)
        return self.operations.get(("GET" if method == "HEAD" else method, nearest))

    def check(self, method, path, answer):
        if method == "HEAD" or not self.operations or answer.header("content-type") != "application/problem+json":
            return
        code = answer.json()["code"]
        promised = self._operation(method, path)
        if promised is None:
            promised = set.intersection(*self.operations.values())
            promised |= {(404, "not_found"), (404, "no_such_code"), (405, "method_not_allowed"), (400, "invalid_target")}
        assert (answer.status, code) in promised, f"{method} {path} does not say in /openapi.json that it may answer {answer}"


PROMISES = Promises()


class PersonalValues:
    """What was sent of persons: no log of any server may have it."""

    MEMBERS = {"first_name", "last_name", "full_name", "email", "personal_email", "personal_phone", "mobile", "job_title", "linkedin_url",
               "work_email", "work_phone", "consent_source", "name"}
    SHORTEST = 8  # characters of a value that stands nowhere by chance

    def __init__(self):
        self.values = set()

    def note(self, path, body):
        if any(part in path for part in ("/people", "/links", "/users", "/interactions", "/auth/", "/me")):
            self._collect(body)

    def _collect(self, body):
        for name, value in body.items() if isinstance(body, dict) else ():
            if isinstance(value, list):
                for element in value:
                    self._collect(element)
            elif name in self.MEMBERS and isinstance(value, str) and len(value) >= self.SHORTEST:
                self.values.add(value)

    def found_in(self, text):
        return [value for value in self.values if value in text]


PERSONAL = PersonalValues()


class Client:
    """One user's connection to a server. Not thread-safe: `twin()` gives another thread its own."""

    def __init__(self, port, token=None, user=None, timeout=30):
        self.port, self.token, self.user, self.timeout = port, token, user, timeout
        self.position = 0  # of the last command, sent with reads
        self._connection, self._used = None, 0.0

    def twin(self):
        other = Client(self.port, self.token, self.user, self.timeout)
        other.position = self.position
        return other

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, method, path, body=None, headers=None, query=None, follow=True):
        """`body`: bytes go out as they are, everything else as JSON. `query`: a dict or pairs. `follow`: whether a read
        asks for what was written before."""
        sent = {"Accept-Language": "en"}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        if body is not None and not isinstance(body, bytes):
            PERSONAL.note(path, body)
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        if follow and method in ("GET", "HEAD") and self.position:
            sent["Alforis-After"] = str(self.position)
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        if query:
            path += "?" + urllib.parse.urlencode(query)
        answer = self._exchange(method, path, body, sent)
        if "alforis-position" in answer.headers and answer.status < 400:
            self.position = max(self.position, answer.position)
        return answer

    def _exchange(self, method, path, body, headers):
        # The server ends connections that idle for a minute, perhaps just when this one is used again.
        if time.monotonic() - self._used > 20:
            self.close()
        self._used = time.monotonic()
        reused = self._connection is not None
        if not reused:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
            self._connection.connect()
            # Headers and body are two writes: without this the second waits for the acknowledgement of the first.
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read())
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            # An idle connection may be closed by the server at any time. Only what changes nothing is asked again.
            if reused and method in ("GET", "HEAD"):
                return self._exchange(method, path, body, headers)
            raise
        except Exception:
            self.close()
            raise
        if answer.header("connection") == "close":
            self.close()
        PROMISES.check(method, path, answer)
        return answer

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, body=None, **options):
        return self.request("DELETE", path, body, **options)

    def create(self, collection, body, **options):
        """The new record's document."""
        return self.post(f"{API}/{collection}", body, **options).ok(201)

    def read(self, collection, identity, **options):
        return self.get(f"{API}/{collection}/{identity}", **options).ok()

    def list(self, collection, **query):
        """All ids of a list, page by page."""
        return [item["id"] for item in self.pages(f"{API}/{collection}", query)]

    def pages(self, path, query=None):
        """The items of all pages behind each other."""
        query = dict(query or {})
        while True:
            page = self.get(path, query=query).ok()
            yield from page["items"]
            if page["next"] is None:
                return
            query["after"] = page["next"]

    def log_end(self):
        """Position of the newest record of the log, as the writer says."""
        return self.check("writer")["position"]

    def check(self, name):
        document = self.get("/health/ready").json()
        return next(check for check in document["checks"] if check["name"] == name)


# ---- below HTTP ----------------------------------------------------------------------------------------------------


class Raw:
    """A connection that sends any bytes and reads answers one by one."""

    def __init__(self, port, timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def try_send(self, data):
        """False when the server has closed the connection meanwhile."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def _fill(self):
        data = self.socket.recv(65536)
        self.buffer += data
        return bool(data)

    def answer(self, head_only=False):
        """The next response; None when the connection ended instead. Interim responses are passed over."""
        while b"\r\n\r\n" not in self.buffer:
            try:
                if not self._fill():
                    return None
            except ConnectionResetError:
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        if status == 100:
            return self.answer(head_only)
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        length = int(dict((n.lower(), v) for n, v in headers).get("content-length", 0))
        if head_only or status in (204, 304):
            length = 0
        while len(self.buffer) < length:
            if not self._fill():
                break
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return Answer(status, headers, body)

    def closed(self):
        """Waits for the end of the connection; False when the server sends something more."""
        try:
            return not self.buffer and not self._fill()
        except ConnectionResetError:
            return True


def raw_exchange(port, data, timeout=20):
    """Sends bytes on a connection of their own; the first answer."""
    with Raw(port, timeout) as raw:
        raw.try_send(data)
        return raw.answer()


# ---- waiting -------------------------------------------------------------------------------------------------------


def wait_until(condition, what, timeout=30, pause=0.02):
    """Asks again and again until the answer is true; gives it back. `what` may be a function that tells it in the end."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s in vain: {what() if callable(what) else what}")
        time.sleep(pause)


def notes_of_refusals(admin, after, until):
    """The positions after one, up to another, at which the audit log notes that a request was refused: a moment after its answer."""
    query = {"action": "audit.request_refused", "limit": 200}
    notes = admin.get(f"{API}/audit", query=query, headers={"Alforis-After": str(until)}).ok()["items"]
    return {note["position"] for note in notes if after < note["position"] <= until}


def written_since(admin, before):
    """Commits since then, without the notes of refusals, of which one of something earlier may be among them."""
    end = admin.log_end()
    return end - before - len(notes_of_refusals(admin, before, end)) if end > before else 0


def until_taken(send):
    """The answer to a command, sent again with the same key as long as it is 503: another server's writer is in the way."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return wait_until(lambda: answer if (answer := send(headers)).status != 503 else None, "the command to be taken")


class Threads:
    """Runs functions in threads; an exception in one of them fails the test."""

    def __init__(self):
        self._threads, self._failures = [], []

    def start(self, function, *arguments):
        def run():
            try:
                function(*arguments)
            except BaseException as failure:  # an assertion must reach the test as well
                self._failures.append(failure)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self, timeout=120):
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.1, deadline - time.monotonic()))
            assert not thread.is_alive(), "a thread did not come to its end"
        if self._failures:
            raise self._failures[0]
