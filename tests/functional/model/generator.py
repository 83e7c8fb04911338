"""Makes up commands: mostly sensible ones of people who may, and often enough something hostile, forbidden or late."""

import time
import uuid

from firm import lei, siren, siret
from model import rights, values as v
from model.fields import LISTS, NEVER_EMPTY, REQUIRED, FIXED, RULES_SWITCHES, SPECS, STAGES
from model.others import BAD_QUERIES, GOOD_QUERIES
from model.rules import Call

NAMES = ["\u202egnp.exe", "a\u200bb", "👩‍👩‍👧‍👦 réunion", "=cmd|'/c calc'!A1", "'; DROP TABLE tasks; --", "  Cafe\u0301 de la Bourse \u00a0", "İstanbul ŞTİ",
         "ǅ Straße", "\ufeffmarque", "مرحبا بالعالم", "null", '{"a":1}', "%00", "<script>alert(1)</script>", "\\u0000", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "e\u0301" * 90,
         "+33", "@SUM(1)", "-1", "Belle Rive Gestion", "Société Générale", "Œuvre", "\u2028ligne", "数字 · 🌊", "O'Neill", "a,b;c\"d", "ﬁn", "0"]
LONG = ["ü" * 10000, "deux\nlignes\tet plus", *NAMES]
EMAILS = [" Contact@Exemple.FR ", "a+b@sub.example.com", "=cmd@exemple.example", "x_y@exemple.example"]
DAYS = ["2024-02-29", "2026-01-10", "2026-02-01", "2026-06-30", "2027-01-31", "2028-02-29", "1900-01-01", "2199-12-31", "2025-12-31"]
INSTANTS = ["2026-03-01T10:00:00Z", "2024-02-29T23:59:59.999999Z", "2026-10-25T01:30:00Z", "2027-03-27T10:00:00.5+05:30", "2026-03-29T02:30:00+01:00",
            "2028-02-29T00:00:00Z", "2027-07-14T08:15:00Z", "1999-12-31T23:59:59-12:00"]
FAR = ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z"]
PHONES = ["+33 1 85 00 11 33", "+41 44 668 18 00", v.FRENCH, v.BRITISH, v.UNREADABLE]
URLS = ["https://www.exemple.example/fonds", "http://exemple.example/a?b=c"]

BAD = {v.day: ["2026-02-30", "2025-02-29", "0000-01-01", "9999-12-31", "demain", 20260101], v.instant: ["2023-02-29T00:00:00Z", "2026-03-01", "hier", 7],
       v.flag: ["oui", 1], v.percent: [-1, 101, 12.345, "12"], v.money: [{"currency": "EUR"}, {"amount": 1.5}, {"amount": 1, "colour": 2}, 7],
       v.identity: ["moi", "", 7], v.email: ["pas une adresse", "@", "a@"], v.url: ["ftp://x.example", "javascript:alert(1)", "x"],
       v.siren: ["732829321", "1"], v.siret: ["73282932000075", "x"], v.lei: ["969500TJ5KRTCJQWXH00"], v.isin: ["FR0000000000", "XX"],
       v.phone_text: ["+999 12", ""], v.document: [[], "x"]}
TEXT_BAD = ["", "   ", "a\u0007b", "x" * 10001, 7]


def isin_of(dice):
    body = "FR" + f"{dice.randrange(10**9):09d}"
    return next(body + str(digit) for digit in range(10) if v.luhn("".join(str(int(c, 36)) for c in body + str(digit))))


