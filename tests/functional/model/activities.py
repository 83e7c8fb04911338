"""Interactions and tasks: what they are about, whose they are, their moves."""

import datetime
import re

from model import fields, general, policies, rights, values as v
from model.general import find, refuse, together
from model.world import Open, Refused, invalid, plain

MOVES = {"todo": ["start", "complete", "cancel", "snooze"], "doing": ["complete", "cancel", "snooze"], "done": ["reopen"], "cancelled": ["reopen"]}
TYPE_OF = {"relance": "call", "rdv": "meeting", "due_diligence": "meeting", "pitch": "meeting", "negociation": "meeting", "email": "email"}


def same(kept, record, *names):
    return all(name not in kept or kept[name] == record.get(name) for name in names)


def parties(world, kind, kept, record):
    """The references that are new, all that is wrong with them at once; ids of aliases become the survivors'."""

    def of_organisation():
        same_one = general.survivor(world, world.get("organisations", kept.get("organisation_id")))
        if same_one and same_one["id"] == record.get("organisation_id"):
            kept["organisation_id"] = same_one["id"]
        if kept.get("organisation_id") and not same(kept, record, "organisation_id"):
            kept["organisation_id"] = general.organisation(world, kept["organisation_id"])["id"]

    def of_person():
        if kept.get("person_id") and not same(kept, record, "person_id"):
            general.person(world, kept["person_id"])

    known = {one["person_id"] for one in record.get("participants", [])}
    news = [(place, one["person_id"]) for place, one in enumerate(kept.get("participants", [])) if one["person_id"] not in known]
    participants = [lambda place=place, one=one: general.person(world, one, f"participants/{place}/person_id") for place, one in news]

    def of_mandat():
        mandat = world.there("mandats", kept.get("mandat_id"))
        seen = mandat and rights.sees(world, world.me, "mandats", mandat)
        if kept.get("mandat_id") and not same(kept, record, "mandat_id") and not seen:
            raise invalid(mandat_id="unknown_reference")

    def of_somebody():
        if kind == "interactions":
            about_somebody({**record, **kept})

    together(world, of_somebody, of_organisation, of_person, *participants, of_mandat)


def owned(world, kind, kept, record):
    """The assignee has to be somebody who can act, also when it is about something else from now on."""
    changed = {**record, **kept}
    if not changed.get("assignee_id") or same(kept, record, "assignee_id", "organisation_id", "person_id", "mandat_id"):
        return
    changed.setdefault("created_by", world.commit.actor)
    if same(kept, record, "assignee_id"):
        if not general.can_act(world, world.get("users", changed["assignee_id"]), kind, changed):
            raise invalid(assignee_id="assignee_cannot_act")
    else:
        general.assignee(world, kind, changed)


# ---- interactions ----------------------------------------------------------------------------------------------------


def about_somebody(changed):
    if not changed.get("organisation_id") and not changed.get("person_id"):
        raise invalid(organisation_id="required", person_id="required")


def covered(world, changed):
    """A produit that a running mandat of the organisation has."""
    mandats = world.live("mandats", organisation_id=changed.get("organisation_id"))
    running = [mandat for mandat in mandats if mandat["status"] in ("signe", "actif")]
    if not world.there("produits", changed["produit_id"]):
        raise invalid(produit_id=None)
    if not any(one["produit_id"] == changed["produit_id"] and "date_retrait" not in one for mandat in running for one in mandat["produits"]):
        raise invalid(produit_id="produit_not_covered")


def references(world, kept, record):
    """Whom and what it names: what is wrong with its parties at once, then with what depends on them."""
    parties(world, "interactions", kept, record)
    together(world, lambda: of_produit(world, kept, record), lambda: owned(world, "interactions", kept, record))


def of_produit(world, kept, record):
    changed = {**record, **kept}
    if changed.get("produit_id") and not same(kept, record, "produit_id", "organisation_id"):
        covered(world, changed)


def log(world, identity, kept):
    """A new interaction, with its task."""
    references(world, kept, {})
    kept.setdefault("occurred_at", world.commit.moment)
    made = world.create("interactions", identity, kept)
    if made["status"] == "done":
        policies.interaction_done(world, made)
    return made


def create_interaction(world, call):
    return general.create(world, "interactions", call, log)


def patch_interaction(world, call):
    kept, errors = fields.read_patch("interactions", call.body)
    refuse(world, errors)
    record = find(world, "interactions", call.id)
    general.matches(call, record)
    references(world, kept, record)
    changed = world.change("interactions", call.id, kept)
    if changed["status"] == "done" and record["status"] != "done":
        policies.interaction_done(world, changed)
    return changed


def complete_interaction(world, call):
    refuse(world, fields.read_verb("interactions", "complete", call.body)[1])
    record = find(world, "interactions", call.id)
    changed = world.change("interactions", call.id, {"status": "done", "next_action_at": None})
    if record["status"] != "done":
        policies.interaction_done(world, changed)
    return changed


def reschedule(world, call):
    kept, errors = fields.read_verb("interactions", "reschedule", call.body)
    refuse(world, errors)
    find(world, "interactions", call.id)
    return world.change("interactions", call.id, {"next_action_at": kept["next_action_at"]})


def forget_externals(world, call):
    """By name or all; who stays is in the history from then on only."""
    rights.needs(world, "admin")
    kept, errors = fields.read_verb("interactions", "forget", call.body)
    refuse(world, errors)
    record = world.get("interactions", call.id)
    if not record:
        raise Refused(404, "not_found")
    known = {one["name"] for one in record["external_participants"]}
    errors = {f"/names/{place}": "unknown_reference" for place, name in enumerate(kept.get("names", [])) if name not in known}
    refuse(world, errors)
    names = set(kept.get("names") or known)
    stay = [one for one in record["external_participants"] if one["name"] not in names]
    if not any(version["external_participants"] for _, version in world.versions["interactions", call.id]):
        return record  # nobody is left to forget
    changed = world.change("interactions", call.id, {"external_participants": stay}, anyway=True)  # older versions may have had more
    world.commit.final = True
    world.forget("interactions", call.id, without_externals)
    world.commit.before["interactions", call.id] = without_externals(record)
    return changed


