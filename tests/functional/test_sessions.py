"""Logging in, staying logged in, and every way in which a session ends."""

import base64
import json

import pytest

from alforis_client import API, until_taken, wait_until
from firm import PASSWORD, Firm

LOGIN, REFRESH, LOGOUT, SESSIONS = (f"{API}/auth/{name}" for name in ("login", "refresh", "logout", "sessions"))


def log_in(server, user, password=PASSWORD, headers=None, **more):
    """A client with its tokens: `refresh_token`, `session`."""
    client = server.anonymous()
    answer = client.post(LOGIN, {"email": user["email"], "password": password, **more}, headers=headers)
    tokens = answer.ok()
    client.token, client.refresh_token, client.session = tokens.get("access_token"), tokens.get("refresh_token"), tokens["session_id"]
    client.user = user
    return client


def refresh(server, token):
    return server.anonymous().post(REFRESH, {"refresh_token": token})


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


@pytest.fixture
def user(firm):
    made = firm.make_user("sales", firm.teams["paris"])
    firm.server.await_position(firm.admin.position)
    return made


def test_a_login_opens_a_session_that_its_user_sees(server, user):
    client = log_in(server, user, headers={"User-Agent": "Alforis pour téléphone 1.0".encode()})
    shown = client.get(f"{SESSIONS}/{client.session}").ok()
    assert (shown["user_id"], shown["client"], shown["address"]) == (user["id"], "app", "127.0.0.1")
    assert shown["device"] == "Alforis pour téléphone 1.0"
    assert claims(client.token)["sid"] == client.session
    assert [item["id"] for item in client.get(SESSIONS).ok()["items"]] == [client.session]


def test_no_answer_shows_a_refresh_token_again(server, firm, user):
    client = log_in(server, user)
    refresh(server, client.refresh_token).ok()
    for path in (SESSIONS, f"{SESSIONS}/{client.session}", f"{SESSIONS}/{client.session}/history"):
        answer = client.get(path, headers={"Alforis-After": str(firm.admin.log_end())})
        assert answer.status == 200 and "token" not in answer.text() and "hash" not in answer.text(), answer


def test_a_refresh_token_works_once_and_brings_the_next(server, user):
    client = log_in(server, user)
    answer = refresh(server, client.refresh_token)
    tokens = answer.ok()
    assert answer.header("cache-control") == "no-store"
    assert tokens["session_id"] == client.session and tokens["refresh_token"] != client.refresh_token
    client.token = tokens["access_token"]
    client.get(f"{API}/me").ok()
    refresh(server, tokens["refresh_token"]).ok()


@pytest.mark.parametrize("log", ["embedded", "kafka"])
def test_a_refresh_token_that_comes_again_ends_the_session(request, log):
    firm = request.getfixturevalue("firm" if log == "embedded" else "kafka_firm")
    server, admin = firm.server, firm.admin
    user = firm.make_user("sales")
    server.await_position(admin.position)
    thief = log_in(server, user)
    stolen = thief.refresh_token
    mine = refresh(server, stolen).ok()
    refresh(server, stolen).problem(401, "session_revoked")
    refresh(server, mine["refresh_token"]).problem(401, "session_revoked")
    thief.get(f"{API}/me").problem(401, "session_revoked")
    admin.position = admin.log_end()
    gone = admin.get(f"{SESSIONS}/{thief.session}", query={"deleted": "true"}).ok()
    assert gone["end_reason"] == "reuse"


@pytest.mark.parametrize("token", ["", "x", "A" * 107, "é", None])
def test_what_is_no_refresh_token_is_refused_without_a_trace(server, firm, token):
    before = firm.admin.log_end()
    body = {} if token is None else {"refresh_token": token}
    server.anonymous().post(REFRESH, body).problem(401, "invalid_token")
    assert firm.admin.log_end() == before


def test_a_refresh_token_with_one_other_bit_is_none(server, user):
    token = log_in(server, user).refresh_token
    for at in (0, 30, 60, 106):
        other = token[:at] + ("B" if token[at] != "B" else "C") + token[at + 1:]
        refresh(server, other).problem(401, "invalid_token")
    refresh(server, token).ok()


def test_logging_out_ends_this_session_alone(server, user):
    here, there = log_in(server, user), log_in(server, user)
    assert here.post(LOGOUT).ok()["end_reason"] == "logout"
    here.get(f"{API}/me").problem(401, "session_revoked")
    refresh(server, here.refresh_token).problem(401, "session_revoked")
    there.get(f"{API}/me").ok()
    there.position = here.position
    assert there.list("auth/sessions") == [there.session]