class Generator:
    """`actors`: user ids by name. All chance comes from `dice`."""

    def __init__(self, world, dice, actors, movable, teams):
        self.world, self.dice, self.actors, self.movable, self.teams = world, dice, actors, movable, teams
        self.done = []  # creations with a proposed id, to be sent again

    # ---- who and what ----------------------------------------------------------------------------------------------

    WEIGHTS = {"admin": 30, "manager": 18, "sales": 20, "colleague": 8, "other_manager": 6, "other_sales": 9, "viewer": 3, "alone": 5}

    def actor(self):
        names = [name for name in self.WEIGHTS if name in self.actors]
        return self.actors[self.dice.choices(names, [self.WEIGHTS[name] for name in names])[0]]

    def chance(self, share):
        return self.dice.random() < share

    def new_id(self):
        bits = (int(time.time() * 1000) << 80) | self.dice.getrandbits(80)
        return str(uuid.UUID(int=bits & ~(0xF << 76) & ~(0x3 << 62) | (7 << 76) | (2 << 62)))

    def nobody(self):
        return self.dice.choice([self.new_id(), str(uuid.UUID(int=self.dice.getrandbits(128), version=4))])

    def pick(self, kind, actor, fits=lambda record: True):
        """An id: mostly of a live record that the actor may change and that fits, sometimes of any, or of none."""
        user, records = self.world.get("users", actor), list(self.world.records[kind].values())
        luck = self.dice.random()
        if luck < 0.80:
            for _ in range(12):
                one = self.dice.choice(records) if records else None
                if one and "deleted_at" not in one and fits(one) and rights.sees(self.world, user, kind, one) and (
                        luck > 0.72 or rights.changes(self.world, user, kind, one)):
                    return one["id"]
        if luck < 0.985 and records:
            return self.dice.choice(records)["id"]
        return self.nobody()

    def fitting(self, kind, actor, fits):
        records = [one for one in self.world.records[kind].values() if fits(one)]
        return self.dice.choice(records)["id"] if records and self.chance(0.9) else self.pick(kind, actor)

    # ---- values ----------------------------------------------------------------------------------------------------

    def value(self, kind, name, actor):
        if name in ("organisation_id", "into"):
            return self.pick("organisations", actor)
        if name == "person_id":
            return self.pick("people", actor)
        if name == "mandat_id":
            return self.pick("mandats", actor)
        if name == "produit_id":
            return self.pick("produits", actor)
        if name in ("owner_id", "assignee_id"):
            return actor if self.chance(0.5) else self.dice.choice(list(self.world.records["users"]))
        return self.plain_value(kind, name)

    def plain_value(self, kind, name):
        dice, spec = self.dice, SPECS[kind][name]
        if name in ("year", "month"):
            return dice.choice((2025, 2026)) if name == "year" else dice.randint(1, 4)
        made = {v.day: lambda: dice.choice(DAYS), v.instant: lambda: dice.choice(FAR if self.chance(0.06) else INSTANTS), v.flag: lambda: self.chance(0.5),
                v.percent: lambda: dice.choice((0, 100, 12.5, 62.25, 7)), v.email: lambda: dice.choice(EMAILS), v.url: lambda: dice.choice(URLS),
                v.money: lambda: {"amount": dice.choice((0, 3, 12500, 10**12)), **dice.choice(({}, {"currency": "CHF"}))},
                v.siren: siren, v.siret: siret, v.lei: lei, v.isin: lambda: isin_of(dice), v.phone_text: lambda: dice.choice(PHONES),
                v.document: lambda: {"columns": ["name"], "deleted_at": "x"}}
        if spec in made:
            return made[spec]()
        if name in ("strategies", "tags"):
            return dice.sample(["actions", "obligations vertes", "à rappeler", "=1+1", "\u202eRTL"], dice.randint(0, 3))
        if name in LISTS:
            return self.listed(name)
        return self.worded(kind, name)

    def listed(self, name):
        if name == "participants":
            people = list(self.world.records["people"])
            return [{"person_id": one, "presence": "present"} for one in self.dice.sample(people, min(len(people), self.dice.randint(0, 2)))]
        if name == "external_participants":
            return [{"name": one, "email": "eve@noir.example"} for one in self.dice.sample(["Ève Noir", "Q", "a\u200bb"], self.dice.randint(0, 3))]
        return [{"name": self.dice.choice(NAMES), "url": self.dice.choice(URLS)} for _ in range(self.dice.randint(0, 2))]

    def worded(self, kind, name):
        """Texts, choices and numbers."""
        allowed = getattr(SPECS[kind][name], "allowed", None)
        if allowed:
            return self.dice.choice(allowed)
        if name == "query":
            return self.dice.choice(list(BAD_QUERIES) if self.chance(0.1) else list(GOOD_QUERIES.values()))
        if name in ("duration_minutes", "rdv", "pitchs", "due_diligences", "closings"):
            return self.dice.randint(0, 90)
        if name == "number":
            year = self.world.paris_day()[:4]
            return self.dice.choice((f"M-{year}-{self.dice.randint(1, 60):04d}", f"contrat {self.dice.randint(1, 30)}", f"CONTRAT {self.dice.randint(1, 30)}"))
        long_text = name in ("notes", "description", "body") and kind != "teams"
        return self.dice.choice(LONG if long_text and self.chance(0.3) else NAMES)

    def bad(self, kind, name):
        """A value that is wrong by itself."""
        spec = SPECS[kind][name]
        if getattr(spec, "allowed", None):
            return self.dice.choice(["inconnu", "", 7])
        return self.dice.choice(BAD.get(spec) or TEXT_BAD)

    def body(self, kind, actor, names, required=()):
        """Some of the members; seldom one that is wrong, unknown or empty."""
        wanted = [*required, *self.dice.sample(names, min(len(names), self.dice.randint(0 if required else 1, 4)))]
        body = {name: self.value(kind, name, actor) for name in dict.fromkeys(wanted)}
        if self.chance(0.03) and body:
            name = self.dice.choice(list(body))
            if name not in LISTS and name not in ("query", "year", "month", "duration_minutes", "rdv", "pitchs", "due_diligences", "closings"):
                body[name] = self.bad(kind, name)
        elif self.chance(0.01):
            body["couleur"] = "bleu"
        return body

    # ---- commands of one record ------------------------------------------------------------------------------------

    def create(self, kind, actor):
        names = [name for name in SPECS[kind] if name not in REQUIRED[kind]]
        required = list(REQUIRED[kind])
        if kind == "people":
            required = [self.dice.choice(("first_name", "last_name"))]
        if kind == "interactions" and self.chance(0.95):
            required.append(self.dice.choice(("organisation_id", "organisation_id", "person_id")))
        if kind == "tasks" and self.chance(0.7):
            required.append("organisation_id")
        body = self.body(kind, actor, names, required)
        self.sensible(kind, actor, body)
        if self.chance(0.75):
            body["id"] = self.new_id() if self.chance(0.985) else self.dice.choice(["nope", str(uuid.UUID(int=self.dice.getrandbits(128), version=4))])
        call = Call(actor, kind, "create", body=body)
        if "id" in body:
            self.done.append(call)
        return call

    def sensible(self, kind, actor, body):
        """Members that go together mostly do."""
        if kind == "mandats" and self.chance(0.7):
            for name in ("date_signature", "date_debut", "date_fin"):
                body.pop(name, None)
            body.update(self.dice.choice(({}, {"date_signature": "2026-01-10"}, {"date_signature": "2026-01-10", "date_debut": "2026-02-01"},
                                          {"date_signature": "2026-01-10", "date_debut": "2026-02-01", "date_fin": "2028-02-29"})))
        if kind == "organisations" and body.get("country") in ("GB", "CH", "LU") and body.get("phone") == v.FRENCH:
            body["phone"] = v.UNREADABLE
        self.with_its_source(body)
        if kind in ("interactions", "tasks"):
            if self.chance(0.6):
                body.pop("assignee_id", None)
            if self.chance(0.8):
                body.pop("produit_id", None)
        if kind == "interactions" and "produit_id" in body:
            self.covered(body)
        if kind == "tasks" and "mandat_id" in body and self.chance(0.8):
            mandat = self.world.get("mandats", body["mandat_id"])
            if mandat:
                body["organisation_id"] = mandat["organisation_id"]
        if kind == "views" and "query" in body and body["query"] not in BAD_QUERIES:
            body["query"] = GOOD_QUERIES.get(body.get("resource"), "")
            if not body["query"]:
                del body["query"]

    def with_its_source(self, body):
        if body.get("consent") in ("given", "refused") and self.chance(0.85):
            body.setdefault("consent_source", self.dice.choice(NAMES))
            if str(body.get("consent_date", "")) > self.world.paris_day() and self.chance(0.8):
                del body["consent_date"]

    def covered(self, body):
        mandats = [one for one in self.world.live("mandats") if one["produits"] and one["status"] in ("signe", "actif")]
        if mandats:
            mandat = self.dice.choice(mandats)
            body["organisation_id"], body["produit_id"] = mandat["organisation_id"], self.dice.choice(mandat["produits"])["produit_id"]

    def patch(self, kind, actor):
        identity = self.pick(kind, actor)
        record = self.world.get(kind, identity) or {}
        names = [name for name in SPECS[kind] if name not in FIXED.get(kind, ()) or self.chance(0.02)]
        body = self.body(kind, actor, names)
        self.careful(kind, record, body)
        nullable = [name for name in body if name not in NEVER_EMPTY and name not in LISTS]
        if nullable and self.chance(0.15):
            body[self.dice.choice(nullable)] = None
        if "organisation_id" in body and body["organisation_id"] is None:
            body.pop("mandat_id", None)
        if_match = None
        if self.chance(0.06) and record:
            if_match = record["version"] + self.dice.choice((0, 0, 1))
        return Call(actor, kind, "patch", identity, body, if_match=if_match)

    def careful(self, kind, record, body):
        """Leaves out what the model does not foretell."""
        if kind == "views" and "query" in body and body["query"] not in BAD_QUERIES:
            body["query"] = GOOD_QUERIES.get(record.get("resource"), "")
            if not body["query"]:
                del body["query"]
        self.with_its_source(body)
        country = body.get("country", record.get("country"))
        for name in ("phone", "personal_phone", "mobile", "work_phone"):
            if body.get(name) == v.FRENCH and country not in (None, "FR"):
                body[name] = v.UNREADABLE
        if kind == "organisations" and ("siren" in body or "siret" in body):
            body.pop("siren", None)
            if "siret" in body and record.get("siren"):
                body["siret"] = siret(record["siren"])
        if kind == "tasks" and body.get("mandat_id") and "organisation_id" in body and self.chance(0.9):
            del body["organisation_id"]
        if kind == "mandats" and self.chance(0.6):
            for name in ("date_signature", "date_debut", "date_fin"):
                body.pop(name, None)
            body.setdefault("notes", self.dice.choice(NAMES))

    def verb(self, kind, verb, actor):
        fits = {("mandats", "sign"): lambda r: r["status"] == "propose", ("mandats", "activate"): lambda r: r["status"] == "signe",
                ("mandats", "terminate"): lambda r: r["status"] != "termine", ("mandats", "add"): lambda r: r["status"] in ("signe", "actif"),
                ("mandats", "allocate"): lambda r: r["produits"], ("mandats", "withdraw"): lambda r: r["produits"],
                ("tasks", "start"): lambda r: r["status"] == "todo", ("tasks", "complete"): lambda r: r["status"] in ("todo", "doing"),
                ("tasks", "reopen"): lambda r: r["status"] in ("done", "cancelled"), ("links", "end"): lambda r: r["live"],
                ("interactions", "forget"): lambda r: r["external_participants"]}.get((kind, verb), lambda r: True)
        if verb == "restore":
            identity = self.fitting(kind, actor, lambda record: "deleted_at" in record)
        else:
            identity = self.pick(kind, actor, fits)
        record = self.world.get(kind, identity) or {}
        body = getattr(self, f"body_of_{verb}", lambda actor, record: {})(actor, record)
        produit = None
        if verb in ("allocate", "withdraw"):
            joined = [one["produit_id"] for one in record.get("produits", [])]
            produit = self.dice.choice(joined) if joined and self.chance(0.9) else self.nobody()
        return Call(actor, kind, verb, identity, body, produit)

    def reason(self, share=0.9):
        return {"reason": self.dice.choice(["doublon", "Départ", "=cmd|' /C calc'!A0", "\u202eraison"])} if self.chance(share) else {}

    def body_of_stage(self, actor, record):
        return {"stage": self.dice.choice((*STAGES, "signe", "proposition")), **self.reason(0.7)}

    def body_of_merge(self, actor, record):
        into = record.get("id") if self.chance(0.06) else self.pick("organisations", actor)
        return {"into": into or self.nobody(), **self.reason(0.5)}

    def body_of_erase(self, actor, record):
        return self.reason(0.95)

    def body_of_end(self, actor, record):
        return {"until": self.dice.choice(DAYS)} if self.chance(0.3) else {}

    def body_of_delete(self, actor, record):
        return self.reason(0.3)

    body_of_restore = body_of_delete

    def body_of_sign(self, actor, record):
        return {"date_signature": self.dice.choice(("2026-01-10", "2026-01-15", *DAYS[:3]))} if self.chance(0.7) else {}

    def body_of_activate(self, actor, record):
        return {"date_debut": self.dice.choice(("2026-02-01", "2026-03-01", *DAYS[:4]))} if self.chance(0.7) else {}

    def body_of_terminate(self, actor, record):
        return {**self.reason(0.9), **({"date_fin": self.dice.choice(("2026-06-30", "2026-09-30", *DAYS[:3]))} if self.chance(0.4) else {})}

    def body_of_add(self, actor, record):
        produit = self.pick("produits", actor)
        return {"produit_id": produit, **self.dice.choice(({}, {"allocation": 40}, {"date_ajout": "2026-02-10"}))}

    def body_of_allocate(self, actor, record):
        return {"allocation": self.dice.choice((None, 0, 12.5, 100, 101))}

    def body_of_withdraw(self, actor, record):
        return self.dice.choice(({}, {}, {"date_retrait": "2026-10-01"}, {"date_retrait": "2019-01-01"}))

    def body_of_reschedule(self, actor, record):
        return {"next_action_at": self.dice.choice(INSTANTS)}

    def body_of_forget(self, actor, record):
        names = [one["name"] for one in record.get("external_participants", [])] + ["personne"]
        return {**self.reason(0.95), **({"names": [self.dice.choice(names)]} if self.chance(0.6) else {})}

    def body_of_complete(self, actor, record):
        if "category" not in record or self.chance(0.4):
            return {}
        return {"interaction": self.dice.choice(({}, {"body": "Intéressé", "duration_minutes": 12}, {"title": "Appel\u200b", "type": "visio"}))}

    def body_of_snooze(self, actor, record):
        return {"days": self.dice.choice((1, 3, 30, 365, 0, 366))}

    # ---- everything else -------------------------------------------------------------------------------------------

    def keep_users(self, actor):
        """Somebody changes teams, roles, languages; who never logs in may be deactivated."""
        name = self.dice.choice(list(self.movable))
        body = self.dice.choice(({"team_id": self.dice.choice([*self.teams, None])}, {"locale": self.dice.choice(("fr", "en"))},
                                 {"time_zone": self.dice.choice(("Europe/Paris", "America/New_York", "Asia/Tokyo", "Asia/Kathmandu"))},
                                 {"full_name": self.dice.choice(NAMES[:8])}, self.movable[name](self.dice)))
        return Call(self.actors["admin"] if self.chance(0.9) else actor, "users", "patch", self.world_id(name), body)

    def world_id(self, name):
        return self.actors[name]

    def switch(self, actor):
        return Call(self.actors["admin"] if self.chance(0.8) else actor, "workspace", "patch", "00000000-0000-7000-8000-000000000003",
                    {self.dice.choice(RULES_SWITCHES): self.chance(0.7)} if self.chance(0.9) else {"retention_years": self.dice.choice((1, 3, 30, 31))})

    BULK = [("organisations", {"patch": {"city": "Lyon"}}), ("organisations", {"verb": "delete"}), ("organisations", {"verb": "restore"}),
            ("organisations", {"verb": "stage", "with": {"stage": "negociation"}}), ("organisations", {"verb": "stage", "with": {"stage": "perdu", "reason": "r"}}),
            ("people", {"patch": {"notes": "lot"}}), ("people", {"verb": "delete"}), ("tasks", {"verb": "complete"}), ("tasks", {"verb": "start"}),
            ("tasks", {"patch": {"priority": "haute"}}), ("interactions", {"verb": "complete"}), ("interactions", {"verb": "delete"}),
            ("mandats", {"verb": "terminate", "with": {"reason": "lot"}}), ("mandats", {"patch": {"notes": "lot"}}), ("links", {"verb": "end"}),
            ("links", {"patch": {"is_primary": True}}), ("produits", {"patch": {"status": "actif"}}), ("manual-kpis", {"patch": {"rdv": 5}})]

    def bulk(self, actor):
        kind, body = self.dice.choice(self.BULK)
        ids = list(dict.fromkeys(self.pick(kind, actor) for _ in range(self.dice.randint(1, 5))))
        return Call(actor, kind, "bulk", body={"ids": ids, **body})

    def reassign(self, actor):
        users = list(self.world.records["users"])
        return Call(actor, "users", "reassign", self.dice.choice(users), {"to": self.dice.choice(users)})

    def undo(self, actor):
        """Mostly something young, mostly one's own."""
        positions = list(self.world.commits)[-self.dice.choice((1, 3, 10, 40)):]
        if self.world.batches and self.chance(0.15):
            return Call(actor, "undo", "undo", list(self.world.batches)[-1])
        position = self.dice.choice(positions) if positions and self.chance(0.98) else 10**15
        commit = self.world.commits.get(position)
        if commit and self.chance(0.5):
            actor = commit.actor
        return Call(actor, "undo", "undo", position)

    def again(self, actor):
        """A creation once more: the same, or another body under its id, or by somebody else."""
        if not self.done:
            return self.create("organisations", actor)
        call = self.dice.choice(self.done[-20:])
        luck = self.dice.random()
        if luck < 0.5:
            return call
        if luck < 0.75:
            return Call(actor, call.kind, "create", body=call.body)
        other = {"name": "autre chose"} if REQUIRED[call.kind] == ["name"] else {}
        return Call(call.actor, call.kind, "create", body={**call.body, **other})

    COMMANDS = {
        "organisations": {"create": 10, "patch": 12, "stage": 8, "delete": 3, "restore": 4, "merge": 4},
        "people": {"create": 8, "patch": 8, "delete": 2, "restore": 3, "erase": 1},
        "links": {"create": 10, "patch": 5, "end": 3, "delete": 1},
        "produits": {"create": 4, "patch": 3, "delete": 2, "restore": 2},
        "mandats": {"create": 8, "patch": 5, "sign": 7, "activate": 6, "terminate": 3, "add": 7, "allocate": 2, "withdraw": 2, "delete": 2, "restore": 2},
        "interactions": {"create": 9, "patch": 6, "complete": 4, "reschedule": 2, "forget": 2, "delete": 2, "restore": 2},
        "tasks": {"create": 8, "patch": 6, "start": 4, "complete": 6, "cancel": 2, "reopen": 3, "snooze": 4, "delete": 2, "restore": 2},
        "manual-kpis": {"create": 6, "patch": 4, "delete": 2, "restore": 2},
        "views": {"create": 4, "patch": 3, "delete": 2, "restore": 2},
        "teams": {"create": 1, "patch": 1},
    }
    OTHERS = {"keep_users": 4, "switch": 1, "bulk": 6, "reassign": 1, "undo": 22, "again": 3}

    def command(self):
        choices = [(kind, verb, weight) for kind, verbs in self.COMMANDS.items() for verb, weight in verbs.items()]
        choices += [(None, name, weight) for name, weight in self.OTHERS.items()]
        kind, verb, _ = self.dice.choices(choices, [weight for *_, weight in choices])[0]
        actor = self.actor()
        if kind is None:
            return getattr(self, verb)(actor)
        if kind == "teams":
            actor = self.actors["admin"] if self.chance(0.8) else actor
        if verb in ("create", "patch"):
            return getattr(self, verb)(kind, actor)
        return self.verb(kind, verb, actor)
