"""Runs commands: which rule is whose, bulk changes, reassigning, undo."""

from dataclasses import dataclass, field

from model import activities, mandats, organisations, others, people, rights
from model.undo import undo
from model.world import Refused

RULES = {
    ("organisations", "create"): organisations.create, ("organisations", "patch"): organisations.patch,
    ("organisations", "delete"): organisations.delete, ("organisations", "restore"): organisations.restore,
    ("organisations", "stage"): organisations.stage, ("organisations", "merge"): organisations.merge,
    ("people", "create"): people.create, ("people", "patch"): people.patch, ("people", "delete"): people.delete,
    ("people", "restore"): people.restore, ("people", "erase"): people.erase,
    ("links", "create"): people.create_link, ("links", "patch"): people.patch_link, ("links", "end"): people.end_link,
    ("links", "delete"): people.end_link,
    ("produits", "create"): mandats.create_produit, ("produits", "patch"): mandats.patch_produit,
    ("produits", "delete"): mandats.delete_produit, ("produits", "restore"): mandats.restore_produit,
    ("mandats", "create"): mandats.create, ("mandats", "patch"): mandats.patch, ("mandats", "sign"): mandats.sign,
    ("mandats", "activate"): mandats.activate, ("mandats", "terminate"): mandats.terminate, ("mandats", "add"): mandats.add,
    ("mandats", "allocate"): mandats.allocate, ("mandats", "withdraw"): mandats.withdraw, ("mandats", "delete"): mandats.delete,
    ("mandats", "restore"): mandats.restore,
    ("interactions", "create"): activities.create_interaction, ("interactions", "patch"): activities.patch_interaction,
    ("interactions", "complete"): activities.complete_interaction, ("interactions", "reschedule"): activities.reschedule,
    ("interactions", "forget"): activities.forget_externals, ("interactions", "delete"): activities.delete_interaction,
    ("interactions", "restore"): activities.restore_interaction,
    ("tasks", "create"): activities.create_task, ("tasks", "patch"): activities.patch_task, ("tasks", "start"): activities.start,
    ("tasks", "complete"): activities.complete, ("tasks", "cancel"): activities.cancel, ("tasks", "reopen"): activities.reopen,
    ("tasks", "snooze"): activities.snooze, ("tasks", "delete"): activities.delete_task, ("tasks", "restore"): activities.restore_task,
    ("manual-kpis", "create"): others.create_kpi, ("manual-kpis", "patch"): others.patch_kpi, ("manual-kpis", "delete"): others.delete_kpi,
    ("manual-kpis", "restore"): others.restore_kpi,
    ("views", "create"): others.create_view, ("views", "patch"): others.patch_view, ("views", "delete"): others.delete_view,
    ("views", "restore"): others.restore_view,
    ("users", "patch"): others.patch_user, ("teams", "create"): others.create_team, ("teams", "patch"): others.patch_team,
    ("workspace", "patch"): others.patch_workspace,
}

METHODS = {"patch": "PATCH", "delete": "DELETE", "allocate": "PATCH", "withdraw": "DELETE"}


@dataclass
class Call:
    """A command as somebody sends it."""

    actor: str
    kind: str
    verb: str
    id: str = None
    body: dict = field(default_factory=dict)
    produit: str = None
    if_match: int = None

    def request(self):
        """(method, path below the API)"""
        method = METHODS.get(self.verb, "POST")
        if self.verb == "undo":
            return method, f"/undo/{self.id}"
        if self.kind == "workspace":
            return method, "/workspace"
        path = "/".join(part for part in ("", self.kind, self.id) if part is not None)
        if self.verb in ("add", "allocate", "withdraw"):
            return method, path + "/produits" + ("" if self.verb == "add" else "/" + self.produit)
        tails = {"forget": "/external-participants/erase"}
        plain = self.verb in ("create", "patch", "delete")
        return method, path + ("" if plain else tails.get(self.verb, "/" + self.verb))


