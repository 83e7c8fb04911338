"""The world's state: every record, every version it had, and what each command changed."""

import datetime
import re

from model import values as v
from model.fields import DEFAULTS, KINDS

STAMPS = {"version", "updated_at", "updated_by"}


class Refused(Exception):
    """What a command is answered with instead. `errors`: codes by pointer; None where only the status is foretold."""

    def __init__(self, status, code=None, errors=None, **more):
        super().__init__(status, code, errors)
        self.status, self.code, self.errors, self.more = status, code, errors, more


def invalid(**errors):
    """422 at members given as name=code."""
    return Refused(422, "invalid_input", {"/" + name.replace("__", "/"): code for name, code in errors.items()})


class Open:
    """A value that is known only by a rule until the server shows it; from then on it is that."""

    def __init__(self, rule, what):
        self.rule, self.what, self.value = rule, what, None

    def accepts(self, shown, bind=True):
        if self.value is not None:
            return shown == self.value
        fits = isinstance(shown, str) and self.rule(shown)
        if fits and bind:
            self.value = shown
        return fits

    def __repr__(self):
        return repr(self.value) if self.value is not None else f"<{self.what}>"


class Moment(Open):
    """When a commit was made: between the request and its answer, and one instant wherever it shows."""

    def __init__(self):
        super().__init__(self.between, "the moment of the commit")
        self.earliest, self.latest = datetime.datetime.now(v.UTC), None

    def between(self, shown):
        slack = datetime.timedelta(milliseconds=2)
        latest = self.latest or datetime.datetime.now(v.UTC)
        parsed = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", shown) and v.moment_of(shown)
        return bool(parsed) and self.earliest - slack <= parsed <= latest + slack

    def about(self):
        return v.moment_of(self.value) if self.value else self.earliest


def plain(value):
    return value.value if isinstance(value, Open) else value


class Commit:
    """What one command did, or one of the many of a bulk change."""

    def __init__(self, actor, moment):
        self.actor, self.moment, self.position = actor, moment, None
        self.before, self.after = {}, {}  # (kind, id) -> record or None
        self.made_itself = set()  # tasks of the policies
        self.undoes = None
        self.final = False  # cannot be taken back


class World:
    def __init__(self):
        self.records = {kind: {} for kind in (*KINDS, "workspace")}
        self.versions = {}  # (kind, id) -> [(position, record)]
        self.commits, self.batches = {}, {}
        self.creations = {}  # (kind, proposed id) -> (actor, body, record as it was answered)
        self.commit, self.made, self.late = None, 0, {}

    # ---- reading ---------------------------------------------------------------------------------------------------

    def get(self, kind, identity):
        return self.records[kind].get(identity)

    def all(self, kind, **having):
        return [record for record in self.records[kind].values() if all(plain(record.get(name)) == value for name, value in having.items())]

    def live(self, kind, **having):
        return [record for record in self.all(kind, **having) if "deleted_at" not in record]

    def there(self, kind, identity):
        """The record, unless it is deleted."""
        record = self.get(kind, identity)
        return record if record and "deleted_at" not in record else None

    @property
    def me(self):
        return self.get("users", self.commit.actor)

    def today(self):
        return v.paris_day(self.commit.moment.about())

    @staticmethod
    def paris_day():
        return v.paris_day(datetime.datetime.now(v.UTC))

    def at(self, kind, identity, position):
        """The record as it was after the commit at that position."""
        past = [record for when, record in self.versions.get((kind, identity), []) if when <= position]
        return past[-1] if past else None

    # ---- writing ---------------------------------------------------------------------------------------------------

    def begin(self, actor):
        self.commit = Commit(actor, Moment())
        return self.commit

    def take_back(self):
        """The command was refused: nothing happened."""
        for (kind, identity), before in self.commit.before.items():
            if before is None:
                del self.records[kind][identity]
            else:
                self.records[kind][identity] = before

    def _store(self, kind, identity, record):
        self.commit.before.setdefault((kind, identity), self.get(kind, identity))
        self.records[kind][identity] = {name: value for name, value in record.items() if value is not None}
        self.commit.after[kind, identity] = self.records[kind][identity]

    def create(self, kind, identity, fields):
        if identity is None:
            self.made += 1
            identity = f"new {self.made}"  # until the server has told its own
        stamps = {"id": identity, "version": 1, "created_at": self.commit.moment, "created_by": self.commit.actor,
                  "updated_at": self.commit.moment, "updated_by": self.commit.actor}
        self._store(kind, identity, {**DEFAULTS.get(kind, {}), **fields, **stamps})
        return self.get(kind, identity)

    def change(self, kind, identity, fields, anyway=False):
        """One event, if anything changes or `anyway`."""
        before = self.get(kind, identity)
        if anyway or any(before.get(name) != value for name, value in fields.items()):
            stamps = {"version": before["version"] + 1, "updated_at": self.commit.moment, "updated_by": self.commit.actor}
            self._store(kind, identity, {**before, **fields, **stamps})
        return self.get(kind, identity)

    def rename(self, commit, kind, placeholder, identity):
        """A record that the server named."""
        record = self.records[kind].pop(placeholder)
        record["id"] = identity
        self.records[kind][identity] = record
        for other in commit.after.values():
            other.update({name: identity for name, value in other.items() if value == placeholder})
        for versions in (commit.before, commit.after):
            if (kind, placeholder) in versions:
                versions[kind, identity] = versions.pop((kind, placeholder))
        if (kind, placeholder) in commit.made_itself:
            commit.made_itself.add((kind, identity))

    def keep(self, commit, position):
        """The commit stands at that position of the Log."""
        commit.position = position
        self.commits[position] = commit
        for key, record in commit.after.items():
            self.versions.setdefault(key, []).append((position, record))

    def forget(self, kind, identity, forgotten):
        """Erased: what was said of it goes from every version and from every commit."""
        def clean(record):
            return forgotten(record) if record else record

        key = (kind, identity)
        self.versions[key] = [(position, clean(record)) for position, record in self.versions.get(key, [])]
        for commit in self.commits.values():
            for side in (commit.before, commit.after):
                if key in side:
                    side[key] = clean(side[key])
        if key in self.creations:
            actor, body, _ = self.creations[key]
            self.creations[key] = (actor, body, None)  # answered with the record as it is by now


def differences(expected, shown, where="", bind=True):
    """What two documents disagree in, in words."""
    if isinstance(expected, Open):
        return [] if expected.accepts(shown, bind) else [f"{where}: expected {expected!r}, shown {shown!r}"]
    if isinstance(expected, dict) and isinstance(shown, dict):
        names = [name for name in {**expected, **shown} if expected.get(name) is not None or shown.get(name) is not None]
        return [one for name in names for one in differences(expected.get(name), shown.get(name), f"{where}/{name}", bind)]
    if isinstance(expected, list) and isinstance(shown, list) and len(expected) == len(shown):
        return [one for place, pair in enumerate(zip(expected, shown)) for one in differences(*pair, f"{where}/{place}", bind)]
    same = expected == shown and isinstance(expected, bool) == isinstance(shown, bool)
    return [] if same else [f"{where}: expected {expected!r}, shown {shown!r}"]
