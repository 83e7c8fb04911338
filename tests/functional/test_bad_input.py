"""Whatever is thrown at the server gets its own problem document, changes nothing, and costs no memory."""

import base64
import hashlib
import hmac
import json
import random
import struct
import time

import pytest

from alforis_client import API, Client, Raw, raw_exchange, wait_until
from firm import Firm, errors_by_pointer, organisation_path, unique

MIB = 1 << 20


@pytest.fixture(scope="module")
def firm(make_server):
    """A server of its own: its memory and its log are looked at."""
    return Firm(make_server())


@pytest.fixture(scope="module")
def port(firm):
    return firm.server.port


@pytest.fixture(autouse=True)
def unharmed(firm):
    """After each test the same process answers, and nothing failed inside it."""
    process, before = firm.server.process.pid, firm.server.log_tail(10**9).count("error")
    yield
    assert firm.server.alive() and firm.server.process.pid == process
    assert firm.admin.get("/health/live").ok() == {"status": "live"}
    text = firm.server.log_tail(10**9)
    assert text.count("error") == before, text[-2000:]


def create(firm, body, **headers):
    """POSTs bytes as they are."""
    return firm.admin.post(f"{API}/organisations", body, headers=headers or None)


def head(firm, method, path, *lines, token=True):
    start = [f"{method} {path} HTTP/1.1", "Host: x", "Accept-Language: en"] + ([f"Authorization: Bearer {firm.admin.token}"] if token else [])
    return "\r\n".join([*start, *lines, "", ""]).encode("latin-1")


# ---- JSON ----------------------------------------------------------------------------------------------------------

NAME = b'{"name":"x"'
MALFORMED = {
    "nothing of JSON": b"name=x", "a lonely brace": b"{", "no end": NAME, "text behind": NAME + b"} x", "two documents": NAME + b"}{}",
    "single quotes": b"{'name':'x'}", "a comma too many": NAME + b",}", "a comment": NAME + b"/* */}", "no quotes": b"{name:1}",
    "NaN": b'{"name":"x","signature_probability":NaN}', "infinity": b'{"signature_probability":-Infinity}',
    "hexadecimal": b'{"signature_probability":0x10}', "a leading zero": b'{"signature_probability":012}',
    "a leading plus": b'{"signature_probability":+1}', "a bare point": b'{"signature_probability":1.}',
    "a raw newline in a text": b'{"name":"a\nb"}', "a raw NUL in a text": b'{"name":"a\x00b"}', "NUL between": b'{"name":\x00"x"}',
    "a wrong escape": b'{"name":"\\x"}', "half an escape": b'{"name":"\\u12"}', "an unfinished text": b'{"name":"x',
    "a byte order mark of UTF-16": b"\xff\xfe{\x00}\x00", "white space": b" \n\t ", "invalid UTF-8": b'{"name":"\xff\xfe"}',
    "overlong UTF-8": b'{"name":"\xc0\xaf"}', "a surrogate in UTF-8": b'{"name":"\xed\xa0\x80"}', "cut UTF-8": b'{"name":"\xe2\x82"}',
    "UTF-8 beyond Unicode": b'{"name":"\xf4\x90\x80\x80"}', "a stray continuation": b'{"name":"\x80"}',
    "a lone high surrogate": b'{"name":"\\ud800"}', "a lone low surrogate": b'{"name":"\\udc00 x"}',
    "surrogates in the wrong order": b'{"name":"\\udc00\\ud800"}', "a high surrogate and a letter": b'{"name":"\\ud800x"}',
    "a key of invalid UTF-8": b'{"\xff":1}', "half an exponent": b'{"signature_probability":1e+}',
    "a huge number and nothing behind it": b'{"name":"x","signature_probability":1e999',
}


@pytest.mark.parametrize("what", sorted(MALFORMED))
def test_what_is_no_json_is_400(firm, what):
    end = firm.admin.log_end()
    assert create(firm, MALFORMED[what]).problem(400)["code"] in ("malformed_json", "body_required")
    assert firm.admin.log_end() == end


def test_a_missing_body_is_told_apart_from_a_wrong_one(firm):
    for path in (f"{API}/organisations", f"{API}/auth/login", f"{API}/imports/organisations"):
        firm.admin.post(path).problem(400, "body_required")


@pytest.mark.parametrize("body", [b"null", b"true", b"1", b'"text"', b"[]", b'[{"name":"x"}]'])
def test_json_that_is_no_object_is_422(firm, body):
    assert set(errors_by_pointer(create(firm, body).problem(422, "invalid_input")).values()) <= {"wrong_type", "not_nullable"}


