"""What the firm owes to the people it knows: their dossier, their consent, and an end."""

import pytest

from alforis_client import API
from firm import errors_by_pointer, unique


@pytest.fixture
def known(firm):
    """A person with an organisation, a meeting, a call they took part in, a task, and a note that names them elsewhere."""
    admin = firm.admin
    name = unique("Ménard").replace(" ", "")
    organisation = firm.organisation(notes=f"Demander à Mme {name.upper()} d'abord")
    person = firm.person(organisation, first_name="Inès", last_name=name, notes="Préfère le mardi")
    other = firm.person(organisation)
    admin.create("interactions", {"type": "meeting", "title": "Premier rendez-vous", "person_id": person["id"], "body": "Parle de sa retraite"})
    admin.create("interactions", {"type": "call", "title": "Appel à trois", "person_id": other["id"], "participants": [{"person_id": person["id"]}]})
    admin.create("interactions", {"type": "note", "title": "Note", "organisation_id": organisation["id"], "body": f"{name} hésite encore"})
    admin.create("tasks", {"title": "La rappeler", "person_id": person["id"], "due_at": "2026-12-01T09:00:00Z"})
    admin.patch(f"{API}/people/{person['id']}", {"job_title": "Directrice"}).ok()
    firm.everybody_follows()
    return {"person": person, "name": name, "organisation": organisation, "path": f"{API}/people/{person['id']}"}


def test_the_dossier_has_all_that_is_held_and_says_from_whom(firm, known):
    dossier = firm.admin.get(known["path"] + "/dossier").ok()
    assert dossier["complete"] and dossier["person"]["last_name"] == known["name"] and dossier["person"]["job_title"] == "Directrice"
    assert [link["organisation"] for link in dossier["links"]] == [known["organisation"]["name"]]
    assert [(one["interaction"]["title"], one["took_part"]) for one in dossier["interactions"]] == [
        ("Premier rendez-vous", False), ("Appel à trois", True)]
    assert "La rappeler" in [task["title"] for task in dossier["tasks"]]  # beside those that make themselves
    assert [entry["action"] for entry in dossier["history"]] == ["person.created", "link.created", "person.updated"]
    changed = {change["field"]: change["to"] for change in dossier["history"][-1]["changes"]}
    assert changed["job_title"] == "Directrice"
    assert len(dossier["sources"]) == 1 and dossier["sources"][0]["by_name"]


def test_it_lists_the_free_texts_to_be_read_first(firm, known):
    texts = firm.admin.get(known["path"] + "/dossier").ok()["free_texts"]
    about = {(text["kind"], text["field"], text["text"]) for text in texts if not text["named_only"]}
    assert {("person", "notes", "Préfère le mardi"), ("interaction", "body", "Parle de sa retraite"), ("task", "title", "La rappeler"),
            ("interaction", "title", "Appel à trois")} <= about
    named = {(text["kind"], text["field"]) for text in texts if text["named_only"]}
    assert named == {("organisation", "notes"), ("interaction", "body")}


def test_it_says_who_took_it_before(firm, known):
    admin = firm.admin
    assert admin.get(known["path"] + "/dossier").ok()["recipients"] == []
    admin.position = admin.log_end()
    recipients = admin.get(known["path"] + "/dossier").ok()["recipients"]
    assert [(one["action"], one["by"]) for one in recipients] == [("audit.exported", firm.id_of("admin"))]


def test_it_can_be_read_as_a_text_in_both_languages(firm, known):
    english = firm.admin.get(known["path"] + "/dossier/text")
    assert english.status == 200 and english.header("content-type").startswith("text/plain")
    for part in ("Job title: Directrice", known["organisation"]["name"], "you took part", "Where it comes from", "Parle de sa retraite"):
        assert part in english.text(), part
    french = firm.admin.get(known["path"] + "/dossier/text", headers={"Accept-Language": "fr"}).text()
    assert "Fonction : Directrice" in french and "vous avez participé" in french


def test_a_deleted_person_still_has_one_and_an_erased_one_has_nothing_in_it(firm, known):
    admin = firm.admin
    admin.delete(known["path"]).ok()
    assert admin.get(known["path"] + "/dossier").ok()["person"]["last_name"] == known["name"]
    admin.post(known["path"] + "/erase", {"reason": "Demande"}).ok()
    # What others wrote freely stays until somebody redacts it: it is not under the person's key.
    dossier = admin.get(known["path"] + "/dossier").ok()
    assert known["name"] not in str({**dossier, "free_texts": []}) and "Directrice" not in str(dossier)
    admin.get(f"{API}/people/0195c2a0-0000-7000-8000-00000000dead/dossier").problem(404, "not_found")