def test_sessions_are_their_users_and_the_administrators(server, firm, user):
    client = log_in(server, user)
    path = f"{SESSIONS}/{client.session}"
    firm.everybody_follows()
    for name in ("colleague", "manager", "other_sales"):
        stranger = firm.people[name]
        stranger.get(path).problem(404)
        stranger.get(path + "/history").problem(404)
        stranger.delete(path).problem(404)
        assert client.session not in stranger.list("auth/sessions")
        assert stranger.list("auth/sessions", user_id=user["id"]) == []
    firm.admin.position = firm.admin.log_end()
    assert firm.admin.list("auth/sessions", user_id=user["id"]) == [client.session]
    assert firm.admin.delete(path).ok()["end_reason"] == "by_admin"
    client.get(f"{API}/me").problem(401, "session_revoked")


def test_one_ends_another_session_of_ones_own(server, user):
    here, there = log_in(server, user), log_in(server, user)
    assert here.delete(f"{SESSIONS}/{there.session}").ok()["end_reason"] == "by_user"
    there.get(f"{API}/me").problem(401, "session_revoked")
    assert here.delete(f"{SESSIONS}/{there.session}").ok()["end_reason"] == "by_user"
    here.get(f"{API}/me").ok()


def test_the_history_of_a_session_says_how_it_ended(server, firm, user):
    client = log_in(server, user)
    refresh(server, client.refresh_token).ok()
    client.post(LOGOUT).ok()
    firm.admin.position = client.position
    entries = firm.admin.get(f"{SESSIONS}/{client.session}/history").ok()["items"]
    assert [entry["type"] for entry in entries] == ["session.revoked.v1", "session.refreshed.v1", "session.created.v1"]
    assert entries[0]["reason"] == "logout" and entries[0]["by"] == user["id"]


def test_a_new_password_ends_the_other_sessions(server, firm, user):
    here, there = log_in(server, user), log_in(server, user)
    answer = here.post(f"{API}/me/password", {"current": PASSWORD, "password": "une phrase toute neuve"})
    answer.ok()
    here.get(f"{API}/me").ok()
    wait_until(lambda: there.get(f"{API}/me", follow=False).status == 401, "the other session's end", timeout=1)
    refresh(server, there.refresh_token).problem(401, "session_revoked")
    firm.admin.post(f"{API}/users/{user['id']}/password", {"password": PASSWORD}).ok()
    wait_until(lambda: here.get(f"{API}/me", follow=False).status == 401, "the end of all", timeout=1)


def test_a_deactivated_user_is_out_on_every_server_within_a_second(make_server, brokers):
    firm = Firm(make_server(brokers=brokers))
    first = firm.server
    user = firm.make_user("sales")
    second = make_server(brokers=brokers, beside=first)
    for server in (first, second):
        server.await_position(firm.admin.position)
    client = log_in(first, user)
    elsewhere = second.anonymous()
    elsewhere.token = client.token
    elsewhere.get(f"{API}/me").ok()
    until_taken(lambda key: firm.admin.patch(f"{API}/users/{user['id']}", {"active": False}, headers=key)).ok()
    client.get(f"{API}/me", follow=False).problem(401)
    wait_until(lambda: elsewhere.get(f"{API}/me").status == 401, "the end on the other server", timeout=1)
    back = until_taken(lambda key: firm.admin.patch(f"{API}/users/{user['id']}", {"active": True}, headers=key))
    back.ok()
    for server, one in ((first, client), (second, elsewhere)):
        server.await_position(back.position)
        one.get(f"{API}/me", follow=False).problem(401, "session_revoked")
    refresh(first, client.refresh_token).problem(401, "session_revoked")


def test_a_revoked_session_is_over_on_every_server_and_after_a_restart(make_server):
    firm = Firm(make_server())
    user = firm.make_user("sales")
    firm.server.await_position(firm.admin.position)
    client = log_in(firm.server, user)
    client.post(LOGOUT).ok()
    firm.server.restart()
    client.port = firm.server.port
    client.close()
    client.get(f"{API}/me", follow=False).problem(401, "session_revoked")


# ---- guessing ------------------------------------------------------------------------------------------------------


