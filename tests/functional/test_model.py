"""Random commands, thousands of them, against a naive model of the whole domain (tests/functional/model).

The model foretells for each command whether it is accepted, with which status and code it is refused, and what every record is
afterwards. Now and then, and at the end of each sequence: every record and every list as several people see it, single records and
lists of the past at remembered positions, `alforis replay`, `alforis verify`, and `alforis rebuild` beside the running server.

ALFORIS_MODEL_SEED is the seed of the first sequence, the next ones count on from it: a sequence that failed is repeated by its seed and
`-k "agree[0"`. ALFORIS_TEST_LONG=1 makes ten times as many sequences. Every fourth runs on Kafka.

Not in the model, and so not made up: passwords, sessions, API keys, the e-mail addresses of users; imports; mandats that end by
themselves; `filter` and `dry_run` of bulk changes; filters and orders of lists other than by creation; histories, timelines, dashboards,
figures; titles of tasks that make themselves (any text will do); a SIREN that is changed. What comes first when several things are in
the way is often said nowhere; there the model does as the program does.
"""

import os
import random
import re
import time

import pytest

from alforis_client import API
from firm import Firm
from model.comparison import Comparison
from model.fields import KINDS
from model.generator import Generator
from model.rules import run
from model.world import World

LONG = os.environ.get("ALFORIS_TEST_LONG") == "1"
SEQUENCES = 40 if LONG else 4
STEPS = 700
SEED = os.environ.get("ALFORIS_MODEL_SEED")
IDS = r"[0-9a-f]{8}-[0-9a-f-]{27}"
TIME_TRAVELLERS = ("organisations", "mandats", "tasks")


def seed_of(number):
    """Always the same, so that what fails fails again; other seeds are for who looks for trouble."""
    return int(SEED) + number if SEED is not None else number


