"""Taking commands back: what they changed becomes again what it was."""

from model import rights
from model.fields import SINGULAR
from model.mandats import has, taken
from model.others import one_a_month, untouched
from model.people import last_day
from model.world import STAMPS, Refused, plain

RUNNING = ("signe", "actif")


def changed_since(kind, identity, *names):
    return Refused(409, "changed_since", {f"/{SINGULAR[kind]}/{identity}/{name}": "changed_since" for name in names})


def undo(world, commit):
    """The whole commit or nothing."""
    world.commit.undoes = commit.position
    for kind, identity in commit.after:
        if not rights.sees(world, world.me, kind, world.get(kind, identity)):
            raise Refused(404, "not_found")
    if commit.final:
        raise Refused(409, "cannot_undo")
    plans, refusals, conflicts = {}, [], {}
    parts = any(record.get("merged_into") and not (commit.before[key] or {}).get("merged_into") for key, record in commit.after.items())
    undone = commit.undoes and world.commits.get(commit.undoes)
    if undone and any(record.get("merged_into") for record in undone.after.values()):
        refusals.append(Refused(409, "cannot_undo"))
    for key in commit.after:
        try:
            fields, wrong = plans[key] = plan(world, commit, key, parts)
            conflicts.update(changed_since(*key, *wrong).errors)
            if fields or wrong:
                permitted_now(world, commit, *key)
            if set(fields) - set(wrong):
                permitted(world, commit, *key, fields)
        except Refused as refused:
            refusals.append(refused)
    if refusals:  # which of them comes first is nowhere said
        either = [(one.status, one.code) for one in refusals] + ([(409, "changed_since")] if conflicts and len(plans) > 1 else [])
        raise Refused(refusals[0].status, refusals[0].code, either=either)
    if conflicts:
        raise Refused(409, "changed_since", conflicts)
    plans = list(plans.items())
    for (kind, identity), (fields, _) in plans:
        if fields:
            world.change(kind, identity, fields)
    for (kind, identity), (fields, _) in plans:
        if fields:
            still_fits(world, kind, world.get(kind, identity), fields, parts)
            runs_again(world, kind, world.commit.before[kind, identity], world.get(kind, identity))


def plan(world, commit, key, parts):
    """(what the record gets, the fields that are in the way). `parts`: two organisations are two again, also what lies in the trash."""
    kind, identity = key
    before, after, now = commit.before[key], commit.after[key], world.get(kind, identity)
    if before is None and kind == "workspace":
        before = {**{name: after[name] for name in ("id", "created_at", "created_by")}, **untouched()}  # there always is one
    if before is None:
        return plan_of_creation(world, commit, key, after, now)
    names = [name for name in {**before, **after} if name not in STAMPS and before.get(name) != after.get(name)]
    open_names = [name for name in names if now.get(name) != before.get(name)]
    if "deleted_at" in names and "deleted_at" not in before and "deleted_at" not in now:
        open_names = [name for name in open_names if name not in ("deleted_at", "deleted_by")]
    wrong = [name for name in open_names if now.get(name) != after.get(name)]
    comes_back = "deleted_at" in open_names and "deleted_at" not in wrong
    stays_deleted = "deleted_at" in now and not comes_back and not (parts and kind != "organisations" and rights.restores(world, world.me, kind, now))
    if stays_deleted and set(open_names) - set(wrong):
        raise Refused(409, "deleted") if rights.restores(world, world.me, kind, now) else Refused(404, "not_found")
    fields = {name: before.get(name) for name in open_names}
    if fields.get("deleted_at") and not wrong:  # who takes a restoring back deletes it now
        fields.update(deleted_at=world.commit.moment, deleted_by=world.commit.actor)
    if fields.get("live") is False and not wrong and now.get("since", "") > before["until"]:
        fields["until"] = now["since"]  # it may begin later by now, and never ends before
    return fields, wrong


def plan_of_creation(world, commit, key, after, now):
    """What it made goes into the trash, a link ends; a task that made itself stays when somebody has worked on it."""
    kind, _ = key
    gone = "deleted_at" in now or (kind == "links" and not now["live"])
    if kind in ("users", "teams") and now["version"] == after["version"]:
        permitted_now(world, commit, *key)
        raise Refused(409, "cannot_undo")
    if key in commit.made_itself and (gone or now["version"] != after["version"]):
        return {}, []
    if gone:
        return {}, []
    if now["version"] != after["version"]:
        return {}, ["version"]
    if kind == "links":
        return {"live": False, "is_primary": False, "until": last_day(world, now)}, []
    return {"deleted_at": world.commit.moment, "deleted_by": world.commit.actor}, []


