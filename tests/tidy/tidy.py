"""The house rules that a program can check, each a function from a source tree to the violations in it.

`python3 tests/tidy/tidy.py [RULE…]` prints them as file:line: rule: text, for editors and for people in a hurry.
"""

import fnmatch
import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = "tests/tidy/fixtures/"

CPP = {".cpp", ".hpp"}
CODE = CPP | {".py", ".sh", ".bash", ".cmake", ".ts", ".tsx", ".sql"}
TEXT = CODE | {".md", ".txt", ".json", ".yml", ".yaml", ".css", ".html", ""}

MAX_LINES = 700
MAX_COLUMNS = 120


@dataclass(frozen=True, order=True)
class Violation:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class Source:
    """A file of the tree: path relative to its root, with slashes."""

    root: Path
    path: str

    @property
    def suffix(self):
        return Path(self.path).suffix

    @property
    def folder(self):
        return self.path.split("/")[0]

    def lines(self):
        """Lines without their ends, numbered from 1. Undecodable bytes stay countable."""
        text = (self.root / self.path).read_bytes().decode("utf-8", "replace")
        return list(enumerate(text.removesuffix("\n").split("\n"), 1)) if text else []


def sources(root, suffixes):
    """The tracked files, as a build or an editor leaves others. A tree that is no git checkout is taken whole."""
    root = Path(root)
    # The checkout may belong to someone else than who runs the tests (root in a container, for one).
    git = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z"]
    if (root / ".git").exists():
        listed = subprocess.run(git, check=True, capture_output=True, text=True).stdout.split("\0")
    else:
        listed = [p.relative_to(root).as_posix() for p in root.rglob("*")]
    # Inputs of the fuzzers are what they are: odd on purpose.
    skipped = (FIXTURES, "tests/fuzz/corpus/")
    found = (Source(root, path) for path in sorted(filter(None, listed)) if not path.startswith(skipped))
    return [s for s in found if s.suffix in suffixes and (root / s.path).is_file()]


# ---- layering ------------------------------------------------------------------------------------------------------


@dataclass
class Layers:
    """tools/layers.txt, read."""

    allowed: dict  # folder -> folders it may include, "*" for all
    libraries: list  # (name, beginnings of includes, patterns of files)


def read_layers(root):
    layers, section = Layers({}, []), None
    for number, line in enumerate((Path(root) / "tools/layers.txt").read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        left, colon, right = line.partition(":")
        if line in ("[layers]", "[libraries]"):
            section = line
        elif section == "[layers]" and colon:
            layers.allowed[left.strip()] = set(right.split())
        elif section == "[libraries]" and colon and "=" in left:
            name, beginnings = left.split("=")
            layers.libraries.append((name.strip(), tuple(beginnings.split()), right.split()))
        else:
            raise ValueError(f"tools/layers.txt:{number}: neither a section nor an entry of one: {line}")
    return layers


INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(source):
    for number, line in source.lines():
        if match := INCLUDE.match(line):
            yield number, match[1], match[2]


def layering(root):
    """A file includes its own folder and the folders that tools/layers.txt allows it."""
    allowed = read_layers(root).allowed
    for source in sources(root, CPP):
        if source.folder == "cmake" or "/" not in source.path:
            continue
        if source.folder not in allowed:
            yield Violation(source.path, 1, "layering", f"the folder {source.folder} is not in tools/layers.txt")
            continue
        may = allowed[source.folder] | {source.folder}
        for number, quote, target in includes(source):
            folder = target.split("/")[0]
            if ".." in target.split("/"):
                yield Violation(source.path, number, "layering", f"{target}: write paths from the root, without ..")
            elif quote == '"' and "/" not in target and source.folder not in ("tests", "bench"):
                yield Violation(source.path, number, "layering", f"{target}: write paths from the root")
            elif folder in allowed and "/" in target and quote == "<":
                yield Violation(source.path, number, "layering", f"<{target}>: our own headers go in quotes")
            elif folder in allowed and "*" not in may and folder not in may:
                yield Violation(source.path, number, "layering", f"{source.folder} may not include {folder} ({target})")


def libraries(root):
    """The heavy libraries stay in the files that own them."""
    owners = read_layers(root).libraries
    for source in sources(root, CPP):
        for number, _, target in includes(source):
            for name, beginnings, patterns in owners:
                if target.startswith(beginnings) and not any(fnmatch.fnmatch(source.path, p) for p in patterns):
                    yield Violation(source.path, number, "libraries", f"{name} may only be included by {' '.join(patterns)}")


# ---- text ----------------------------------------------------------------------------------------------------------


def is_script(source):
    """Files without a suffix are text if they start as a script does (tools/run)."""
    with open(source.root / source.path, "rb") as file:
        return file.read(2) == b"#!"


def code(root):
    return [s for s in sources(root, CODE | {""}) if s.suffix or is_script(s)]


def long_files(root):
    """No file of code is longer than a reader's patience."""
    for source in code(root):
        count = len(source.lines())
        if count > MAX_LINES:
            yield Violation(source.path, MAX_LINES + 1, "long-files", f"{count} lines, {MAX_LINES} are the most")


def long_lines(root):
    """No line of C++ is wider than the editor. Raw strings and test data are measured too: they can be broken."""
    for source in sources(root, CPP):
        for number, line in source.lines():
            if len(line) > MAX_COLUMNS:
                yield Violation(source.path, number, "long-lines", f"{len(line)} columns, {MAX_COLUMNS} are the most")


# Put together from pieces, as this file is checked as well. (Three X are a currency code of ISO 4217.)
MARKER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|HA" + r"CK)\b(\([^()]{10,}\): \S)?")