class Sequence:
    """One server, its firm, the model of it, and the story so far."""

    def __init__(self, server, seed):
        self.seed, self.dice = seed, random.Random(seed)
        self.firm = Firm(server)
        self.firm.people["alone"] = self.firm.new_person("sales")
        self.ghost = self.firm.make_user("sales", self.firm.teams["paris"])
        self.world = World()
        self.load()
        clients = {client.user["id"]: client for client in self.firm.people.values()}
        self.comparison = Comparison(self.world, server, clients, self.firm.id_of("admin"))
        actors = {name: client.user["id"] for name, client in self.firm.people.items()}
        actors["ghost"] = self.ghost["id"]
        self.generator = Generator(self.world, self.dice, actors, MOVABLE, list(self.firm.teams.values()))
        self.generator.actors = actors
        self.story, self.positions, self.accepted = [], [], 0
        self.comparison.follow()

    def load(self):
        """The people and teams that the sequence begins with."""
        for kind in ("users", "teams"):
            for record in self.firm.admin.pages(f"{API}/{kind}", {"limit": 200}):
                self.world.records[kind][record["id"]] = record
                self.world.versions[kind, record["id"]] = [(0, record)]

    def step(self, number):
        call = self.generator.command()
        wait_for_the_next_quarter()
        method, path = call.request()
        result = run(self.world, call)
        client = self.comparison.clients[call.actor]
        headers = {"If-Match": f'"{call.if_match}"'} if call.if_match is not None else {}
        body = call.body if call.body or method != "DELETE" else None
        answer = client.request(method, API + path, body, headers=headers)
        who = self.world.get("users", call.actor)
        self.story.append(f"{number}: {who['role']} {call.actor[-12:]} {method} {path} {str(call.body)[:400]} -> {answer.status}"
                          + (f" @{answer.position}" if result.commits and answer.status < 300 else ""))
        self.comparison.answered(call, result, answer)
        self.accepted += answer.status < 300
        if result.commits:
            self.positions.append(result.commits[-1].position)

    def glance(self):
        """A few looks in between."""
        comparison, dice = self.comparison, self.dice
        viewers = dice.sample(list(comparison.clients), 2)
        for viewer in viewers:
            for kind in dice.sample(KINDS, 3):
                comparison.list_of(viewer, kind, dice.choice((2, 7, 200)))
                known = list(self.world.records[kind])
                for identity in dice.sample(known, min(3, len(known))):
                    comparison.single_of(viewer, kind, identity)
        self.look_back(1)

    def look_back(self, times):
        for position in self.dice.sample(self.positions, min(times, len(self.positions))):
            for kind in TIME_TRAVELLERS:
                self.comparison.past_list(self.dice.choice(list(self.comparison.clients)), kind, position, self.dice.choice((5, 200)))
            for kind in KINDS:
                known = list(self.world.records[kind])
                for identity in self.dice.sample(known, min(2, len(known))):
                    self.comparison.past_record(kind, identity, position)

    def everything(self):
        comparison = self.comparison
        comparison.all_records()
        for viewer in comparison.clients:
            for kind in KINDS:
                comparison.list_of(viewer, kind, self.dice.choice((9, 200)))
            for kind in set(KINDS) - {"links", "users", "teams"}:
                comparison.list_of(viewer, kind, 200, deleted=True)

    def told(self, wrong):
        """The seed, the commands that name what the difference or the last command names, the difference."""
        ids = set(re.findall(IDS, wrong + self.story[-1])) - set(self.comparison.clients)
        commits = re.findall(r"/undo/(\S+) ", self.story[-1])
        commits = self.world.batches.get(commits[0]) or [int(one) for one in commits if one.isdigit()] if commits else []
        ids.update(*(self.touched(position) for position in commits))
        wrong = "\n".join([*(f"commit {position} was {self.world.commits[position].after}" for position in commits if position in self.world.commits), wrong])
        positions = {f"/undo/{position} " for position in re.findall(r"-> \d+ @(\d+)", "\n".join(self.story)) if ids & self.touched(int(position))}
        about = [line for line in self.story[:-3] if ids & set(re.findall(IDS, line)) or any(one in line for one in positions)]
        lines = "\n".join(about[-12:] + self.story[-3:])
        return f"ALFORIS_MODEL_SEED={self.seed}, after {len(self.story)} commands:\n{lines}\n{wrong}"

    def touched(self, position):
        commit = self.world.commits.get(position)
        return {identity for _, identity in commit.after} if commit else set()

    def run(self, steps):
        for number in range(steps):
            self.step(number)
            if number % 60 == 59:
                self.glance()
        self.everything()
        self.look_back(6)
        for position in self.dice.sample(self.positions, 2) + self.positions[-1:]:
            self.comparison.replayed(self.dice.choice([kind for kind in KINDS]), position)
        self.comparison.program("verify")
        self.comparison.program("rebuild")
        self.step(steps)
        self.everything()
        self.look_back(2)
        self.comparison.program("verify")


MOVABLE = {"ghost": lambda dice: {"active": dice.random() < 0.6}, "colleague": lambda dice: {"role": dice.choice(("sales", "sales", "manager", "viewer"))},
           "other_sales": lambda dice: {"theme": "dark"}}


def wait_for_the_next_quarter():
    """What depends on the day is not asked in the last second of one, in any time zone."""
    left = 900 - time.time() % 900
    if left < 1:
        time.sleep(left + 0.01)


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_model_and_server_agree(make_server, request, number):
    brokers = request.getfixturevalue("brokers") if number % 4 == 3 else None
    server = make_server(brokers=brokers, arguments=["--policy-interval", "0"])
    sequence = Sequence(server, seed_of(number))
    try:
        sequence.run(STEPS)
    except AssertionError as wrong:
        pytest.fail(sequence.told(str(wrong)), pytrace=False)
    print(f"seed {sequence.seed}: {len(sequence.story)} commands, {sequence.accepted} accepted")
    server.discard()
