"""A made-up firm of any size, for benchmarks: who works there, what it follows, and which user may do what with which
record. All of it follows from numbers, the same each time, so that nothing has to be remembered.

A request is a tuple: place of the user, method, path and, where there is one, body.
"""
import datetime
import json
import random

API = "/api/v1/"
KINDS = ["team", "user", "organisation", "person", "link", "produit", "mandat", "interaction", "task"]
TEAMS = 5
SALES = 7  # in each team, beside a manager and a viewer
IN_TEAM = SALES + 2
OPEN_EVERY = 20  # of that many tasks one is still to be done: some three hundred for each sales person of the full firm

STEMS = ["Ventoux", "Armorique", "Belledonne", "Cévennes", "Dronne", "Estérel", "Garance", "Hauterive", "Isère", "Jasmin",
         "Kerlann", "Lubéron", "Montclar", "Oléron", "Pelvoux", "Quercy", "Rochebrune", "Saintonge", "Tramontane", "Vercors"]
ENDS = ["Gestion", "Capital", "Patrimoine", "Assurances", "Prévoyance", "Banque Privée", "Conseil", "Holding"]
FIRST = ["Adèle", "Amine", "Antoine", "Camille", "Clément", "Diane", "Élodie", "Fatou", "Guillaume", "Hélène", "Hugo", "Inès",
         "Jérôme", "Karim", "Laure", "Lucas", "Margaux", "Nadia", "Olivier", "Pauline", "Quentin", "Sarah", "Thibault", "Yasmine"]
LAST = ["Aubertin", "Bellanger", "Caradec", "Delmas", "Estienne", "Fauvel", "Granger", "Hamelin", "Imbert", "Kervella", "Lacombe",
        "Marchal", "Nivelle", "Ollivier", "Périer", "Rambaud", "Sauvage", "Tessier", "Vasseur", "Weber", "Zeller"]
CITIES = [("Paris", "75008"), ("Paris", "75002"), ("Paris", "75016"), ("Lyon", "69002"), ("Marseille", "13008"), ("Bordeaux", "33000"),
          ("Lille", "59000"), ("Nantes", "44000"), ("Toulouse", "31000"), ("Strasbourg", "67000"), ("Nice", "06000"), ("Rennes", "35000")]
JOBS = ["Directeur des investissements", "Gérante de portefeuille", "Analyste fonds", "Directeur financier", "Trésorière",
        "Responsable de la sélection de fonds", "Conseiller en gestion de patrimoine", "Responsable conformité"]
TYPES = ["client", "client", "client", "fournisseur", "distributeur"]
CATEGORIES = ["institution", "wholesale", "sdg", "cgpi", "corporation"]
STAGES = ["prospect", "prospect", "prospect", "qualification", "qualification", "proposition", "negociation", "signe", "inactif"]
STRATEGIES = ["Actions Europe", "Obligations crédit", "Multi-actifs", "Private equity", "ISR", "Dette privée"]
TAGS = ["prioritaire", "salon 2026", "appel d'offres", "article 9", "réseau"]
CONTACTS = ["call", "call", "email", "email", "email", "meeting", "visio", "note"]
TOPICS = ["Point trimestriel", "Présentation de la gamme", "Due diligence", "Suivi de la performance", "Convention de distribution",
          "Conditions tarifaires", "Rapport ISR"]
WORK = [("Relancer après l'envoi du reporting", "relance"), ("Fixer un rendez-vous", "rdv"), ("Préparer la présentation", "pitch"),
        ("Répondre au questionnaire", "due_diligence"), ("Envoyer la convention", "email"), ("Mettre à jour le dossier", "admin")]
PRIORITIES = ["basse", "moyenne", "moyenne", "haute", "critique"]
BODY = "Échange sur l'allocation, les frais et le calendrier du comité ; documents à envoyer avant la fin du mois. " * 2


def record_id(kind, number):
    """A UUID of version 7: those of a kind are in the order of their numbers."""
    return f"0195c2a0-{KINDS.index(kind):04x}-7000-8000-{number:012x}"


def path_of(kind, number):
    return {"person": "people/"}.get(kind, kind + "s/") + record_id(kind, number)


def shuffled(number, salt):
    """Something between 0 and 1 that looks random and always is the same."""
    mixed = (number * 0x9E3779B97F4A7C15 + salt * 0xD6E8FEB86659FD93) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    return (mixed >> 11) / (1 << 53)


