"""How people get in: links for a password, the rules of passwords, one-time codes, API keys."""

import base64
import datetime
import uuid

import pytest

from alforis_client import API, until_taken, wait_until
from firm import PASSWORD, Firm, errors_by_pointer, unique
from one_time_codes import TOTP, code_of, confirm, enrol
from test_sessions import LOGIN, log_in

KEYS, ACCEPT = f"{API}/api-keys", f"{API}/auth/accept"
NEW = "une phrase toute neuve"


@pytest.fixture
def user(firm):
    made = firm.make_user("sales", firm.teams["paris"])
    firm.server.await_position(firm.admin.position)
    return made


def user_path(user, verb=""):
    return f"{API}/users/{user['id']}{verb}"


def login_status(server, user, password, **more):
    return server.anonymous().post(LOGIN, {"email": user["email"], "password": password, **more}).status


# ---- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb, lifetime", [("/invite", 7 * 86400), ("/reset-password", 3600)])
def test_a_link_chooses_a_password_once(server, firm, verb, lifetime):
    user = firm.admin.create("users", {"email": f"{uuid.uuid4()}@alforis.example"})
    answer = firm.admin.post(user_path(user, verb))
    link = answer.ok()
    assert answer.header("cache-control") == "no-store"
    assert link["expires_in"] == lifetime and link["user_id"] == user["id"]
    assert link["link"] == f"http://127.0.0.1:{server.port}/accept#token={link['token']}"
    weak = server.anonymous().post(ACCEPT, {"token": link["token"], "password": "motdepasse"})
    assert errors_by_pointer(weak.problem(422)) == {"/password": "weak_password"}
    done = server.anonymous().post(ACCEPT, {"token": link["token"], "password": NEW})
    assert done.status == 204 and not done.body
    log_in(server, user, NEW)
    server.anonymous().post(ACCEPT, {"token": link["token"], "password": PASSWORD}).problem(422, "invalid_link")
    assert login_status(server, user, PASSWORD) == 401


def test_who_has_just_chosen_a_password_comes_in_with_it_at_once(server, firm):
    for _ in range(10):
        user = firm.admin.create("users", {"email": f"{uuid.uuid4()}@alforis.example"})
        token = firm.admin.post(user_path(user, "/invite")).ok()["token"]
        assert server.anonymous().post(ACCEPT, {"token": token, "password": NEW}).status == 204
        assert login_status(server, user, NEW) == 200
        token = firm.admin.post(user_path(user, "/reset-password")).ok()["token"]
        assert server.anonymous().post(ACCEPT, {"token": token, "password": PASSWORD}).status == 204
        assert [login_status(server, user, password) for password in (PASSWORD, NEW)] == [200, 401]


def test_who_is_not_in_yet_acts_for_nobody(server, firm, user):
    """A client that sends the header with everything comes in nevertheless."""
    for whom in (firm.id_of("colleague"), str(uuid.uuid4()), "nobody"):
        headers = {"Alforis-On-Behalf-Of": whom}
        answer = server.anonymous().post(LOGIN, {"email": user["email"], "password": PASSWORD}, headers=headers).ok()
        server.anonymous().post(f"{API}/auth/refresh", {"refresh_token": answer["refresh_token"]}, headers=headers).ok()


def test_a_reset_ends_the_sessions_and_a_newer_link_makes_the_older_void(server, firm, user):
    client = log_in(server, user)
    first = firm.admin.post(user_path(user, "/reset-password")).ok()
    second = firm.admin.post(user_path(user, "/reset-password")).ok()
    assert first["token"] != second["token"]
    server.anonymous().post(ACCEPT, {"token": first["token"], "password": NEW}).problem(422, "invalid_link")
    client.get(f"{API}/me").ok()
    assert server.anonymous().post(ACCEPT, {"token": second["token"], "password": NEW}).status == 204
    wait_until(lambda: client.get(f"{API}/me", follow=False).status == 401, "the session's end", timeout=1)