@pytest.mark.parametrize("body, pointer, code", [
    (b'{"name":"a","name":"b"}', "/name", "duplicate_member"), (b'{"name":"x","nom":"y"}', "/nom", "unknown_member"),
    (b'{"name":"x","a/b~c":1}', "/a~1b~0c", "unknown_member"), (b'{"name":"x","":1}', "/", "unknown_member"),
    (b'{"name":"x","Name":"y"}', "/Name", "unknown_member"), (b'{"name":"x","version":7}', "/version", "unknown_member"),
    (b'{"name":"x","created_by":"y"}', "/created_by", "unknown_member"), (b'{"name":1}', "/name", "wrong_type"),
    (b'{"name":["x"]}', "/name", "wrong_type"), (b'{"name":{"x":1}}', "/name", "wrong_type"), (b'{"name":"x","tags":"t"}', "/tags", "wrong_type"),
    (b'{"name":"x","tags":[1]}', "/tags/0", "wrong_type"), (b'{"name":"x","tags":[null]}', "/tags/0", "not_nullable"),
    (b'{"name":"x","active":1}', "/active", "wrong_type"), (b'{"name":"x","active":"true"}', "/active", "wrong_type"),
    (b'{"name":"x","aum":5}', "/aum", "wrong_type"), (b'{"name":"x","aum":{"amount":5,"amount":6}}', "/aum/amount", "duplicate_member"),
    (b'{"name":"x","aum":{"amount":5,"unit":"M"}}', "/aum/unit", "unknown_member"),
    (b'{"name":"x","aum":{"amount":9223372036854775808}}', "/aum/amount", "out_of_range"),
    (b'{"name":"x","aum":{"amount":-99999999999999999999999}}', "/aum/amount", "out_of_range"),
    (b'{"name":"x","aum":{"amount":1e400}}', "/aum/amount", "out_of_range"),
    (b'{"name":"x","signature_probability":1e308}', "/signature_probability", "out_of_range"),
    (b'{"name":"x","signature_probability":1e999}', "/signature_probability", "out_of_range"),
    (b'{"name":"x","signature_probability":123456789012345678901234567890}', "/signature_probability", "out_of_range"),
    (b'{"name":123456789012345678901234567890}', "/name", "wrong_type"), (b'{"name":"x","unheard_of":-1e999}', "/unheard_of", "unknown_member"),
    (b'{"name":"a\\u0000b"}', "/name", "control_character"), (b'{"name":"\\u0000"}', "/name", "control_character"),
    (b'{"name":"x","id":"nil"}', "/id", "invalid_uuid"),
    (b'{"name":"x","id":"919108f7-52d1-4320-9bac-f847db4148a8"}', "/id", "invalid_uuid_version"),
    (b'{"name":"x","id":"00000000-0000-0000-0000-000000000000"}', "/id", "invalid_uuid_version"),
    (b'{"name":"x","phone":"+999 12"}', "/phone", "invalid_phone"), (b'{"name":"x","id":5}', "/id", "wrong_type"),
    (b'{"name":"x","owner_id":null,"owner_id":null}', "/owner_id", "duplicate_member"),
    (b'{"name":null}', "/name", None), (b"{}", "/name", "required"), (b'{"name":"\\u200b\\ufeff \\u00a0"}', "/name", "empty"),
    (b'{"name":"a\\u0085b"}', "/name", "control_character"), (b'{"name":"a\\u2028b"}', "/name", "control_character"),
])
def test_a_wrong_member_is_named_by_pointer(firm, body, pointer, code):
    end = firm.admin.log_end()
    answer = create(firm, body)
    found = errors_by_pointer(answer.problem(422, "invalid_input"))
    assert list(found) == [pointer] and code in (None, found[pointer]), found
    assert firm.admin.log_end() == end


def test_many_problems_in_one_body_are_told_but_not_without_end(firm):
    body = {"name": "x", **{f"inconnu_{i}": i for i in range(5000)}}
    answer = create(firm, json.dumps(body).encode())
    assert 10 <= len(answer.problem(422)["errors"]) <= 200
    assert len(answer.body) < 64 * 1024