def without_externals(record):
    return {**record, "external_participants": []}


def delete_interaction(world, call):
    return general.delete(world, "interactions", call)


def restore_interaction(world, call):
    return general.restore(world, "interactions", call)


# ---- tasks -----------------------------------------------------------------------------------------------------------


def of_mandat(world, kept, record):
    """A mandat's task is one of its organisation."""
    changed = {**record, **kept}
    if not changed.get("mandat_id") or same(kept, record, "mandat_id", "organisation_id"):
        return
    mandat = world.get("mandats", changed["mandat_id"])
    if not same(kept, record, "mandat_id") and not world.there("organisations", mandat["organisation_id"]):
        raise invalid(mandat_id="unknown_reference")
    if changed.get("organisation_id") is None and not same(kept, record, "mandat_id"):
        kept["organisation_id"] = mandat["organisation_id"]
    elif changed.get("organisation_id") != mandat["organisation_id"]:
        raise Refused(422, "invalid_input")


def create_task(world, call):
    def rule(world, identity, kept):
        parties(world, "tasks", kept, {})
        of_mandat(world, kept, {})
        if "assignee_id" in kept:
            owned(world, "tasks", kept, {})
        kept.setdefault("assignee_id", world.commit.actor)
        return world.create("tasks", identity, kept)

    return general.create(world, "tasks", call, rule)


def patch_task(world, call):
    kept, errors = fields.read_patch("tasks", call.body)
    refuse(world, errors)
    record = find(world, "tasks", call.id)
    general.matches(call, record)
    parties(world, "tasks", kept, record)
    of_mandat(world, kept, record)
    owned(world, "tasks", kept, record)
    if "due_at" in kept and kept["due_at"] != record.get("due_at"):
        kept["snoozed_until"] = None
    given = {name: kept.pop(name) for name in ("assignee_id",) if name in kept}
    world.change("tasks", call.id, kept)
    return world.change("tasks", call.id, given)  # an event of its own


def moved(world, call, verb):
    kept, errors = fields.read_verb("tasks", verb, call.body)
    refuse(world, errors)
    record = find(world, "tasks", call.id, late=general.not_yet)
    if verb not in MOVES[record["status"]]:
        raise Refused(409, "invalid_transition", moves=MOVES[record["status"]])
    general.refuse_late(world)
    return kept, record


def start(world, call):
    moved(world, call, "start")
    return world.change("tasks", call.id, {"status": "doing"})


def cancel(world, call):
    moved(world, call, "cancel")
    return world.change("tasks", call.id, {"status": "cancelled"})


def reopen(world, call):
    moved(world, call, "reopen")
    return world.change("tasks", call.id, {"status": "todo", "completed_at": None, "completed_by": None})


def complete(world, call):
    kept, record = moved(world, call, "complete")
    if kept.get("interaction") is not None:
        told = {"title": record["title"], **kept["interaction"]}
        members, errors = fields.read_members({**fields.SPECS["interactions"], "id": v.new_identity}, [], kept["interaction"])
        refuse(world, {"/interaction" + pointer: code for pointer, code in errors.items()})
        logged = {"type": TYPE_OF.get(record["category"], "note"), "title": told["title"]}
        logged.update({name: record[name] for name in ("organisation_id", "person_id") if name in record})
        logged.update(members)
        if isinstance(logged["title"], str):
            logged["title"] = logged["title"][:200]
        if not logged.get("organisation_id") and not logged.get("person_id"):
            raise Refused(422, "invalid_input", {"/interaction/organisation_id": "required", "/interaction/person_id": "required"})
        try:
            log(world, logged.pop("id", None), logged)
        except Refused as refused:
            raise Refused(refused.status, refused.code, {"/interaction" + pointer: code for pointer, code in refused.errors.items()}) from None
    done = {"status": "done", "completed_at": world.commit.moment, "completed_by": world.commit.actor}
    return world.change("tasks", call.id, done)


def snooze(world, call):
    """So many days after the day it was due, or after today, at the same time by the assignee's clock; what was never due, at this time."""
    kept, record = moved(world, call, "snooze")
    zone, moment, days = v.zone_of(world.get("users", record.get("assignee_id"))), world.commit.moment, datetime.timedelta(days=kept["days"])
    now = moment.about().astimezone(zone)
    if "due_at" not in record:
        due = Open(lambda shown: moment.accepts(v.written(on_the_day(v.moment_of(shown), -days, zone)), bind=False), "as late as now")
    else:
        was = re.sub("^000[01]-", "0004-", str(plain(record["due_at"])))  # Python's calendar begins with year 1, in every zone
        try:
            was = v.moment_of(was).astimezone(zone)
            due = v.at_clock(max(was.date(), now.date()) + days, was.time(), zone)
        except OverflowError:
            raise invalid(days=None) from None
    return world.change("tasks", call.id, {"due_at": due, "snoozed_until": due})


def on_the_day(instant, days, zone):
    """The same time of another day by the clocks of a zone."""
    local = instant.astimezone(zone)
    return (local.replace(tzinfo=None) + days).replace(tzinfo=zone)


def delete_task(world, call):
    return general.delete(world, "tasks", call)


def restore_task(world, call):
    return general.restore(world, "tasks", call)
