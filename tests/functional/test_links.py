"""Links between people and organisations: one live link per pair, one primary link per organisation."""

from alforis_client import API
from firm import errors_by_pointer, paris_day, unique

FULL_LINK = {
    "role": "decideur", "job_title": "Directrice des investissements", "work_email": "e.durand@belle-rive.example",
    "work_phone": "+33472001122", "is_primary": True, "since": "2024-05-01", "until": "2027-04-30", "notes": "Le mardi",
}


def pair(client, name="Lien"):
    organisation = client.create("organisations", {"name": unique(name)})
    person = client.create("people", {"last_name": unique(name)})
    return {"person_id": person["id"], "organisation_id": organisation["id"]}


def test_a_link_keeps_every_field_it_was_given(each_firm):
    admin = each_firm.admin
    body = {**pair(admin), **FULL_LINK}
    made = admin.create("links", body)
    assert {name: made[name] for name in body} == body and made["live"] is True
    assert admin.read("links", made["id"]) == made
    assert admin.list("links", person=body["person_id"]) == [made["id"]]
    assert admin.list("links", organisation=body["organisation_id"]) == [made["id"]]


def test_a_link_starts_as_a_secondary_contact_that_is_not_primary(admin):
    made = admin.create("links", pair(admin))
    assert (made["role"], made["is_primary"], made["live"]) == ("contact_secondaire", False, True)


def test_a_pair_has_one_live_link(each_firm):
    admin = each_firm.admin
    ends = pair(admin)
    first = admin.create("links", ends)
    problem = admin.post(f"{API}/links", ends).problem(409, "already_linked")
    assert problem["conflict"] == first["id"]
    admin.post(f"{API}/links/{first['id']}/end", {"until": "2026-01-31", "reason": "Départ"}).ok()
    second = admin.create("links", ends)
    assert second["id"] != first["id"]
    assert sorted(admin.list("links", person=ends["person_id"])) == sorted([first["id"], second["id"]])
    assert admin.list("links", person=ends["person_id"], live="true") == [second["id"]]


def test_a_new_primary_link_demotes_the_old_one_in_the_same_commit(each_firm):
    admin = each_firm.admin
    ends = pair(admin)
    first = admin.create("links", {**ends, "is_primary": True})
    other = admin.create("people", {"last_name": unique("Successeur")})
    answer = admin.post(f"{API}/links", {**ends, "person_id": other["id"], "is_primary": True})
    second = answer.ok(201)
    demoted = admin.read("links", first["id"])
    assert demoted["is_primary"] is False and second["is_primary"] is True
    # One commit: the demotion's entry has the position of the creation.
    newest = admin.get(f"{API}/links/{first['id']}/history").ok()["items"][0]
    assert newest["position"] == answer.position
    assert newest["changes"] == [{"field": "is_primary", "from": True, "to": False}]
    assert admin.patch(f"{API}/links/{first['id']}", {"is_primary": True}).ok()["is_primary"] is True
    assert admin.read("links", second["id"])["is_primary"] is False
    primaries = admin.list("links", organisation=ends["organisation_id"], is_primary="true")
    assert primaries == [first["id"]]


def test_an_ended_link_is_history(admin):
    made = admin.create("links", {**pair(admin), "is_primary": True})
    path = f"{API}/links/{made['id']}"
    ended = admin.delete(path).ok()
    assert ended["live"] is False and ended["is_primary"] is False and ended["until"] == paris_day(ended["updated_at"])
    admin.patch(path, {"notes": "plus tard"}).problem(409, "ended")
    admin.post(path + "/end").problem(409, "ended")
    assert admin.get(path).ok() == ended


def test_a_link_does_not_end_before_it_began(admin):
    made = admin.create("links", {**pair(admin), "since": "2026-01-10"})
    path = f"{API}/links/{made['id']}"
    for answer in (admin.post(path + "/end", {"until": "2026-01-09"}), admin.patch(path, {"until": "2026-01-09"}),
                   admin.post(f"{API}/links", {**pair(admin), "since": "2026-01-02", "until": "2026-01-01"})):
        assert errors_by_pointer(answer.problem(422)) == {"/until": "dates_reversed"}
    assert admin.post(path + "/end", {"until": "2026-01-10"}).ok()["until"] == "2026-01-10"


def test_a_link_ties_what_exists(admin):
    nobody = "0195c2a0-0000-7000-8000-00000000ffff"
    problem = admin.post(f"{API}/links", {"person_id": nobody, "organisation_id": nobody}).problem(422, "invalid_input")
    assert errors_by_pointer(problem) == {"/person_id": "unknown_reference", "/organisation_id": "unknown_reference"}
    ends = pair(admin)
    admin.delete(f"{API}/people/{ends['person_id']}").ok()
    problem = admin.post(f"{API}/links", ends).problem(422)
    assert errors_by_pointer(problem) == {"/person_id": "unknown_reference"}
    problem = admin.post(f"{API}/links", {}).problem(422)
    assert errors_by_pointer(problem) == {"/person_id": "required", "/organisation_id": "required"}


def test_the_ends_of_a_link_never_change(admin):
    ends = pair(admin)
    made = admin.create("links", ends)
    problem = admin.patch(f"{API}/links/{made['id']}", pair(admin)).problem(422)
    assert errors_by_pointer(problem) == {"/person_id": "unknown_member", "/organisation_id": "unknown_member"}


def test_a_merge_patch_of_a_link_empties_and_sets(admin):
    made = admin.create("links", {**pair(admin), **FULL_LINK})
    path = f"{API}/links/{made['id']}"
    for name in ("job_title", "work_email", "work_phone", "since", "until", "notes"):
        assert admin.patch(path, {name: None}).ok().get(name) is None
    for name in ("role", "is_primary"):
        assert errors_by_pointer(admin.patch(path, {name: None}).problem(422)) == {"/" + name: "not_nullable"}
    changed = admin.patch(path, {"role": "technique", "work_phone": "04 72 00 11 33"}).ok()
    assert (changed["role"], changed["work_phone"]) == ("technique", "+33472001133")