@pytest.mark.parametrize("body", [
    b"[" * 100_000, b'{"a":' * 100_000, b"[" * 33 + b"]" * 33, b'{"name":"x","tags":' + b"[" * 40 + b"]" * 40 + b"}",
    b'{"aum":' + b'{"amount":' * 50_000 + b"1" + b"}" * 50_001, b"[{" * 10_000,
])
def test_a_depth_bomb_is_400(firm, body):
    problem = create(firm, body).problem(400)
    assert problem["code"] in ("too_deep", "malformed_json")
    for path, method in ((organisation_path("0195c2a0-0000-7000-8000-00000000ffff") + "/restore", "POST"), (f"{API}/auth/login", "POST"),
                         (f"{API}/imports/organisations", "POST"), (f"{API}/me", "PATCH")):
        firm.admin.request(method, path, body).problem(400)


def test_nesting_up_to_the_limit_is_read(firm):
    body = b'{"name":"x","tags":' + b"[" * 30 + b"]" * 30 + b"}"
    assert "/tags/0" in errors_by_pointer(create(firm, body).problem(422))


# ---- size ----------------------------------------------------------------------------------------------------------


def test_a_body_of_10_mb_is_413_and_is_not_read(firm, port):
    line = f"Content-Length: {10 * MIB}"
    for path, method in ((f"{API}/organisations", "POST"), (f"{API}/me", "PATCH"), (f"{API}/auth/login", "POST")):
        answer = raw_exchange(port, head(firm, method, path, line, "Content-Type: application/json"))
        problem = answer.problem(413, "body_too_large")
        assert str(MIB) in problem["detail"] and answer.header("connection") == "close"


def test_a_sent_body_of_10_mb_is_413_as_well(firm):
    client = firm.admin.twin()
    body = b'{"name":"' + b"x" * (10 * MIB) + b'"}'
    try:
        client.post(f"{API}/organisations", body).problem(413, "body_too_large")
    except (BrokenPipeError, ConnectionResetError):
        pass  # the server hung up while the client still sent, as it may
    chunked = head(firm, "POST", f"{API}/organisations", "Transfer-Encoding: chunked", "Content-Type: application/json")
    with Raw(firm.server.port) as raw:
        raw.send(chunked)
        sent = 0
        while sent < 10 * MIB and raw.try_send(b"10000\r\n" + b"x" * 65536 + b"\r\n"):
            sent += 65536
        answer = raw.answer()
        assert answer is None or answer.problem(413, "body_too_large")


def test_a_chunk_that_claims_to_be_huge_is_413_at_once(firm, port):
    start = head(firm, "POST", f"{API}/organisations", "Transfer-Encoding: chunked", "Content-Type: application/json")
    raw_exchange(port, start + b"7fffffffffffffff\r\nx").problem(413)
    raw_exchange(port, start + b"100001\r\nx").problem(413)
    for wrong in (b"zz\r\n", b"-1\r\n", b"10000000000000000\r\n", b"5\r\nabcdeXXXXXXXX\r\n", b"5;" + b"e" * 100_000):
        answer = raw_exchange(port, start + wrong)
        assert answer.status in (400, 413), answer
        answer.problem(answer.status)


def test_a_body_of_just_the_limit_is_read(firm):
    body = json.dumps({"name": "x", "notes": "n" * (MIB - 30)}).encode()
    assert len(body) <= MIB
    assert errors_by_pointer(create(firm, body).problem(422)) == {"/notes": "too_long"}
    create(firm, body + b" " * (MIB - len(body) + 1)).problem(413)


def test_an_import_may_be_larger_but_not_without_limit(firm, port):
    records = [{"record": {"name": unique("Grande"), "notes": "n" * 9000}} for _ in range(300)]
    body = {"import_id": "0195c2a0-0000-7000-8000-00000000aaaa", "source": "x", "dry_run": True, "records": records}
    assert len(json.dumps(body)) > 2 * MIB
    firm.admin.post(f"{API}/imports/organisations", body).ok()
    answer = raw_exchange(port, head(firm, "POST", f"{API}/imports/organisations", f"Content-Length: {64 * MIB}", "Content-Type: application/json"))
    answer.problem(413, "body_too_large")


def test_a_deflated_or_oddly_typed_body_is_415(firm):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", "", "json", "application/json-seq", "multipart/form-data"):
        create(firm, b'{"name":"x"}', **{"Content-Type": kind}).problem(415, "unsupported_media_type")
    create(firm, b'{"name":1}', **{"Content-Type": "Application/JSON; charset=utf-8"}).problem(422)


