"""What all kinds of records have in common: finding, deleting, restoring, references."""

from model import fields, rights
from model.world import Refused, invalid


def refuse(world, errors):
    """At once what is wrong by itself; what is found later waits for `refuse_late`."""
    if errors:
        raise Refused(422, "invalid_input", errors)
    world.late = getattr(errors, "late", {})


def refuse_late(world):
    if world.late:
        raise Refused(422, "invalid_input", world.late)


def not_yet(world):
    """Something else is looked at before."""


def survivor(world, record):
    """Where an alias leads."""
    while record and record.get("merged_into"):
        record = world.get("organisations", record["merged_into"])
    return record


def alias(world, kind, record):
    """What the record was merged into, if that is there and one may see it; else it is a deleted record."""
    if kind != "organisations" or not record.get("merged_into"):
        return None
    into = survivor(world, record)
    return into if "deleted_at" not in into and rights.sees(world, world.me, kind, into) else None


def find(world, kind, identity, may=rights.changes, late=refuse_late):
    """A live record that the actor changes in a way that `may` decides about."""
    record = world.get(kind, identity)
    if not record:
        raise Refused(404, "not_found")
    into = alias(world, kind, record)
    if into:
        raise Refused(301, "merged", location=into["id"])
    if not rights.sees(world, world.me, kind, record):
        raise Refused(404, "not_found")
    if "deleted_at" in record:
        raise Refused(409, "deleted") if rights.restores(world, world.me, kind, record) else Refused(404, "not_found")
    if not may(world, world.me, kind, record):
        raise Refused(403, "forbidden")
    late(world)
    return record


def create(world, kind, call, rule, late=refuse_late):
    """The same creation again gets the first answer; `rule` makes the record out of the members."""
    if kind != "views":
        rights.needs(world, "manager" if kind == "produits" else "admin" if kind == "teams" else "sales")
    kept, errors = fields.read_new(kind, call.body)
    refuse(world, errors)
    identity = kept.pop("id", None)
    known = world.creations.get((kind, identity))
    if known and known[:2] == (call.actor, call.body):
        return known[2] or world.get(kind, identity)
    if known and known[0] == call.actor:
        raise Refused(422, "idempotency_key_reused")
    if identity and any(identity in records for records in world.records.values()):
        raise Refused(409, "already_exists")
    late(world)
    made = rule(world, identity, {name: value for name, value in kept.items() if value is not None})
    if identity:
        world.creations[kind, identity] = (call.actor, call.body, made)
    return made


def delete(world, kind, call, hindrance=None):
    refuse(world, fields.read_verb(kind, "delete", call.body)[1])
    record = find(world, kind, call.id, rights.deletes)
    if hindrance:
        hindrance(world, record)
    return world.change(kind, call.id, {"deleted_at": world.commit.moment, "deleted_by": world.commit.actor})


def restore(world, kind, call, hindrance=None):
    refuse(world, fields.read_verb(kind, "restore", call.body)[1])
    record = world.get(kind, call.id)
    if not record or not rights.sees(world, world.me, kind, record):
        raise Refused(404, "not_found")
    if not rights.restores(world, world.me, kind, record):
        raise Refused(404, "not_found") if "deleted_at" in record else Refused(403, "forbidden")
    if "deleted_at" not in record:
        return record
    if hindrance:
        hindrance(world, record)
    return world.change(kind, call.id, {"deleted_at": None, "deleted_by": None})


def unique(world, kind, name, value, but=None, code="not_unique"):
    """Only one record that is not deleted has it."""
    if value is not None and any(record["id"] != but for record in world.live(kind, **{name: value})):
        raise Refused(409, code)


# ---- references ------------------------------------------------------------------------------------------------------


def organisation(world, identity, pointer="organisation_id"):
    """One that the actor sees, by its id or an alias of it."""
    record = survivor(world, world.get("organisations", identity))
    if not record or "deleted_at" in record or not rights.sees(world, world.me, "organisations", record):
        raise invalid(**{pointer: "unknown_reference"})
    return record


def person(world, identity, pointer="person_id"):
    record = world.there("people", identity)
    if not record or not rights.sees(world, world.me, "people", record):
        raise invalid(**{pointer: "unknown_reference"})
    return record


def can_act(world, user, kind, record):
    return user["active"] and user["role"] != "viewer" and rights.sees(world, user, kind, record)


def assignee(world, kind, record):
    """Of a record as it would be."""
    user = world.get("users", record["assignee_id"])
    if not user or not rights.sees_user(world.me, user):
        raise invalid(assignee_id="unknown_reference")
    if not can_act(world, user, kind, record):
        raise invalid(assignee_id="assignee_cannot_act")


def together(world, *checks):
    """All that is wrong at once: runs each check, and refuses with what any of them found."""
    found, errors = [], {}
    for check in checks:
        try:
            found.append(check())
        except Refused as refused:
            if refused.status != 422:
                raise
            errors.update(refused.errors)
            found.append(None)
    if errors:
        raise Refused(422, "invalid_input", errors)
    return found


def matches(call, record):
    """If-Match names the version that the actor has seen."""
    if call.if_match is not None and call.if_match != record["version"]:
        raise Refused(412, "version_mismatch")
