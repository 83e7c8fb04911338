"""A made-up firm to test with: two teams with people of every role, and identifiers whose check digits are right."""

import datetime
import itertools
import random
import zoneinfo

from alforis_client import API
from alforis_server import ADMIN_EMAIL, ADMIN_PASSWORD

PASSWORD = "une phrase assez longue"
_numbers = itertools.count(random.randrange(10**6) * 1000)


def unique(prefix):
    """A text that no other call gives."""
    return f"{prefix} {next(_numbers)}"


def paris_day(instant):
    """The date that calendars in Paris showed then."""
    moment = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return moment.astimezone(zoneinfo.ZoneInfo("Europe/Paris")).date().isoformat()


def paris_time(instant):
    """What clocks there showed, HH:MM."""
    moment = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return moment.astimezone(zoneinfo.ZoneInfo("Europe/Paris")).strftime("%H:%M")


def luhn_check_digit(digits):
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def siren():
    body = f"{random.randrange(10**8):08d}"
    return body + luhn_check_digit(body)


def siret(of=None):
    body = (of or siren()) + f"{random.randrange(10**4):04d}"
    return body + luhn_check_digit(body)


def lei():
    body = "9695" + "00" + "".join(random.choice("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(12))
    number = int("".join(str(int(c, 36)) for c in body + "00"))
    return body + f"{98 - number % 97:02d}"


class Firm:
    """Teams `paris` and `lyon`, each with manager, sales and viewer, a second sales person in Paris, and the
    administrator. `people[name]` is a client that has logged in."""

    MEMBERS = {
        "manager": ("manager", "paris"), "sales": ("sales", "paris"), "colleague": ("sales", "paris"),
        "viewer": ("viewer", "paris"), "other_manager": ("manager", "lyon"), "other_sales": ("sales", "lyon"),
        "other_viewer": ("viewer", "lyon"),
    }

    def __init__(self, server):
        self.server = server
        self.admin = server.login()
        self.teams = {name: self.admin.create("teams", {"name": unique(name.title())})["id"] for name in ("paris", "lyon")}
        self.people = {"admin": self.admin}
        made = {name: self.make_user(role, self.teams[team]) for name, (role, team) in self.MEMBERS.items()}
        for name, user in made.items():
            self.people[name] = server.login(user["email"], PASSWORD, self.admin.position)

    def make_user(self, role, team=None, **fields):
        body = {"email": f"{unique(role).replace(' ', '.')}@alforis.example", "full_name": f"Camille {role.title()}",
                "role": role, "password": PASSWORD, **fields}
        if team:
            body["team_id"] = team
        return self.admin.create("users", body)

    def new_person(self, role, team=None, **fields):
        """A new user's client."""
        user = self.make_user(role, team, **fields)
        return self.server.login(user["email"], PASSWORD, self.admin.position)

    def login_of(self, name):
        """E-mail and password of a member."""
        return (ADMIN_EMAIL, ADMIN_PASSWORD) if name == "admin" else (self.people[name].user["email"], PASSWORD)

    def twice(self, name):
        """Another client of a member, logged in for itself."""
        return self.server.login(*self.login_of(name))

    def id_of(self, name):
        return self.people[name].user["id"]

    def organisation(self, owner=None, **fields):
        """Made by the administrator, owned by a member or shared; all members' reads will see it."""
        body = {"name": unique("Organisation"), **fields}
        if owner:
            body["owner_id"] = self.id_of(owner)
        made = self.admin.create("organisations", body)
        self.everybody_follows()
        return made

    def person(self, *organisations, **fields):
        made = self.admin.create("people", {"last_name": unique("Durand"), **fields})
        for organisation in organisations:
            self.admin.create("links", {"person_id": made["id"], "organisation_id": organisation["id"]})
        self.everybody_follows()
        return made

    def everybody_follows(self):
        """What one of them wrote is what all of them read."""
        newest = max(client.position for client in self.people.values())
        for client in self.people.values():
            client.position = newest


def errors_by_pointer(problem):
    return {error.get("pointer", error.get("parameter")): error["code"] for error in problem["errors"]}


def organisation_path(identity):
    return f"{API}/organisations/{identity}"
