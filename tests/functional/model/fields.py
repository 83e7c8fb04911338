"""Which members each kind of record has, what is required, and what a new one starts with."""

from model import values as v

STAGES = ("prospect", "qualification", "proposition", "negociation", "signe", "perdu", "inactif")
KINDS = ("organisations", "people", "links", "produits", "mandats", "interactions", "tasks", "manual-kpis", "views", "users", "teams")
SINGULAR = {"organisations": "organisation", "people": "person", "links": "link", "produits": "produit", "mandats": "mandat",
            "interactions": "interaction", "tasks": "task", "manual-kpis": "kpi", "views": "saved_view", "users": "user", "teams": "team",
            "workspace": "workspace"}
RULES_SWITCHES = tuple("auto_task_" + rule for rule in ("proposition", "negociation", "signature", "after_meeting", "after_call", "after_email"))
COUNTRIES = v.choice_of_the_world("FR", "GB", "CH", "LU")
CURRENCIES = v.choice_of_the_world("EUR", "CHF", "USD")
LANGUAGES = v.choice_of_the_world("fr", "en", "de")

SPECS = {
    "organisations": {
        "name": v.line(255), "type": v.choice("client", "fournisseur", "distributeur", "emetteur", "autre"),
        "category": v.choice("institution", "wholesale", "sdg", "cgpi", "startup", "corporation", "autres"), "email": v.email,
        "phone": v.phone_text, "website": v.url, "address": v.text(500), "postal_code": v.line(20), "city": v.line(100), "country": COUNTRIES,
        "domicile": v.line(255), "language": LANGUAGES, "lei": v.lei, "siren": v.siren, "siret": v.siret, "regulator_number": v.line(50),
        "legal_form": v.line(100), "pipeline_stage": v.choice(*STAGES), "potential_amount": v.money, "signature_probability": v.percent,
        "signature_date": v.day, "aum": v.money, "aum_date": v.day, "strategies": v.several(v.line(50), 50), "tags": v.several(v.line(50), 50),
        "description": v.text(10000), "notes": v.text(10000), "owner_id": v.identity, "active": v.flag},
    "people": {
        "first_name": v.line(100), "last_name": v.line(100), "personal_email": v.email, "personal_phone": v.phone_text, "mobile": v.phone_text,
        "job_title": v.line(200), "country": COUNTRIES, "language": LANGUAGES, "linkedin_url": v.url, "notes": v.text(10000), "active": v.flag,
        "consent": v.choice("none", "given", "refused"), "consent_date": v.day, "consent_source": v.line(255), "unsubscribed": v.flag},
    "links": {
        "person_id": v.identity, "organisation_id": v.identity,
        "role": v.choice("contact_principal", "contact_secondaire", "decideur", "technique", "administratif", "autre"),
        "job_title": v.line(200), "work_email": v.email, "work_phone": v.phone_text, "is_primary": v.flag, "since": v.day, "until": v.day,
        "notes": v.text(10000)},
    "produits": {
        "name": v.line(255), "isin": v.isin, "type": v.choice("opcvm", "fcp", "sicav", "etf", "fonds_alternatif", "scpi", "autre"),
        "status": v.choice("en_attente", "actif", "inactif"), "currency": CURRENCIES, "notes": v.text(10000)},
    "mandats": {
        "organisation_id": v.identity, "number": v.line(100), "date_signature": v.day, "date_debut": v.day, "date_fin": v.day,
        "commission_rate": v.percent, "notes": v.text(10000)},
    "interactions": {
        "type": v.choice("call", "email", "meeting", "visio", "webinaire", "note", "other"), "title": v.line(200), "body": v.text(10000),
        "occurred_at": v.instant, "duration_minutes": v.whole(0, 10080), "direction": v.choice("in", "out", "internal"),
        "organisation_id": v.identity, "person_id": v.identity,
        "participants": v.several(v.members("person_id", person_id=v.identity, role=v.line(100), presence=v.choice("invited", "present", "absent")), 200),
        "external_participants": v.several(v.members("name", name=v.line(200), email=v.email, company=v.line(200)), 200),
        "produit_id": v.identity, "status": v.choice("todo", "in_progress", "done"), "assignee_id": v.identity, "next_action_at": v.instant,
        "attachments": v.several(v.members("name", name=v.line(255), url=v.url), 50)},
    "tasks": {
        "title": v.line(255), "description": v.text(10000), "due_at": v.instant, "priority": v.choice("basse", "moyenne", "haute", "critique"),
        "category": v.choice("relance", "rdv", "email", "due_diligence", "pitch", "negociation", "admin", "autre"), "assignee_id": v.identity,
        "organisation_id": v.identity, "person_id": v.identity, "mandat_id": v.identity},
    "manual-kpis": {
        "organisation_id": v.identity, "year": v.whole(2020, 2100), "month": v.whole(1, 12), "rdv": v.whole(0, 1000000),
        "pitchs": v.whole(0, 1000000), "due_diligences": v.whole(0, 1000000), "closings": v.whole(0, 1000000), "revenue": v.money,
        "commission_rate": v.percent, "notes": v.text(10000)},
    "views": {
        "name": v.line(100), "resource": v.choice("organisation", "person", "produit", "mandat", "interaction", "task"), "query": v.line(2000),
        "layout": v.document, "shared": v.choice("me", "team", "firm")},
    "users": {
        "full_name": v.line(255), "role": v.choice("viewer", "sales", "manager", "admin"), "team_id": v.identity, "active": v.flag,
        "locale": v.choice("fr", "en"), "time_zone": v.line(100), "theme": v.choice("light", "dark", "system")},
    "teams": {"name": v.line(100), "description": v.text(1000), "active": v.flag},
    "workspace": {"name": v.line(255), **{name: v.flag for name in RULES_SWITCHES}, "retention_years": v.whole(1, 30)},
}

