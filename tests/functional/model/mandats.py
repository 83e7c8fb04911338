"""Produits and mandats: numbers, moves, what joins and leaves."""

import re

from model import fields, general, rights
from model.general import find, organisation, refuse, unique
from model.world import Open, Refused, invalid, plain

MOVES = {"propose": ["sign", "terminate"], "signe": ["activate", "terminate"], "actif": ["terminate"], "termine": []}
RUNNING = ("signe", "actif")


# ---- produits --------------------------------------------------------------------------------------------------------


def create_produit(world, call):
    def rule(world, identity, kept):
        unique(world, "produits", "isin", kept.get("isin"))
        return world.create("produits", identity, kept)

    return general.create(world, "produits", call, rule)


def patch_produit(world, call):
    kept, errors = fields.read_patch("produits", call.body)
    refuse(world, errors)
    record = find(world, "produits", call.id)
    general.matches(call, record)
    unique(world, "produits", "isin", kept.get("isin"), call.id)
    return world.change("produits", call.id, kept)


def has(mandat, produit):
    return any(one["produit_id"] == produit and "date_retrait" not in one for one in mandat["produits"])


def delete_produit(world, call):
    def in_use(world, record):
        if any(has(mandat, record["id"]) for mandat in world.live("mandats") if mandat["status"] in RUNNING):
            raise Refused(409, "in_running_mandats")

    return general.delete(world, "produits", call, in_use)


def restore_produit(world, call):
    return general.restore(world, "produits", call, lambda world, record: unique(world, "produits", "isin", record.get("isin")))


# ---- mandats ---------------------------------------------------------------------------------------------------------


def taken(world, number, but=None):
    """Also by deleted ones."""
    return any(plain(one["number"]).lower() == number.lower() for one in world.all("mandats") if one["id"] != but and plain(one["number"]))


def next_number(world):
    """The year's next: free, and its predecessor is taken."""
    year = world.today()[:4]

    def fits(shown):
        parts = re.fullmatch(rf"M-{year}-(\d{{4}})", shown)
        before = parts and f"M-{year}-{int(parts[1]) - 1:04d}"
        return bool(parts) and not taken(world, shown) and (parts[1] == "0001" or taken(world, before))

    return Open(fits, "the year's next number")


def days_in_order(record):
    """signature <= debut <= fin; complains of the ones that come too early."""
    wrong, latest = {}, None
    for name in ("date_signature", "date_debut", "date_fin"):
        if record.get(name):
            if latest and record[name] < latest:
                wrong[name] = "dates_reversed"
            latest = max(latest or "", record[name])
    if wrong:
        raise invalid(**wrong)


def create(world, call):
    def rule(world, identity, kept):
        about = organisation(world, kept["organisation_id"])
        if not rights.changes(world, world.me, "organisations", about):
            raise Refused(403, "forbidden")
        kept["organisation_id"] = about["id"]
        if "number" in kept and taken(world, kept["number"]):
            raise Refused(409, "not_unique")
        days_in_order(kept)
        kept.setdefault("number", next_number(world))
        return world.create("mandats", identity, kept)

    return general.create(world, "mandats", call, rule)


def alive(world, call):
    """While its organisation is in the trash a mandat does not change."""
    record = find(world, "mandats", call.id)
    general.matches(call, record)
    if "deleted_at" in world.get("organisations", record["organisation_id"]):
        raise Refused(409, "deleted")
    return record


def patch(world, call):
    kept, errors = fields.read_patch("mandats", call.body)
    refuse(world, errors)
    record = alive(world, call)
    rests_on = {"propose": (), "signe": ("date_signature",), "actif": ("date_signature", "date_debut"), "termine": ("date_signature",)}
    if "number" in kept and kept["number"] is None:
        raise invalid(number="not_nullable")
    if kept.get("number") and taken(world, kept["number"], record["id"]):
        raise Refused(409, "not_unique")
    if record["status"] == "termine" and kept.get("date_fin", record.get("date_fin")) != record.get("date_fin"):
        raise Refused(409, "ended")
    gone = [name for name in rests_on[record["status"]] if name in kept and kept[name] is None]
    if gone:
        raise invalid(**{name: "not_nullable" for name in gone})
    if any(kept.get(name, record.get(name)) != record.get(name) for name in ("date_signature", "date_debut", "date_fin")):
        days_in_order({**record, **kept})
    if kept.get("number") == plain(record["number"]):
        kept["number"] = record["number"]
    return world.change("mandats", call.id, kept)


