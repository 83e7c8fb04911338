"""Tasks that make themselves, in the commit of what caused them."""

import datetime

from model import general, values as v
from model.world import Open

# By stage or type: days, priority, category, the rule's name.
STAGES = {"proposition": (3, "haute", "relance", "proposition"), "negociation": (7, "haute", "negociation", "negociation"),
          "signe": (1, "critique", "rdv", "signature")}
TYPES = {"meeting": (1, "haute", "admin", "after_meeting"), "visio": (1, "haute", "admin", "after_meeting"),
         "call": (3, "moyenne", "relance", "after_call"), "email": (5, "basse", "email", "after_email")}
NINE = datetime.time(9)


def switched_on(world, rule):
    workspace = next(iter(world.records["workspace"].values()), {})
    return workspace.get("auto_task_" + rule, True)


def make(world, rule, whose, counted_from, about):
    """`whose`: the user who has it, by whose clock and in whose language it is; nobody's is by that of Paris."""
    days, priority, category, name = rule
    task = {"priority": priority, "category": category, "auto_rule": name, **{key: value for key, value in about.items() if value}}
    user = world.get("users", whose)
    if user and general.can_act(world, user, "tasks", {**task, "assignee_id": whose, "created_by": world.commit.actor}):
        task["assignee_id"] = whose
    zone = v.zone_of(world.get("users", task.get("assignee_id")))
    try:
        due = v.at_clock(counted_from.astimezone(zone).date() + datetime.timedelta(days=days), NINE, zone)
    except OverflowError:
        return
    if not switched_on(world, name) or v.moment_of(due) < world.commit.moment.about():
        return
    task["due_at"] = due
    task["title"] = Open(lambda shown: bool(shown) and len(shown) <= 255, "the title of a task that made itself")
    made = world.create("tasks", None, task)
    world.commit.made_itself.add(("tasks", made["id"]))


def stage_entered(world, organisation):
    rule = STAGES.get(organisation["pipeline_stage"])
    if rule:
        if rule[3] == "negociation" and organisation["type"] == "fournisseur":
            rule = (5, *rule[1:])
        make(world, rule, organisation.get("owner_id", world.commit.actor), world.commit.moment.about(), {"organisation_id": organisation["id"]})


def interaction_done(world, interaction):
    rule = TYPES.get(interaction["type"])
    if not rule:
        return
    told = interaction["occurred_at"]
    counted_from = told.about() if not isinstance(told, str) else v.moment_of(told)
    if counted_from is None:  # year 0
        return
    about = {name: interaction.get(name) for name in ("organisation_id", "person_id")}
    make(world, rule, interaction.get("assignee_id", world.commit.actor), counted_from, about)
