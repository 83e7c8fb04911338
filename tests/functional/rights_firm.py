"""A small firm of four teams with records of every kind, the moves that change who sees what, and askers whose every answer is
looked through for what they may not see.
"""

import base64
import contextlib
import dataclasses
import datetime
import itertools
import re
import time

from alforis_client import API, notes_of_refusals, wait_until
from alforis_server import ADMIN_EMAIL, ADMIN_PASSWORD
from firm import PASSWORD, lei
from rights_by_hand import ROLES
from rights_model import IDENTITY, MARKER, OPEN_STAGES, Model, Record

TEAMS = ("paris", "lyon", "lille", "nice")
USERS = {
    "second": ("admin", "paris"), "manager": ("manager", "paris"), "sales": ("sales", "paris"), "colleague": ("sales", "paris"),
    "viewer": ("viewer", "paris"), "lyon_manager": ("manager", "lyon"), "lyon_sales": ("sales", "lyon"), "lyon_viewer": ("viewer", "lyon"),
    "lille_manager": ("manager", "lille"), "lille_sales": ("sales", "lille"), "alone": ("sales", None),
}
STAGES = (*OPEN_STAGES, "signe", "perdu", "inactif")
CATEGORIES = ("institution", "sdg", "cgpi")
DAY = "2026-01-07T09:00:00Z"  # everything happens, and is due, then
RULES = ("proposition", "negociation", "signature", "after_meeting", "after_call", "after_email")


def decoded_cursors(text):
    """Cursors are sealed, not hidden."""
    for cursor in re.findall(r'"next":"([^"]+)"', text):
        with contextlib.suppress(ValueError):
            yield base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("latin-1")


class Asker:
    """A user's client. Whatever it is answered holds nothing of what the model hides from the user."""

    def __init__(self, house, name, client):
        self.house, self.name, self.client, self.id = house, name, client, client.user["id"]
        self.secrets = None  # ids and markers, until something moves

    @property
    def user(self):
        return self.house.model.records[self.id]

    def ask(self, method, path, body=None, query=None):
        answer = self.client.request(method, path, body, query=query)
        self.look_through(f"{method} {path} {query} {body}", answer)
        self.house.checks += 1
        return answer

    def get(self, path, **query):
        return self.ask("GET", path, query=query)

    def look_through(self, sent, answer):
        """What the asker sent may come back."""
        if self.secrets is None:
            self.secrets = self.house.model.hidden_from(self.user)
        text = " ".join([answer.text(), str(answer.pairs), *decoded_cursors(answer.text())])
        ids = set(IDENTITY.findall(text)) & self.secrets[0] - set(IDENTITY.findall(sent))
        markers = set(MARKER.findall(text)) & self.secrets[1] - set(MARKER.findall(sent))
        hidden = [self.house.model.records[identity] for identity in ids] + [self.house.model.with_marker(marker) for marker in markers]
        assert not hidden, f"{self.name} was shown what is hidden from them by {sent}: {hidden} in {answer.text()[:2000]}"

    def pages(self, path, **query):
        """All items, page by page; every page says the same total."""
        items, totals = [], set()
        while True:
            page = self.get(path, **query).ok()
            items += page["items"]
            totals.add(page.get("total"))
            if page["next"] is None:
                assert len(totals) == 1
                return items, totals.pop()
            query["after"] = page["next"]


class KeyAsker(Asker):
    """A program with an API key: it may what the lower of the user's role and the key's scope may."""

    def __init__(self, house, name, client, scope):
        super().__init__(house, name, client)
        self.scope = scope

    @property
    def user(self):
        user = super().user
        return dataclasses.replace(user, role=min(user.role, self.scope, key=ROLES.index))


