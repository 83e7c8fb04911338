"""Compares the server with the model: answers, records, lists, the past, and what the programs print of the Log."""

import datetime
import itertools
import json

from alforis_client import API, notes_of_refusals
from model import rights, values as v
from model.fields import KINDS, SINGULAR
from model.world import differences, plain


class Disagreement(AssertionError):
    """Model and server do not say the same."""


def agree(expected, shown, about):
    wrong = differences(expected, shown)
    if wrong:
        raise Disagreement(f"{about}: " + "; ".join(wrong))


class Comparison:
    """One server, one world; `clients` by the id of their user."""

    def __init__(self, world, server, clients, admin):
        self.world, self.server, self.clients, self.admin = world, server, clients, admin

    def follow(self):
        newest = max(client.position for client in self.clients.values())
        for client in self.clients.values():
            client.position = newest

    def get(self, viewer, path, **query):
        return self.clients[viewer].get(API + path, query=query)

    # ---- the answer to a command -----------------------------------------------------------------------------------

    def answered(self, call, result, answer):
        """Holds the answer to what was foretold, learns the names and the position that the server gave."""
        shown = answer.json() if answer.body else {}
        code = shown.get("code") if answer.status >= 300 else None
        if (answer.status, code) in result.more.get("either", []):
            return
        if answer.status != result.status or (result.code and code != result.code):
            raise Disagreement(f"expected {result.status} {result.code or ''} {result.errors or ''}, got {answer}")
        if result.errors and answer.status >= 400:
            self.errors(result.errors, shown)
        if "location" in result.more and not answer.header("location").split("?")[0].startswith(f"{API}/organisations/{result.more['location']}"):
            raise Disagreement(f"expected to be led to {result.more['location']}, got {answer.header('location')}")
        if result.outcomes is not None and answer.status < 300:
            self.outcomes(call, result, shown)
        if result.status < 300:
            self.learn(call, result, answer, shown)

    @staticmethod
    def errors(expected, problem):
        shown = {error.get("pointer"): error["code"] for error in problem.get("errors", [])}
        if set(shown) != set(expected) or any(code and code != shown[pointer] for pointer, code in expected.items()):
            raise Disagreement(f"expected the errors {expected}, got {shown}")

    def outcomes(self, call, result, shown):
        name = "position" if call.verb == "undo" else "id"
        told = [(one[name], one["outcome"], one["problems"][0]["code"] if one["problems"] else None) for one in shown["outcomes"]]
        wanted = list(result.outcomes)
        if call.verb == "reassign":  # in which order is the server's to choose
            told, wanted = sorted(told, key=str), sorted(wanted, key=str)
        blur = lambda rows: [row[:2] if row[2] is None or other[2] is None else row for row, other in zip(rows, wanted)]
        if len(told) != len(wanted) or blur(told) != blur(wanted):
            raise Disagreement(f"expected the outcomes {wanted}, got {told}")

    def learn(self, call, result, answer, shown):
        """Positions of the commits, the ids of what the server named, the moments."""
        now = datetime.datetime.now(v.UTC)
        commits = self.in_order(call, result, shown)
        for commit, position in zip(commits, self.newest_positions(answer.position, len(commits))):
            commit.moment.latest = now
            if result.shown is not None and call.verb == "create" and result.shown["id"].startswith("new "):
                self.world.rename(commit, call.kind, result.shown["id"], shown["id"])
            self.world.keep(commit, position)
        if "batch" in shown:
            self.world.batches[shown["batch"]] = [commit.position for commit in commits]
        if result.shown is not None:
            agree(result.shown, shown, "the answer")
        self.follow()
        for commit in commits:
            self.find_new(commit)
        for commit in commits:
            for kind, identity in commit.after:
                self.record(kind, identity)

    def newest_positions(self, newest, number):
        """Of so many commits one after the other. The note of a refusal before them may have come between."""
        notes = notes_of_refusals(self.clients[self.admin], 0, newest) if number > 1 else ()
        positions = (position for position in range(newest, 0, -1) if position not in notes)
        return sorted(itertools.islice(positions, number))

    def in_order(self, call, result, shown):
        """The commits as the server made them one after the other."""
        if call.verb != "reassign":
            return result.commits
        by_id = {key[1]: commit for commit in result.commits for key in commit.after}
        return [by_id[one["id"]] for one in shown.get("outcomes", []) if one["outcome"] == "changed" and one["id"] in by_id]

    def find_new(self, commit):
        """The records of the commit that the server named: they are the only ones of that moment that nobody knows yet."""
        for kind, placeholder in [key for key in commit.after if key[1].startswith("new ")]:
            since = v.written(commit.moment.earliest - datetime.timedelta(milliseconds=2))
            listed = self.clients[self.admin].pages(f"{API}/{kind}", {"created_at.gte": since, "limit": 200})
            unknown = [one for one in listed if not self.world.get(kind, one["id"])]
            record = self.world.get(kind, placeholder)
            fitting = [one for one in unknown if not differences({**record, "id": one["id"]}, one, bind=False)]
            if not fitting:
                raise Disagreement(f"{kind}: nothing new is {record}, but there is {unknown}")
            self.world.rename(commit, kind, placeholder, fitting[0]["id"])
            versions = self.world.versions.pop((kind, placeholder))
            self.world.versions[kind, fitting[0]["id"]] = versions

    # ---- records and lists -----------------------------------------------------------------------------------------

    def record(self, kind, identity):
        """As the administrator reads it, in the trash or not."""
        expected = self.world.get(kind, identity)
        path = "/workspace" if kind == "workspace" else f"/{kind}/{identity}"
        query = {"deleted": "true"} if "deleted_at" in expected else {}
        answer = self.get(self.admin, path, **query)
        if answer.status != 200:
            raise Disagreement(f"{kind} {identity} is not there: {answer}; expected {expected}")
        agree(expected, answer.json(), f"{kind} {identity}")
        if answer.etag != f'"{expected["version"]}"':
            raise Disagreement(f"{kind} {identity}: the ETag is {answer.etag}")

    def all_records(self):
        for kind in KINDS:
            for identity in list(self.world.records[kind]):
                self.record(kind, identity)

    def seen(self, viewer, kind, deleted=False):
        """Ids by the time they were made."""
        user = self.world.get("users", viewer)
        found = [record for record in self.world.all(kind) if ("deleted_at" in record) == deleted and rights.finds(self.world, user, kind, record)]
        found.sort(key=lambda record: (plain(record["created_at"]), record["id"]))
        return [record["id"] for record in found]

    def list_of(self, viewer, kind, limit, deleted=False):
        query = {"sort": "created_at", "limit": limit, **({"deleted": "true"} if deleted else {})}
        shown = [one["id"] for one in self.clients[viewer].pages(f"{API}/{kind}", query)]
        expected = self.seen(viewer, kind, deleted)
        if shown != expected:
            raise Disagreement(f"the list of {kind} for {self.name(viewer)}{' (deleted)' if deleted else ''}: too many "
                               f"{self.told(kind, set(shown) - set(expected))}, missing {self.told(kind, set(expected) - set(shown))}, "
                               f"order {'agrees' if sorted(shown) == sorted(expected) else 'unknown'}")

    def name(self, viewer):
        user = self.world.get("users", viewer)
        return f"{user['role']} {user.get('full_name')} {viewer}"

    def told(self, kind, ids):
        return [self.world.get(kind, identity) or identity for identity in list(ids)[:3]]

    def single_of(self, viewer, kind, identity):
        """One record as a viewer gets it, or does not."""
        world, record = self.world, self.world.get(kind, identity)
        user = world.get("users", viewer)
        found = "deleted_at" not in record and rights.finds(world, user, kind, record)
        answer = self.get(viewer, f"/{kind}/{identity}")
        if record.get("merged_into"):
            return
        if answer.status != (200 if found else 404):
            raise Disagreement(f"{self.name(viewer)} reads {kind} {identity}: expected {200 if found else 404}, got {answer}; it is {record}")

    # ---- the past --------------------------------------------------------------------------------------------------

    def past_list(self, viewer, kind, position, limit):
        """What was live then, of what the viewer may find now."""
        user, world = self.world.get("users", viewer), self.world
        past = {identity: world.at(kind, identity, position) for identity in world.records[kind]}
        expected = {identity: record for identity, record in past.items() if record and "deleted_at" not in record
                    and rights.finds(world, user, kind, world.get(kind, identity))}
        query = {"as_of_position": position, "limit": limit}
        shown = {one["id"]: one for one in self.clients[viewer].pages(f"{API}/{kind}", query)}
        about = f"the list of {kind} at {position} for {self.name(viewer)}"
        if set(shown) != set(expected):
            raise Disagreement(f"{about}: too many {self.told(kind, set(shown) - set(expected))}, missing {self.told(kind, set(expected) - set(shown))}")
        for identity, record in expected.items():
            agree(record, shown[identity], f"{about}, {identity}")

    def past_record(self, kind, identity, position):
        """As the administrator reads it."""
        record = self.world.at(kind, identity, position)
        deleted = bool(record) and "deleted_at" in record
        answer = self.get(self.admin, f"/{kind}/{identity}", as_of_position=position, **({"deleted": "true"} if deleted else {}))
        if answer.status != (200 if record else 404):
            raise Disagreement(f"{kind} {identity} at {position}: expected {record}, got {answer}")
        if record:
            agree(record, answer.json(), f"{kind} {identity} at {position}")

    def replayed(self, kind, position):
        """`alforis replay --until` tells the same."""
        done = self.server.cli("replay", "--until", position, "--state", SINGULAR[kind], with_postgres=True)
        if done.returncode != 0:
            raise Disagreement(f"replay --until {position} --state {SINGULAR[kind]}: {done.stderr}")
        shown = {one["id"]: one for one in map(json.loads, done.stdout.splitlines())}
        expected = {identity: self.world.at(kind, identity, position) for identity in self.world.records[kind]}
        expected = {identity: record for identity, record in expected.items() if record}
        about = f"replay --until {position} --state {SINGULAR[kind]}"
        if set(shown) != set(expected):
            raise Disagreement(f"{about}: too many {set(shown) - set(expected)}, missing {set(expected) - set(shown)}")
        for identity, record in expected.items():
            agree(record, shown[identity], f"{about}, {identity}")

    # ---- the programs ----------------------------------------------------------------------------------------------

    def program(self, name):
        done = self.server.cli(name, timeout=300)
        if done.returncode != 0:
            raise Disagreement(f"alforis {name} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