@dataclass
class Result:
    """What is foretold: the status and the code, the record shown, the commits in their order, the outcomes of many."""

    status: int
    code: str = None
    errors: dict = None
    more: dict = field(default_factory=dict)
    shown: dict = None
    commits: list = field(default_factory=list)
    outcomes: list = None


def refused(problem):
    return Result(problem.status, problem.code, problem.errors, problem.more)


def one(world, actor, rule):
    """Runs one command, all of it or nothing."""
    commit = world.begin(actor)
    try:
        shown = rule()
    except Refused as problem:
        world.take_back()
        return refused(problem)
    return Result(200, shown=shown, commits=[commit] if commit.after else [])


def run(world, call):
    if call.verb in MANY:
        world.begin(call.actor)
        try:
            return MANY[call.verb](world, call)
        except Refused as problem:
            return refused(problem)
    result = one(world, call.actor, lambda: RULES[call.kind, call.verb](world, call))
    if call.verb == "create" and result.status == 200:
        result.status = 201
    return result


# ---- many at once ----------------------------------------------------------------------------------------------------


def outcome(identity, result):
    if result.status >= 300:
        codes = [code for code in (result.errors or {}).values() if code]
        return identity, "refused", codes[0] if codes else None if result.code in ("invalid_input", "cannot_undo") else result.code
    return identity, "changed" if result.commits else "unchanged", None


def many(results):
    """`results`: (id, result) in their order."""
    commits = [commit for _, result in results for commit in result.commits]
    return Result(200, commits=commits, outcomes=[outcome(identity, result) for identity, result in results])


def bulk(world, call):
    rights.needs(world, "manager")
    verb = call.body.get("verb", "patch")
    body = call.body.get("patch", call.body.get("with", {}))
    rule = RULES[call.kind, verb]
    return many([(identity, one(world, call.actor, lambda: rule(world, Call(call.actor, call.kind, verb, identity, dict(body)))))
                 for identity in call.body["ids"]])


def reassign(world, call):
    """All that a user has to another: organisations, open tasks, the inbox."""
    rights.needs(world, "manager")
    leaver = world.get("users", call.id)
    if not leaver or not rights.sees_user(world.me, leaver):
        raise Refused(404, "not_found")
    seen = lambda kind, record: rights.sees(world, world.get("users", call.actor), kind, record)
    owned = [("organisations", "owner_id", one) for one in world.live("organisations", owner_id=call.id)]
    open_tasks = [("tasks", "assignee_id", one) for one in world.live("tasks", assignee_id=call.id) if one["status"] in ("todo", "doing")]
    inbox = [("interactions", "assignee_id", one) for one in world.live("interactions", assignee_id=call.id) if "next_action_at" in one]
    results = []
    for kind, name, record in owned + open_tasks + inbox:
        if seen(kind, record):
            change = Call(call.actor, kind, "patch", record["id"], {name: call.body["to"]})
            results.append((record["id"], one(world, call.actor, lambda: RULES[kind, "patch"](world, change))))
    return many(results)


def take_back(world, call):
    """A command by its position, a batch by its id, the newest of it first."""
    rights.needs(world, "sales")
    if isinstance(call.id, str):
        rights.needs(world, "manager")
    positions = world.batches.get(call.id, [call.id])
    commits = [world.commits.get(position) for position in positions]
    if not commits or not all(commits):
        raise Refused(404, "not_found")
    results = [(commit.position, one(world, call.actor, lambda: undo(world, commit))) for commit in reversed(commits)]
    if call.id not in world.batches and results[0][1].status >= 300:
        return results[0][1]
    seen = [(position, result) for position, result in results if result.status != 404]  # of a batch one is told what one sees
    if not seen:
        raise Refused(404, "not_found")
    answer = many(seen)
    answer.outcomes = [(position, {"changed": "undone"}.get(what, what), code) for position, what, code in answer.outcomes]
    return answer


MANY = {"bulk": bulk, "reassign": reassign, "undo": take_back}
