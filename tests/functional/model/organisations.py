"""Organisations: the pipeline, owners, unique identifiers, merging."""

from model import fields, policies, rights, values as v
from model.general import find, organisation, refuse, unique
from model.people import last_day
from model import general
from model.world import Refused, invalid

KIND = "organisations"


def give(world, record, owner):
    """Whether the actor may make `owner` the owner, and whether that is somebody."""
    me, user = world.me, world.get("users", owner) if owner else None
    if owner and not (user and user["active"] and rights.sees_user(me, user)):
        raise invalid(owner_id="unknown_reference")
    if me["role"] == "sales" and owner not in (None, me["id"]):
        raise Refused(403, "forbidden")


def identifiers(world, record):
    if record.get("siret") and record.get("siren") and not record["siret"].startswith(record["siren"]):
        raise invalid(siret="siren_mismatch")
    for name in ("lei", "siret"):
        unique(world, KIND, name, record.get(name), record.get("id"))


def enter_stage(world, record, stage):
    """The fields that a move changes, and the task that makes itself."""
    moved = {"pipeline_stage": stage, "stage_since": world.commit.moment}
    if stage == "signe" and not record.get("signature_date"):
        moved["signature_date"] = world.today()
    return moved


def create(world, call):
    def rule(world, identity, kept):
        if "owner_id" in kept:
            give(world, {}, kept["owner_id"])
        elif world.me["role"] == "sales":
            kept["owner_id"] = world.me["id"]
        identifiers(world, kept)
        kept["phone"] = v.phone(kept.get("phone"), kept.get("country"))
        kept.update(enter_stage(world, kept, kept.get("pipeline_stage", "prospect")))
        made = world.create(KIND, identity, kept)
        policies.stage_entered(world, made)
        return made

    return general.create(world, KIND, call, rule)


def taking(kept):
    """Sales people may change a shared record when they take it."""

    def may(world, user, kind, record):
        takes = user["role"] == "sales" and record.get("owner_id") is None and kept.get("owner_id") == user["id"]
        return takes or rights.changes(world, user, kind, record)

    return may


def patch(world, call):
    kept, errors = fields.read_patch(KIND, call.body)
    refuse(world, errors)
    record = find(world, KIND, call.id, taking(kept))
    general.matches(call, record)
    stage = kept.pop("pipeline_stage", None)
    if stage == "perdu" and record["pipeline_stage"] != "perdu":
        raise Refused(422, "invalid_input")
    changed = {**record, **kept}
    if "owner_id" in kept and kept["owner_id"] != record.get("owner_id"):
        give(world, record, kept["owner_id"])
    identifiers(world, changed)
    if "phone" in kept or kept.get("country", record.get("country")) != record.get("country"):
        kept["phone"] = v.phone(changed.get("phone"), changed.get("country"))
    record = world.change(KIND, call.id, kept)
    return move(world, record, stage) if stage else record


def move(world, record, stage):
    if stage == record["pipeline_stage"]:
        return record
    record = world.change(KIND, record["id"], enter_stage(world, record, stage))
    policies.stage_entered(world, record)
    return record


def stage(world, call):
    kept, errors = fields.read_verb(KIND, "stage", call.body)
    refuse(world, errors)
    record = find(world, KIND, call.id)
    if kept["stage"] == "perdu" and record["pipeline_stage"] != "perdu" and not kept.get("reason"):
        raise invalid(reason="required")
    return move(world, record, kept["stage"])


def no_running_mandats(world, record):
    if any(mandat["status"] in ("signe", "actif") for mandat in world.live("mandats", organisation_id=record["id"])):
        raise Refused(409, "in_running_mandats")


def merged(world, identity):
    record = world.get(KIND, identity)
    return record if record and record.get("merged_into") else None


def delete(world, call):
    refuse(world, fields.read_verb(KIND, "delete", call.body)[1])
    record = merged(world, call.id)
    if record and general.alias(world, KIND, record):
        raise Refused(409, "already_merged")
    return general.delete(world, KIND, call, no_running_mandats)


def restore(world, call):
    refuse(world, fields.read_verb(KIND, "restore", call.body)[1])
    record = merged(world, call.id)
    if record and rights.finds(world, world.me, KIND, record):
        raise Refused(409, "already_merged", moves=["undo"])
    if record:
        raise Refused(404, "not_found")
    return general.restore(world, KIND, call, identifiers)


# ---- merging ---------------------------------------------------------------------------------------------------------