class House:
    """The firm, and the model of it that the test keeps by itself."""

    def __init__(self, server, dice):
        self.server, self.dice, self.model = server, dice, Model()
        self.root = server.login()
        self.markers, self.months, self.checks = itertools.count(1), itertools.count(), 0
        self.positions, self.past = {}, []  # of the newest command about a record; (position, instant, what was there)
        self.last, self.before, self.newest = None, None, 0  # what can be taken back: (position, the records before)
        self.moved_at, self.slowest = 0, 0  # when the newest move was answered; seconds until other clients read it
        self.root.patch(f"{API}/workspace", {f"auto_task_{rule}": False for rule in RULES}).ok()
        self.askers, self.keys = {}, []
        self.make_people_of_the_firm()
        self.make_records()
        self.keys = [self.make_key(name, scope) for name, scope in (("second", "viewer"), ("manager", "sales"))]
        self.settled()

    def marker(self):
        return f"zq{next(self.markers):06d}qz"

    # ---- making

    def create(self, kind, body, named_by, maker=None, marker=None, **fields):
        """Makes a record whose marker stands in the member `named_by`."""
        client, marker = maker.client if maker else self.root, marker or self.marker()
        answer = client.post(f"{API}/{kind}", {**body, named_by: f"{body.get(named_by, 'Le')} {marker}"})
        made = answer.ok(201)
        record = self.model.add(Record(kind, made["id"], marker, client.user["id"], **fields))
        self.positions[record.id] = answer.position
        self.model.name(record, *IDENTITY.findall(answer.text()))
        self.follow(client)
        return record

    def follow(self, client):
        """What one of them wrote is what all of them read."""
        for other in [self.root, *(asker.client for asker in [*self.askers.values(), *self.keys])]:
            other.position = max(other.position, client.position)

    def make_people_of_the_firm(self):
        self.teams = {name: self.create("teams", {"name": name}, "name") for name in TEAMS}
        me = self.model.add(Record("users", self.root.user["id"], self.marker(), role="admin"))
        self.positions[me.id] = self.root.patch(me.path, {"full_name": me.marker}).position
        for name, (role, team) in USERS.items():
            marker, team = self.marker(), team and self.teams[team].id
            body = {"email": f"{marker}@alforis.example", "role": role, "password": PASSWORD, **({"team_id": team} if team else {})}
            self.create("users", body, "full_name", marker=marker, role=role, team=team)
            self.askers[name] = Asker(self, name, self.server.login(body["email"], PASSWORD, self.root.position))
        self.askers["root"] = Asker(self, "root", self.server.login(ADMIN_EMAIL, ADMIN_PASSWORD))

    def somebody(self, *roles):
        """A user, of one of the roles when there are such; and a client's asker for them."""
        fit = [asker for asker in self.askers.values() if not roles or asker.user.role in roles]
        return self.dice.choice(fit or [self.askers["root"]])

    def make_records(self):
        self.produits = [self.create("produits", {"type": "etf"}, "name") for _ in range(4)]
        for number in range(40):
            self.make_organisation(number)
        for _ in range(36):
            self.make_person()
        for _ in range(16):
            self.make_mandat()
            self.make_kpi()
        for _ in range(44):
            self.make_about("interactions")
            self.make_about("tasks")
        for name in self.askers:
            self.make_view(self.askers[name])
        for record in [r for r in self.model.records.values() if self.dice.random() < 0.1]:
            self.delete(record)
        for _ in range(3):
            self.merge()

    def make_organisation(self, number):
        owner = None if number % 5 == 0 else self.somebody().id
        figures = {"website": f"https://maison{number // 2}.example" if number % 3 else None, "lei": lei(), "stage": self.dice.choice(STAGES),
                   "aum": self.dice.randrange(1, 10**9), "category": self.dice.choice(CATEGORIES), "potential": self.dice.randrange(1, 10**6)}
        body = {"lei": figures["lei"], "pipeline_stage": figures["stage"], "aum": {"amount": figures["aum"]}, "category": figures["category"],
                "potential_amount": {"amount": figures["potential"]}}
        if figures["website"]:
            body["website"] = figures["website"]
        if owner:
            body["owner_id"] = owner
        maker = self.somebody("sales") if number % 7 == 0 else None
        if maker:
            owner, body["owner_id"] = maker.id, maker.id
        self.create("organisations", body, "name", maker, owner=owner, figures=figures)

    def make_person(self):
        maker = self.somebody("sales") if self.dice.random() < 0.2 else None
        person = self.create("people", {}, "last_name", maker)
        for organisation in self.dice.sample(self.model.live("organisations"), self.dice.choice((0, 1, 1, 1, 2, 2, 3))):
            self.make_link(person, organisation)

    def make_link(self, person, organisation):
        body = {"person_id": person.id, "organisation_id": organisation.id}
        return self.create("links", body, "job_title", organisation=organisation.id, person=person.id)

    def make_mandat(self):
        organisation = self.dice.choice(self.model.live("organisations"))
        body = {"organisation_id": organisation.id, "date_signature": "2026-01-01"}
        mandat = self.create("mandats", body, "number", organisation=organisation.id, figures={"status": "propose", "produit": None})
        if self.dice.random() < 0.4:
            produit = self.dice.choice(self.produits)
            self.root.post(mandat.path + "/sign").ok()
            self.root.post(mandat.path + "/produits", {"produit_id": produit.id}).ok()
            mandat.figures.update(status="signe", produit=produit.id)
            self.model.name(mandat, produit.id)

    def make_kpi(self):
        """Each of a month of its own, so that none is in another's way when organisations become one."""
        organisation, month = self.dice.choice(self.model.live("organisations")), next(self.months)
        body = {"organisation_id": organisation.id, "year": 2020 + month // 12, "month": 1 + month % 12, "rdv": 3}
        self.create("manual-kpis", body, "notes", organisation=organisation.id)

    def make_about(self, kind):
        """About an organisation, a person, both; tasks about nothing as well. Given to somebody who sees it."""
        about, person = self.dice.choice(self.model.live("organisations")), self.dice.choice(self.model.live("people"))
        choice = self.dice.choice(("organisation", "organisation", "person", "both", "nothing" if kind == "tasks" else "organisation"))
        record = Record(kind, None, None, organisation=about.id if choice in ("organisation", "both") else None,
                        person=person.id if choice in ("person", "both") else None)
        body = {"organisation_id": record.organisation, "person_id": record.person, "due_at" if kind == "tasks" else "occurred_at": DAY}
        assignee = self.somebody("admin", "manager", "sales")
        record.assignee = assignee.id if choice == "nothing" or kind == "tasks" else None
        if self.model.sees(assignee.user, record) and self.dice.random() < 0.7:
            record.assignee = assignee.id
        elif kind == "tasks":
            record.assignee = self.root.user["id"]  # of who makes it
        figures = {}
        if kind == "interactions":
            figures = {"type": self.dice.choice(("meeting", "note")), "inbox": self.dice.random() < 0.5}
            body.update({"type": figures["type"], "next_action_at": DAY if figures["inbox"] else None})
        body = {name: value for name, value in {**body, "assignee_id": record.assignee}.items() if value}
        self.create(kind, body, "title", organisation=record.organisation, person=record.person, assignee=record.assignee, figures=figures)

    def make_view(self, asker):
        shared = self.dice.choice(("me", "team", "firm"))
        self.create("views", {"resource": "task", "query": "assignee=me", "shared": shared}, "name", asker, shared=shared)

    def make_key(self, name, scope):
        key = self.root.create("api-keys", {"name": self.marker(), "user_id": self.askers[name].id, "scope": scope})
        client = self.server.anonymous()
        client.token, client.position = key["key"], self.root.position
        client.user = client.get(f"{API}/me").ok()
        # That it was used is told in the log, once.
        wait_until(lambda: "last_used_at" in self.root.read("api-keys", key["id"], follow=False), "the key's use")
        return KeyAsker(self, f"{name}'s key", client, scope)

    # ---- what was there

    def settled(self):
        """After a move: what askers may not see is looked at anew, and what is there now will be what was there then."""
        for asker in [*self.askers.values(), *self.keys]:
            asker.secrets = None
        here = {record.id: record.deleted for record in self.model.records.values()}
        instant = datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        self.past.append((self.root.position, instant, here))

    # ---- moving. Each gives a sentence, or None when there is nothing to move.

    def done(self, asker, answer, record=None, undoable=True):
        """The answer to a move by the asker, or by the administrator."""
        self.moved_at = time.monotonic()
        answer.ok()
        # What changes nothing has no commit of its own, and is answered with the newest position.
        happened = answer.position > self.newest and answer.position not in notes_of_refusals(self.root, self.newest, answer.position)
        self.newest = max(self.newest, answer.position)
        self.follow(asker.client if asker else self.root)
        if record and happened:
            self.positions[record.id] = answer.position
        self.last = (answer.position, self.before) if undoable and happened else None
        return answer

    def move(self):
        """One move at random."""
        moves = (self.give, self.give, self.take, self.move_user, self.move_user, self.change_role, self.change_role, self.delete_one,
                 self.restore_one, self.restore_one, self.link, self.end_link, self.merge, self.reassign, self.share_view, self.assign,
                 self.talk_of_another, self.change_stage, self.take_back)
        while True:
            self.before, self.newest = self.model.copy(), self.root.log_end()
            told = self.dice.choice(moves)()
            if told:
                self.settled()
                return told

    def give(self):
        organisation = self.dice.choice(self.model.live("organisations"))
        owner = self.dice.choice([None, self.somebody().id, self.somebody().id])
        self.done(None, self.root.patch(organisation.path, {"owner_id": owner}), organisation)
        organisation.owner = owner
        return f"{organisation.marker} is given to {owner}"

    def take(self):
        asker = self.somebody("sales")
        shared = [o for o in self.model.live("organisations") if o.owner is None]
        if asker.user.role != "sales" or not shared:
            return None
        organisation = self.dice.choice(shared)
        self.done(asker, asker.client.patch(organisation.path, {"owner_id": asker.id}), organisation)
        organisation.owner = asker.id
        return f"{asker.name} takes {organisation.marker}"

    def move_user(self):
        user, team = self.dice.choice(list(self.askers.values())).user, self.dice.choice([None, *self.teams.values()])
        team = team and team.id
        self.done(None, self.root.patch(user.path, {"team_id": team}), user)
        user.team = team
        self.model.name(user, team)
        return f"{user.marker} goes to team {team}"

    def change_role(self):
        asker, role = self.dice.choice([a for a in self.askers.values() if a.name != "root"]), self.dice.choice(("viewer", "sales", "manager", "manager"))
        self.done(None, self.root.patch(asker.user.path, {"role": role}), asker.user)
        asker.user.role = role
        return f"{asker.name} is {role}"

    def running(self, record):
        """Whether a running mandat keeps the record from being deleted."""
        mandats = [m for m in self.model.live("mandats") if m.figures["status"] == "signe"]
        return any(record.id in (m.id, m.organisation, m.figures["produit"]) for m in mandats)

    def delete(self, record, asker=None):
        if record.kind in ("links", "users", "teams") or record.deleted or self.running(record):
            return False
        client = asker.client if asker else self.root
        self.done(asker, client.delete(record.path), record)
        record.deleted_by = client.user["id"]
        return True

    def delete_one(self):
        """By the administrator, or a manager who sees it."""
        asker, record = self.somebody("manager", "admin"), self.dice.choice(list(self.model.records.values()))
        if record.kind == "views" and record.maker != asker.id or not self.model.sees(asker.user, record):
            asker = self.askers["root"]
        return f"{asker.name} deletes {record.path} {record.marker}" if self.delete(record, asker) else None

    def restore_one(self):
        """By the administrator, or whoever else may."""
        trash = [r for r in self.model.records.values() if r.deleted and not r.merged_into]
        if not trash:
            return None
        record = self.dice.choice(trash)
        asker = self.dice.choice([a for a in self.askers.values() if self.model.restores(a.user, record)])
        self.done(asker, asker.client.post(record.path + "/restore"), record, undoable=False)
        record.deleted_by = None
        return f"{asker.name} restores {record.path} {record.marker}"

    def link(self):
        person, organisation = self.dice.choice(self.model.live("people")), self.dice.choice(self.model.live("organisations"))
        if organisation in self.model.linked(person):
            return None
        self.last = None
        link = self.make_link(person, organisation)
        self.moved_at = time.monotonic()
        return f"{person.marker} begins at {organisation.marker}: {link.marker}"

    def end_link(self):
        link = self.dice.choice([link for link in self.model.of("links") if link.live])
        self.done(None, self.root.post(link.path + "/end"), link)
        link.live = False
        return f"{link.marker} ends"

    def merge(self):
        """The survivor gets what it has not; what hangs on the other goes over to it."""
        goes, stays = self.dice.sample(self.model.live("organisations"), 2)
        able = [a for a in self.askers.values() if a.user.role in ("admin", "manager") and self.model.sees(a.user, goes) and self.model.sees(a.user, stays)]
        asker = self.dice.choice(able)
        self.done(asker, asker.client.post(goes.path + "/merge", {"into": stays.id}), goes)
        self.carry_over(goes, stays)
        goes.deleted_by, goes.merged_into, stays.owner = asker.id, stays.id, stays.owner or goes.owner
        stays.figures["website"] = stays.figures["website"] or goes.figures["website"]
        self.model.name(goes, stays.id)
        self.model.name(stays, goes.id)
        self.model.carried[stays.id] |= self.model.carried[goes.id]
        return f"{asker.name} merges {goes.marker} into {stays.marker}"

    def carry_over(self, goes, stays):
        for record in [r for r in self.model.records.values() if r.organisation == goes.id]:
            if record.kind == "links" and record.live:
                person = self.model.records[record.person]
                record.live = stays not in self.model.linked(person)
            record.organisation = stays.id
            self.model.name(record, stays.id)

    def reassign(self):
        """Everything that one user has, as far as a manager or administrator may give it; what the other may not have stays."""
        one, other = self.somebody(), self.somebody()
        able = [a for a in self.askers.values() if a.user.role in ("admin", "manager") and self.model.sees(a.user, one.user)]
        asker = self.dice.choice(able)
        answer = asker.ask("POST", f"{one.user.path}/reassign", {"to": other.id})
        outcomes = self.done(asker, answer, undoable=False).json()["outcomes"]
        for record in (self.model.records[outcome["id"]] for outcome in outcomes if outcome["outcome"] == "changed"):
            if record.kind == "organisations":
                record.owner = other.id
            else:
                record.assignee = other.id
        return f"{asker.name} gives what {one.name} has to {other.name}"

    def share_view(self):
        view = self.dice.choice(self.model.live("views"))
        asker = next(a for a in self.askers.values() if a.id == view.maker)
        shared = self.dice.choice(("me", "team", "firm"))
        self.done(asker, asker.client.patch(view.path, {"shared": shared}), view)
        view.shared = shared
        return f"{asker.name} shows {view.marker} to {shared}"

    def assign(self):
        """To nobody, or to somebody who may have it: the model says whether the program will have it so."""
        record = self.dice.choice(self.model.live("tasks") + self.model.live("interactions"))
        asker = self.dice.choice([None, *self.askers.values()])
        changed = dataclasses.replace(record, assignee=asker and asker.id)
        fit = asker is None or changed.assignee == record.assignee or (asker.user.role != "viewer" and self.model.sees(asker.user, changed))
        answer = self.root.patch(record.path, {"assignee_id": asker and asker.id})
        if not fit:
            answer.problem(422)
            return None
        self.done(None, answer, record)
        record.assignee = asker and asker.id
        return f"{record.marker} is given to {asker and asker.name}"

    def talk_of_another(self):
        """An interaction or a task turns out to be about another organisation, whose it then is."""
        record, organisation = self.dice.choice(self.model.live("tasks") + self.model.live("interactions")), self.dice.choice(self.model.live("organisations"))
        assignee = record.assignee and self.model.records[record.assignee]
        fit = assignee is None or record.organisation == organisation.id or (
            assignee.role != "viewer" and self.model.sees(assignee, dataclasses.replace(record, organisation=organisation.id)))
        answer = self.root.patch(record.path, {"organisation_id": organisation.id})
        if not fit:
            answer.problem(422)
            return None
        self.done(None, answer, record)
        record.organisation = organisation.id
        self.model.name(record, organisation.id)
        return f"{record.marker} is about {organisation.marker}"

    def change_stage(self):
        organisation, stage = self.dice.choice(self.model.live("organisations")), self.dice.choice(STAGES)
        body = {"stage": stage, "reason": f"Vers {organisation.marker}"}
        self.done(None, self.root.post(organisation.path + "/stage", body), organisation)
        organisation.figures["stage"] = stage
        return f"{organisation.marker} is {stage}"

    def take_back(self):
        if not self.last or not self.last[1]:
            return None
        position, before = self.last
        answer = self.root.post(f"{API}/undo/{position}")
        code = self.against_taking_back(before)
        if code:
            answer.problem(409, code)
            return None
        self.done(None, answer, undoable=False)
        self.model.records = before
        return f"the command at {position} is taken back"

    def against_taking_back(self, before):
        """The code of the conflict, if there is one: nothing changes in the trash or refers to what is there. Two organisations that had
        become one are two again all the same.
        """
        changed = [(old, self.model.records[old.id]) for old in before.values() if old != self.model.records[old.id]]
        if any(now.merged_into and not old.merged_into for old, now in changed):
            return None
        if any(old.deleted and now.deleted for old, now in changed):
            return "deleted"
        def refers_to(old, now):
            revived = now.deleted or (old.live and not now.live)
            pairs = [(getattr(old, member), getattr(now, member)) for member in ("owner", "organisation", "person", "assignee")]
            return {was for was, present in pairs if was and (revived or was != present)}
        gone = any(self.model.records[other].deleted for old, now in changed for other in refers_to(old, now))
        return "cannot_undo" if gone else None
