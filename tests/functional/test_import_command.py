"""`alforis import` against a running server: a small file of ours, and the two real registers where they are present."""

import csv
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from alforis_client import API
from alforis_server import ADMIN_EMAIL, ADMIN_PASSWORD, ROOT, binary
from firm import Firm, lei, unique

DATA = Path(os.environ.get("ALFORIS_SHARED_DATA", ROOT.parent / "shared/data"))
REGISTER, PORTFOLIO = DATA / "amf_sgp_official.csv", DATA / "SDG_677_IMPORT_FINAL.csv"


def run(server, *arguments, **environment):
    """With a token, as each login is a session in the log; with the password where the environment is told."""
    password = {"ALFORIS_ADMIN_EMAIL": ADMIN_EMAIL, "ALFORIS_ADMIN_PASSWORD": ADMIN_PASSWORD}
    access = password if environment else {"ALFORIS_TOKEN": server.admin_token()}
    return server.cli("import", "organisations", *arguments, "--server", f"http://127.0.0.1:{server.port}", stores=False, timeout=300,
                      environment={**access, **environment})


def imported(server, *arguments):
    """The summary of an import that refused nothing."""
    done = run(server, *arguments, "--json")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout)


def counts(summary):
    return {name: summary[name] for name in ("created", "updated", "unchanged", "refused")}


@pytest.fixture
def listing(tmp_path):
    """Three lines for two companies, with accents and dirt."""
    code = lei()
    name = unique("Société Générale de Gérance")
    file = tmp_path / "liste.csv"
    file.write_text("Nom;LEI;Ville;Téléphone;Site web;Activité\n"
                    f"{name};{code};Lyon;01 85 00 11 22;N/A;Actions\n"
                    f"{name};{code};Lyon;01 85 00 11 22;N/A;Immobilier\n"
                    f"{unique('Autre Maison')};;Paris;;Under%20construction;\n", encoding="utf-8-sig")
    return file, name, code


def test_a_file_is_imported_once_and_then_changes_nothing(firm, listing):
    file, name, code = listing
    server, admin = firm.server, firm.admin
    first = imported(server, file)
    assert counts(first) == {"created": 2, "updated": 0, "unchanged": 0, "refused": 0}
    admin.position = admin.log_end()
    found = admin.get(f"{API}/organisations", query={"lei": code}).ok()["items"]
    assert len(found) == 1 and found[0]["name"] == name and found[0]["phone"] == "+33185001122"
    assert found[0].get("website") is None
    kept = json.dumps(found[0], ensure_ascii=False)
    assert "Actions" in kept and "Immobilier" in kept, "what is no field is kept"
    end = admin.log_end()
    assert counts(imported(server, file)) == {"created": 0, "updated": 0, "unchanged": 2, "refused": 0}
    assert admin.log_end() == end


def test_a_dry_run_says_the_same_and_writes_nothing(firm, listing):
    end = firm.admin.log_end()
    dry = imported(firm.server, listing[0], "--dry-run")
    assert firm.admin.log_end() == end
    assert counts(imported(firm.server, listing[0])) == counts(dry)


def test_the_report_has_a_line_for_each_input_line(firm, listing, tmp_path):
    report = tmp_path / "report.csv"
    imported(firm.server, listing[0], "--report", report)
    with open(report, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["line"]) for row in rows] == [2, 3, 4]
    assert {row["outcome"] for row in rows} == {"created"}
    firm.admin.position = firm.admin.log_end()
    for row in rows:
        firm.admin.read("organisations", row["id"])


def test_the_end_of_an_import_is_told_in_plain_words_and_its_progress_in_lines(firm, listing):
    done = run(firm.server, listing[0])
    assert done.returncode == 0 and "created 2, updated 0, unchanged 0" in done.stdout
    assert "\r" not in done.stderr and "2 of 2" in done.stderr


def test_an_aum_column_without_its_unit_is_refused_and_nothing_is_guessed(firm, tmp_path):
    file, code = tmp_path / "aum.csv", lei()
    file.write_text(f"name,lei,aum\n{unique('Grande')},{code},5.5\n")
    end = firm.admin.log_end()
    done = run(firm.server, file)
    assert done.returncode == 2 and "--aum-unit" in done.stderr
    assert firm.admin.log_end() == end
    imported(firm.server, file, "--aum-unit", "meur")
    firm.admin.position = firm.admin.log_end()
    found = firm.admin.get(f"{API}/organisations", query={"lei": code}).ok()["items"][0]
    assert found["aum"] == {"amount": 550_000_000, "currency": "EUR"}


def test_a_refused_row_is_exit_code_1_and_the_others_are_imported(firm, tmp_path):
    twin = unique("Jumelle")
    for _ in range(2):
        firm.admin.create("organisations", {"name": twin, "country": "FR"})
    code = lei()
    file = tmp_path / "mixed.csv"
    file.write_text(f"name,lei,country\n{twin},,FR\n{unique('Saine')},{code},FR\n")
    done = run(firm.server, file)
    assert done.returncode == 1 and "refused 1" in done.stdout and "created 1" in done.stdout, done.stdout
    firm.admin.position = firm.admin.log_end()
    assert len(firm.admin.list("organisations", lei=code)) == 1