def test_guessing_gets_slower_whether_the_account_exists_or_not(make_server):
    firm = Firm(make_server())
    user = firm.make_user("sales")
    firm.server.await_position(firm.admin.position)
    seen = []
    right = {"email": user["email"], "password": PASSWORD}
    for email in ("personne@alforis.example", user["email"]):
        client, statuses = firm.server.anonymous(), []
        for _ in range(7):
            answer = client.post(LOGIN, {"email": email, "password": "faux faux faux"})
            statuses.append(answer.status)
        if email == user["email"]:
            firm.server.anonymous().post(LOGIN, right).problem(429)
        assert answer.problem(429, "too_many_requests")["detail"]
        assert 1 <= int(answer.header("retry-after")) <= 2
        seen.append(statuses)
    assert seen[0] == seen[1] == [401] * 6 + [429] or seen[0][:5] == seen[1][:5] == [401] * 5
    log_in(firm.server, firm.people["sales"].user)  # others come in as ever
    answer = wait_until(lambda: a if (a := firm.server.anonymous().post(LOGIN, right)).status == 200 else None, "the pause to end", 10)
    assert answer.ok()["access_token"]


# ---- browsers ------------------------------------------------------------------------------------------------------


class Browser:
    """Keeps cookies as browsers do, as far as we care."""

    def __init__(self, server, user):
        self.client, self.cookies, self.attributes = server.anonymous(), {}, {}
        answer = self.send("POST", LOGIN, {"email": user["email"], "password": PASSWORD, "cookie": True}, csrf=False)
        self.login = answer.ok()

    def send(self, method, path, body=None, csrf=True):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        if csrf:
            headers["X-CSRF-Token"] = self.cookies["alforis_csrf"]
        answer = self.client.request(method, path, body, headers=headers)
        for name, value in answer.pairs:
            if name == "set-cookie":
                pair, *attributes = value.split("; ")
                key, _, content = pair.partition("=")
                self.cookies[key], self.attributes[key] = content, attributes
        return answer


def test_a_browsers_tokens_are_in_cookies_that_scripts_cannot_read(server, user):
    browser = Browser(server, user)
    assert browser.login["token_type"] == "Cookie" and "access_token" not in browser.login and "refresh_token" not in browser.login
    assert browser.login["csrf_token"] == browser.cookies["alforis_csrf"]
    for name, path in (("alforis_access", "/api/v1"), ("alforis_refresh", "/api/v1/auth")):
        assert {"HttpOnly", "SameSite=Strict", f"Path={path}"} <= set(browser.attributes[name])
    assert "HttpOnly" not in browser.attributes["alforis_csrf"]
    assert browser.send("GET", f"{API}/me", csrf=False).ok()["id"] == user["id"]
    assert browser.send("GET", f"{SESSIONS}/{browser.login['session_id']}").ok()["client"] == "browser"


def test_what_changes_something_needs_the_csrf_header_with_a_cookie(server, user):
    browser, other = Browser(server, user), Browser(server, user)
    body = {"full_name": "Par cookie"}
    browser.send("PATCH", f"{API}/me", body, csrf=False).problem(403, "csrf_token_required")
    foreign = {**browser.cookies, "alforis_csrf": other.cookies["alforis_csrf"]}
    mine, browser.cookies = browser.cookies, foreign
    browser.send("PATCH", f"{API}/me", body).problem(403, "csrf_token_required")
    browser.cookies = mine
    assert browser.send("PATCH", f"{API}/me", body).ok()["full_name"] == "Par cookie"


def test_a_browser_refreshes_and_logs_out_by_cookie(server, user):
    browser = Browser(server, user)
    before = dict(browser.cookies)
    browser.send("POST", REFRESH, csrf=False).problem(403, "csrf_token_required")
    tokens = browser.send("POST", REFRESH).ok()
    assert "refresh_token" not in tokens and browser.cookies["alforis_refresh"] != before["alforis_refresh"]
    browser.send("GET", f"{API}/me").ok()
    browser.send("POST", LOGOUT).ok()
    assert all("Max-Age=0" in attributes for attributes in browser.attributes.values())
    browser.cookies = before
    browser.send("GET", f"{API}/me").problem(401, "session_revoked")


def test_a_bearer_token_counts_before_a_cookie(server, firm, user):
    browser = Browser(server, user)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answer = firm.admin.get(f"{API}/me", headers={"Cookie": cookies})
    assert answer.ok()["id"] == firm.admin.user["id"]