def test_a_compressed_body_is_not_taken_for_json(firm):
    import gzip

    answer = create(firm, gzip.compress(b'{"name":"x"}'), **{"Content-Encoding": "gzip"})
    assert answer.status in (400, 415), answer
    answer.problem(answer.status)


# ---- headers and the request line ----------------------------------------------------------------------------------


@pytest.mark.parametrize("flood", [
    "X-Flood: " + "x" * 20_000, "\r\n".join(f"X-{i}: y" for i in range(3000)), "Cookie: " + "a=b; " * 10_000,
    "X: y\r\n" * 200 + "X: y", "Authorization: Bearer " + "x" * 30_000,
])
def test_a_flood_of_headers_is_431(firm, port, flood):
    answer = raw_exchange(port, head(firm, "GET", f"{API}/organisations", flood))
    answer.problem(431, "headers_too_large")
    assert answer.header("connection") == "close"


def test_an_endless_header_is_cut_off(firm, port):
    with Raw(port) as raw:
        raw.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-Endless: ")
        sent = 0
        while sent < 4 * MIB and raw.try_send(b"x" * 4096):
            sent += 4096
        answer = raw.answer()
    assert sent < 4 * MIB or answer is not None
    assert answer is None or answer.problem(431)


def test_a_long_target_is_refused(firm, port):
    answer = raw_exchange(port, head(firm, "GET", f"{API}/organisations?q=" + "x" * 40_000))
    assert answer.status in (414, 431)
    answer.problem(answer.status)


MALFORMED_REQUESTS = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00\x00\x00\x00\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"GET / HTTP/1.1\nHost: x\n\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA : c\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x10\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\nx",
    b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", b"G\x00T / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"EHLO mail.example\r\n\r\n",
]


@pytest.mark.parametrize("data", MALFORMED_REQUESTS, ids=[repr(data[:60]) for data in MALFORMED_REQUESTS])
def test_what_is_no_http_is_400_and_the_connection_ends(firm, port, data):
    with Raw(port) as raw:
        raw.send(data)
        answer = raw.answer()
        assert answer is not None, "closed without a word"
        answer.problem(400)
        assert answer.header("connection") == "close" and raw.closed()


def test_a_second_request_cannot_be_smuggled_in_a_body(firm, port):
    """What follows a body of the stated length is a request of its own, and what is inside the body is none."""
    inner = b"GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n"
    request = head(firm, "GET", f"{API}/teams", f"Content-Length: {len(inner)}", "Content-Type: application/json") + inner
    with Raw(port) as raw:
        raw.send(request + b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        first = raw.answer()
        first.problem(first.status)
        second = raw.answer()
        assert second is None or second.json() == {"status": "live"}


@pytest.mark.parametrize("target, codes", [
    ("/api/v1/organisations?q=%", ("invalid_encoding",)), ("/api/v1/organisations?q=%zz", ("invalid_encoding",)),
    ("/api/v1/organisations?q=%00", ("invalid_encoding",)), ("/api/v1/organisations?q=%ff", ("invalid_encoding",)),
    ("/api/v1/organisations?q=%ed%a0%80", ("invalid_encoding",)), ("/api/v1/organisations?%ff=1", ("invalid_encoding",)),
    ("/api/v1/organisations/%ff", ("invalid_encoding",)), ("/api/v1/organisations/%00", ("invalid_encoding",)),
    ("/api/v1/organisations#x", ("invalid_target", "malformed_request")), ("*", ("not_found", "invalid_target")), ("organisations", ("invalid_target",)),
])
def test_a_target_that_cannot_be_read_is_refused(firm, port, target, codes):
    answer = raw_exchange(port, head(firm, "GET", target))
    assert answer.problem(answer.status)["code"] in codes
    assert answer.status in (400, 404)


# ---- slow clients --------------------------------------------------------------------------------------------------


def test_slow_clients_are_ended_and_keep_nobody_from_working(firm, port):
    """A hundred connections that send a byte now and then: others are served, and the slow ones end with 408 or are closed. The
    time-out of headers is ten seconds."""
    slow = [Raw(port, timeout=30) for _ in range(100)]
    began = time.monotonic()
    for raw in slow:
        raw.send(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    answered = 0
    deadline = time.monotonic() + 25
    living = list(slow)
    while living and time.monotonic() < deadline:
        for raw in list(living):
            raw.socket.settimeout(0.001)
            if not raw.try_send(b"x"):
                living.remove(raw)
                continue
            try:
                if not raw._fill():
                    living.remove(raw)
                elif b"\r\n\r\n" in raw.buffer:
                    assert raw.answer().status == 408
                    answered += 1
                    living.remove(raw)
            except TimeoutError:
                pass
            except OSError:
                living.remove(raw)
        firm.admin.create("teams", {"name": unique("Rapide")})
    for raw in slow:
        raw.socket.close()
    assert not living, f"{len(living)} slow connections still lived after {time.monotonic() - began:.0f} s"
    assert answered > 0


def test_a_body_that_does_not_come_keeps_nobody_waiting(firm, port):
    """Connections that promise a body and send none do not hold up other requests."""
    held = []
    for _ in range(200):
        raw = Raw(port)
        raw.send(head(firm, "POST", f"{API}/organisations", "Content-Length: 1000000", "Content-Type: application/json"))
        held.append(raw)
    for _ in range(20):
        firm.admin.create("teams", {"name": unique("Pendant")})
    for raw in held:
        raw.socket.close()
    wait_until(lambda: gauge(firm, "alforis_connections") < 50, "the closed connections to be forgotten")


def gauge(firm, name):
    text = firm.admin.get("/metrics").text()
    return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(name + " ")))