FILLED = ("category", "email", "phone", "website", "address", "postal_code", "city", "country", "domicile", "language", "legal_form",
          "potential_amount", "signature_probability", "signature_date", "aum", "aum_date", "description", "owner_id")
NUMBERS = {"lei": "LEI", "siren": "SIREN", "siret": "SIRET", "regulator_number": "Numéro AMF"}
LINK_FIELDS = ("job_title", "work_email", "work_phone", "notes")
KPI_FIELDS = ("rdv", "pitchs", "due_diligences", "closings", "revenue", "commission_rate", "notes")


def merge(world, call):
    kept, errors = fields.read_verb(KIND, "merge", call.body)
    refuse(world, errors)
    goes = find(world, KIND, call.id, rights.deletes)
    stays = organisation(world, kept["into"], "into")
    if stays["id"] == goes["id"]:
        raise invalid(into="same_record")
    if not rights.deletes(world, world.me, KIND, stays):
        raise Refused(403, "forbidden")
    world.change(KIND, goes["id"], {"deleted_at": world.commit.moment, "deleted_by": world.commit.actor, "merged_into": stays["id"]})
    world.change(KIND, stays["id"], filled(stays, goes), anyway=True)
    carry_links(world, stays, goes)
    carry_kpis(world, stays, goes)
    for kind in ("mandats", "interactions", "tasks"):
        for record in world.all(kind, organisation_id=goes["id"]):
            world.change(kind, record["id"], {"organisation_id": stays["id"]})
    return world.get(KIND, stays["id"])


def filled(stays, goes):
    """What the survivor gets: what it has not, and other numbers as lines of its notes."""
    news = {name: goes[name] for name in FILLED if name in goes and name not in stays}
    if "aum" in news:
        news["aum_date"] = goes.get("aum_date")
    elif "aum" in stays and stays["aum"] != goes.get("aum"):
        news.pop("aum_date", None)  # it is the day of another amount
    if stays["type"] == "autre":
        news["type"] = goes["type"]
    for name in ("tags", "strategies"):
        news[name] = (stays[name] + [one for one in goes[name] if one not in stays[name]])[:50]
    lines = goes.get("notes", "").split("\n")
    for name, label in NUMBERS.items():
        if name in goes and name not in stays:
            candidate = {**stays, **news, name: goes[name]}
            if name in ("siren", "siret") and not candidate.get("siret", "").startswith(candidate.get("siren", "")) and candidate.get("siret"):
                lines.append(f"{label}: {goes[name]}")
            else:
                news[name] = goes[name]
        elif name in goes and goes[name] != stays[name]:
            lines.append(f"{label}: {goes[name]}")
    known = stays.get("notes", "").split("\n") if "notes" in stays else []
    for one in lines:
        if one and one not in known and len("\n".join([*known, one])) <= 10000:
            known.append(one)
    news["notes"] = "\n".join(known) or None
    return news


def carry_links(world, stays, goes):
    for link in world.all("links", organisation_id=goes["id"]):
        ours = [one for one in world.all("links", organisation_id=stays["id"], person_id=link["person_id"]) if one["live"]]
        primary = any(one["live"] and one["is_primary"] for one in world.all("links", organisation_id=stays["id"]))
        world.change("links", link["id"], {"organisation_id": stays["id"]})
        if link["live"] and link["is_primary"] and primary and not ours:
            world.change("links", link["id"], {"is_primary": False})
        if link["live"] and ours:
            world.change("links", link["id"], {"live": False, "is_primary": False, "until": last_day(world, link)})
            news = {name: link[name] for name in LINK_FIELDS if name in link and name not in ours[0]}
            if link.get("since") and link["since"] < ours[0].get("since", "9999"):
                news["since"] = link["since"]
            if link["is_primary"] and not primary:
                news["is_primary"] = True
            world.change("links", ours[0]["id"], news)


def carry_kpis(world, stays, goes):
    for kpi in world.all("manual-kpis", organisation_id=goes["id"]):
        ours = world.live("manual-kpis", organisation_id=stays["id"], year=kpi["year"], month=kpi["month"])
        world.change("manual-kpis", kpi["id"], {"organisation_id": stays["id"]})
        if "deleted_at" not in kpi and ours:
            world.change("manual-kpis", kpi["id"], {"deleted_at": world.commit.moment, "deleted_by": world.commit.actor})
            world.change("manual-kpis", ours[0]["id"], {name: kpi[name] for name in KPI_FIELDS if name in kpi and name not in ours[0]})