def test_the_timeline_of_a_person_has_what_they_took_part_in(firm, known):
    items = list(firm.admin.pages(known["path"] + "/timeline", {"kinds": "interaction", "limit": 1}))
    assert sorted(item["title"] for item in items) == ["Appel à trois", "Premier rendez-vous"]


def test_of_what_they_took_part_in_others_see_what_they_may(firm):
    """A call about somebody of another team's organisation stays hidden, although the participant is everybody's."""
    hidden = firm.person(firm.organisation(owner="other_sales"))
    guest = firm.person()
    firm.admin.create("interactions", {"type": "call", "title": "Appel caché", "person_id": hidden["id"], "participants": [{"person_id": guest["id"]}]})
    firm.everybody_follows()
    path = f"{API}/people/{guest['id']}/timeline"
    assert [item["title"] for item in firm.people["other_sales"].get(path).ok()["items"]] == ["Appel caché"]
    assert firm.people["sales"].get(path).ok()["items"] == []


# ---- consent ---------------------------------------------------------------------------------------------------------


def test_a_consent_has_its_source_and_its_day(firm):
    admin = firm.admin
    problem = admin.post(f"{API}/people", {"last_name": "P", "consent": "given"}).problem(422, "invalid_input")
    assert errors_by_pointer(problem) == {"/consent_source": "required"}
    person = admin.create("people", {"last_name": "P", "consent": "given", "consent_source": "Formulaire du site"})
    path = f"{API}/people/{person['id']}"
    assert person["consent_date"]
    problem = admin.patch(path, {"consent": "refused"}).problem(422, "invalid_input")
    assert errors_by_pointer(problem) == {"/consent_source": "required"}
    changed = admin.patch(path, {"consent": "refused", "consent_source": "Appel", "consent_date": "2026-02-28"}).ok()
    assert (changed["consent"], changed["consent_source"], changed["consent_date"]) == ("refused", "Appel", "2026-02-28")
    problem = admin.patch(path, {"consent_date": "2099-12-31"}).problem(422, "invalid_input")
    assert errors_by_pointer(problem) == {"/consent_date": "out_of_range"}
    admin.patch(path, {"consent_source": None}).problem(422, "invalid_input")
    taken_back = admin.patch(path, {"consent": "none"}).ok()
    assert "consent_source" not in taken_back and "consent_date" not in taken_back


# ---- retention -------------------------------------------------------------------------------------------------------


def test_nobody_of_today_is_proposed_for_erasure(firm, known):
    people = list(firm.admin.pages(f"{API}/people/retention", {"limit": 200}))
    assert known["person"]["id"] not in {item["person"]["id"] for item in people}
    firm.admin.get(f"{API}/people/retention", query={"after": "x"}).problem(400, "invalid_parameter")


def test_the_time_is_the_firms_to_choose(firm):
    for years in (0, 31, -1):
        problem = firm.admin.patch(f"{API}/workspace", {"retention_years": years}).problem(422, "invalid_input")
        assert errors_by_pointer(problem) == {"/retention_years": "out_of_range"}
    assert firm.admin.patch(f"{API}/workspace", {"retention_years": 5}).ok()["retention_years"] == 5
    firm.admin.patch(f"{API}/workspace", {"retention_years": 3}).ok()


# ---- stages ----------------------------------------------------------------------------------------------------------


def test_how_long_an_organisation_was_in_which_stage(firm):
    admin = firm.admin
    organisation = firm.organisation()
    path = f"{API}/organisations/{organisation['id']}"
    admin.post(path + "/stage", {"stage": "qualification"}).ok()
    admin.post(path + "/stage", {"stage": "perdu", "reason": "Frais trop élevés"}).ok()
    stages = admin.get(path + "/stages").ok()
    assert [stay["stage"] for stay in stages["stays"]] == ["prospect", "qualification", "perdu"]
    assert [stay.get("reason") for stay in stages["stays"]] == [None, None, "Frais trop élevés"]
    first, second, last = stages["stays"]
    assert first["until"] == second["since"] and "until" not in last and last["moved_by"] == firm.id_of("admin")
    assert stages["days_in_stage"] == {"prospect": 0, "qualification": 0, "proposition": 0, "negociation": 0, "signe": 0, "perdu": 0,
                                       **{name: 0 for name in stages["days_in_stage"]}}