def test_a_client_that_never_reads_its_answers_is_not_kept_forever(firm, port):
    """It sends requests and reads nothing: the server stops taking more, rather than keeping answers in memory."""
    before = firm.server.resident_kib()
    request = head(firm, "GET", "/openapi.json")
    with Raw(port, timeout=1) as raw:
        sent = 0
        try:
            while sent < 20_000:
                raw.socket.sendall(request)
                sent += 1
        except OSError:
            pass
        assert sent < 20_000, "20,000 answers of some 100 kB were taken without being read"
        assert firm.server.resident_kib() - before < 64 * 1024
    assert firm.admin.get("/health/live").status == 200


# ---- tokens --------------------------------------------------------------------------------------------------------


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


DEFAULT = object()


def jwt(claims, key, header=DEFAULT, digest=hashlib.sha256):
    signed = b64(json.dumps({"alg": "HS256", "typ": "JWT"} if header is DEFAULT else header).encode()) + "." + b64(json.dumps(claims).encode())
    return signed + "." + b64(hmac.new(key.encode(), signed.encode(), digest).digest())


def unsigned(token):
    return token.rsplit(".", 1)[0] + "." + b64(b"x" * 32)


# Headers and claims that a reader may stumble over.
HEADERS = [[], 5, "x", None, {"x": 1}, {"alg": ""}, {"alg": 5}, {"alg": None}, {"alg": []}, {"alg": "hs256"}, {"alg": "HS257", "typ": ""},
           {"typ": "JWT"}, {"alg": "none", "typ": ""}, {"alg": "none", "typ": "JWE"}, {"alg": "ES256", "typ": 5}, {"alg": "x" * 500}]
CLAIMS = [[], 5, "x", None, {}, {"sub": {}}, {"sub": "x", "exp": 1e300}, {"exp": "x", "iat": [], "nbf": {}, "aud": 7, "iss": None}]


def claims_of(firm, **changed):
    now = int(time.time())
    good = {"sub": firm.id_of("admin"), "sid": "0195c2a0-0000-7000-8000-0000000000aa", "iat": now, "exp": now + 600}
    good.update(changed)
    return {name: value for name, value in good.items() if value is not None}


def with_token(firm, token):
    return firm.admin.get(f"{API}/me", headers={"Authorization": "Bearer " + token}, follow=False)


def test_a_token_made_by_hand_under_the_right_key_is_accepted(firm):
    """Otherwise the refusals below would prove nothing."""
    assert with_token(firm, jwt(claims_of(firm), firm.server.key)).status == 200