def test_a_link_asked_for_again_with_the_same_key_is_the_same(firm, user):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    answers = [firm.admin.post(user_path(user, "/invite"), headers=headers) for _ in range(2)]
    assert answers[0].ok() == answers[1].ok() and answers[0].position == answers[1].position


def test_a_link_is_shown_nowhere_again_and_is_no_other_token(server, firm, user):
    link = firm.admin.post(user_path(user, "/reset-password")).ok()
    for path in (user_path(user), user_path(user, "/history"), f"{API}/users?limit=200"):
        text = firm.admin.get(path).text()
        assert link["token"] not in text and "secrets" not in text and "hash" not in text
    history = firm.admin.get(user_path(user, "/history")).ok()["items"]
    assert history[0]["type"] == "user.password_reset_requested.v1"
    server.anonymous().post(f"{API}/auth/refresh", {"refresh_token": link["token"]}).problem(401, "invalid_token")
    server.anonymous().post(ACCEPT, {"token": log_in(server, user).refresh_token, "password": NEW}).problem(422, "invalid_link")
    for token in ("", "x", link["token"][:-1] + ("A" if link["token"][-1] != "A" else "E")):
        server.anonymous().post(ACCEPT, {"token": token, "password": NEW}).problem(422, "invalid_link")


def test_nobody_inactive_is_invited_and_a_link_opens_nothing_after_deactivation(server, firm, user):
    link = firm.admin.post(user_path(user, "/reset-password")).ok()
    firm.admin.patch(user_path(user), {"active": False}).ok()
    firm.admin.post(user_path(user, "/invite")).problem(409, "user_inactive")
    server.anonymous().post(ACCEPT, {"token": link["token"], "password": NEW}).problem(422, "invalid_link")


def test_a_link_outlives_neither_a_deactivation_nor_another_address(server, firm, user):
    link = firm.admin.post(user_path(user, "/reset-password")).ok()
    for active in (False, True):
        firm.admin.patch(user_path(user), {"active": active}).ok()
    server.anonymous().post(ACCEPT, {"token": link["token"], "password": NEW}).problem(422, "invalid_link")
    link = firm.admin.post(user_path(user, "/reset-password")).ok()
    firm.admin.patch(user_path(user), {"email": f"{uuid.uuid4()}@alforis.example"}).ok()
    server.anonymous().post(ACCEPT, {"token": link["token"], "password": NEW}).problem(422, "invalid_link")


def test_an_administrators_token_alone_does_not_take_over_the_account(server, firm):
    """Of one's own account one has to know the password."""
    own = user_path(firm.admin.user)
    for verb in ("/invite", "/reset-password"):
        firm.admin.post(own + verb).problem(403)
    firm.admin.delete(own + "/totp").problem(403)
    for proof in ({"password": "pas la bonne"}, {}):
        assert "/password" in errors_by_pointer(firm.admin.post(TOTP, proof).problem(422))


def test_the_command_line_invites_and_resets(server, firm):
    environment = {"ALFORIS_SERVER": f"http://127.0.0.1:{server.port}", "ALFORIS_ADMIN_EMAIL": "admin@alforis.example",
                   "ALFORIS_ADMIN_PASSWORD": "correct horse battery"}
    email = f"{uuid.uuid4()}@alforis.example"
    password = "correct horse battery"
    for arguments in (("invite", email, "--role", "manager", "--name", "Anne Lenoir"), ("invite", email), ("reset-password", email)):
        done = server.cli("user", *arguments, environment=environment, stores=False)
        assert done.returncode == 0, done.stderr
        link = done.stdout.strip()
        token = link.split("#token=")[1]
        password += " encore"
        accepted = server.anonymous().post(ACCEPT, {"token": token, "password": password})
        assert accepted.status == 204, accepted
        server.await_position(accepted.position)
        client = log_in(server, {"email": email}, password)
        assert client.get(f"{API}/me").ok()["role"] == "manager"
    nobody = server.cli("user", "reset-password", "personne@alforis.example", environment=environment, stores=False)
    assert nobody.returncode != 0 and "personne@alforis.example" in nobody.stderr


