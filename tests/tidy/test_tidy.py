"""The rules of tidy.py hold in this repository, and each of them finds what it is there to find.

A fixture is a small source tree, fixtures/<rule>/, whose violations are listed in its expected.txt, one path:line each.
Files of it that are not listed must pass, so that a rule that complains of everything fails as well.
"""

import subprocess
from pathlib import Path

import pytest

import tidy

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("rule", tidy.RULES)
def test_the_repository_keeps_the_rule(rule):
    violations = sorted(tidy.RULES[rule](tidy.ROOT))
    assert not violations, "\n" + "\n".join(map(str, violations))


@pytest.mark.parametrize("rule", tidy.RULES)
def test_the_rule_finds_what_breaks_it_and_nothing_else(rule, monkeypatch):
    monkeypatch.setattr(tidy, "MAX_LINES", 5)  # so that the fixture needs no 701 lines
    tree = FIXTURES / rule
    expected = sorted((tree / "expected.txt").read_text().split())
    assert expected, "a fixture that breaks nothing proves nothing"
    assert sorted(f"{v.path}:{v.line}" for v in tidy.RULES[rule](tree)) == expected


@pytest.mark.parametrize("rule", tidy.RULES)
def test_the_fixture_has_files_that_pass(rule):
    tree = FIXTURES / rule
    broken = {line.rsplit(":", 1)[0] for line in (tree / "expected.txt").read_text().split()}
    passing = {s.path for s in tidy.sources(tree, tidy.CODE | {""})} - broken
    assert passing, "nothing shows what the rule allows"


def test_every_folder_of_fixtures_belongs_to_a_rule():
    assert {p.name for p in FIXTURES.iterdir()} == set(tidy.RULES)


def test_only_tracked_files_are_looked_at(tmp_path):
    (tmp_path / "tracked.cpp").write_text("int a;\n")
    (tmp_path / "left_by_an_editor.cpp").write_text("int b; \n")
    for arguments in (["init", "-q"], ["add", "tracked.cpp"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    assert [s.path for s in tidy.sources(tmp_path, tidy.CPP)] == ["tracked.cpp"]


def test_a_mistake_in_the_list_of_layers_is_reported(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/layers.txt").write_text("[layers]\ndomain\n")
    with pytest.raises(ValueError, match="layers.txt:2"):
        tidy.read_layers(tmp_path)


def test_the_list_of_layers_names_files_that_exist():
    """An owner that was renamed leaves its permission behind, for the next file of that name."""
    files = {s.path for s in tidy.sources(tidy.ROOT, tidy.CPP)}
    for name, _, patterns in tidy.read_layers(tidy.ROOT).libraries:
        for pattern in patterns:
            if "*" not in pattern:
                assert pattern in files, f"{name}: {pattern} does not exist"


@pytest.mark.parametrize("script", ["setup", "postgres", "run", "test"])
def test_scripts_explain_themselves(script):
    help = subprocess.run([tidy.ROOT / "tools" / script, "--help"], check=True, capture_output=True, text=True).stdout
    assert f"tools/{script}" in help
    wrong = subprocess.run([tidy.ROOT / "tools" / script, "--no-such-option"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "--help" in wrong.stderr