def test_a_forged_token_is_401(firm):
    key, good = firm.server.key, jwt(claims_of(firm), firm.server.key)
    start, body, signature = good.split(".")
    none = [jwt(claims_of(firm), key, {"alg": alg, "typ": "JWT"}) for alg in ("none", "None", "NONE", "")]
    other_claims = b64(json.dumps(claims_of(firm, sub=firm.id_of("admin"), exp=2**40)).encode())
    forged = {
        "another key": jwt(claims_of(firm), "k" * 64), "an empty key": jwt(claims_of(firm), ""), "no signature": f"{start}.{body}.",
        "no signature at all": f"{start}.{body}", "changed claims": f"{start}.{other_claims}.{signature}",
        "a changed signature": f"{start}.{body}.{signature[:-4]}AAAA", "a cut signature": f"{start}.{body}.{signature[:20]}",
        "a longer signature": good + "AAAA", "HS384": jwt(claims_of(firm), key, {"alg": "HS384"}, hashlib.sha384),
        "HS512": jwt(claims_of(firm), key, {"alg": "HS512"}, hashlib.sha512), "RS256": jwt(claims_of(firm), key, {"alg": "RS256"}),
        "nothing of a token": "x", "dots": "..", "many dots": ".".join("abcdef"), "no JSON": f"{b64(b'x')}.{b64(b'y')}.{b64(b'z')}",
        "an unknown user": jwt(claims_of(firm, sub="0195c2a0-0000-7000-8000-00000000ffff"), key),
        "the system's own user": jwt(claims_of(firm, sub="00000000-0000-7000-8000-000000000001"), key),
        "no user": jwt(claims_of(firm, sub=None), key), "a user that is no id": jwt(claims_of(firm, sub="admin"), key),
        "a user that is no text": jwt(claims_of(firm, sub=5), key), "no session": jwt(claims_of(firm, sid=None), key),
        "no end": jwt(claims_of(firm, exp=None), key), "an end that is no number": jwt(claims_of(firm, exp="never"), key),
        "claims that are no object": f"{start}.{b64(b'[1]')}.{signature}", "padding": good + "=", "NUL": good + "%00", "length": "x" * 5000,
        **{f"alg {i}": token for i, token in enumerate(none)},
        **{f"header {i}": jwt(claims_of(firm), key, header) for i, header in enumerate(HEADERS)},
        **{f"unsigned header {i}": unsigned(jwt(claims_of(firm), key, header)) for i, header in enumerate(HEADERS)},
        **{f"unsigned claims {i}": unsigned(jwt(claims, key)) for i, claims in enumerate(CLAIMS)},
        **{f"claims {i}": jwt(claims, key) for i, claims in enumerate(CLAIMS)},
        **{f"unsigned alg {i}": token.rsplit(".", 1)[0] + "." for i, token in enumerate(none)},
    }
    for what, token in forged.items():
        answer = with_token(firm, token)
        assert answer.status == 401, f"{what}: {answer}"
        assert answer.problem(401)["code"] in ("invalid_token", "token_expired"), what
        assert answer.header("www-authenticate").startswith("Bearer"), what


def test_a_token_of_a_program_that_knew_no_sessions_is_good_until_it_expires(firm):
    old = {**claims_of(firm, sid=None), "jti": "0195c2a0-0000-7000-8000-0000000000aa"}
    assert with_token(firm, jwt(old, firm.server.key)).status == 200


def test_an_expired_token_is_401_and_says_so(firm):
    past = claims_of(firm, exp=int(time.time()) - 1)
    with_token(firm, jwt(past, firm.server.key)).problem(401, "token_expired")
    with_token(firm, jwt(claims_of(firm, exp=0), firm.server.key)).problem(401, "token_expired")
    with_token(firm, jwt(claims_of(firm, exp=-5), firm.server.key)).problem(401)


def test_a_token_ends_while_it_is_remembered(firm):
    token = jwt(claims_of(firm, exp=int(time.time()) + 2), firm.server.key)
    assert with_token(firm, token).status == 200
    wait_until(lambda: with_token(firm, token).status == 401, "the token's end", timeout=5)
    with_token(firm, token).problem(401, "token_expired")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YWRtaW46eA==", "bearer", "Token x", "Bearer  x", "Bearer x y"])
def test_an_authorization_that_is_none_is_401(firm, header):
    answer = firm.server.anonymous().get(f"{API}/me", headers={"Authorization": header})
    assert answer.problem(401)["code"] in ("invalid_token", "unauthenticated")


def test_nobody_is_told_more_without_a_token(firm):
    document = firm.admin.get("/openapi.json").ok()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["x-access"] == "public":
                continue
            answer = firm.server.anonymous().request(method.upper(), path.replace("{id}", firm.id_of("sales")), b"{" if method != "get" else None)
            answer.problem(401, "unauthenticated")


# ---- cursors and SQL -----------------------------------------------------------------------------------------------