def test_links_lead_to_the_address_that_the_operator_names(make_server):
    firm = Firm(make_server(arguments=["--public-url", "https://crm.example.org"]))
    link = firm.admin.post(user_path(firm.make_user("viewer"), "/invite")).ok()
    assert link["link"].startswith("https://crm.example.org/accept#token=")
    # The browsers' way to us is encrypted, whoever does that: cookies and headers say so.
    answer = firm.server.anonymous().post(LOGIN, {"email": "admin@alforis.example", "password": "correct horse battery", "cookie": True})
    assert all("Secure" in value.split("; ") for name, value in answer.pairs if name == "set-cookie")
    assert answer.header("strict-transport-security") == "max-age=31536000"


# ---- passwords -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password, code", [
    ("court", "invalid_password"), ("éàüéàüé", "invalid_password"), ("motdepasse", "weak_password"), ("Password1", "weak_password"),
    ("12345678", "weak_password"), ("aaaaaaaaaaaa", "weak_password"), ("alforis2026", "weak_password"), ("Sofia Nguyen", "weak_password"),
])
def test_passwords_that_are_guessed_first_are_refused(firm, password, code):
    body = {"email": f"{uuid.uuid4()}@alforis.example", "full_name": "Sofia Nguyễn", "password": password}
    assert errors_by_pointer(firm.admin.post(f"{API}/users", body).problem(422)) == {"/password": code}


def test_a_password_needs_no_digits_and_may_be_of_any_letters(server, firm):
    for password in ("rien que des lettres", "パスワードの長い文", " blancs autour "):
        user = firm.admin.create("users", {"email": f"{uuid.uuid4()}@alforis.example", "password": password})
        server.await_position(firm.admin.position)
        log_in(server, user, password)
        assert login_status(server, user, password.strip() + "x") == 401


def test_a_hash_of_older_parameters_is_made_again_at_the_next_login(make_server):
    server = make_server(arguments=["--argon2-memory", "8192", "--argon2-passes", "1"])
    firm = Firm(server)
    user = firm.make_user("sales")
    server.await_position(firm.admin.position)

    def stored():
        with server.database() as cursor:
            cursor.execute(f"SELECT value FROM {server.workspace}.secrets WHERE entity_id = %s AND kind = 'password'", (user["id"],))
            return cursor.fetchone()[0]

    assert stored().startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    server.stop()
    server.arguments = []
    server.start()
    assert login_status(server, user, "pas la bonne phrase") == 401
    assert stored().startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    log_in(server, user)
    wait_until(lambda: stored().startswith("$argon2id$v=19$m=19456,t=2,p=1$"), "the new hash")
    log_in(server, user)
    changes = server.login().get(user_path(user, "/history")).ok()["items"]
    assert [entry["type"] for entry in changes].count("user.password_rehashed.v1") == 1


# ---- one-time codes ------------------------------------------------------------------------------------------------


def enrolled(server, user):
    """A client with one-time codes: `secret`, `codes` (recovery), `step` of the code used last."""
    client = log_in(server, user)
    enrol(client)
    confirm(client)
    server.await_position(client.position)
    return client


def test_with_one_time_codes_a_login_needs_one_and_takes_it_once(server, user):
    client = enrolled(server, user)
    assert client.uri.startswith("otpauth://totp/Alforis:") and f"secret={client.secret}&" in client.uri
    assert client.get(f"{API}/me").ok()["two_factor"] is True
    body = {"email": user["email"], "password": PASSWORD}
    server.anonymous().post(LOGIN, body).problem(401, "totp_required")
    server.anonymous().post(LOGIN, {**body, "password": "faux faux faux"}).problem(401, "invalid_credentials")
    used = code_of(client.secret, client.step)
    server.anonymous().post(LOGIN, {**body, "totp": used}).problem(401, "invalid_totp")
    following = code_of(client.secret, client.step + 1)
    server.anonymous().post(LOGIN, {**body, "totp": following}).ok()
    server.anonymous().post(LOGIN, {**body, "totp": following}).problem(401, "invalid_totp")


