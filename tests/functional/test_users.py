"""Users, teams and logging in: the last administrator, passwords, and the end of a session."""

import pytest

from alforis_client import API, wait_until
from firm import PASSWORD, Firm, errors_by_pointer, unique


def user_path(user, verb=""):
    return f"{API}/users/{user['id']}{verb}"


def test_a_user_keeps_every_field_but_the_password(each_firm):
    admin = each_firm.admin
    body = {"email": f"{unique('sofia').replace(' ', '.')}@alforis.example", "full_name": "Sofia Nguyễn", "role": "manager",
            "team_id": each_firm.teams["lyon"], "active": True, "locale": "en", "time_zone": "Europe/Luxembourg",
            "theme": "dark", "notification_preferences": [{"type": "task_due", "in_app": False, "email": "daily"}]}
    answer = admin.post(f"{API}/users", {**body, "password": PASSWORD})
    made = answer.ok(201)
    assert {name: made[name] for name in body} == body
    assert "password" not in answer.text() and "argon2" not in answer.text()
    assert admin.read("users", made["id"]) == made
    client = each_firm.server.login(body["email"], PASSWORD, admin.position)
    assert client.user == made
    changed = admin.patch(user_path(made), {"full_name": None, "time_zone": None, "team_id": None, "theme": "light"}).ok()
    assert [changed.get(name) for name in ("full_name", "time_zone", "team_id", "theme")] == [None, None, None, "light"]


def test_nobody_is_created_as_the_system(firm):
    body = {"id": "00000000-0000-7000-8000-000000000001", "email": f"{unique('intrus').replace(' ', '.')}@alforis.example"}
    assert errors_by_pointer(firm.admin.post(f"{API}/users", body).problem(422)) == {"/id": "reserved_id"}


def test_a_login_answers_a_bearer_token_with_its_life_time(server, firm):
    answer = server.anonymous().post(f"{API}/auth/login", {"email": firm.admin.user["email"].upper(), "password": "correct horse battery"})
    body = answer.ok()
    assert body["token_type"] == "Bearer" and body["expires_in"] > 0 and body["access_token"].count(".") == 2
    assert answer.header("cache-control") == "no-store"


def test_a_wrong_password_and_an_unknown_account_are_told_alike(server, firm):
    email = firm.people["sales"].user["email"]
    answers = [server.anonymous().post(f"{API}/auth/login", {"email": who, "password": password})
               for who, password in ((email, "faux faux faux"), ("personne@alforis.example", PASSWORD), ("pas une adresse", "x"))]
    documents = [answer.problem(401, "invalid_credentials") for answer in answers]
    assert len({document["detail"] for document in documents}) == 1


def test_an_account_without_a_password_lets_nobody_in(firm):
    user = firm.admin.create("users", {"email": f"{unique('vide').replace(' ', '.')}@alforis.example"})
    firm.server.await_position(firm.admin.position)
    for password in ("", "x", PASSWORD):
        firm.server.anonymous().post(f"{API}/auth/login", {"email": user["email"], "password": password}).problem(401)


def test_an_email_belongs_to_one_user(each_firm):
    admin = each_firm.admin
    first = each_firm.make_user("sales")
    body = {"email": first["email"].upper(), "password": PASSWORD}
    problem = admin.post(f"{API}/users", body).problem(409, "not_unique")
    assert problem["conflict"] == first["id"] and errors_by_pointer(problem) == {"/email": "not_unique"}
    second = each_firm.make_user("sales")
    admin.patch(user_path(second), {"email": first["email"]}).problem(409, "not_unique")


def test_a_team_name_is_unique_without_regard_to_case_and_accents(admin):
    name = unique("Étoile")
    admin.create("teams", {"name": name})
    admin.post(f"{API}/teams", {"name": name.replace("É", "e").upper()}).problem(409, "not_unique")


def test_a_user_joins_only_a_team_that_is_there_and_active(admin):
    closed = admin.create("teams", {"name": unique("Fermée"), "active": False})
    body = {"email": f"{unique('sans').replace(' ', '.')}@alforis.example"}
    for team in (closed["id"], "0195c2a0-0000-7000-8000-00000000ffff"):
        problem = admin.post(f"{API}/users", {**body, "team_id": team}).problem(422)
        assert errors_by_pointer(problem) == {"/team_id": "unknown_reference"}


def test_the_last_active_administrator_stays(make_server):
    firm = Firm(make_server())
    admin = firm.admin
    for patch in ({"active": False}, {"role": "manager"}):
        admin.patch(user_path(admin.user), patch).problem(409, "last_admin")
    second = firm.new_person("admin")
    assert admin.patch(user_path(admin.user), {"role": "viewer"}).ok()["role"] == "viewer"
    second.patch(user_path(second.user), {"active": False}).problem(409, "last_admin")
    # The former administrator's rights went with the role, for the session that is still open as well.
    wait_until(lambda: admin.get(f"{API}/me", follow=False).ok()["role"] == "viewer", "the demotion to be seen")
    admin.post(f"{API}/teams", {"name": unique("Putsch")}).problem(403, "forbidden")


