"""What values may be and how they are kept: each function gives back the stored form or raises Wrong."""

import datetime
import re
import unicodedata
import uuid
import zoneinfo

UTC = datetime.timezone.utc
PARIS = "Europe/Paris"


class Wrong(Exception):
    """A value that is refused; `code` None where the documentation names none. `where`: a pointer below the member. `late`: found only
    when the command is decided, after its rights."""

    def __init__(self, code=None, where="", late=False):
        super().__init__(code)
        self.code, self.where, self.late = code, where, late


def typed(value, kind):
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Wrong("wrong_type")
    return value


def trimmed(value):
    """White space goes from both ends, of no width as well."""
    while value != (value := value.strip().strip("\ufeff\u200b")):
        pass
    return value


def text(limit, allowed="\n\t"):
    def read(value):
        value = trimmed(unicodedata.normalize("NFC", typed(value, str)))
        if any(unicodedata.category(c) == "Cc" and c not in allowed for c in value):
            raise Wrong("control_character")
        if not value:
            raise Wrong("empty")
        if len(value) > limit:
            raise Wrong("too_long")
        return value

    return read


def line(limit):
    return text(limit, allowed="")


def choice(*values, code="unknown_value"):
    def read(value):
        if typed(value, str) not in values:
            raise Wrong(code)
        return value

    read.allowed = values
    return read


def choice_of_the_world(*values):
    """Countries, languages, currencies: those that the generator knows."""
    return choice(*values, code=None)


def flag(value):
    return typed(value, bool)


def whole(lowest, highest):
    def read(value):
        if not lowest <= typed(value, int) <= highest:
            raise Wrong("out_of_range", late=True)
        return value

    return read


def percent(value):
    if not 0 <= typed(value, (int, float)) <= 100:
        raise Wrong("out_of_range")
    if round(value, 2) != value:
        raise Wrong("too_many_decimals")
    return value


def money(value):
    unknown = set(typed(value, dict)) - {"amount", "currency"}
    if unknown:
        raise Wrong("unknown_member", "/" + unknown.pop())
    if "amount" not in value:
        raise Wrong("required", "/amount")
    if not isinstance(value["amount"], int):
        raise Wrong("wrong_type", "/amount")
    return {"amount": value["amount"], "currency": value.get("currency", "EUR")}


def several(element, most):
    def read(value):
        if len(typed(value, list)) > most:
            raise Wrong("too_many")
        kept = []
        for place, one in enumerate(value):
            try:
                kept.append(element(one))
            except Wrong as wrong:
                raise Wrong(wrong.code, f"/{place}{wrong.where}") from None
        return kept

    return read


def members(required, **spec):
    """An object of a list, its members by name."""

    def read(value):
        kept = {}
        for name, one in typed(value, dict).items():
            try:
                kept[name] = spec[name](one)
            except Wrong as wrong:
                raise Wrong(wrong.code, f"/{name}{wrong.where}") from None
        if required not in kept:
            raise Wrong("required", "/" + required)
        return kept

    return read


def document(value):
    """A client's own object."""
    return typed(value, dict)


def email(value):
    value = typed(value, str).strip().lower()
    if not re.fullmatch(r"[^@\s]+@[a-z0-9.-]+\.[a-z]+", value):
        raise Wrong("invalid_email")
    return value


def url(value):
    if not re.match(r"https?://", typed(value, str)):
        raise Wrong()
    return value


def day(value):
    """A date of the calendar; the domain keeps to 1900 to 2199."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", typed(value, str)) or not "1900" <= value[:4] <= "2199":
        raise Wrong("invalid_date")
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        raise Wrong("invalid_date") from None
    return value


INSTANT = re.compile(r"(\d{4})(-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


def instant(value):
    """In UTC with microseconds. Python's calendar has no year 0, which is written as it came."""
    parts = INSTANT.fullmatch(typed(value, str))
    if not parts:
        raise Wrong("invalid_instant")
    year, rest, fraction, zone = parts.groups()
    micros = ((fraction or "") + "000000")[:6]
    if year == "0000" and zone == "Z":
        return f"{year}{rest}.{micros}Z"
    try:
        moment = datetime.datetime.fromisoformat(f"{year}{rest}.{micros}{zone.replace('Z', '+00:00')}")
        return written(moment)
    except (ValueError, OverflowError):
        raise Wrong("invalid_instant") from None


def written(moment):
    moment = moment.astimezone(UTC)
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"


def moment_of(value):
    """The instant as Python knows it; None in year 0."""
    return None if value.startswith("0000") else datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))


def identity(value):
    """A reference, which is any UUID."""
    try:
        return str(uuid.UUID(typed(value, str)))
    except ValueError:
        raise Wrong("invalid_uuid") from None


def new_identity(value):
    if uuid.UUID(identity(value)).version != 7:
        raise Wrong("invalid_uuid_version")
    return value


def check_sum(value, ok):
    if not ok:
        raise Wrong()
    return value


def luhn(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def siren(value):
    return check_sum(value, re.fullmatch(r"\d{9}", typed(value, str)) and luhn(value))


def siret(value):
    return check_sum(value, re.fullmatch(r"\d{14}", typed(value, str)) and luhn(value))


def lei(value):
    value = typed(value, str).upper()
    digits = "".join(str(int(c, 36)) for c in value if c.isalnum())
    return check_sum(value, re.fullmatch(r"[A-Z0-9]{18}\d\d", value) and int(digits) % 97 == 1)


def isin(value):
    value = typed(value, str).upper()
    return check_sum(value, re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}\d", value) and luhn("".join(str(int(c, 36)) for c in value)))


# ---- telephone numbers: the few that the generator dials, and what they are where ------------------------------------

FRENCH, BRITISH, UNREADABLE = "01 85 00 11 22", "020 7946 0018", "poste 12"
DIALLED = {(FRENCH, "FR"): "+33185001122", (BRITISH, "GB"): "+442079460018"}


def phone_text(value):
    value = text(50)(value)
    if value.startswith("+") and len(value) < 8:
        raise Wrong("invalid_phone", late=True)
    return value


def phone(value, country):
    """E.164 when it can be understood in that country, France when there is none; else as typed."""
    if value is None or value.startswith("+"):
        return value and "+" + re.sub(r"\D", "", value)
    return DIALLED.get((value, country or "FR"), value)


# ---- days and hours of calendars -------------------------------------------------------------------------------------


def zone_of(user):
    return zoneinfo.ZoneInfo((user or {}).get("time_zone", PARIS))


def at_clock(date, time, zone):
    """The instant at which the clocks of a zone show that; what summer time leaves out is an hour later."""
    naive = datetime.datetime.combine(date, time)
    local = naive.replace(tzinfo=zone, fold=0)
    back = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return written(local) if back == naive else written((naive + datetime.timedelta(hours=1)).replace(tzinfo=zone))


def paris_day(moment):
    return moment.astimezone(zoneinfo.ZoneInfo(PARIS)).date().isoformat()
