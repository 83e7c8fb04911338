"""People and the links that say where they work."""

from model import fields, general, rights, values as v
from model.general import find, refuse, together
from model.world import Refused, invalid

PHONES = ("personal_phone", "mobile")


def named(record):
    if not record.get("first_name") and not record.get("last_name"):
        raise invalid(first_name="required", last_name="required")


def consented(world, kept, record):
    """A consent, or its refusal, brings its source; its day is today, or one that has come. What is left out belonged to the one before."""
    another = kept.get("consent", record["consent"]) != record["consent"]
    if not another and not {"consent_date", "consent_source"} & set(kept):
        return
    before, errors = {} if another else record, {}
    told = {name: kept.get(name, before.get(name)) for name in ("consent_date", "consent_source")}
    if kept.get("consent", record["consent"]) != "none":
        if "consent_date" in kept and not kept["consent_date"]:
            errors["consent_date"] = "required"
        told["consent_date"] = told["consent_date"] or world.today()
        if told["consent_date"] > world.today():
            errors["consent_date"] = "out_of_range"
        if not told["consent_source"]:
            errors["consent_source"] = "required"
    if errors:
        raise invalid(**errors)
    kept.update(told)


def create(world, call):
    def rule(world, identity, kept):
        named(kept)
        consented(world, kept, {"consent": "none"})
        kept.update({name: v.phone(kept.get(name), kept.get("country")) for name in PHONES})
        return world.create("people", identity, kept)

    return general.create(world, "people", call, rule)


def patch(world, call):
    kept, errors = fields.read_patch("people", call.body)
    refuse(world, errors)
    record = find(world, "people", call.id, late=general.not_yet)
    general.matches(call, record)
    if "erased_at" in record:
        raise Refused(409, "erased")
    general.refuse_late(world)
    consented(world, kept, record)
    changed = {**record, **kept}
    named(changed)
    moved = changed.get("country") != record.get("country")
    kept.update({name: v.phone(changed.get(name), changed.get("country")) for name in PHONES if name in kept or moved})
    return world.change("people", call.id, kept)


def delete(world, call):
    return general.delete(world, "people", call)


def restore(world, call):
    return general.restore(world, "people", call)


# ---- erasing ---------------------------------------------------------------------------------------------------------

PERSONAL = set(fields.SPECS["people"]) - {"active", "consent", "unsubscribed"}
PERSONAL_OF_LINKS = {"job_title", "work_email", "work_phone", "notes"}


def forget_person(record):
    kept = {name: value for name, value in record.items() if name not in PERSONAL}
    return {**kept, "active": True, "consent": "none", "unsubscribed": False}


def forget_link(record):
    return {name: value for name, value in record.items() if name not in PERSONAL_OF_LINKS}


def erase(world, call):
    rights.needs(world, "admin")
    refuse(world, fields.read_verb("people", "erase", call.body)[1])
    record = world.get("people", call.id)
    if not record:
        raise Refused(404, "not_found")
    if "erased_at" in record:
        raise Refused(409, "erased")
    links = [link["id"] for link in world.all("links", person_id=call.id)]
    gone = {name: None for name in PERSONAL}
    world.change("people", call.id, {**gone, "active": False, "consent": "none", "unsubscribed": False, "erased_at": world.commit.moment})
    for link in links:
        world.change("links", link, {name: None for name in PERSONAL_OF_LINKS})
    world.commit.final = True
    world.forget("people", call.id, forget_person)
    world.commit.before["people", call.id] = forget_person(record)
    for link in links:
        world.forget("links", link, forget_link)
    return world.get("people", call.id)


# ---- links -----------------------------------------------------------------------------------------------------------


def days_in_order(record):
    if record.get("since") and record.get("until") and record["until"] < record["since"]:
        raise invalid(until="dates_reversed")


def demote_others(world, record):
    for other in world.all("links", organisation_id=record["organisation_id"]):
        if other["id"] != record["id"] and other["live"] and other["is_primary"]:
            world.change("links", other["id"], {"is_primary": False})


def create_link(world, call):
    def rule(world, identity, kept):
        organisation, person = together(world, lambda: general.organisation(world, kept["organisation_id"]),
                                        lambda: general.person(world, kept["person_id"]))
        if not rights.changes(world, world.me, "organisations", organisation):
            raise Refused(403, "forbidden")
        if "erased_at" in person:
            raise Refused(409, "erased")
        general.refuse_late(world)
        days_in_order(kept)
        kept["organisation_id"] = organisation["id"]
        kept["work_phone"] = v.phone(kept.get("work_phone"), organisation.get("country"))
        if any(link["live"] for link in world.all("links", organisation_id=organisation["id"], person_id=person["id"])):
            raise Refused(409, "already_linked")
        made = world.create("links", identity, kept)
        if made["is_primary"]:
            demote_others(world, made)
        return made

    return general.create(world, "links", call, rule, late=general.not_yet)


def live_link(world, call):
    record = find(world, "links", call.id, late=general.not_yet)
    if not record["live"]:
        raise Refused(409, "ended")
    return record


def patch_link(world, call):
    kept, errors = fields.read_patch("links", call.body)
    refuse(world, errors)
    record = live_link(world, call)
    organisation, person = world.get("organisations", record["organisation_id"]), world.get("people", record["person_id"])
    if "deleted_at" in organisation or "deleted_at" in person:
        raise Refused(409, "deleted")
    if "erased_at" in person:
        raise Refused(409, "erased")
    general.matches(call, record)
    general.refuse_late(world)
    days_in_order({**record, **kept})
    if "work_phone" in kept:
        kept["work_phone"] = v.phone(kept["work_phone"], organisation.get("country"))
    changed = world.change("links", call.id, kept)
    if kept.get("is_primary") and not record["is_primary"]:
        demote_others(world, changed)
    return changed


def last_day(world, record):
    """Today, or when it would have begun."""
    return max(world.today(), record.get("since", ""))


def end_link(world, call):
    kept, errors = fields.read_verb("links", "end", call.body)
    refuse(world, errors)
    record = live_link(world, call)
    until = kept.get("until") or last_day(world, record)
    days_in_order({**record, "until": until})
    return world.change("links", call.id, {"live": False, "is_primary": False, "until": until})
