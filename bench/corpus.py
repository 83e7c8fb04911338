"""A made-up corpus for searches, the same each time: French-looking names, towns, and notes whose words are as unequally
common as those of a language (Zipf). With it go queries, and misspellings of names that a search should see through.

A request is a tuple: place of the user, method, path and, where there is one, body (as in made_firm.py).
"""
import bisect
import datetime
import itertools
import random
import unicodedata

import made_firm as firm

SEED = 20261128

STARTS = ("Du Mar Ber Le La De Mo Gi Per Rou Fau Char Gar Bou Ca Cha Da Fer Gau Gre Hu Jou Lam Mal Mer Nau Pel Pi Pou Ra Ri Ro Sa Ser "
          "Tho Tri Va Ver Vi Bré Clé Cré Gué Hé Lé Mé Pé Ré Thé Vé Ba Bel Bon Col Cou Fon For Fra Jac Jan").split()
MIDDLES = ("", *("ran tin nar che ri bert lle mi no de ga lan vi ro sse tte ber cour nan thi vel mon rou gne ble ché né sé gué").split())
ENDS = ("d eau ier in ot et ault on and ard ois elle oux ez y ac as er ine ères erie aud ain euil ange is ière").split()
PLACES = ("Mont Clair Val Roche Haute Saint Pont Vaux Fontaine Belle Ville Champ Bois Lande Côte Forêt Grand Pré Plaine Tour").split()
FIRST = firm.FIRST + ("Adrien Agnès Alain Alice André Anne Aurélie Baptiste Béatrice Benoît Bernard Bruno Carole Catherine Céline Charles "
                      "Christophe Claire Damien Daniel David Delphine Denis Didier Dominique Élise Émilie Éric Étienne Fabien Florence François "
                      "Françoise Frédéric Gaëlle Georges Gérard Gilles Grégoire Henri Isabelle Jacques Jean Joëlle Julien Laurent Léa Loïc Louis "
                      "Luc Marc Marie Mathieu Maxime Michel Mireille Nicolas Noémie Océane Odile Pascal Patrick Paul Philippe Pierre Raphaël "
                      "Rémi René Robert Romain Sébastien Serge Simon Sophie Stéphane Sylvie Thérèse Thomas Valérie Véronique Victor Vincent "
                      "Xavier Yann Yves Zoé").split()
HOUSES = ("Gestion Capital Patrimoine Assurances Prévoyance Banque Conseil Holding Finance Partenaires Investissements Associés Mutuelle "
          "Courtage Participations").split()
NUCLEI = ("a e i o u é è ai au eu ou oi an en in on").split()
ONSETS = ("b bl br c ch cl cr d dr f fl fr g gl gr j l m n p pl pr qu r s sc sp st t tr v").split()
TAILS = ("tion ment eur age ance ence ité ure ique able isme iste al el if eux oir ée er ir re ble").split()


def folded(text):
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


class Zipf:
    """Draws the n-th of things with a chance of 1/(n + 1)^exponent."""

    def __init__(self, things, exponent=1.0):
        self.things = things
        self.sums = list(itertools.accumulate(1 / (n + 1) ** exponent for n in range(len(things))))

    def draw(self, dice):
        return self.things[bisect.bisect_left(self.sums, dice.random() * self.sums[-1])]

    def draws(self, dice, count):
        return dice.choices(self.things, cum_weights=self.sums, k=count)


def made_words(dice, count):
    """Words as a French text could have them, each once."""
    words = {}
    while len(words) < count:
        stem = "".join(dice.choice(ONSETS) + dice.choice(NUCLEI) for _ in range(dice.choice([1, 1, 2, 2, 2, 3])))
        words[stem + dice.choice(TAILS) if dice.random() < 0.7 else stem] = None
    return list(words)


