"""HTTP itself: compression, CORS, HEAD, unknown methods and paths, request ids, languages, caching."""

import gzip
import http.client
import json
import re
import uuid

import pytest

from alforis_client import API, Raw, Threads, raw_exchange, wait_until
from alforis_server import ADMIN_EMAIL
from firm import organisation_path, unique

ORIGIN = "https://crm.alforis.example"


@pytest.fixture(scope="module")
def crowd(firm):
    """Enough for pages of more than a packet."""
    for _ in range(30):
        firm.admin.create("organisations", {"name": unique("Foule"), "notes": "Lorem ipsum " * 20})
    return firm.admin


def test_a_large_answer_is_gzipped_for_who_accepts_it(crowd):
    path = f"{API}/organisations?q=foule&limit=30"
    plain = crowd.get(path)
    packed = crowd.get(path, headers={"Accept-Encoding": "gzip, br"})
    assert plain.header("content-encoding") is None and packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body) / 2
    assert "accept-encoding" in packed.header("vary").lower() and "accept-encoding" in plain.header("vary").lower()
    for refused in ("identity", "gzip;q=0", "br", "gzip;q=0, *"):
        assert crowd.get(path, headers={"Accept-Encoding": refused}).header("content-encoding") is None, refused
    assert int(packed.header("content-length")) == len(packed.body)


def test_a_small_answer_is_not_gzipped(crowd):
    assert crowd.get("/health/live", headers={"Accept-Encoding": "gzip"}).header("content-encoding") is None


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/health/live", "/metrics", f"{API}/organisations?limit=2", f"{API}/me"])
def test_head_says_what_get_would_say_without_the_body(firm, path):
    got, head = firm.admin.get(path), firm.admin.request("HEAD", path)
    assert head.status == got.status == 200 and head.body == b""
    for name in ("content-type", "etag", "cache-control", "link"):
        assert head.header(name) == got.header(name), name
    if path != "/metrics":
        assert int(head.header("content-length")) == len(got.body)
    # The connection is in step: the next answer is the next request's.
    assert firm.admin.get("/health/live").ok() == {"status": "live"}


def test_head_of_what_is_not_there_is_404(firm):
    assert firm.admin.request("HEAD", organisation_path("x")).status == 404


def allowed_of(document, pattern):
    methods = {method.upper() for method in document["paths"][pattern] if method in ("get", "post", "put", "patch", "delete")}
    return methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())


def test_a_wrong_method_is_405_with_the_allowed_ones_on_every_path(firm):
    document = firm.admin.get("/openapi.json").ok()
    for pattern in document["paths"]:
        path = re.sub(r"{\w+}", "0195c2a0-0000-7000-8000-000000000001", pattern)
        allowed = allowed_of(document, pattern)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"):
            if method in allowed:
                continue
            answer = firm.admin.request(method, path)
            answer.problem(405, "method_not_allowed")
            assert set(re.split(r",\s*", answer.header("allow"))) == allowed, (method, path)
        options = firm.admin.request("OPTIONS", path)
        assert options.status == 204 and set(re.split(r",\s*", options.header("allow"))) == allowed


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1", "/api/v2/organisations", "/api/v1/organisation", "/api/v1/organisations/",
                                  "/api/v1/organisations/x/y/z", "//api/v1/organisations", "/api/v1/../v1/organisations",
                                  "/API/V1/ORGANISATIONS", "/favicon.ico", "/openapi.json/", "/%61pi/v1/organisations%00"])
def test_an_unknown_path_is_404(firm, path):
    answer = firm.admin.get(path)
    assert answer.status in (400, 404) if "%00" in path else answer.status == 404, answer
    answer.problem(answer.status)


# ---- request ids and languages -------------------------------------------------------------------------------------


def test_a_request_id_comes_back_and_is_made_when_there_is_none(firm):
    mine = f"test-{uuid.uuid4()}"
    answer = firm.admin.get(organisation_path("x"), headers={"X-Request-Id": mine})
    assert answer.header("x-request-id") == mine and answer.problem(404)["request_id"] == mine
    made = {firm.admin.get("/health/live").header("x-request-id") for _ in range(5)}
    assert len(made) == 5 and all(len(identity) >= 16 for identity in made)


@pytest.mark.parametrize("wrong", ["x" * 129, "a b", "é".encode().decode("latin-1"), "a\tb"])
def test_a_request_id_that_would_spoil_a_log_is_replaced(firm, wrong):
    answer = firm.admin.get("/health/live", headers={"X-Request-Id": wrong})
    assert answer.status == 200 and answer.header("x-request-id") not in (None, wrong)


