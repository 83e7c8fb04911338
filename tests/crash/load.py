"""Load from several clients that never lose count: what was asked, what was answered, and what is still unknown."""

import http.client
import random
import threading
import time
import uuid
from dataclasses import dataclass, field

from alforis_client import API

STAGES = ["prospect", "qualification", "proposition", "negociation", "signe", "inactif"]
MAKES_TASKS = {"proposition", "negociation", "signe"}  # who enters these gets a task in the same commit


@dataclass
class Command:
    """One command with its idempotency key, the events it causes, and its answer once there is one."""

    key: str
    method: str
    path: str
    body: dict
    events: list
    entity: object = None
    attempts: int = 0
    answer: object = None

    @property
    def acknowledged(self):
        return self.answer is not None

    def send(self, client):
        self.attempts += 1
        return client.request(self.method, self.path, self.body, headers={"Idempotency-Key": self.key})


@dataclass
class Entity:
    """A record that one worker alone writes: its last answer is its state."""

    collection: str
    document: dict = None
    abandoned: list = field(default_factory=list)  # commands nobody will ask about again
    primary: bool = False  # (organisations) whether it has a primary link

    @property
    def path(self):
        return f"{API}/{self.collection}/{self.document['id']}"


class Unanswered(Exception):
    """The connection ended or the server could not: the outcome is unknown."""


class Worker:
    """Gives one command after the other. One whose outcome is unknown is given again with its key until it is known; a few are
    abandoned instead."""

    ABANDONED = 0.25

    def __init__(self, server, client, seed):
        self.server, self.client, self.dice = server, client, random.Random(seed)
        self.commands, self.entities, self.failure = [], [], None
        self.cut_off = 0  # requests that were under way when the connection ended
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()

    def finish(self, timeout=60):
        self._stop.set()
        self._thread.join(timeout)
        assert not self._thread.is_alive(), "a worker did not come to its end"
        if self.failure:
            raise self.failure

    # ---- giving commands -------------------------------------------------------------------------------------------

    def _run(self):
        try:
            while not self._stop.is_set():
                command = self._next()
                self.commands.append(command)
                self._see_through(command)
                if command.acknowledged and self.dice.random() < 0.2:
                    self._read_back(command)
        except Exception as failure:  # reported by finish()
            self.failure = failure

    def _see_through(self, command):
        """Until it is answered, abandoned, or the load ends (then it is as good as abandoned)."""
        while True:
            try:
                self._take(command, self._attempt(command))
                return
            except Unanswered:
                if self._stop.is_set() or (command.attempts == 1 and self.dice.random() < self.ABANDONED):
                    if command.entity.document is not None:
                        command.entity.abandoned.append(command)
                        self.entities.remove(command.entity)  # its state is unknown from here on
                    return
                self._stop.wait(0.02)

    def _attempt(self, command):
        try:
            answer = command.send(self.client)
        except (OSError, http.client.HTTPException) as gone:
            self.cut_off += not isinstance(gone, ConnectionRefusedError)
            raise Unanswered from gone
        if answer.status == 503:
            raise Unanswered
        return answer

    def _take(self, command, answer):
        assert answer.status in (200, 201), f"{command.method} {command.path} {command.body}: {answer}"
        command.answer = answer
        command.entity.document = answer.json()
        if command.entity not in self.entities:
            self.entities.append(command.entity)

    def _read_back(self, command):
        """What was acknowledged is read at once, or not at all: never an older state."""
        try:
            answer = self.client.get(command.entity.path)
        except (OSError, http.client.HTTPException):
            return
        if answer.status != 503:
            assert answer.ok() == command.entity.document, "a read after a write was stale"

    # ---- what to do next -------------------------------------------------------------------------------------------

    def _key(self):
        return str(uuid.UUID(int=self.dice.getrandbits(128)))

    def _next(self):
        organisations = [e for e in self.entities[-60:] if e.collection == "organisations"]
        people = [e for e in self.entities[-60:] if e.collection == "people"]
        kind = self.dice.random()
        if not organisations or kind < 0.2:
            return self._create("organisations", {"name": f"Maison {self._key()}", "notes": "n" * self.dice.randrange(1, 3000)},
                                "organisation.created.v1")
        if not people or kind < 0.35:
            return self._create("people", {"last_name": f"Durand {self._key()}"}, "person.created.v1")
        if kind < 0.55:
            return self._link(self.dice.choice(organisations), self.dice.choice(people))
        return self._change(self.dice.choice(organisations), kind < 0.75)

    def _create(self, collection, body, event):
        return Command(self._key(), "POST", f"{API}/{collection}", body, [event], Entity(collection))

    def _link(self, organisation, person):
        """A primary link; it demotes the one before it, which makes it a commit of two events."""
        # One live link per pair: a person is linked once.
        self.entities.remove(person)
        events = ["link.created.v1"] + (["link.updated.v1"] if organisation.primary else [])
        organisation.primary = True
        body = {"person_id": person.document["id"], "organisation_id": organisation.document["id"], "is_primary": True}
        return Command(self._key(), "POST", f"{API}/links", body, events, Entity("links"))

    def _change(self, organisation, with_stage):
        body, events = {"city": self._key()}, ["organisation.updated.v1"]
        present = organisation.document["pipeline_stage"]
        if not with_stage:
            return Command(self._key(), "PATCH", organisation.path, body, events, organisation)
        stage = self.dice.choice([stage for stage in STAGES if stage != present])
        moved = ["organisation.stage_changed.v1"] + (["task.created.v1"] if stage in MAKES_TASKS else [])
        if self.dice.random() < 0.5:
            return Command(self._key(), "POST", organisation.path + "/stage", {"stage": stage}, moved, organisation)
        return Command(self._key(), "PATCH", organisation.path, {**body, "pipeline_stage": stage}, events + moved, organisation)


class Load:
    """Several workers against one server."""

    def __init__(self, server, client, seed, workers=6):
        self.workers = [Worker(server, client.twin(), f"{seed}/{number}") for number in range(workers)]

    def __enter__(self):
        for worker in self.workers:
            worker.start()
        return self

    def __exit__(self, *failed):
        for worker in self.workers:
            worker.finish()

    def check(self):
        """Fails as soon as a worker has failed."""
        for worker in self.workers:
            if worker.failure:
                raise worker.failure

    def acknowledged_count(self):
        return sum(1 for worker in self.workers for command in list(worker.commands) if command.acknowledged)

    def await_progress(self, more=20, timeout=60):
        """Until that many further commands are acknowledged: after a failure everything works again."""
        target, deadline = self.acknowledged_count() + more, time.monotonic() + timeout
        while self.acknowledged_count() < target:
            self.check()
            assert time.monotonic() < deadline, f"no {more} commands were acknowledged within {timeout} s"
            time.sleep(0.02)

    @property
    def commands(self):
        return [command for worker in self.workers for command in worker.commands]