def test_deactivating_a_user_ends_their_sessions_and_their_login(each_firm):
    user = each_firm.make_user("sales", each_firm.teams["paris"])
    client = each_firm.server.login(user["email"], PASSWORD, each_firm.admin.position)
    client.get(f"{API}/organisations").ok()
    gone = each_firm.admin.patch(user_path(user), {"active": False})
    gone.ok()
    # Who has been told of the deactivation's position finds it done.
    each_firm.server.await_position(gone.position)
    client.get(f"{API}/me").problem(401)
    client.post(f"{API}/organisations", {"name": unique("Trop tard")}).problem(401)
    login = {"email": user["email"], "password": PASSWORD}
    each_firm.server.anonymous().post(f"{API}/auth/login", login).problem(401, "invalid_credentials")
    back = each_firm.admin.patch(user_path(user), {"active": True})
    back.ok()
    each_firm.server.await_position(back.position)
    each_firm.server.anonymous().post(f"{API}/auth/login", login).ok()


def test_a_move_to_another_team_changes_at_once_what_is_seen(firm):
    nomad = firm.make_user("sales", firm.teams["paris"])
    admin = firm.admin
    organisation = admin.create("organisations", {"name": unique("Nomade"), "owner_id": nomad["id"]})
    person = admin.create("people", {"last_name": unique("Nomade")})
    link = admin.create("links", {"person_id": person["id"], "organisation_id": organisation["id"]})
    paths = [f"{API}/organisations/{organisation['id']}", f"{API}/people/{person['id']}", f"{API}/links/{link['id']}",
             f"{API}/organisations/{organisation['id']}/history"]
    here, there = firm.people["viewer"], firm.people["other_viewer"]
    firm.everybody_follows()
    for path in paths * 2:  # twice, so that what is kept in memory is asked as well
        here.get(path).ok()
        there.get(path).problem(404)
    admin.patch(user_path(nomad), {"team_id": firm.teams["lyon"]}).ok()
    firm.everybody_follows()
    for path in paths * 2:
        here.get(path).problem(404)
        there.get(path).ok()
    query = {"q": organisation["name"]}
    assert here.get(f"{API}/organisations", query=query).ok()["items"] == []
    assert len(there.get(f"{API}/organisations", query=query).ok()["items"]) == 1


# ---- one's own account ---------------------------------------------------------------------------------------------


def test_everybody_changes_their_own_settings_and_nothing_more(firm):
    client = firm.new_person("viewer", firm.teams["paris"])
    body = {"full_name": "Noé", "locale": "en", "time_zone": "Europe/Brussels", "theme": "dark",
            "notification_preferences": [{"type": "mention", "in_app": True, "email": "immediate"}]}
    changed = client.patch(f"{API}/me", body).ok()
    assert {name: changed[name] for name in body} == body
    assert client.get(f"{API}/me").ok() == changed
    for patch in ({"role": "admin"}, {"active": True, "team_id": None}, {"email": "autre@alforis.example"},
                  {"team_id": firm.teams["lyon"]}):
        client.patch(f"{API}/me", patch).problem(403, "forbidden")
    assert client.get(f"{API}/me").ok() == changed
    twice = [{"type": "mention"}, {"type": "mention"}]
    problem = client.patch(f"{API}/me", {"notification_preferences": twice}).problem(422)
    assert errors_by_pointer(problem) == {"/notification_preferences/1/type": "duplicate_element"}
    defaults = client.patch(f"{API}/me", {"notification_preferences": twice[:1]}).ok()["notification_preferences"]
    assert defaults == [{"type": "mention", "in_app": True, "email": "none"}]


def test_changing_the_own_password_needs_the_present_one(each_firm):
    client = each_firm.new_person("sales")
    email = client.user["email"]
    other = "une autre phrase de passe"
    path = f"{API}/me/password"
    assert errors_by_pointer(client.post(path, {"password": other}).problem(422)) == {"/current": "required"}
    problem = client.post(path, {"current": "pas la bonne", "password": other}).problem(422)
    assert set(errors_by_pointer(problem)) == {"/current"}
    each_firm.server.login(email, PASSWORD)
    answer = client.post(path, {"current": PASSWORD, "password": other})
    answer.ok()
    assert "argon2" not in answer.text() and other not in answer.text()
    each_firm.server.await_position(answer.position)
    each_firm.server.anonymous().post(f"{API}/auth/login", {"email": email, "password": PASSWORD}).problem(401)
    each_firm.server.login(email, other)


def test_an_administrator_sets_a_password_without_the_present_one(firm):
    user = firm.make_user("viewer")
    answer = firm.admin.post(user_path(user, "/password"), {"password": "phrase donnée par la DSI"})
    answer.ok()
    firm.server.login(user["email"], "phrase donnée par la DSI", answer.position)


@pytest.mark.parametrize("password", ["court", "x" * 257])
def test_a_password_has_8_to_256_characters(firm, password):
    user = firm.make_user("viewer")
    problem = firm.admin.post(user_path(user, "/password"), {"password": password}).problem(422)
    assert set(errors_by_pointer(problem)) == {"/password"}


def test_no_password_hash_leaves_the_server(firm):
    user = firm.make_user("viewer")
    pages = [firm.admin.get(path) for path in (user_path(user), user_path(user, "/history"), f"{API}/users?limit=200", f"{API}/me")]
    for page in pages:
        assert page.status == 200 and "argon2" not in page.text() and "hash" not in page.text()
