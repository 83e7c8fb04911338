"""Who sees, changes and deletes what: docs/RIGHTS.md."""

from model.world import Refused

ROLES = ("viewer", "sales", "manager", "admin")
ABOUT_ORGANISATION = ("links", "mandats", "manual-kpis")


def at_least(user, role):
    return ROLES.index(user["role"]) >= ROLES.index(role)


def needs(world, role):
    if not at_least(world.me, role):
        raise Refused(403, "forbidden")


def sees_owned(world, user, owner):
    """What belongs to `owner`: one's own, the team's, what is nobody's."""
    if user["role"] == "admin" or owner is None or owner == user["id"]:
        return True
    team = (world.get("users", owner) or {}).get("team_id")
    return team is not None and team == user.get("team_id")


def organisations_of(world, person):
    links = [link for link in world.all("links", person_id=person["id"]) if link["live"]]
    return [world.get("organisations", link["organisation_id"]) for link in links]


def sees_person(world, user, person):
    around = organisations_of(world, person)
    return user["role"] == "admin" or not around or any(sees(world, user, "organisations", one) for one in around)


def sees_view(world, user, view):
    maker = world.get("users", view["created_by"])
    same_team = maker.get("team_id") is not None and maker.get("team_id") == user.get("team_id")
    return user["role"] == "admin" or maker["id"] == user["id"] or view["shared"] == "firm" or (view["shared"] == "team" and same_team)


def sees_user(user, other):
    same_team = other.get("team_id") is not None and other.get("team_id") == user.get("team_id")
    return user["role"] == "admin" or other["id"] == user["id"] or (same_team and user["role"] != "viewer")


def sees(world, user, kind, record):
    """Deleted records are seen by whom they were seen before, as far as this goes."""
    if kind == "organisations":
        return sees_owned(world, user, record.get("owner_id"))
    if kind == "people":
        return sees_person(world, user, record)
    if kind in ABOUT_ORGANISATION or record.get("organisation_id"):
        return sees(world, user, "organisations", world.get("organisations", record["organisation_id"]))
    if kind in ("interactions", "tasks"):
        if record.get("person_id"):
            return sees(world, user, "people", world.get("people", record["person_id"]))
        return sees_owned(world, user, record.get("assignee_id"))
    if kind == "views":
        return sees_view(world, user, record)
    if kind == "users":
        return sees_user(user, record)
    if kind == "teams":
        return user["role"] == "admin" or record["id"] == user.get("team_id")
    return True  # produits, the workspace


def changes_owned(user, owner, maker):
    """For managers: what they see is their team's or shared."""
    if user["role"] in ("admin", "manager"):
        return True
    return user["role"] == "sales" and (owner == user["id"] or (owner is None and maker == user["id"]))


def changes_one_of(world, user, organisations):
    return any(sees(world, user, "organisations", one) and changes(world, user, "organisations", one) for one in organisations)


def changes(world, user, kind, record):
    """Of a record that the user sees."""
    if user["role"] == "admin" or (kind == "views" and record["created_by"] == user["id"]):
        return True
    if user["role"] == "viewer" or kind in ("users", "teams", "views", "workspace"):
        return False
    if kind == "produits":
        return user["role"] == "manager"
    if kind == "organisations":
        return changes_owned(user, record.get("owner_id"), record["created_by"])
    if kind == "people":
        around = organisations_of(world, record)
        made = user["role"] == "sales" and user["id"] == record["created_by"]
        return made or changes_one_of(world, user, around) or (not around and user["role"] == "manager")
    if kind in ("interactions", "tasks") and user["id"] in (record["created_by"], record.get("assignee_id")):
        return True
    if record.get("organisation_id"):
        return changes(world, user, "organisations", world.get("organisations", record["organisation_id"]))
    if record.get("person_id"):
        return changes(world, user, "people", world.get("people", record["person_id"]))
    return changes_owned(user, record.get("assignee_id"), record["created_by"])


def deletes(world, user, kind, record):
    if kind == "views":
        return changes(world, user, kind, record)
    return at_least(user, "manager") and changes(world, user, kind, record)


def restores(world, user, kind, record):
    """Who deletes restores; sales people what they deleted themselves; views their maker."""
    own = user["role"] == "sales" and record.get("deleted_by") == user["id"]
    return deletes(world, user, kind, record) or own


def finds(world, user, kind, record):
    """Whether reads and lists show it; deleted ones only to who restores them, when asked for."""
    if not sees(world, user, kind, record):
        return False
    return "deleted_at" not in record or restores(world, user, kind, record)
