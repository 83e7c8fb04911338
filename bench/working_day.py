"""What the people of a firm (made_firm.py) ask of the server on a working day: four reads for each command."""
import random

from made_firm import BODY, CITIES, CONTACTS, IN_TEAM, JOBS, OPEN_EVERY, SALES, STAGES, TEAMS, TOPICS, Firm, line, path_of, record_id

NEW_FROM = 1 << 32  # numbers of what is made during the day
A_DAY = 1 << 24


class Day:
    """Makes requests by the rows of MIX. All that was made must be played before more is made. `number`: of the days
    that this firm has seen; `moved_tasks`: moves of tasks that earlier days have made.
    """

    def __init__(self, firm: Firm, number=1, moved_tasks=0):
        self.firm = firm
        self.dice = random.Random(number)
        self.made = NEW_FROM + number * A_DAY
        self.moved_tasks = moved_tasks

    def requests(self, count, only=""):
        """So many lines, of the kinds that begin with `only`."""
        rows = [row for row in MIX if row[1].startswith(only)]
        weights = [row[0] for row in rows]
        for _, kind, make in self.dice.choices(rows, weights, k=count):
            yield line(kind, *make(self))

    # ---- choosing

    def person(self):
        """By Zipf's law: who is second is asked for half as often as who is first."""
        return self.firm.person_of_rank(int(self.firm.people ** self.dice.random()) - 1)

    def organisation(self):
        return self.firm.home(self.person())

    def seller(self):
        return self.firm.manager(self.dice.randrange(TEAMS)) + 1 + self.dice.randrange(SALES)

    def anybody(self):
        """Who looks at lists and figures: sales people mostly, else a manager, a viewer or the administrator."""
        chance = self.dice.random()
        if chance < 0.7:
            return self.seller()
        if chance < 0.8:
            return 0
        return self.firm.manager(self.dice.randrange(TEAMS)) + (IN_TEAM - 1 if chance < 0.87 else 0)

    def new(self):
        """A number that nothing has yet. What goes with it follows from it as ever, and is there."""
        self.made += 1
        return self.made

    # ---- reads

    def organisation_record(self):
        number = self.organisation()
        return self.firm.reader(number, self.dice), "GET", path_of("organisation", number)

    def person_record(self):
        number = self.person()
        return self.firm.reader(self.firm.home(number), self.dice), "GET", path_of("person", number)

    def work_record(self):
        kind, count = self.dice.choice([("interaction", self.firm.interactions), ("task", self.firm.tasks)])
        number = self.dice.randrange(count)
        return self.firm.reader(self.firm.organisation_about(kind, number), self.dice), "GET", path_of(kind, number)

    def history(self):
        user, method, path = self.organisation_record()
        return user, method, path + "/history"

    def organisation_list(self):
        filters = self.dice.choice(["stage=prospect", "stage=qualification,proposition", "stage=negociation", "type=fournisseur",
                                    f"city={self.dice.choice(CITIES)[0]}", "owner=me", "owner=me&stage=proposition", "category=cgpi", "tags=prioritaire"])
        sort = self.dice.choice(["name", "name", "-updated_at", "-aum", "-potential_amount", "city"])
        return self.anybody(), "GET", f"organisations?{filters}&sort={sort}"

    def people_list(self):
        return self.anybody(), "GET", "people?" + self.dice.choice(["sort=name", "sort=-updated_at", "sort=-created_at&limit=20"])

    def contacts(self):
        organisation = self.organisation()
        return self.firm.reader(organisation, self.dice), "GET", f"people?organisation={record_id('organisation', organisation)}&sort=name"

    def task_list(self):
        return self.anybody(), "GET", "tasks?status=todo,doing&sort=due_at" + self.dice.choice(["", "&assignee=me", "&assignee=me", "&priority=critique"])

    def interaction_list(self):
        return self.seller(), "GET", "interactions?sort=-occurred_at" + self.dice.choice(["", "&assignee=me", "&type=meeting"])

    def interactions_of_one(self):
        organisation = self.organisation()
        return self.firm.reader(organisation, self.dice), "GET", f"interactions?organisation={record_id('organisation', organisation)}&sort=-occurred_at"

    def next_page(self):
        user, _, path = self.organisation_list()
        return user, "NEXT", path

    def organisation_timeline(self):
        user, method, path = self.organisation_record()
        return user, method, path + "/timeline"

    def person_timeline(self):
        user, method, path = self.person_record()
        return user, method, path + "/timeline"

    def dashboard(self, name):
        return self.anybody(), "GET", f"dashboards/{name}" + self.dice.choice(["", "", "?owner_id=me"])

    def kpis(self):
        user = self.seller()
        return user, "GET", f"kpis?user_id={record_id('user', user)}&period=month&compare=previous_year"

    def my_day(self):
        return self.seller(), "GET", "tasks/agenda"

    def inbox(self):
        return self.seller(), "GET", "interactions/agenda"

    def team_week(self):
        team = self.dice.randrange(TEAMS)
        return self.firm.manager(team), "GET", f"teams/{record_id('team', team)}/week"

    # ---- commands

    def log_interaction(self):
        number = self.new()
        person = self.person()
        organisation = self.firm.home(person)
        user = self.firm.owner(organisation) or self.seller()
        body = {"id": record_id("interaction", number), "type": self.dice.choice(CONTACTS), "title": self.dice.choice(TOPICS), "body": BODY,
                "organisation_id": record_id("organisation", organisation), "person_id": record_id("person", person)}
        return user, "POST", "interactions", body

    def new_task(self):
        return self.firm.task(self.new(), self.dice, due=self.dice.randint(0, 30))

    def new_organisation(self):
        return self.firm.organisation(self.new(), self.dice)

    def new_person(self):
        return self.firm.person(self.new(), self.dice)

    def move_task(self):
        """The open ones are completed one after the other, then opened again, and so on."""
        many = self.firm.tasks // OPEN_EVERY
        rounds, place = divmod(self.moved_tasks, many)
        self.moved_tasks += 1
        return self.firm.task_move(place * OPEN_EVERY, "reopen" if rounds % 2 else "complete")

    def change_organisation(self):
        number = self.organisation()
        body = self.dice.choice([{"notes": f"Vu en comité, note {self.dice.randrange(1000)}."}, {"city": self.dice.choice(CITIES)[0]},
                                 {"signature_probability": self.dice.randint(1, 99)},
                                 {"potential_amount": {"amount": self.dice.randint(1, 300) * 250_000_00, "currency": "EUR"}}])
        return self.firm.keeper(number), "PATCH", path_of("organisation", number), body

    def change_person(self):
        number = self.person()
        return self.firm.keeper(self.firm.home(number)), "PATCH", path_of("person", number), {"job_title": self.dice.choice(JOBS), "notes": f"Note {self.dice.randrange(1000)}"}

    def move_stage(self):
        return self.firm.stage_move(self.organisation(), self.dice.choice(STAGES))

    def reschedule(self):
        number = self.dice.randrange(self.firm.interactions)
        return (self.firm.worker("interaction", number), "POST", path_of("interaction", number) + "/reschedule",
                {"next_action_at": self.firm.moment(self.dice.randint(1, 20), self.dice)})