def test_a_recovery_code_opens_once(server, user):
    client = enrolled(server, user)
    assert len(set(client.codes)) == 10
    body = {"email": user["email"], "password": PASSWORD}
    server.anonymous().post(LOGIN, {**body, "recovery_code": client.codes[3].upper()}).ok()
    server.anonymous().post(LOGIN, {**body, "recovery_code": client.codes[3]}).problem(401, "invalid_totp")
    server.anonymous().post(LOGIN, {**body, "recovery_code": "aaaa-aaaa-aaaa-aaaa"}).problem(401, "invalid_totp")
    server.anonymous().post(LOGIN, {**body, "recovery_code": client.codes[4]}).ok()


def test_wrong_codes_slow_the_account_down(make_server):
    firm = Firm(make_server())
    user = firm.make_user("sales")
    firm.server.await_position(firm.admin.position)
    enrolled(firm.server, user)
    body = {"email": user["email"], "password": PASSWORD, "totp": "000000"}
    statuses = [firm.server.anonymous().post(LOGIN, body).status for _ in range(7)]
    assert 429 in statuses and set(statuses) <= {401, 429}


def test_codes_count_once_confirmed_and_enrolling_again_begins_anew(server, user):
    client = log_in(server, user)
    client.post(f"{TOTP}/confirm", {"code": "123456"}).problem(409, "totp_not_enrolled")
    first, second = (client.post(TOTP, {"password": PASSWORD}).ok() for _ in range(2))
    assert login_status(server, user, PASSWORD) == 200
    problem = client.post(f"{TOTP}/confirm", {"code": code_of(first["secret"])}).problem(422)
    assert errors_by_pointer(problem) == {"/code": "invalid_totp"}
    client.post(f"{TOTP}/confirm", {"code": code_of(second["secret"])}).ok()
    client.post(TOTP, {"password": PASSWORD}).problem(409, "totp_enabled")
    client.post(f"{TOTP}/confirm", {"code": code_of(second["secret"])}).problem(409, "totp_enabled")


def test_codes_are_disabled_with_the_password_or_by_an_administrator(server, firm, user):
    client = enrolled(server, user)
    problem = client.delete(TOTP, {"password": "pas la bonne"}).problem(422)
    assert errors_by_pointer(problem) == {"/password": "invalid_credentials"}
    answer = client.delete(TOTP, {"password": PASSWORD})
    assert answer.ok()["two_factor"] is False
    server.await_position(answer.position)
    assert login_status(server, user, PASSWORD) == 200
    again = enrolled(server, user)
    firm.people["manager"].delete(user_path(user, "/totp")).problem(403)
    done = firm.admin.delete(user_path(user, "/totp"))
    assert done.ok()["two_factor"] is False
    server.await_position(done.position)
    assert login_status(server, user, PASSWORD) == 200
    again.get(f"{API}/me").ok()


def test_secrets_of_codes_are_stored_encrypted_and_shown_nowhere(server, firm, user):
    client = enrolled(server, user)
    plain = base64.b32decode(client.secret)
    with server.database() as cursor:
        cursor.execute(f"SELECT value FROM {server.workspace}.secrets WHERE entity_id = %s AND kind = 'totp'", (user["id"],))
        sealed = cursor.fetchone()[0]
        assert plain not in base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        cursor.execute(f"SELECT doc FROM {server.workspace}.users WHERE id = %s", (user["id"],))
        pages = [cursor.fetchone()[0]]
        cursor.execute(f"SELECT data FROM {server.workspace}.history WHERE entity_id = %s", (user["id"],))
        pages += [data for (data,) in cursor.fetchall()]
    pages.append(firm.admin.get(user_path(user, "/history")).text())
    for page in pages:
        assert sealed not in page and client.secret not in page and "recovery" not in page.replace("recovery_code_used", "")
    log = server.cli("history", user["id"]).stdout
    assert client.secret not in log and client.codes[0] not in log