def line(kind, user, method, path, body=None):
    """A request as bench_play reads it."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return f"{kind}\t{user}\t{method}\t{API}{path}\t{text}\n"


class Firm:
    """`size`: of its organisations; of everything else there is as much as goes with them. Users are places in the list
    of access tokens: the administrator is 0, then come the teams, each with its manager, its sales people, its viewer.
    """

    def __init__(self, size):
        self.organisations = size
        self.people = size * 5 // 2
        self.interactions = size * 10
        self.tasks = size * 2
        self.mandats = size // 20
        self.produits = 60
        self.today = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)

    # ---- who

    @staticmethod
    def manager(team):
        return 1 + team * IN_TEAM

    @staticmethod
    def team_of(user):
        return (user - 1) // IN_TEAM

    def accounts(self):
        """Role and team of each user, from 1."""
        roles = ["manager"] + ["sales"] * SALES + ["viewer"]
        return [(role, team) for team in range(TEAMS) for role in roles]

    def owner(self, organisation):
        """The sales person who has it; None: it is everybody's."""
        if shuffled(organisation, 1) < 0.12:
            return None
        sales = int(shuffled(organisation, 2) * TEAMS * SALES)
        return self.manager(sales // SALES) + 1 + sales % SALES

    def keeper(self, organisation):
        """Who changes it: its owner, or a manager where it is everybody's."""
        return self.owner(organisation) or self.manager(organisation % TEAMS)

    def reader(self, organisation, dice):
        """Somebody who sees it: most often its owner, else somebody of the owner's team, seldom the administrator."""
        owner = self.owner(organisation)
        chance = dice.random()
        if chance < 0.04:
            return 0
        if owner is not None and chance < 0.65:
            return owner
        team = self.team_of(owner) if owner is not None else dice.randrange(TEAMS)
        return self.manager(team) + dice.randrange(IN_TEAM)

    # ---- what hangs on what

    def home(self, person):
        """The organisation where the person works."""
        return person % self.organisations

    def person_of_rank(self, rank):
        """Ranks are scattered over the numbers, so that who is much asked for is not stored side by side."""
        return rank * 7919 % self.people

    def person_about(self, kind, number):
        """Whom an interaction or a task is about: a few people have hundreds of them, most have one or two."""
        return self.person_of_rank(int(self.people * shuffled(number, KINDS.index(kind)) ** 2))

    def organisation_about(self, kind, number):
        return self.home(self.person_about(kind, number))

    def is_open(self, task):
        """Of the tasks that the firm begins with."""
        return task % OPEN_EVERY == 0

    # ---- records

    def organisation(self, number, dice):
        city, postal_code = dice.choice(CITIES)
        stage = dice.choice(STAGES)
        host = f"firme{number}.example"
        body = {"id": record_id("organisation", number), "name": f"{dice.choice(STEMS)} {dice.choice(STEMS)} {dice.choice(ENDS)} {number}",
                "type": dice.choice(TYPES), "category": dice.choice(CATEGORIES), "email": f"contact@{host}", "website": f"https://www.{host}",
                "phone": f"+3319900{number % 10000:04}", "address": f"{dice.randint(1, 140)} rue de la République", "postal_code": postal_code,
                "city": city, "country": "FR", "language": "fr", "regulator_number": f"GP-{number}", "pipeline_stage": stage,
                "strategies": sorted({dice.choice(STRATEGIES), dice.choice(STRATEGIES)}), "tags": [dice.choice(TAGS)],
                "notes": f"Rencontré au salon {dice.randint(2001, 2025)}."}
        if dice.random() < 0.7:
            body |= {"aum": {"amount": dice.randint(1, 900_000) * 100_000_00, "currency": "EUR"}, "aum_date": "2025-12-31"}
        if stage != "prospect":
            body |= {"potential_amount": {"amount": dice.randint(1, 300) * 250_000_00, "currency": "EUR"}, "signature_probability": dice.randint(1, 9) * 10}
        owner = self.owner(number)
        if owner is not None:
            body["owner_id"] = record_id("user", owner)
        return self.keeper(number), "POST", "organisations", body

    def person(self, number, dice):
        first, last = dice.choice(FIRST), f"{dice.choice(LAST)}-{dice.choice(LAST)}"
        body = {"id": record_id("person", number), "first_name": first, "last_name": last, "job_title": dice.choice(JOBS), "country": "FR",
                "language": "fr", "mobile": f"+3363998{number % 10000:04}", "personal_email": f"p{number}@courrier.example"}
        return self.keeper(self.home(number)), "POST", "people", body

    def link(self, number, dice):
        """Of the person of that number."""
        home = self.home(number)
        first = number < self.organisations
        body = {"id": record_id("link", number), "person_id": record_id("person", number), "organisation_id": record_id("organisation", home),
                "role": "contact_principal" if first else "decideur", "is_primary": first, "work_email": f"p{number}@firme{home}.example",
                "job_title": dice.choice(JOBS)}
        return self.keeper(home), "POST", "links", body

    def worker(self, kind, number):
        """Who logs an interaction or has a task."""
        organisation = self.organisation_about(kind, number)
        return self.owner(organisation) or self.manager(number % TEAMS) + 1

    def interaction(self, number, dice):
        person = self.person_about("interaction", number)
        worker = self.worker("interaction", number)
        # Younger ones would make tasks by themselves.
        body = {"id": record_id("interaction", number), "type": dice.choice(CONTACTS), "title": dice.choice(TOPICS),
                "occurred_at": self.moment(-dice.randint(10, 1500), dice), "organisation_id": record_id("organisation", self.home(person)),
                "assignee_id": record_id("user", worker), "duration_minutes": dice.randint(1, 12) * 10}
        if dice.random() < 0.6:
            body["person_id"] = record_id("person", person)
        if dice.random() < 0.8:
            body["body"] = BODY
        if dice.random() < 0.003:
            body["next_action_at"] = self.moment(dice.randint(-5, 40), dice)
        return worker, "POST", "interactions", body

    def task(self, number, dice, due=None):
        title, category = dice.choice(WORK)
        worker = self.worker("task", number)
        if due is None:
            due = dice.randint(-5, 60) if self.is_open(number) else -dice.randint(1, 700)
        body = {"id": record_id("task", number), "title": title, "category": category, "priority": dice.choice(PRIORITIES),
                "due_at": self.moment(due, dice), "organisation_id": record_id("organisation", self.organisation_about("task", number)),
                "assignee_id": record_id("user", worker)}
        return worker, "POST", "tasks", body

    def task_move(self, number, verb):
        return self.worker("task", number), "POST", f"{path_of('task', number)}/{verb}", {}

    def stage_move(self, organisation, stage):
        return self.keeper(organisation), "POST", path_of("organisation", organisation) + "/stage", {"stage": stage}

    def mandat(self, number, dice):
        """Of every twentieth organisation."""
        organisation = number * 20
        body = {"id": record_id("mandat", number), "organisation_id": record_id("organisation", organisation),
                "date_signature": f"{dice.randint(2021, 2025)}-03-15", "date_debut": "2026-01-01", "date_fin": "2031-12-31"}
        return self.keeper(organisation), "POST", "mandats", body

    def mandat_move(self, number, verb):
        return self.keeper(number * 20), "POST", f"{path_of('mandat', number)}/{verb}", {}

    def moment(self, days, dice):
        at = self.today + datetime.timedelta(days=days, minutes=30 * dice.randint(16, 36))
        return at.strftime("%Y-%m-%dT%H:%M:00Z")

    # ---- all that it begins with

    def chapters(self):
        """Pairs of a title and its requests: each chapter needs those before it."""
        dice = random.Random(20260105)
        yield "rules off", [self.rules(False)]
        yield "produits", ((0, "POST", "produits", {"id": record_id("produit", n), "name": f"{dice.choice(STEMS)} {dice.choice(STRATEGIES)} {n}",
                                                    "type": "opcvm", "status": "actif"}) for n in range(self.produits))
        yield "organisations", (self.organisation(n, dice) for n in range(self.organisations))
        yield "people", (self.person(n, dice) for n in range(self.people))
        yield "links", (self.link(n, dice) for n in range(self.people))
        yield "mandats", (self.mandat(n, dice) for n in range(self.mandats))
        yield "signatures", (self.mandat_move(n, "sign") for n in range(self.mandats // 3, self.mandats))
        yield "activations", (self.mandat_move(n, "activate") for n in range(self.mandats * 2 // 3, self.mandats))
        yield "stage moves", (self.stage_move(n, dice.choice(STAGES[3:-1])) for n in range(0, self.organisations, 5))
        yield "interactions", self.interactions_with_one_long_history(dice)
        yield "tasks", (self.task(n, dice) for n in range(self.tasks))
        yield "completions", (self.task_move(n, "complete") for n in range(self.tasks) if not self.is_open(n))
        yield "rules on", [self.rules(True)]

    @staticmethod
    def rules(on):
        """Whether tasks make themselves: what the firm begins with is to be what is written here."""
        names = ["proposition", "negociation", "signature", "after_meeting", "after_call", "after_email"]
        return 0, "PATCH", "workspace", {"auto_task_" + name: on for name in names}

    @property
    def long_history(self):
        """The organisation that is changed a thousand times, from the first of the interactions to the last."""
        return self.organisations // 2

    def interactions_with_one_long_history(self, dice):
        path = path_of("organisation", self.long_history)
        for n in range(self.interactions):
            yield self.interaction(n, dice)
            if n % (self.interactions // 1000) == 0:
                yield 0, "PATCH", path, {"notes": f"Relevé {n}. {BODY}", "city": dice.choice(CITIES)[0]}