@pytest.mark.parametrize("what", ["no file", "a directory", "no name column", "a wrong unit", "a wrong field", "wrong credentials", "no server"])
def test_an_import_that_cannot_be_done_is_exit_code_2_with_a_reason(server, tmp_path, what):
    file = tmp_path / "x.csv"
    file.write_text("name\nX\n" if what != "no name column" else "couleur\nbleu\n")
    arguments = {"no file": ["/nonexistent.csv"], "a directory": [tmp_path], "a wrong unit": [file, "--aum-unit", "tonnes"],
                 "a wrong field": [file, "--set", "couleur=bleu"]}.get(what, [file])
    if what == "no server":
        done = server.cli("import", "organisations", file, "--server", "http://127.0.0.1:9", stores=False, environment={"ALFORIS_TOKEN": "x"})
    else:
        done = run(server, *arguments, **({"ALFORIS_ADMIN_PASSWORD": "falsch"} if what == "wrong credentials" else {}))
    assert done.returncode == 2 and len(done.stderr) > 10, done


# ---- the real registers --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registers(make_server):
    """Both registers imported one after the other, with what was there after each."""
    for file in (REGISTER, PORTFOLIO):
        if not file.is_file():
            pytest.skip(f"{file.name} is not here; ALFORIS_SHARED_DATA names its folder")
    firm = Firm(make_server())
    firm.first = imported(firm.server, REGISTER, "--set", "type=fournisseur", "--set", "category=sdg")
    firm.after_first = everything(firm)
    firm.second = imported(firm.server, PORTFOLIO, "--aum-unit", "mdeur")
    firm.after_second = everything(firm)
    return firm


def everything(firm):
    firm.admin.position = firm.admin.log_end()
    return list(firm.admin.pages(f"{API}/organisations", {"limit": 200, "sort": "name"}))


def test_the_registers_make_677_organisations_and_no_duplicate(registers):
    assert len(registers.after_first) == 677 and registers.first["created"] == 677
    assert len(registers.after_second) == 677 and registers.second["created"] == 0
    codes = [o["lei"] for o in registers.after_second if o.get("lei")]
    assert len(codes) == len(set(codes)) >= 655
    assert registers.first["refused"] == registers.second["refused"] == 0


def test_225_organisations_have_an_aum_after_the_second_register(registers):
    assert sum("aum" in o for o in registers.after_first) == 0
    assert sum(o.get("aum") is not None for o in registers.after_second) == 225
    known = next(o for o in registers.after_second if o["name"] == "ETXEA CAPITAL")
    assert known["aum"] == {"amount": 500_000_000_000, "currency": "EUR"} and known["aum_date"] == "2024-12-31"


def test_every_line_of_the_register_is_kept(registers):
    """Each activity of a company is in its tags or notes."""
    by_lei = {o["lei"]: json.dumps(o, ensure_ascii=False) for o in registers.after_second if o.get("lei")}
    missing, lines = [], 0
    with open(REGISTER, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            document = by_lei.get(row["lei"])
            activity = " ".join(row["libelle_activite"].split())
            lines += 1
            if document is not None and activity and activity not in " ".join(document.replace("\\n", " ").replace('\\"', '"').split()):
                missing.append((row["entite_nom"], activity))
    assert lines > 5000 and missing == []


@pytest.mark.parametrize("file, options", [(REGISTER, ["--set", "type=fournisseur", "--set", "category=sdg"]), (PORTFOLIO, ["--aum-unit", "mdeur"])],
                         ids=["the regulator's", "the portfolio"])
def test_either_register_again_writes_no_event(registers, file, options):
    end = registers.admin.log_end()
    summary = imported(registers.server, file, *options)
    assert counts(summary) == {"created": 0, "updated": 0, "unchanged": 677, "refused": 0}
    assert registers.admin.log_end() == end
    assert everything(registers) == registers.after_second


def test_the_portfolio_without_a_unit_is_refused(registers):
    done = run(registers.server, PORTFOLIO)
    assert done.returncode == 2 and "--aum-unit" in done.stderr


def test_a_terminal_gets_a_bar_and_a_pipe_gets_lines(firm, listing):
    file, _, _ = listing
    server = firm.server
    plain = run(server, file, "--dry-run")
    assert "2 of 2 organisations" in plain.stderr and "\r" not in plain.stderr
    ours, terminal = pty.openpty()
    environment = {"PATH": os.environ["PATH"], "ALFORIS_ADMIN_EMAIL": ADMIN_EMAIL, "ALFORIS_ADMIN_PASSWORD": ADMIN_PASSWORD}
    command = [binary(), "import", "organisations", str(file), "--dry-run", "--server", f"http://127.0.0.1:{server.port}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal, timeout=60, env=environment)
    os.close(terminal)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0, shown
    assert re.search(r"\r\[#+\] 2 of 2", shown), shown