def test_the_request_id_is_in_the_access_log_and_nothing_personal(make_server):
    server = make_server(arguments=["--access-log", "access.log"])
    admin = server.login()
    admin.get(f"{API}/organisations", headers={"X-Request-Id": "read-1"}, query={"q": "Dupont"}).ok()
    admin.get(f"{API}/organisations/{admin.user['id']}", headers={"X-Request-Id": "read-2"}).problem(404)
    log = server.directory / "access.log"
    wait_until(lambda: "read-2" in log.read_text(), "the line", timeout=5)
    lines = log.read_text().splitlines()
    line = next(line for line in lines if line.endswith(" read-1"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z GET /api/v1/organisations 200 \d+us " + admin.user["id"] + " read-1", line)
    assert any(f"GET {API}/organisations/{{id}} 404 " in line for line in lines)
    assert "Dupont" not in log.read_text() and ADMIN_EMAIL not in log.read_text()
    assert "GET /api" not in server.log_tail(10**9)
    server.stop()


def test_the_request_id_is_in_the_log_of_events(firm):
    mine, trace = f"suivi-{uuid.uuid4()}", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = firm.admin.post(f"{API}/teams", {"name": unique("Suivi")}, headers={"X-Request-Id": mine, "traceparent": trace})
    line = next(line for line in firm.server.cli("replay", "--from", answer.position).stdout.splitlines() if answer.id in line)
    assert json.loads(line)["meta"]["request_id"] == mine
    assert json.loads(line)["meta"]["traceparent"] == trace


LANGUAGES = [("fr", "fr"), ("en", "en"), ("fr-CA, en;q=0.5", "fr"), ("en-GB;q=0.9, fr;q=0.8", "en"), ("de", "fr"), ("de, en;q=0.1", "en"),
             ("*", "fr"), ("", "fr"), (";;q=,,", "fr"), ("en;q=0", "fr")]


@pytest.mark.parametrize("accepted, language", LANGUAGES)
def test_problems_speak_the_language_that_is_preferred_of_the_two(firm, accepted, language):
    answer = firm.admin.get(organisation_path("x"), headers={"Accept-Language": accepted})
    title = answer.problem(404)["title"]
    assert answer.header("content-language") == language
    assert title.startswith("There is nothing" if language == "en" else "Il n'y a rien")


def test_every_entry_of_a_problem_speaks_the_language_too(firm):
    body = {"name": "", "type": "banque", "lei": "1", "couleur": 1, "active": None}
    french = firm.admin.post(f"{API}/organisations", body, headers={"Accept-Language": "fr"}).problem(422)
    english = firm.admin.post(f"{API}/organisations", body, headers={"Accept-Language": "en"}).problem(422)
    assert [error["code"] for error in french["errors"]] == [error["code"] for error in english["errors"]]
    for one, other in zip(french["errors"], english["errors"]):
        assert one["detail"] and other["detail"] and one["detail"] != other["detail"], (one, other)
    assert french["title"] != english["title"]


# ---- CORS ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cors(make_server):
    return make_server(arguments=["--allowed-origin", ORIGIN, "--allowed-origin", "https://autre.example"])


def test_an_allowed_origin_may_read_and_preflight(cors):
    client = cors.login()
    answer = client.get(f"{API}/organisations", headers={"Origin": ORIGIN})
    assert answer.header("access-control-allow-origin") == ORIGIN and "origin" in ",".join(
        value.lower() for name, value in answer.pairs if name == "vary")
    exposed = answer.header("access-control-expose-headers").lower()
    for name in ("etag", "link", "location", "alforis-position", "retry-after", "x-request-id"):
        assert name in exposed
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "content-type, if-match"}
    preflight = cors.anonymous().request("OPTIONS", organisation_path("x"), headers=asked)
    assert preflight.status == 204 and "PATCH" in preflight.header("access-control-allow-methods")
    allowed = preflight.header("access-control-allow-headers").lower()
    for name in ("authorization", "content-type", "if-match", "idempotency-key", "alforis-after"):
        assert name in allowed
    assert client.get(organisation_path("x"), headers={"Origin": ORIGIN}).header("access-control-allow-origin") == ORIGIN


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ORIGIN + ".evil.example", "http://crm.alforis.example", ORIGIN.upper()])
def test_another_origin_gets_no_permission(cors, origin):
    asked = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
    for answer in (cors.anonymous().request("OPTIONS", organisation_path("x"), headers=asked),
                   cors.anonymous().get("/health/live", headers={"Origin": origin})):
        assert not any(name.startswith("access-control-") for name in answer.headers), answer.headers