def permitted_now(world, commit, kind, identity):
    """The right to change the record as it is; sales people take back their own creations."""
    now, me = world.get(kind, identity), world.me
    made = commit.before[kind, identity] is None and kind != "views"
    if made and me["role"] == "sales" and now["created_by"] == me["id"]:
        return
    if (made and not rights.at_least(me, "manager") and now["created_by"] != me["id"]) or not rights.changes(world, me, kind, now):
        hidden = "deleted_at" in now and not rights.restores(world, me, kind, now)
        raise Refused(404, "not_found") if hidden else Refused(403, "forbidden")


def permitted(world, commit, kind, identity, fields):
    """And as it would be."""
    now, me = world.get(kind, identity), world.me
    future = {name: value for name, value in {**now, **fields}.items() if value is not None}
    if "deleted_at" in now and not rights.restores(world, me, kind, now):
        raise Refused(404, "not_found")
    if commit.before[kind, identity] is None and me["role"] == "sales" and built_upon(world, kind, identity):
        raise Refused(409, "cannot_undo")
    if fields.get("deleted_at") and commit.before[kind, identity] is not None and not rights.deletes(world, me, kind, now):
        raise Refused(403, "forbidden")
    own = commit.before[kind, identity] is None and me["role"] == "sales" and now["created_by"] == me["id"]
    if not own and not (rights.sees(world, me, kind, future) and rights.changes(world, me, kind, future)):
        raise Refused(403, "forbidden")


def built_upon(world, kind, identity):
    """Others have hung something on it since."""
    if kind == "organisations":
        hangs = [one for what in ("mandats", "interactions", "tasks", "manual-kpis") for one in world.live(what, organisation_id=identity)]
        hangs += [link for link in world.all("links", organisation_id=identity) if link["live"]]
    else:
        hangs = [link for link in world.all("links", person_id=identity) if link["live"]] if kind == "people" else []
    return any(one["created_by"] != world.me["id"] for one in hangs)


def still_fits(world, kind, record, fields, parts):
    """Nobody else has by now what only one may have, and what it refers to is there. What comes back of a merge refers to whom it did."""
    if "deleted_at" in record and parts:
        return
    if "deleted_at" in record:
        hindered(world, kind, record)
        return
    try:
        alone(world, kind, record)
    except Refused:
        raise Refused(409, "cannot_undo") from None
    if parts:
        return
    for name, where in (("organisation_id", "organisations"), ("person_id", "people"), ("mandat_id", "mandats"), ("produit_id", "produits")):
        back = "deleted_at" in fields or fields.get("live")
        named = record.get(name) if back else fields.get(name)
        if named and not world.there(where, named):
            raise Refused(409, "cannot_undo")
    for name in ("owner_id", "assignee_id"):
        user = world.get("users", record.get(name) if "deleted_at" in fields else fields.get(name))
        if user and not user["active"]:
            raise Refused(409, "cannot_undo")


def runs_again(world, kind, before, record):
    """A mandat that runs again needs its organisation, and the produits that it has again."""
    if kind != "mandats" or record["status"] not in RUNNING:
        return
    again = before["status"] not in RUNNING
    if again and not world.there("organisations", record["organisation_id"]):
        raise Refused(409, "cannot_undo")
    for one in record["produits"]:
        if has(record, one["produit_id"]) and (again or not has(before, one["produit_id"])) and not world.there("produits", one["produit_id"]):
            raise Refused(409, "cannot_undo")


def hindered(world, kind, record):
    """What runs, or is in something that runs, does not go."""
    if kind == "organisations" and any(mandat["status"] in RUNNING for mandat in world.live("mandats", organisation_id=record["id"])):
        raise Refused(409, "in_running_mandats")
    if kind == "mandats" and record["status"] in RUNNING:
        raise Refused(409, "mandat_running")
    running = [mandat for mandat in world.live("mandats") if mandat["status"] in RUNNING]
    if kind == "produits" and any(one["produit_id"] == record["id"] and "date_retrait" not in one for mandat in running for one in mandat["produits"]):
        raise Refused(409, "in_running_mandats")


def alone(world, kind, record):
    others = [one for one in world.live(kind) if one["id"] != record["id"]]
    for name in {"organisations": ("lei", "siret"), "produits": ("isin",)}.get(kind, ()):
        if record.get(name) and any(one.get(name) == record[name] for one in others):
            raise Refused(409)
    if kind == "mandats" and taken(world, plain(record["number"]), record["id"]):
        raise Refused(409)
    if kind == "manual-kpis":
        one_a_month(world, record)
    if kind == "links" and record["live"]:
        pair = [one for one in others if one["live"] and all(one[name] == record[name] for name in ("organisation_id", "person_id"))]
        firsts = [one for one in others if one["live"] and one["is_primary"] and one["organisation_id"] == record["organisation_id"]]
        if pair or (record["is_primary"] and firsts):
            raise Refused(409)
