"""The roles and visibility of the domain reference (section 3), written down a second time, naively and by hand. Nothing here
is taken from the program: what it does is compared with this.

A record is described by `whose`:
    own       its organisation is owned by the asker
    team      … by a colleague of the asker's team
    other     … by somebody of another team
    shared    … by nobody
    deleted   as `team`, and deleted by somebody else (of links: ended)
    unlinked  (people) linked to no organisation at all, made by somebody else
"""

ROLES = ("anonymous", "viewer", "sales", "manager", "admin")
WHOSE = ("own", "team", "other", "shared", "deleted")


def sees(role, whose):
    """Reads: admin everything; the others own team's records and shared ones. A person who is nobody's is everybody's."""
    return role == "admin" or whose != "other"


def changes(role, whose):
    """Updates: admin everything, manager own team's (and assigns shared ones), sales what they own, viewer nothing."""
    if role == "manager":
        return whose != "other"
    return role == "admin" or (role == "sales" and whose == "own")


def deletes(role, whose):
    """Deletes: admin everything, manager own team's."""
    return role in ("admin", "manager") and changes(role, whose)


# ---- what that means for the calls ---------------------------------------------------------------------------------


def read(role, whose):
    if whose == "deleted":
        return 404
    return 200 if sees(role, whose) else 404


def read_deleted(role, whose):
    """With deleted=true: who may restore finds deleted records as well."""
    if not sees(role, whose) or (whose == "deleted" and not deletes(role, whose)):
        return 404
    return 200


def read_history(role, whose):
    return read_deleted(role, whose)


def change(allowed):
    """A change that `allowed` decides about: 404 for what one does not see, 403 for what one may not do, and for a deleted record
    409 to who may restore it, 404 to the others."""

    def expected(role, whose):
        if not sees(role, whose):
            return 404
        if whose == "deleted":
            return 409 if deletes(role, whose) else 404
        return 200 if allowed(role, whose) else 403

    return expected


def restore(role, whose):
    """Who deletes restores; sales people what they deleted themselves (none of these is)."""
    if not sees(role, whose):
        return 404
    if deletes(role, whose):
        return 200
    return 404 if whose == "deleted" else 403


def read_link(role, whose):
    """Links follow their organisation; an ended one is history, not hidden."""
    return 200 if sees(role, whose) else 404


def change_link(role, whose):
    if not sees(role, whose):
        return 404
    if not changes(role, "team" if whose == "deleted" else whose):
        return 403
    return 409 if whose == "deleted" else 200


def create_link(role, whose):
    """To an organisation that is `whose`. What one may not see does not exist: 422, an unknown reference."""
    if role == "viewer":
        return 403
    if whose == "deleted" or not sees(role, whose):
        return 422
    return 201 if changes(role, whose) else 403


def log(role, whose):
    """Interactions and tasks are made about every organisation one sees; they then are their maker's and their assignee's."""
    if role == "viewer":
        return 403
    return 422 if whose == "deleted" or not sees(role, whose) else 201


def keeps_produits(role, whose):
    """Produits are readable by all, written by managers."""
    return role in ("admin", "manager")


def take(role, whose):
    """Setting owner_id to oneself: sales people take shared records."""
    if whose == "shared" and role == "sales":
        return 200
    return change(changes)(role, whose)


def read_user(role, whose):
    """Admin sees all; manager and sales see team members; everybody themselves."""
    if role == "admin" or whose == "own":
        return 200
    return 200 if whose == "team" and role in ("manager", "sales") else 404


def read_team(role, whose):
    """One's own team, or all for the administrator."""
    return 200 if role == "admin" or whose in ("own", "team") else 404


def reassigns(role, whose):
    """Managers and administrators, for whom they see."""
    return read_user(role, whose) if role in ("admin", "manager") else 403


def undoes(role, whose):
    """An edit by the administrator: who may change the record may take it back."""
    return 403 if role == "viewer" else change(changes)(role, whose)


def account(role, whose):
    """Sessions and API keys: one's own, all for the administrator; nobody else knows of them."""
    return 200 if role == "admin" or whose == "own" else 404


def keeps_others_account(role, whose):
    """The administrator, of everybody else: of one's own account one has to know the password."""
    return 200 if role == "admin" and whose != "own" else 403