def test_a_tampered_cursor_is_400(firm):
    for i in range(4):
        firm.admin.create("organisations", {"name": unique("Page")})
    path = f"{API}/organisations"
    cursor = firm.admin.get(path, query={"limit": 2}).ok()["next"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    wrong = [cursor[:-2], cursor + "AAAA", cursor[::-1], "", "A", "AAAA", "é", "' OR 1=1 --", b64(raw[16:]), b64(b"\0" * 16 + raw[16:]), b64(raw[:16]),
             b64(raw + b"x"), "x" * 5000]
    for i in range(len(raw)):
        wrong.append(b64(raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1:]))
    for text in wrong:
        if text == "":
            continue
        problem = firm.admin.get(path, query={"limit": 2, "after": text}).problem(400)
        assert errors_by_pointer(problem).get("after"), text
    firm.admin.get(path, query={"limit": 2, "after": cursor}).ok()


SQL = ["'", "''", "' OR '1'='1", "'; DROP TABLE organisations; --", "\\'; SELECT pg_sleep(5); --", "%' AND 1=CAST((SELECT version()) AS int) --",
       "1) OR (1=1", "$1", "$$", "{schema}", "{values}", "\\", "%", "_", "*", "'||pg_sleep(5)||'", "{a,b}", '{"a"}', 'NULL', "E'\\\\x41'", "?", ":name",
       "/**/", "x' UNION SELECT value FROM secrets --", "\\x41", "a,b,,c", ",", "\U0001F600", "ß", "İ"]


def test_sql_in_a_filter_is_a_value_like_any_other(firm):
    """In each filter of each list: no error, no row too many, no wait, and nothing dropped."""
    target = firm.admin.create("organisations", {"name": unique("Cible"), "tags": ["t"], "city": "Pau"})
    document = firm.admin.get("/openapi.json").ok()
    free_text = {"name", "city", "tags", "strategies", "q", "regulator_number", "postal_code", "last_name", "first_name", "job_title", "full_name"}
    tried = 0
    for collection in ("organisations", "people", "links", "users", "teams"):
        names = {p["name"] for p in document["paths"][f"{API}/{collection}"]["get"]["parameters"] if p.get("in") == "query"} - {"limit", "count"}
        assert len(names) > 5
        for name in sorted(names | {"q"}):
            for text in random.Random(name).sample(SQL, 12) if name not in free_text else SQL:
                began = time.monotonic()
                answer = firm.admin.get(f"{API}/{collection}", query={name: text, "limit": 200})
                assert time.monotonic() - began < 2, (collection, name, text)
                assert answer.status in (200, 400), (collection, name, text, answer)
                if answer.status == 400:
                    answer.problem(400)
                elif name in ("name", "last_name", "full_name", "city"):
                    assert answer.json()["items"] == [], (collection, name, text)
                tried += 1
    assert tried > 500
    assert firm.admin.read("organisations", target["id"]) == target


def test_wildcards_of_sql_part_words_like_other_punctuation(firm):
    """As a pattern of LIKE `omega%alpha` would not match what has the words in another order."""
    made = firm.admin.create("organisations", {"name": unique("Alpha 100% a_b\\c Omega")})
    word = made["name"].split()[-1]
    for q in (f"100% {word}", f"omega%alpha {word}", f"omega_alpha {word}", f"omega\\alpha {word}", f"a_b\\c {word}"):
        assert firm.admin.list("organisations", q=q) == [made["id"]], q
    for q in (f"alp%xa {word}", f"al__xa {word}", f"zz% {word}"):
        assert firm.admin.list("organisations", q=q) == [], q


def test_sql_in_paths_and_headers_is_nothing_special(firm):
    for text in ("'", "%27%20OR%201=1", "1;DROP", "$1", "%7B%7D"):
        firm.admin.get(f"{API}/organisations/{text}").problem(404)
        firm.admin.get(f"{API}/organisations/{text}/history").problem(404)
    made = firm.admin.post(f"{API}/organisations", {"name": unique("'; DROP TABLE x; --")}, headers={"Idempotency-Key": unique("'; DELETE --")})
    assert firm.admin.list("organisations", name=made.ok(201)["name"]) == [made.id]


# ---- memory --------------------------------------------------------------------------------------------------------