def test_without_allowed_origins_nobody_gets_permission(server):
    answer = server.anonymous().get("/health/live", headers={"Origin": ORIGIN})
    assert not any(name.startswith("access-control-") for name in answer.headers)


# ---- the rest ------------------------------------------------------------------------------------------------------


def test_every_answer_tells_browsers_to_be_careful(firm):
    for answer in (firm.admin.get(f"{API}/organisations"), firm.admin.get(organisation_path("x")), firm.admin.get("/docs")):
        assert answer.header("x-content-type-options") == "nosniff" and answer.header("date")
        assert answer.header("content-security-policy") and answer.header("cache-control")


def test_private_data_is_not_kept_by_shared_caches(firm):
    control = firm.admin.get(f"{API}/organisations").header("cache-control")
    assert "public" not in control and ("private" in control or "no-" in control)


def test_an_answer_that_is_not_acceptable_is_406(firm):
    firm.admin.get(f"{API}/organisations", headers={"Accept": "text/csv"}).problem(406, "not_acceptable")
    for fine in ("application/json", "*/*", "application/*;q=0.1", "text/html, application/json;q=0.5", ""):
        assert firm.admin.get(f"{API}/organisations", headers={"Accept": fine}).status == 200, fine


def test_one_connection_serves_many_requests(firm):
    token = firm.admin.token.encode()
    with Raw(firm.server.port) as raw:
        for _ in range(200):
            raw.send(b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token + b"\r\n\r\n")
            assert raw.answer().status == 200


def test_connection_close_and_http_1_0_are_honoured(server):
    with Raw(server.port) as raw:
        raw.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert raw.answer().header("connection") == "close" and raw.closed()
    with Raw(server.port) as raw:
        raw.send(b"GET /health/live HTTP/1.0\r\n\r\n")
        assert raw.answer().status == 200 and raw.closed()


def test_a_client_that_asks_first_is_told_to_continue(server, firm):
    body = json.dumps({"name": unique("Patiente")}).encode()
    head = (f"POST /api/v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {firm.admin.token}\r\n"
            f"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    with Raw(server.port) as raw:
        raw.send(head)
        assert raw.socket.recv(64).startswith(b"HTTP/1.1 100 ")
        raw.send(body)
        assert raw.answer().status == 201
    unauthorised = head.replace(firm.admin.token.encode(), b"x.y.z")
    assert raw_exchange(server.port, unauthorised).status == 401, "refused before the body was sent"


def test_a_chunked_body_is_read(server, firm):
    body = json.dumps({"name": unique("Morceaux")}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 5]), body[i:i + 5]) for i in range(0, len(body), 5)) + b"0\r\n\r\n"
    head = (f"POST /api/v1/organisations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {firm.admin.token}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
    with Raw(server.port) as raw:
        raw.send(head + chunks + b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert raw.answer().status == 201
        assert raw.answer().json() == {"status": "live"}


def test_pipelined_requests_are_answered_in_their_order(server, firm):
    """Quick answers must not overtake slow ones."""
    made = firm.admin.create("organisations", {"name": unique("File")})
    token = f"Authorization: Bearer {firm.admin.token}\r\n"

    def request(method, path, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        extra = f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n" if data else ""
        return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{token}{extra}\r\n".encode() + data

    path = organisation_path(made["id"])
    asked = []
    for i in range(10):
        asked += [request("PATCH", path, {"city": f"Rang {i}"}), request("GET", "/health/live"), request("GET", organisation_path("x"))]
    with Raw(server.port) as raw:
        raw.send(b"".join(asked))
        for i in range(10):
            assert raw.answer().json()["city"] == f"Rang {i}"
            assert raw.answer().json() == {"status": "live"}
            assert raw.answer().status == 404


def test_a_stopping_server_finishes_what_it_took(make_server):
    """Commands that are under way when SIGTERM comes are answered, and what was acknowledged is there afterwards."""
    server = make_server()
    client = server.login()
    acknowledged = []

    def write(mine):
        while True:
            try:
                acknowledged.append(mine.post(f"{API}/teams", {"name": str(uuid.uuid4())}).ok(201)["id"])
            except (OSError, http.client.HTTPException):
                return  # the server went away
            except AssertionError as refused:
                assert "503" in str(refused)
                return

    threads = Threads()
    for _ in range(4):
        threads.start(write, client.twin())
    wait_until(lambda: len(acknowledged) > 50, "some load")
    assert server.stop() == 0
    threads.join()
    server.start()
    assert set(acknowledged) <= set(server.login().list("teams", limit=200))