# ---- saved views: own (the asker's), team (a colleague's, for the team), other (another team's, for that team), shared (somebody
# else's, for the whole firm), deleted (as team)


def keeps_view(role, whose):
    """Its maker, whatever their role, and the administrator."""
    return role == "admin" or whose == "own"


def read_view(role, whose):
    if whose == "deleted":
        return 404
    return 200 if role == "admin" or whose in ("own", "team", "shared") else 404


def read_view_history(role, whose):
    return 200 if role == "admin" else read_view(role, whose)


def change_view(role, whose):
    if whose == "deleted":
        return 409 if role == "admin" else 404
    if read_view(role, whose) == 404:
        return 404
    return 200 if keeps_view(role, whose) else 403


def restore_view(role, whose):
    if whose == "deleted":
        return 200 if role == "admin" else 404
    return change_view(role, whose)


def at_least(lowest, success):
    """A right of the role alone."""
    return lambda role, whose: success if ROLES.index(role) >= ROLES.index(lowest) else 403


def everybody(role, whose):
    return 200


API = "/api/v1"
ANY = ("any",)  # whose record it is does not matter
PEOPLE = WHOSE + ("unlinked",)
USERS = ("own", "team", "other")
PRODUITS = ("shared", "deleted")

# Every route: the rule, and whose records it has to be tried on.
RULES = {
    f"GET {API}/organisations": (everybody, ANY),
    f"GET {API}/organisations/{{id}}": (read, WHOSE),
    f"GET {API}/organisations/{{id}}/history": (read_history, WHOSE),
    f"POST {API}/organisations/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/organisations": (at_least("sales", 201), ANY),
    f"PATCH {API}/organisations/{{id}}": (change(changes), WHOSE),
    f"POST {API}/organisations/{{id}}/stage": (change(changes), WHOSE),
    f"DELETE {API}/organisations/{{id}}": (change(deletes), WHOSE),
    f"POST {API}/organisations/{{id}}/restore": (restore, WHOSE),
    f"POST {API}/organisations/{{id}}/merge": (change(deletes), WHOSE),
    f"GET {API}/organisations/duplicates": (everybody, ANY),
    f"GET {API}/organisations/{{id}}/timeline": (read, WHOSE),
    f"GET {API}/organisations/{{id}}/stages": (read, WHOSE),
    f"GET {API}/people/{{id}}/timeline": (read, PEOPLE),
    f"GET {API}/people/{{id}}/dossier": (at_least("admin", 200), PEOPLE),
    f"GET {API}/people/{{id}}/dossier/text": (at_least("admin", 200), PEOPLE),
    f"GET {API}/people/retention": (at_least("admin", 200), ANY),
    f"GET {API}/audit": (at_least("admin", 200), ANY),
    f"GET {API}/audit/export": (at_least("admin", 200), ANY),
    f"GET {API}/people": (everybody, ANY),
    f"GET {API}/people/{{id}}": (read, PEOPLE),
    f"GET {API}/people/{{id}}/history": (read_history, PEOPLE),
    f"POST {API}/people/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/people": (at_least("sales", 201), ANY),
    f"PATCH {API}/people/{{id}}": (change(changes), PEOPLE),
    f"DELETE {API}/people/{{id}}": (change(deletes), PEOPLE),
    f"POST {API}/people/{{id}}/restore": (restore, PEOPLE),
    f"POST {API}/people/{{id}}/erase": (at_least("admin", 200), PEOPLE),
    f"GET {API}/people/{{id}}/erasure": (at_least("admin", 404), PEOPLE),
    f"GET {API}/links": (everybody, ANY),
    f"GET {API}/links/{{id}}": (read_link, WHOSE),
    f"GET {API}/links/{{id}}/history": (read_link, WHOSE),
    f"POST {API}/links/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/links": (create_link, WHOSE),
    f"PATCH {API}/links/{{id}}": (change_link, WHOSE),
    f"POST {API}/links/{{id}}/end": (change_link, WHOSE),
    f"DELETE {API}/links/{{id}}": (change_link, WHOSE),
    f"GET {API}/produits": (everybody, ANY),
    f"GET {API}/produits/{{id}}": (read, PRODUITS),
    f"GET {API}/produits/{{id}}/history": (read_history, PRODUITS),
    f"POST {API}/produits/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/produits": (at_least("manager", 201), ANY),
    f"PATCH {API}/produits/{{id}}": (change(keeps_produits), PRODUITS),
    f"DELETE {API}/produits/{{id}}": (change(keeps_produits), PRODUITS),
    f"POST {API}/produits/{{id}}/restore": (restore, PRODUITS),
    f"GET {API}/mandats": (everybody, ANY),
    f"GET {API}/mandats/{{id}}": (read, WHOSE),
    f"GET {API}/mandats/{{id}}/history": (read_history, WHOSE),
    f"POST {API}/mandats/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/mandats": (create_link, WHOSE),
    f"PATCH {API}/mandats/{{id}}": (change(changes), WHOSE),
    f"POST {API}/mandats/{{id}}/sign": (change(changes), WHOSE),
    f"POST {API}/mandats/{{id}}/activate": (change(changes), WHOSE),
    f"POST {API}/mandats/{{id}}/terminate": (change(changes), WHOSE),
    f"POST {API}/mandats/{{id}}/produits": (change(changes), WHOSE),
    f"PATCH {API}/mandats/{{id}}/produits/{{produit_id}}": (change(changes), WHOSE),
    f"DELETE {API}/mandats/{{id}}/produits/{{produit_id}}": (change(changes), WHOSE),
    f"DELETE {API}/mandats/{{id}}": (change(deletes), WHOSE),
    f"POST {API}/mandats/{{id}}/restore": (restore, WHOSE),
    f"GET {API}/interactions": (everybody, ANY),
    f"GET {API}/interactions/agenda": (everybody, ANY),
    f"GET {API}/interactions/{{id}}": (read, WHOSE),
    f"GET {API}/interactions/{{id}}/history": (read_history, WHOSE),
    f"POST {API}/interactions/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/interactions": (log, WHOSE),
    f"PATCH {API}/interactions/{{id}}": (change(changes), WHOSE),
    f"POST {API}/interactions/{{id}}/complete": (change(changes), WHOSE),
    f"POST {API}/interactions/{{id}}/reschedule": (change(changes), WHOSE),
    f"DELETE {API}/interactions/{{id}}": (change(deletes), WHOSE),
    f"POST {API}/interactions/{{id}}/restore": (restore, WHOSE),
    f"POST {API}/interactions/{{id}}/external-participants/erase": (at_least("admin", 200), WHOSE),
    f"GET {API}/tasks": (everybody, ANY),
    f"GET {API}/tasks/agenda": (everybody, ANY),
    f"GET {API}/tasks/{{id}}": (read, WHOSE),
    f"GET {API}/tasks/{{id}}/history": (read_history, WHOSE),
    f"POST {API}/tasks/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/tasks": (log, WHOSE),
    f"PATCH {API}/tasks/{{id}}": (change(changes), WHOSE),
    f"POST {API}/tasks/{{id}}/start": (change(changes), WHOSE),
    f"POST {API}/tasks/{{id}}/complete": (change(changes), WHOSE),
    f"POST {API}/tasks/{{id}}/cancel": (change(changes), WHOSE),
    f"POST {API}/tasks/{{id}}/reopen": (change(changes), WHOSE),
    f"POST {API}/tasks/{{id}}/snooze": (change(changes), WHOSE),
    f"DELETE {API}/tasks/{{id}}": (change(deletes), WHOSE),
    f"POST {API}/tasks/{{id}}/restore": (restore, WHOSE),
    f"GET {API}/search": (everybody, ANY),
    f"GET {API}/search/suggest": (everybody, ANY),
    f"GET {API}/dashboards/funnel": (everybody, ANY),
    f"GET {API}/dashboards/pipeline": (everybody, ANY),
    f"GET {API}/dashboards/mandats": (everybody, ANY),
    f"GET {API}/dashboards/aum": (everybody, ANY),
    f"GET {API}/dashboards/activity": (everybody, ANY),
    f"GET {API}/dashboards/top": (everybody, ANY),
    f"GET {API}/dashboards/stalled": (everybody, ANY),
    f"GET {API}/kpis": (read, WHOSE),
    f"GET {API}/manual-kpis": (everybody, ANY),
    f"GET {API}/manual-kpis/{{id}}": (read, WHOSE),
    f"GET {API}/manual-kpis/{{id}}/history": (read_history, WHOSE),
    f"POST {API}/manual-kpis/bulk": (at_least("manager", 200), ANY),
    f"POST {API}/manual-kpis": (create_link, WHOSE),
    f"PATCH {API}/manual-kpis/{{id}}": (change(changes), WHOSE),
    f"DELETE {API}/manual-kpis/{{id}}": (change(deletes), WHOSE),
    f"POST {API}/manual-kpis/{{id}}/restore": (restore, WHOSE),
    f"GET {API}/views": (everybody, ANY),
    f"GET {API}/views/{{id}}": (read_view, WHOSE),
    f"GET {API}/views/{{id}}/history": (read_view_history, WHOSE),
    f"POST {API}/views": (lambda role, whose: 201, ANY),
    f"PATCH {API}/views/{{id}}": (change_view, WHOSE),
    f"DELETE {API}/views/{{id}}": (change_view, WHOSE),
    f"POST {API}/views/{{id}}/restore": (restore_view, WHOSE),
    f"GET {API}/teams": (everybody, ANY),
    f"GET {API}/teams/{{id}}": (read_team, USERS),
    f"GET {API}/teams/{{id}}/history": (read_team, USERS),
    f"GET {API}/teams/{{id}}/week": (read_team, USERS),
    f"POST {API}/teams": (at_least("admin", 201), ANY),
    f"PATCH {API}/teams/{{id}}": (at_least("admin", 200), USERS),
    f"GET {API}/users": (everybody, ANY),
    f"GET {API}/users/{{id}}": (read_user, USERS),
    f"GET {API}/users/{{id}}/history": (read_user, USERS),
    f"POST {API}/users": (at_least("admin", 201), ANY),
    f"PATCH {API}/users/{{id}}": (at_least("admin", 200), USERS),
    f"POST {API}/users/{{id}}/reassign": (reassigns, USERS),
    f"POST {API}/users/{{id}}/password": (at_least("admin", 200), USERS),
    f"GET {API}/me": (everybody, ANY),
    f"PATCH {API}/me": (everybody, ANY),
    f"POST {API}/me/password": (everybody, ANY),
    f"GET {API}/workspace": (everybody, ANY),
    f"GET {API}/workspace/history": (everybody, ANY),
    f"PATCH {API}/workspace": (at_least("admin", 200), ANY),
    f"POST {API}/undo/{{command}}": (undoes, WHOSE),
    f"POST {API}/users/{{id}}/invite": (keeps_others_account, USERS),
    f"POST {API}/users/{{id}}/reset-password": (keeps_others_account, USERS),
    f"DELETE {API}/users/{{id}}/totp": (keeps_others_account, USERS),
    f"POST {API}/me/totp": (everybody, ANY),
    f"POST {API}/me/totp/confirm": (everybody, ANY),
    f"DELETE {API}/me/totp": (everybody, ANY),
    f"GET {API}/api-keys": (everybody, ANY),
    f"GET {API}/api-keys/{{id}}": (account, USERS),
    f"GET {API}/api-keys/{{id}}/history": (account, USERS),
    f"POST {API}/api-keys": (at_least("admin", 201), ANY),
    f"DELETE {API}/api-keys/{{id}}": (account, USERS),
    f"POST {API}/auth/logout": (everybody, ANY),
    f"GET {API}/auth/sessions": (everybody, ANY),
    f"GET {API}/auth/sessions/{{id}}": (account, USERS),
    f"GET {API}/auth/sessions/{{id}}/history": (account, USERS),
    f"DELETE {API}/auth/sessions/{{id}}": (account, USERS),
    f"POST {API}/imports/organisations": (at_least("manager", 200), ANY),
}

# Routes for everybody, with or without a token.
PUBLIC = {"GET /health/live", "GET /health/ready", "GET /metrics", "GET /openapi.json", "GET /docs", "GET /problems/{code}",
          f"POST {API}/auth/login", f"POST {API}/auth/refresh", f"POST {API}/auth/accept"}


def expected_status(route, role, whose):
    if role == "anonymous":
        return 401
    return RULES[route][0](role, whose)