def bad_requests(firm, dice):
    """An endless mixture, each as (bytes, most bytes of answer expected)."""
    token = f"Authorization: Bearer {firm.admin.token}"
    kind = "Content-Type: application/json"
    bodies = [*MALFORMED.values(), b"[" * 5000, b'{"a":' * 5000, b'{"name":1}' * 100, b'{"name":"' + b"x" * 100_000 + b'"}',
              json.dumps({f"m{i}": i for i in range(2000)}).encode()]
    while True:
        body = dice.choice(bodies)
        path = dice.choice([f"{API}/organisations", f"{API}/people", f"{API}/links", f"{API}/auth/login", f"{API}/imports/organisations"])
        yield head(firm, "POST", path, kind, f"Content-Length: {len(body)}") + body
        yield head(firm, "GET", f"{API}/organisations?q={dice.randrange(10**9)}&after={dice.randrange(10**9)}&x{dice.random()}=1")
        yield head(firm, "GET", f"{API}/organisations/{dice.randrange(10**9)}", f"Authorization: Bearer {dice.random()}", token=False)
        yield head(firm, dice.choice(["BREW", "PUT", "TRACE"]), f"/x/{dice.random()}", f"X-Junk: {'j' * dice.randrange(8000)}")
        yield head(firm, "GET", f"{API}/me", f"Authorization: Bearer {jwt(claims_of(firm, sid=str(dice.random())), 'k' * 64)}", token=False)
        yield f"GET / HTTP/1.1\r\nHost: x\r\n{token}\r\nBroken\r\n\r\n".encode()
        yield dice.randbytes(dice.randrange(1, 300)) + b"\r\n\r\n"


def send_bad_requests(firm, count, seed):
    raw = Raw(firm.server.port)
    requests, answered = bad_requests(firm, random.Random(seed)), 0
    for _ in range(count):
        if not raw.try_send(next(requests)):
            raw.socket.close()
            raw = Raw(firm.server.port)
            continue
        answer = raw.answer()
        if answer is None or answer.header("connection") == "close":
            raw.socket.close()
            raw = Raw(firm.server.port)
        if answer is not None:
            assert 400 <= answer.status < 500, answer
            answered += 1
    raw.socket.close()
    assert answered > count * 0.7, "most of them are to be answered, or this tests nothing"


def test_memory_and_files_stay_flat_over_thousands_of_bad_requests(firm):
    send_bad_requests(firm, 3000, seed=1)
    memory, files, end = firm.server.resident_kib(), firm.server.open_files(), firm.admin.log_end()
    for seed in range(2, 6):
        send_bad_requests(firm, 3000, seed)
    assert firm.server.resident_kib() - memory < 8 * 1024, "memory grows with bad requests"
    wait_until(lambda: firm.server.open_files() <= files + 2, "connections to be closed")
    assert firm.admin.log_end() == end, "a bad request wrote something"


def test_connections_that_are_reset_leave_nothing_behind(firm, port):
    wait_until(lambda: gauge(firm, "alforis_connections") < 10, "earlier connections to be gone")
    files = firm.server.open_files()
    for i in range(1000):
        raw = Raw(port)
        raw.send(head(firm, "POST", f"{API}/organisations", "Content-Length: 50", "Content-Type: application/json")[: 40 + i % 200])
        # A reset instead of an orderly end.
        raw.socket.setsockopt(*RESET_ON_CLOSE)
        raw.socket.close()
    wait_until(lambda: firm.server.open_files() <= files + 2, "the sockets to be closed")


def test_a_client_that_hangs_up_does_not_lose_the_others_their_answers(firm, port):
    body = json.dumps({"name": unique("Pressé")}).encode()
    for _ in range(100):
        raw = Raw(port)
        raw.send(head(firm, "POST", f"{API}/organisations", f"Content-Length: {len(body)}", "Content-Type: application/json") + body)
        raw.socket.setsockopt(*RESET_ON_CLOSE)
        raw.socket.close()
        firm.admin.create("teams", {"name": unique("Patient")})


def reset_option():
    import socket

    return socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)


RESET_ON_CLOSE = reset_option()


def test_the_rate_limit_answers_429_with_its_headers(make_server):
    server = make_server(arguments=["--rate-limit", "40"])
    client = server.login()
    answers = [client.get(f"{API}/me") for _ in range(60)]
    statuses = [answer.status for answer in answers]
    assert statuses[0] == 200 and statuses[-1] == 429 and 20 <= statuses.count(200) <= 45
    answers[-1].problem(429, "too_many_requests")
    assert int(answers[-1].header("retry-after")) >= 1
    assert "ratelimit" in answers[0].headers and "ratelimit-policy" in answers[0].headers


def test_guessing_tokens_is_limited_too(make_server):
    server = make_server(arguments=["--rate-limit", "30"])
    client = Client(server.port, "x.y.z")
    assert 429 in [client.get(f"{API}/me").status for _ in range(60)]