# ---- API keys ------------------------------------------------------------------------------------------------------


def with_key(server, key):
    client = server.anonymous()
    client.token = key["key"]
    return client


def make_key(firm, **fields):
    return firm.admin.create("api-keys", {"name": unique("Clé"), **fields})


def test_a_key_lets_in_as_its_user_with_its_scope_or_less(server, firm):
    user = firm.make_user("manager", firm.teams["paris"])
    key = make_key(firm, user_id=user["id"], scope="sales")
    assert key["key"].startswith(key["prefix"]) and key["prefix"].startswith("alf_") and len(key["key"]) == 69
    firm.everybody_follows()
    client = with_key(server, key)
    wait_until(lambda: client.get(f"{API}/me").status == 200, "the user to be known")
    assert client.get(f"{API}/me").ok()["id"] == user["id"]
    made = client.create("organisations", {"name": unique("Par clé")})
    assert made["owner_id"] == user["id"], "as a sales person's"
    client.delete(f"{API}/organisations/{made['id']}").problem(403)
    client.post(f"{API}/imports/organisations", {"import_id": str(uuid.uuid4()), "source": "x", "records": []}).problem(403)
    demoted = firm.admin.patch(user_path(user), {"role": "viewer"})
    demoted.ok()
    client.patch(f"{API}/organisations/{made['id']}", {"city": "Pau"}, headers={"Alforis-After": str(demoted.position)}).problem(403)


def test_a_viewers_key_of_an_administrator_changes_nothing(server, firm):
    client = with_key(server, make_key(firm))
    assert client.get(f"{API}/me").ok()["role"] == "admin"
    organisation = firm.organisation("other_sales")
    client.get(f"{API}/organisations/{organisation['id']}", headers={"Alforis-After": str(firm.admin.position)}).problem(404)
    for method, path, body in (("POST", f"{API}/organisations", {"name": "X"}), ("PATCH", f"{API}/organisations/{organisation['id']}", {"city": "Pau"}),
                               ("POST", f"{API}/users", {"email": "x@alforis.example"}), ("DELETE", f"{API}/organisations/{organisation['id']}", None)):
        assert client.request(method, path, body).status in (403, 404), (method, path)


def test_only_a_login_makes_keys_passwords_and_codes(server, firm):
    client = with_key(server, make_key(firm, scope="admin"))
    client.get(f"{API}/users").ok()
    for method, path, body in (("POST", KEYS, {"name": "autre"}), ("POST", f"{API}/me/password", {"current": "x", "password": NEW}),
                               ("POST", TOTP, None), ("DELETE", TOTP, {"password": "x"}), ("POST", f"{API}/auth/logout", None)):
        client.request(method, path, body).problem(403, "login_required")


def test_keys_are_made_by_administrators_and_for_active_users_no_higher_than_they_are(firm):
    for name in ("manager", "sales", "viewer"):
        firm.people[name].post(KEYS, {"name": "moi"}).problem(403, "forbidden")
    seller, gone = firm.make_user("sales"), firm.make_user("sales", active=False)
    body = {"name": "x", "user_id": seller["id"]}
    assert errors_by_pointer(firm.admin.post(KEYS, {**body, "scope": "manager"}).problem(422)) == {"/scope": "scope_above_role"}
    for missing in (gone["id"], str(uuid.uuid4())):
        assert errors_by_pointer(firm.admin.post(KEYS, {**body, "user_id": missing}).problem(422)) == {"/user_id": "unknown_reference"}
    assert errors_by_pointer(firm.admin.post(KEYS, {**body, "expires_at": "2020-01-01T00:00:00Z"}).problem(422)) == {"/expires_at": "out_of_range"}


