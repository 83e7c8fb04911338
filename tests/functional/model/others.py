"""KPIs entered by hand, saved views, users, teams, the workspace."""

from model import fields, general, rights
from model.general import find, refuse
from model.world import Refused, invalid

# ---- KPIs ------------------------------------------------------------------------------------------------------------


def one_a_month(world, record):
    same = world.live("manual-kpis", organisation_id=record["organisation_id"], year=record["year"], month=record["month"])
    if any(one["id"] != record.get("id") for one in same):
        raise Refused(409, "already_exists")


def create_kpi(world, call):
    def rule(world, identity, kept):
        about = general.organisation(world, kept["organisation_id"])
        if not rights.changes(world, world.me, "organisations", about):
            raise Refused(403, "forbidden")
        kept["organisation_id"] = about["id"]
        one_a_month(world, kept)
        return world.create("manual-kpis", identity, kept)

    return general.create(world, "manual-kpis", call, rule)


def patch_kpi(world, call):
    kept, errors = fields.read_patch("manual-kpis", call.body)
    refuse(world, errors)
    record = find(world, "manual-kpis", call.id)
    general.matches(call, record)
    if "deleted_at" in world.get("organisations", record["organisation_id"]):
        raise Refused(409, "deleted")
    return world.change("manual-kpis", call.id, kept)


def delete_kpi(world, call):
    return general.delete(world, "manual-kpis", call)


def restore_kpi(world, call):
    return general.restore(world, "manual-kpis", call, one_a_month)


# ---- saved views -----------------------------------------------------------------------------------------------------

GOOD_QUERIES = {"organisation": "stage=signe&owner=me&sort=-aum", "person": "unsubscribed=false", "produit": "type=etf",
                "mandat": "date_fin.before=2027-01-01", "interaction": "type=call%2Cemail", "task": "assignee=me&status=todo,doing"}
BAD_QUERIES = {"colour=red": "unknown_parameter", "sort=colour": "unknown_parameter", "limit=0": "invalid_value"}


def checked(query):
    if query in BAD_QUERIES:
        raise invalid(query=BAD_QUERIES[query])


def create_view(world, call):
    def rule(world, identity, kept):
        checked(kept.get("query"))
        return world.create("views", identity, kept)

    return general.create(world, "views", call, rule)


def patch_view(world, call):
    kept, errors = fields.read_patch("views", call.body)
    refuse(world, errors)
    record = find(world, "views", call.id)
    general.matches(call, record)
    checked(kept.get("query"))
    return world.change("views", call.id, kept)


def delete_view(world, call):
    return general.delete(world, "views", call)


def restore_view(world, call):
    return general.restore(world, "views", call)


# ---- users, teams, the workspace -------------------------------------------------------------------------------------


def patch_user(world, call):
    rights.needs(world, "admin")
    kept, errors = fields.read_patch("users", call.body)
    refuse(world, errors)
    record = world.get("users", call.id)
    if not record:
        raise Refused(404, "not_found")
    general.matches(call, record)
    team = kept.get("team_id")
    if team and team != record.get("team_id") and not (world.get("teams", team) or {}).get("active"):
        raise invalid(team_id="unknown_reference")
    return world.change("users", call.id, kept)


def create_team(world, call):
    def rule(world, identity, kept):
        if any(one["name"].lower() == kept["name"].lower() for one in world.all("teams")):
            raise Refused(409, "not_unique")
        return world.create("teams", identity, kept)

    return general.create(world, "teams", call, rule)


def patch_team(world, call):
    rights.needs(world, "admin")
    kept, errors = fields.read_patch("teams", call.body)
    refuse(world, errors)
    if not world.get("teams", call.id):
        raise Refused(404, "not_found")
    general.matches(call, world.get("teams", call.id))
    if any(one["name"].lower() == kept.get("name", "").lower() for one in world.all("teams") if one["id"] != call.id):
        raise Refused(409, "not_unique")
    return world.change("teams", call.id, kept)


def untouched():
    """The workspace before anybody has changed it."""
    return {**{name: True for name in fields.RULES_SWITCHES}, "audit_reads_of_people": False, "retention_years": 3}


def patch_workspace(world, call):
    """There is one; it begins with its first change."""
    rights.needs(world, "admin")
    kept, errors = fields.read_patch("workspace", call.body)
    refuse(world, errors)
    general.refuse_late(world)
    record = world.get("workspace", call.id)
    if record:
        return world.change("workspace", call.id, kept)
    started = untouched()
    if all(started.get(name) == value for name, value in kept.items()):
        return None
    return world.create("workspace", call.id, {**started, **kept})