def markers(root):
    """What is left undone says why it may stay so: the marker, the reason in parentheses, a colon, what is to be done."""
    for source in code(root):
        for number, line in source.lines():
            for match in MARKER.finditer(line):
                if not match[2]:
                    yield Violation(source.path, number, "markers", f"{match[1]} without the reason it may stand")


def trailing_whitespace(root):
    """No spaces, tabs or carriage returns before the end of a line, and a last line that ends."""
    for source in sources(root, TEXT):
        for number, line in source.lines():
            # Markdown means something by two spaces.
            if line != line.rstrip() and not (source.suffix == ".md" and re.search(r"\S {2}$", line)):
                yield Violation(source.path, number, "trailing-whitespace", "whitespace at the end of the line")
        content = (source.root / source.path).read_bytes()
        if content and not content.endswith(b"\n") and source.suffix != ".json":
            yield Violation(source.path, len(source.lines()), "trailing-whitespace", "the last line does not end")


MACHINE_PATH = re.compile(r"(?<![\w.:/$}~*-])/(home|root|Users|work)/[\w.-]+")


def machine_paths(root):
    """No paths that only one machine has: someone's home, a work folder."""
    for source in sources(root, TEXT):
        for number, line in source.lines():
            if match := MACHINE_PATH.search(line):
                yield Violation(source.path, number, "machine-paths", f"{match[0]} is a path of one machine")


# ---- headers -------------------------------------------------------------------------------------------------------


def headers(root):
    """A header guards itself and says what it is for, before its first declaration."""
    for source in sources(root, {".hpp"}):
        if source.folder == "cmake":
            continue
        text = [line for _, line in source.lines() if line.strip()]
        code_lines = [line for line in text if not line.lstrip().startswith("//")]
        if not code_lines or code_lines[0].strip() != "#pragma once":
            yield Violation(source.path, 1, "headers", "does not begin with #pragma once")
        declared = re.compile(r"^(template|class|struct|enum|inline|constexpr|using|extern|\[\[|[a-zA-Z_:<>]+ \w+\()")
        for line in text:
            if line.lstrip().startswith("//"):
                break
            if declared.match(line):
                yield Violation(source.path, 1, "headers", "nothing says what it is for before its first declaration")
                break
        else:
            yield Violation(source.path, 1, "headers", "has no comment at all")


