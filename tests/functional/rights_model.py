"""A firm as plain records, and what its people may see of it: docs/RIGHTS.md once more, naively, on records instead of routes.
Nothing here is asked of the program; what it answers is compared with this.
"""

import collections
import copy
import dataclasses
import re

from rights_by_hand import changes, read_user, sees as sees_whose

# Every record has a marker in its name, title or notes, which stands nowhere else.
MARKER = re.compile(r"zq\d{6}qz")
IDENTITY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

HANG_ON_ORGANISATION = ("links", "mandats", "manual-kpis")
ABOUT_SOMETHING = ("interactions", "tasks")
DELETABLE = ("organisations", "people", "produits", "mandats", "interactions", "tasks", "manual-kpis", "views")
KINDS = ("organisations", "people", "links", "produits", "mandats", "interactions", "tasks", "manual-kpis", "views", "users", "teams")
OPEN_STAGES = ("prospect", "qualification", "proposition", "negociation")


@dataclasses.dataclass
class Record:
    """Of any kind: what rights hang on, and in `figures` what dashboards count. References are ids."""

    kind: str
    id: str
    marker: str
    maker: str = None
    owner: str = None  # of organisations
    organisation: str = None
    person: str = None
    assignee: str = None
    live: bool = True  # of links
    shared: str = "firm"  # of views
    role: str = None  # of users
    team: str = None  # of users
    deleted_by: str = None
    merged_into: str = None
    figures: dict = dataclasses.field(default_factory=dict)

    @property
    def path(self):
        return f"/api/v1/{self.kind}/{self.id}"

    @property
    def deleted(self):
        return self.deleted_by is not None