def section(name):
    return lambda day: day.dashboard(name)


# Of a hundred requests so many; what they are counted as; who makes them.
MIX = [
    (18, "record/organisation", Day.organisation_record),
    (12, "record/person", Day.person_record),
    (4, "record/interaction or task", Day.work_record),
    (1, "record/history", Day.history),
    (6, "list/organisations", Day.organisation_list),
    (2, "list/organisations, next page", Day.next_page),
    (3, "list/people", Day.people_list),
    (3, "list/people of an organisation", Day.contacts),
    (4, "list/tasks", Day.task_list),
    (2, "list/interactions", Day.interaction_list),
    (2, "list/interactions of an organisation", Day.interactions_of_one),
    (7, "timeline/organisation", Day.organisation_timeline),
    (3, "timeline/person", Day.person_timeline),
    (1.5, "dashboard/funnel", section("funnel")),
    (1, "dashboard/pipeline", section("pipeline")),
    (0.5, "dashboard/mandats", section("mandats")),
    (0.5, "dashboard/aum", section("aum")),
    (1, "dashboard/activity", section("activity")),
    (0.5, "dashboard/top", section("top")),
    (0.5, "dashboard/stalled", section("stalled")),
    (1.5, "dashboard/kpis", Day.kpis),
    (3, "agenda/my day", Day.my_day),
    (2, "agenda/inbox", Day.inbox),
    (1, "agenda/team's week", Day.team_week),
    (7, "command/log an interaction", Day.log_interaction),
    (2, "command/new task", Day.new_task),
    (3, "command/complete or reopen a task", Day.move_task),
    (2, "command/change an organisation", Day.change_organisation),
    (1.5, "command/change a person", Day.change_person),
    (1, "command/new organisation", Day.new_organisation),
    (1.5, "command/new person", Day.new_person),
    (1, "command/move a stage", Day.move_stage),
    (1, "command/reschedule an interaction", Day.reschedule),
]