REQUIRED = {"organisations": ["name"], "people": [], "links": ["person_id", "organisation_id"], "produits": ["name", "type"],
            "mandats": ["organisation_id"], "interactions": ["title"], "tasks": ["title"], "manual-kpis": ["organisation_id", "year", "month"],
            "views": ["name", "resource"], "teams": ["name"]}

# Never changed after the creation.
FIXED = {"links": {"person_id", "organisation_id"}, "mandats": {"organisation_id"}, "manual-kpis": {"organisation_id", "year", "month"},
         "views": {"resource"}}

DEFAULTS = {
    "organisations": {"type": "autre", "pipeline_stage": "prospect", "strategies": [], "tags": [], "active": True},
    "people": {"active": True, "consent": "none", "unsubscribed": False},
    "links": {"role": "contact_secondaire", "is_primary": False, "live": True},
    "produits": {"status": "en_attente"},
    "mandats": {"status": "propose", "produits": []},
    "interactions": {"type": "note", "participants": [], "external_participants": [], "status": "done", "attachments": []},
    "tasks": {"priority": "moyenne", "category": "autre", "status": "todo"},
    "manual-kpis": {}, "views": {"shared": "me"}, "teams": {"active": True},
}

LISTS = {"strategies", "tags", "participants", "external_participants", "attachments"}
NEVER_EMPTY = {"name", "type", "pipeline_stage", "active", "consent", "unsubscribed", "role", "is_primary", "title", "status", "priority",
               "category", "shared", "occurred_at"}

# What else commands bring along: (kind, verb) -> members, those required.
REASON = {"reason": v.text(1000)}
VERBS = {
    ("organisations", "stage"): ({"stage": v.choice(*STAGES), **REASON}, ["stage"]),
    ("organisations", "merge"): ({"into": v.identity, **REASON}, ["into"]),
    ("people", "erase"): (REASON, ["reason"]),
    ("links", "end"): ({"until": v.day, **REASON}, []),
    ("mandats", "sign"): ({"date_signature": v.day}, []),
    ("mandats", "activate"): ({"date_debut": v.day}, []),
    ("mandats", "terminate"): ({"date_fin": v.day, **REASON}, ["reason"]),
    ("mandats", "add"): ({"produit_id": v.identity, "date_ajout": v.day, "allocation": v.percent}, ["produit_id"]),
    ("mandats", "allocate"): ({"allocation": v.percent}, []),
    ("mandats", "withdraw"): ({"date_retrait": v.day, **REASON}, []),
    ("interactions", "complete"): ({}, []),
    ("interactions", "reschedule"): ({"next_action_at": v.instant, **REASON}, ["next_action_at"]),
    ("interactions", "forget"): ({"names": v.several(v.line(200), 50), **REASON}, ["reason"]),
    ("tasks", "start"): ({}, []),
    ("tasks", "complete"): ({"interaction": v.document}, []),
    ("tasks", "cancel"): (REASON, []),
    ("tasks", "reopen"): ({}, []),
    ("tasks", "snooze"): ({"days": v.whole(1, 365)}, ["days"]),
}


class Errors(dict):
    """Codes by pointer; `late` those that are found after the rights."""

    def __init__(self):
        super().__init__()
        self.late = {}


def read_members(spec, required, body, fixed=(), never_empty=()):
    """(stored values by name, codes by pointer)"""
    kept, errors = {}, Errors()
    for name, value in body.items():
        try:
            if name not in spec or name in fixed:
                raise v.Wrong("unknown_member")
            if value is None and name in never_empty:
                raise v.Wrong("not_nullable")
            kept[name] = spec[name](value) if value is not None else [] if name in LISTS else None
        except v.Wrong as wrong:
            (errors.late if wrong.late else errors)[f"/{name}{wrong.where}"] = wrong.code
    for name in required:
        if body.get(name) is None and f"/{name}" not in {**errors, **errors.late}:
            errors[f"/{name}"] = "required"
    return kept, errors


def read_new(kind, body):
    return read_members({**SPECS[kind], "id": v.new_identity}, REQUIRED[kind], body)


def read_patch(kind, body):
    never = NEVER_EMPTY - {"category"} if kind == "organisations" else NEVER_EMPTY
    return read_members(SPECS[kind], [], body, FIXED.get(kind, ()), never)


def read_verb(kind, verb, body):
    spec, required = VERBS.get((kind, verb), (REASON, []))
    return read_members(spec, required, body or {})