class Model:
    def __init__(self):
        self.records = {}
        # What a record's document or history says of others stays in the history, whatever is taken back.
        self.named = collections.defaultdict(set)  # id -> ids
        self.carried = collections.defaultdict(set)  # id -> markers

    def add(self, record):
        self.records[record.id] = record
        self.carried[record.id].add(record.marker)
        self.name(record, record.organisation, record.person, record.team)
        return record

    def name(self, record, *others):
        self.named[record.id].update(other for other in others if other)

    def copy(self):
        return copy.deepcopy(self.records)

    def of(self, kind):
        return [record for record in self.records.values() if record.kind == kind]

    def live(self, kind):
        return [record for record in self.of(kind) if not record.deleted]

    def with_marker(self, marker):
        return next(record for record in self.records.values() if record.marker == marker)

    # ---- rights. `asker`: a user's record

    def whose(self, asker, owner):
        if owner is None:
            return "shared"
        if owner == asker.id:
            return "own"
        team = self.records[owner].team
        return "team" if team and team == asker.team else "other"

    def linked(self, person):
        """The organisations that a person has a live link to."""
        return [self.records[link.organisation] for link in self.of("links") if link.person == person.id and link.live]

    def sees(self, asker, record):
        """Whether the record is one of those that the asker may see, deleted or not."""
        if asker.role == "admin" or record.kind == "produits":
            return True
        if record.kind == "organisations":
            return sees_whose(asker.role, self.whose(asker, record.owner))
        if record.kind in HANG_ON_ORGANISATION:
            return self.sees(asker, self.records[record.organisation])
        if record.kind == "people":
            linked = self.linked(record)
            return not linked or any(self.sees(asker, organisation) for organisation in linked)
        if record.kind in ABOUT_SOMETHING:
            return self.sees_what_it_is_about(asker, record)
        if record.kind == "views":
            shared_with_team = record.shared == "team" and self.whose(asker, record.maker) == "team"
            return record.maker == asker.id or record.shared == "firm" or shared_with_team
        if record.kind == "users":
            return read_user(asker.role, self.whose(asker, record.id)) == 200
        return record.id == asker.team

    def sees_what_it_is_about(self, asker, record):
        if record.organisation:
            return self.sees(asker, self.records[record.organisation])
        if record.person:
            return self.sees(asker, self.records[record.person])
        return sees_whose(asker.role, self.whose(asker, record.assignee))

    def restores(self, asker, record):
        """Who finds the record in the trash: managers what they see, sales people what they deleted, makers their views."""
        if not self.sees(asker, record):
            return False
        if record.kind == "views":
            return asker.role == "admin" or record.maker == asker.id
        return asker.role in ("admin", "manager") or (asker.role == "sales" and record.deleted_by == asker.id)

    def knows(self, asker, record):
        return self.sees(asker, record) and (not record.deleted or self.restores(asker, record))

    def keeps(self, asker, organisation):
        """Whether the asker may change an organisation, and so make things for it."""
        shared_own = asker.role == "sales" and organisation.owner is None and organisation.maker == asker.id
        return shared_own or changes(asker.role, self.whose(asker, organisation.owner))

    def survivor(self, record):
        while record.merged_into:
            record = self.records[record.merged_into]
        return record

    # ---- what the ways out should say

    def listed(self, asker, kind, deleted=False):
        return [r for r in self.of(kind) if r.deleted == deleted and (self.restores if deleted else self.sees)(asker, r)]

    def leads_on(self, asker, record):
        """What was merged leads to the record that took its place, if that is there and the asker sees it."""
        survivor = self.survivor(record)
        return bool(record.merged_into) and not survivor.deleted and self.sees(asker, survivor)

    def read_status(self, asker, record):
        """Of GET /x/{id}."""
        if record.deleted:
            return 301 if self.leads_on(asker, record) else 404
        return 200 if self.sees(asker, record) else 404

    def patch_status(self, asker, record):
        """Of a change that changes nothing: hidden is 404, whatever else would stand against it."""
        if self.leads_on(asker, record):
            return 301
        if not self.knows(asker, record):
            return 404
        if record.deleted:
            return 409
        if not self.may_change(asker, record):
            return 403
        return 409 if self.waits(record) else 200

    def may_change(self, asker, record):
        """Of what the asker sees."""
        if record.kind == "organisations":
            return self.keeps(asker, record)
        if record.kind in HANG_ON_ORGANISATION:
            return self.keeps(asker, self.records[record.organisation])
        if record.kind == "views":
            return asker.role == "admin" or record.maker == asker.id
        if asker.role != "sales" or record.kind == "produits":
            return asker.role in ("admin", "manager")
        about = self.records[record.person] if record.person and not record.organisation else record
        own = asker.id in (record.maker, record.assignee, about.maker)
        return own or any(self.keeps(asker, organisation) for organisation in self.organisations_of(record))

    def organisations_of(self, record):
        """Of a person, an interaction or a task."""
        if record.organisation:
            return [self.records[record.organisation]]
        person = record if record.kind == "people" else record.person and self.records[record.person]
        return self.linked(person) if person else []

    def waits(self, record):
        """What hangs on something in the trash does not change, nor does what has ended."""
        ends = [self.records[end] for end in (record.organisation, record.person) if end]
        return record.kind in HANG_ON_ORGANISATION and (not record.live or any(end.deleted for end in ends))

    def hidden_from(self, asker):
        """The ids and markers that no answer to the asker may hold. Users' ids are no secret: every record says who made it."""
        known = [record.id for record in self.records.values() if self.knows(asker, record)]
        ids = set(known).union(*(self.named[identity] for identity in known))
        markers = set().union(*(self.carried[identity] for identity in known))
        return ({r.id for r in self.records.values() if r.kind != "users"} - ids, {r.marker for r in self.records.values()} - markers)

    def members(self, team):
        return {user.id for user in self.of("users") if user.team == team}

    # ---- figures: of organisations that are there

    def counted_organisations(self, asker, owner=None, team=None):
        seen = self.listed(asker, "organisations")
        return [o for o in seen if (not owner or o.owner == owner) and (not team or o.owner in self.members(team))]

    def counted(self, asker, kind, **scope):
        """What hangs on them and is in a figure."""
        organisations = {organisation.id for organisation in self.counted_organisations(asker, **scope)}
        return [record for record in self.live(kind) if record.organisation in organisations]

    def meetings(self, asker, doers):
        return [i for i in self.counted(asker, "interactions") if i.figures["type"] == "meeting" and (i.assignee or i.maker) in doers]

    def duplicates(self, asker):
        """Pairs that share a web site."""
        seen = sorted(self.counted_organisations(asker), key=lambda organisation: organisation.id)
        return {(a.id, b.id) for a in seen for b in seen if a.id < b.id and a.figures["website"] == b.figures["website"] is not None}