def moved(world, call, verb):
    kept, errors = fields.read_verb("mandats", verb, call.body)
    refuse(world, errors)
    record = alive(world, call)
    if verb not in MOVES[record["status"]]:
        raise Refused(409, "invalid_transition", moves=MOVES[record["status"]])
    return kept, record


def begin(world, call, verb, status, day):
    """Signed or activated: both need their date."""
    kept, record = moved(world, call, verb)
    changed = {**record, **{name: value for name, value in kept.items() if value}}
    if not changed.get(day):
        raise invalid(**{day: "required"})
    if changed[day] != record.get(day):
        days_in_order(changed)
    return world.change("mandats", call.id, {"status": status, day: changed[day]})


def sign(world, call):
    return begin(world, call, "sign", "signe", "date_signature")


def activate(world, call):
    return begin(world, call, "activate", "actif", "date_debut")


def terminate(world, call):
    kept, record = moved(world, call, "terminate")
    end = kept.get("date_fin") or world.today()
    if end != world.today():  # what has not happened yet may be called off
        days_in_order({**record, "date_fin": end})
    left = [one if "date_retrait" in one else {**one, "date_retrait": max(end, one["date_ajout"])} for one in record["produits"]]
    return world.change("mandats", call.id, {"status": "termine", "date_fin": end, "end_reason": kept["reason"], "produits": left})


def add(world, call):
    kept, errors = fields.read_verb("mandats", "add", call.body)
    refuse(world, errors)
    record = alive(world, call)
    if record["status"] not in RUNNING:
        raise invalid(produit_id="mandat_not_running")
    if not world.there("produits", kept["produit_id"]):
        raise invalid(produit_id="unknown_reference")
    if has(record, kept["produit_id"]):
        raise Refused(409, "already_in_mandat")
    left = [one["date_retrait"] for one in record["produits"] if one["produit_id"] == kept["produit_id"]]
    if (kept.get("date_ajout") or world.today()) < max(left, default=""):
        raise invalid(date_ajout="dates_reversed")
    joined = {"produit_id": kept["produit_id"], "date_ajout": kept.get("date_ajout") or world.today(), "allocation": kept.get("allocation")}
    joined = {name: value for name, value in joined.items() if value is not None}
    return world.change("mandats", call.id, {"produits": record["produits"] + [joined]})


def with_produit(world, call, verb):
    """The members, the mandat, and its produits with the named one's place."""
    kept, errors = fields.read_verb("mandats", verb, call.body)
    refuse(world, errors)
    record = alive(world, call)
    places = [place for place, one in enumerate(record["produits"]) if one["produit_id"] == call.produit and "date_retrait" not in one]
    if not places:
        raise Refused(404, "not_found")
    return kept, list(record["produits"]), places[0]


def allocate(world, call):
    kept, produits, place = with_produit(world, call, "allocate")
    if "allocation" in kept:
        produits[place] = {name: value for name, value in {**produits[place], **kept}.items() if value is not None}
    return world.change("mandats", call.id, {"produits": produits})


def withdraw(world, call):
    kept, produits, place = with_produit(world, call, "withdraw")
    day = kept.get("date_retrait") or world.today()
    if day < produits[place]["date_ajout"]:
        raise invalid(date_retrait="dates_reversed")
    produits[place] = {**produits[place], "date_retrait": day}
    return world.change("mandats", call.id, {"produits": produits})


def delete(world, call):
    def running(world, record):
        if record["status"] in RUNNING:
            raise Refused(409, "mandat_running", moves=["terminate"])

    return general.delete(world, "mandats", call, running)


def restore(world, call):
    return general.restore(world, "mandats", call)