def test_the_key_itself_is_shown_once_and_again_only_to_a_retry(server, firm):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"name": unique("Clé")}
    first, again = (firm.admin.post(KEYS, body, headers=headers) for _ in range(2))
    assert first.ok(201) == again.ok(201) and first.header("cache-control") == "no-store"
    key = first.json()
    secret = key["key"].removeprefix(key["prefix"])
    for path in (f"{KEYS}/{key['id']}", f"{KEYS}/{key['id']}/history", f"{KEYS}?limit=200"):
        text = firm.admin.get(path).text()
        assert key["id"] in text or "api_key.created.v1" in text
        assert secret not in text and "hash" not in text
    assert with_key(server, again.json()).get(f"{API}/me").ok()["id"] == firm.admin.user["id"]


def test_a_revoked_key_and_an_expired_one_open_nothing(server, firm):
    key = make_key(firm)
    client = with_key(server, key)
    client.get(f"{API}/me").ok()
    firm.admin.delete(f"{KEYS}/{key['id']}", {"reason": "perdue"}).ok()
    client.get(f"{API}/me", follow=False).problem(401, "invalid_token")
    assert key["id"] not in firm.admin.list("api-keys")
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
    short = with_key(server, make_key(firm, expires_at=soon.isoformat()))
    wait_until(lambda: short.get(f"{API}/me", follow=False).status == 401, "its expiry", timeout=5)


def test_a_users_keys_end_with_the_user_and_do_not_come_back(server, firm):
    user = firm.make_user("sales")
    client = with_key(server, make_key(firm, user_id=user["id"]))
    wait_until(lambda: client.get(f"{API}/me").status == 200, "the user to be known")
    firm.admin.patch(user_path(user), {"active": False}).ok()
    client.get(f"{API}/me", follow=False).problem(401)
    back = firm.admin.patch(user_path(user), {"active": True})
    back.ok()
    server.await_position(back.position)
    client.get(f"{API}/me", follow=False).problem(401)


def test_a_key_is_its_users_and_the_administrators_to_see_and_revoke(firm):
    seller = firm.people["sales"]
    key = make_key(firm, user_id=seller.user["id"])
    path = f"{KEYS}/{key['id']}"
    firm.everybody_follows()
    for name in ("colleague", "manager", "other_sales"):
        firm.people[name].get(path).problem(404)
        firm.people[name].delete(path).problem(404)
    assert seller.get(path).ok()["name"] == key["name"] and key["id"] in seller.list("api-keys")
    seller.delete(path).ok()


def test_the_last_use_of_a_key_is_noted(server, firm):
    key = make_key(firm)
    path = f"{KEYS}/{key['id']}"
    assert "last_used_at" not in firm.admin.get(path).ok()
    client = with_key(server, key)
    for _ in range(5):
        client.get(f"{API}/me").ok()
    shown = wait_until(lambda: r if "last_used_at" in (r := firm.admin.get(path).ok()) else None, "the note")
    assert shown["last_used_from"] == "127.0.0.1"
    types = [entry["type"] for entry in firm.admin.get(path + "/history").ok()["items"]]
    assert types == ["api_key.used.v1", "api_key.created.v1"]


@pytest.mark.parametrize("token", ["alf_", "alf_x", "alf_" + "A" * 65, "alf_" + "é" * 20, "ALF_" + "A" * 65])
def test_what_is_no_key_is_refused(server, token):
    client = server.anonymous()
    client.token = token.encode().decode("latin-1")
    client.get(f"{API}/me").problem(401, "invalid_token")


def test_a_key_works_and_ends_on_every_server(make_server, brokers):
    firm = Firm(make_server(brokers=brokers))
    key = make_key(firm)
    second = make_server(brokers=brokers, beside=firm.server)
    second.await_position(firm.admin.position)
    elsewhere = with_key(second, key)
    elsewhere.get(f"{API}/me").ok()
    until_taken(lambda headers: firm.admin.delete(f"{KEYS}/{key['id']}", headers=headers)).ok()
    wait_until(lambda: elsewhere.get(f"{API}/me").status == 401, "the end on the other server", timeout=1)