# ---- compiler ------------------------------------------------------------------------------------------------------


def named_awaits(root):
    """No co_await inside braces that initialise, nor beside a capturing lambda: gcc 12 destroys temporaries twice there."""
    for source in sources(root, CPP):
        for number, line in source.lines():
            statement = line.split("//")[0]
            in_braces = re.search(r"[\w>]\{[^{}]*\bco_await\b", statement)
            beside_lambda = "co_await" in statement and re.search(r"\[(?:&|=|this|\w+ = )[^\]]*\] ?(?:\(|\{)", statement)
            if in_braces or beside_lambda:
                yield Violation(source.path, number, "named-awaits", "name the awaited value, or the lambda, first (api/task.hpp)")


# ---- golden events -------------------------------------------------------------------------------------------------

GOLDEN = "tests/golden/events/"
SEALS = "tests/golden/seals.txt"


def seal(path, name, sample):
    """What stands in seals.txt for a sample: its place and the beginning of its SHA-256, however it is laid out."""
    text = json.dumps(sample, sort_keys=True, separators=(",", ":"))
    return f"{path.removeprefix(GOLDEN).removesuffix('.json')} {name} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def golden_events(root):
    """A sample of an event that was once written is never changed or removed: seals.txt knows each of them."""
    sealed = {}
    if (Path(root) / SEALS).exists():
        sealed = {line: number for number, line in enumerate((Path(root) / SEALS).read_text().splitlines(), 1)}
    found = set()
    for source in sources(root, {".json"}):
        if source.path.startswith(GOLDEN):
            samples = json.loads((Path(root) / source.path).read_text())
            for name, sample in samples.items():
                found.add(line := seal(source.path, name, sample))
                if line not in sealed:
                    yield Violation(source.path, 1, "golden-events", f"{name} was changed, or is new: then add to {SEALS}: {line}")
    for line in sorted(set(sealed) - found):
        yield Violation(SEALS, sealed[line], "golden-events", f"this sample is gone or was changed: {line}")


# ---- format --------------------------------------------------------------------------------------------------------


def clang_format(root):
    """C++ is as clang-format 14 leaves it."""
    files = [s.path for s in sources(root, CPP)]
    if not files:
        return
    command = ["clang-format-14", f"--style=file:{ROOT / '.clang-format'}", "--dry-run", *files]
    output = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stderr
    seen = set()
    for match in re.finditer(r"^(.+?):(\d+):\d+: (?:warning|error): code should be clang-formatted", output, re.M):
        if match[1] not in seen:  # the first place in a file is enough to find the rest
            seen.add(match[1])
            yield Violation(match[1], int(match[2]), "clang-format", f"run clang-format-14 -i {match[1]}")


def shellcheck(root):
    """Nothing that shellcheck knows to go wrong in a shell script."""
    files = [s.path for s in code(root) if s.suffix in {".sh", ".bash"} or (not s.suffix and "sh" in s.lines()[0][1])]
    if not files:
        return
    command = ["shellcheck", "--format=gcc", "--external-sources", *files]
    output = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if output.returncode > 1:
        raise RuntimeError(f"shellcheck could not do its work: {output.stderr}")
    for match in re.finditer(r"^(.+?):(\d+):\d+: \w+: (.+)$", output.stdout, re.M):
        yield Violation(match[1], int(match[2]), "shellcheck", match[3])


RULES = {
    "layering": layering,
    "libraries": libraries,
    "long-files": long_files,
    "long-lines": long_lines,
    "markers": markers,
    "trailing-whitespace": trailing_whitespace,
    "machine-paths": machine_paths,
    "headers": headers,
    "named-awaits": named_awaits,
    "golden-events": golden_events,
    "clang-format": clang_format,
    "shellcheck": shellcheck,
}

if __name__ == "__main__":
    names = sys.argv[1:] or list(RULES)
    violations = sorted(v for name in names for v in RULES[name](ROOT))
    print(*violations, sep="\n", end="\n" if violations else "")
    sys.exit(1 if violations else 0)