class Corpus:
    """`size` documents: 15 % organisations, 35 % people, 30 % interactions, 20 % tasks. Everything is the
    administrator's."""

    def __init__(self, size, seed=SEED):
        dice = random.Random(seed)
        self.seed = seed
        self.size = size
        self.organisations = size * 15 // 100
        self.people = size * 35 // 100
        self.interactions = size * 30 // 100
        self.tasks = size - self.organisations - self.people - self.interactions
        names = [a + b + c for a in STARTS for b in MIDDLES for c in ENDS]
        dice.shuffle(names)
        self.last_names = Zipf(names, 0.7)
        self.first_names = Zipf(dice.sample(FIRST, len(FIRST)), 0.8)
        towns = ["-".join(pair) for pair in itertools.permutations(PLACES, 2)] + [a + b.lower() for a, b in itertools.permutations(PLACES, 2)]
        dice.shuffle(towns)
        self.towns = Zipf(towns, 0.9)
        self.words = Zipf(made_words(dice, max(2_000, min(60_000, size // 10))), 1.0)
        self.known = {folded(name) for name in names} | {folded(word) for word in [*FIRST, *HOUSES, *PLACES, *self.words.things]}

    # ---- records

    def dice(self, kind, number):
        return random.Random(self.seed * 1_000_003 + firm.KINDS.index(kind) * 100_000_007 + number)

    def text(self, dice, words):
        return " ".join(self.words.draws(dice, words)).capitalize() + "."

    def organisation_name(self, number):
        dice = self.dice("organisation", number)
        return f"{self.last_names.draw(dice)} {dice.choice([self.last_names.draw(dice), self.towns.draw(dice)])} {dice.choice(HOUSES)}"

    def person_name(self, number):
        dice = self.dice("person", number)
        return self.first_names.draw(dice), self.last_names.draw(dice)

    def organisation(self, number):
        dice = self.dice("organisation", -1 - number)
        return {"id": firm.record_id("organisation", number), "name": self.organisation_name(number), "type": dice.choice(firm.TYPES),
                "category": dice.choice(firm.CATEGORIES), "city": self.towns.draw(dice), "country": "FR", "language": "fr",
                "email": f"contact@maison{number}.example", "phone": f"+331{dice.randrange(10**8):08}",
                "regulator_number": f"GP-{number:08}", "pipeline_stage": dice.choice(firm.STAGES), "notes": self.text(dice, dice.randint(5, 25))}

    def person(self, number):
        dice = self.dice("person", -1 - number)
        first, last = self.person_name(number)
        return {"id": firm.record_id("person", number), "first_name": first, "last_name": last, "job_title": dice.choice(firm.JOBS),
                "country": "FR", "language": "fr", "mobile": f"+336{dice.randrange(10**8):08}",
                "personal_email": f"{folded(first)}.{folded(last)}{number}@courrier.example"}

    def interaction(self, number):
        dice = self.dice("interaction", number)
        at = datetime.datetime(2023, 1, 1) + datetime.timedelta(minutes=30 * dice.randrange(30_000))
        return {"id": firm.record_id("interaction", number), "type": dice.choice(firm.CONTACTS), "title": self.text(dice, 4)[:-1],
                "occurred_at": at.strftime("%Y-%m-%dT%H:%M:00Z"), "body": self.text(dice, dice.randint(10, 40)),
                "organisation_id": firm.record_id("organisation", dice.randrange(self.organisations))}

    def task(self, number):
        dice = self.dice("task", number)
        return {"id": firm.record_id("task", number), "title": self.text(dice, 5)[:-1], "category": dice.choice(firm.WORK)[1],
                "priority": dice.choice(firm.PRIORITIES), "due_at": f"202{dice.randint(4, 5)}-0{dice.randint(1, 9)}-1{dice.randint(0, 9)}T09:00:00Z",
                "organisation_id": firm.record_id("organisation", dice.randrange(self.organisations))}

    def chapters(self):
        """Pairs of a title and its requests: each chapter needs those before it."""
        yield "rules off", [firm.Firm.rules(False)]
        yield "organisations", ((0, "POST", "organisations", self.organisation(n)) for n in range(self.organisations))
        yield "people", ((0, "POST", "people", self.person(n)) for n in range(self.people))
        yield "interactions", ((0, "POST", "interactions", self.interaction(n)) for n in range(self.interactions))
        yield "tasks", ((0, "POST", "tasks", self.task(n)) for n in range(self.tasks))

    # ---- queries

    def two_words(self, dice):
        """Two words of one document, one of them with a typo."""
        first, second = self.some_name(dice) if dice.random() < 0.6 else self.words_of_a_note(dice)
        if dice.random() < 0.5:
            first, second = second, first
        if len(first) >= 5:
            return f"{self.one_edit(dice, first) or first} {second}"
        return f"{first} {self.one_edit(dice, second) or second}"

    def some_name(self, dice):
        if dice.random() < 0.5:
            return self.person_name(dice.randrange(self.people))
        return self.organisation_name(dice.randrange(self.organisations)).split()[:2]

    def words_of_a_note(self, dice):
        """Any two, so that words that every other note has are among them."""
        words = self.interaction(dice.randrange(self.interactions))["body"][:-1].lower().split()
        return dice.sample(words, 2)

    # ---- misspellings; what comes out is no word of the corpus: then it would be another name, not a wrong one

    def one_edit(self, dice, word):
        """Not in the first letter, which counts twice. None when all that comes out are words."""
        return self.edited(dice, word, 1)

    def edited(self, dice, word, edits):
        for _ in range(100):
            typed = word.lower()
            for _ in range(edits):
                at = dice.randrange(1, len(typed))
                letter = dice.choice("abcdefghijlmnopqrstuv")
                typed = dice.choice([typed[:at] + letter + typed[at:], typed[:at] + typed[at + 1:], typed[:at] + letter + typed[at + 1:]])
            if folded(typed) != folded(word) and folded(typed) not in self.known:
                return typed
        return None

    def transposed(self, dice, word):
        places = [at for at in range(1, len(word) - 1) if folded(word[at]) != folded(word[at + 1])]
        dice.shuffle(places)
        for at in places:
            typed = word[:at].lower() + word[at + 1] + word[at] + word[at + 2:]
            if folded(typed) not in self.known:
                return typed
        return None

    def misspellings(self, count):
        """By class, pairs of a query and the name that it means; `count` of them altogether."""
        dice = random.Random(self.seed + 1)
        classes = {"one edit": [], "two edits": [], "transposition": [], "missing accents": [], "joined words": []}
        while any(len(some) < count // len(classes) for some in classes.values()):
            words = list(self.some_name(dice))
            name = " ".join(words)
            at = len(words) - 1
            word = words[at]
            letters = folded(word)
            if not letters.isalpha() or len(letters) < 5:
                continue
            self.add(classes["one edit"], count // 5, words, at, self.one_edit(dice, word), name)
            if len(letters) >= 9:
                typed = self.edited(dice, word, 2)
                self.add(classes["two edits"], count // 5, words, at, typed, name)
            self.add(classes["transposition"], count // 5, words, at, self.transposed(dice, word), name)
            if letters != word.lower():
                self.add(classes["missing accents"], count // 5, words, at, letters, name)
            if "-" not in name and len(classes["joined words"]) < count // 5:
                classes["joined words"].append((words[0] + words[1].lower(), name))
        return classes

    @staticmethod
    def add(some, most, words, at, typed, name):
        if typed and len(some) < most:
            some.append((" ".join([*words[:at], typed, *words[at + 1:]]), name))
