"""Measures searches over a filled corpus (corpus.py): the index's making, answers over HTTP, how soon what is written is
found, what misspelt names find; and the same beside PostgreSQL's full text search with pg_trgm, and beside tantivy, an
embedded engine.
"""
import http.client
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse

import made_firm as firm

HERE = pathlib.Path(__file__).resolve().parent


def query_line(kind, path, **parameters):
    return firm.line(kind, 0, "GET", f"{path}?{urllib.parse.urlencode(parameters)}")


def measure(filled, corpus, quick, build, say):
    """Everything, in the order in which it stands on each other."""
    server = filled.server
    result = {"documents": corpus.size, "json_mb": json_size(corpus) / 1e6}
    result["build"] = index_build(server, build)
    say(f"   {result['build']}")
    dice = random.Random(5)
    few = 500 if quick else 5_000
    queries = [corpus.two_words(dice) for _ in range(few * 4)]
    filled.play([query_line("warm", "search", q=q) for q in queries[:few]], connections=4)
    lines = [query_line("two words", "search", q=q) for q in queries]
    result["two_words"] = filled.play(lines[:few], connections=1)["all"]
    say(f"   two words, one client: {result['two_words']}")
    result["two_words_32"] = filled.play(lines * (1 if quick else 3), connections=32)["all"]
    say(f"   32 clients: {result['two_words_32']}")
    result["suggest"] = filled.play(suggestions(corpus, few), connections=1)["all"]
    say(f"   suggest: {result['suggest']}")
    result["write_to_found"] = write_to_found(filled, 5 if quick else 30)
    say(f"   written, then found: {result['write_to_found']}")
    result["recall"] = recall(server, corpus, 250 if quick else 2_000)
    say(f"   recall: {result['recall']}")
    result["resident_mb"] = server.resident_mb()
    result["others"] = beside_others(server, corpus, queries, quick, say)
    server.stop()
    return result


def json_size(corpus):
    """Of all documents as clients send them, guessed from a part of them."""
    total = 0
    for make, count in [(corpus.organisation, corpus.organisations), (corpus.person, corpus.people),
                        (corpus.interaction, corpus.interactions), (corpus.task, corpus.tasks)]:
        some = min(count, 20_000)
        total += sum(len(json.dumps(make(n), ensure_ascii=False).encode()) for n in range(some)) * count / some
    return total


def index_build(server, build):
    """By the operator's command, while the server stands still."""
    server.stop()
    command = [str(build / "alforis"), "rebuild", "--search", "--json", *map(str, server.stores())]
    run_as_owner = ["runuser", "-u", (server.var / "data").owner(), "--"] if os.geteuid() == 0 else []
    subprocess.run(["tools/postgres", "start", "--dir", str(server.var / "postgres")], check=True, stdout=subprocess.DEVNULL)
    peak = []
    process = subprocess.Popen([*run_as_owner, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    watcher = threading.Thread(target=watch_memory, args=(process, "rebuild --search", peak))
    watcher.start()
    told = json.loads(process.communicate()[0])
    watcher.join()
    server.start()
    wait_for_search(server)
    # What it takes over makes the old one go.
    size = sum(file.stat().st_size for file in (server.var / "data" / "search").rglob("*") if file.is_file())
    return {"seconds": told["seconds"], "documents_per_second": told["documents"] / told["seconds"], "events": told["events"],
            "index_mb": size / 1e6, "peak_resident_mb": max(peak)}


def watch_memory(process, marks, peak):
    """The most that the program with these words in its command line took, in MB."""
    while process.poll() is None:
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                words = (status.parent / "cmdline").read_text().replace("\0", " ")
                if marks in words and "runuser" not in words:
                    peak.append(int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024)
            except (OSError, IndexError):
                pass  # it has just ended
        time.sleep(0.2)


def wait_for_search(server, timeout=600):
    began = time.monotonic()
    while time.monotonic() - began < timeout:
        health = server.health()["projection.search"]
        if health["ok"] and health["lag"] == 0 and health["position"] > 0:
            return
        time.sleep(0.05)
    raise SystemExit("the search index did not catch up")


def suggestions(corpus, count):
    """Names as they are typed, letter by letter: every beginning of 1 to 12."""
    dice = random.Random(6)
    while count > 0:
        name = " ".join(corpus.some_name(dice))
        for end in range(1, 13):
            if count > 0 and end <= len(name):
                count -= 1
                yield query_line("suggest", "search/suggest", q=name[:end])


class Client:
    """Asks one thing after the other over one connection."""

    def __init__(self, port, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Authorization": "Bearer " + token}

    def ask(self, path, body=None):
        data = json.dumps(body) if body is not None else None
        headers = self.headers | ({"Content-Type": "application/json"} if data else {})
        self.connection.request("POST" if data else "GET", firm.API + path, data, headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def found(self, text):
        return self.ask("search?" + urllib.parse.urlencode({"q": text}))[1]["items"]


def write_to_found(filled, seconds, rate=500):
    """From the answer of a command to the first search that finds what it wrote, while others write at `rate`."""
    first = firm_number()
    lines = [firm.line("write", 0, "POST", "organisations", organisation(first + n)) for n in range(rate * seconds)]
    waits = []
    stop = threading.Event()
    prober = threading.Thread(target=probe, args=(filled.server.port, filled.tokens[0], stop, waits))
    prober.start()
    played = filled.play(lines, connections=64, rate=rate)
    stop.set()
    prober.join()
    waits.sort()
    return {"samples": len(waits), "p50_ms": waits[len(waits) // 2], "p99_ms": waits[len(waits) * 99 // 100], "max_ms": waits[-1],
            "writes_per_second": played["all"]["per_second"], "refused": played["all"]["refused"]}


def firm_number():
    return int(time.time() * 1000) << 8 & 0xFFFFFFFFFFFF


def organisation(number):
    return {"id": firm.record_id("organisation", number), "name": f"Maison {number:x} Gestion", "type": "client", "country": "FR"}


def probe(port, token, stop, waits):
    client = Client(port, token)
    number = firm_number() + (1 << 40)
    while not stop.is_set():
        number += 1
        name = "zq" + "".join(chr(ord("a") + int(digit)) for digit in str(number))
        status, _ = client.ask("organisations", {"name": name, "type": "client"})
        assert status == 201, status
        began = time.monotonic()
        while not any(hit["title"] == name for hit in client.found(name)):
            pass
        waits.append((time.monotonic() - began) * 1000)


def recall(server, corpus, count):
    """The share of misspellings, by class, for which one of the first ten is what was meant."""
    client = Client(server.port, server.token)
    shares = {}
    for kind, pairs in corpus.misspellings(count).items():
        hits = sum(any(means(hit["title"], name) for hit in client.found(typed)[:10]) for typed, name in pairs)
        shares[kind] = hits / len(pairs)
    return shares


def means(title, name):
    return title == name or title.startswith(name + " ")


# ---- beside others, on the same texts


def texts(corpus):
    """What the index has of each document, but for linked names and numbers: a name, and the rest."""
    for n in range(corpus.organisations):
        one = corpus.organisation(n)
        yield one["name"], " ".join([one["name"], one["city"], one["email"], one["phone"], one["regulator_number"], one["notes"]])
    for n in range(corpus.people):
        one = corpus.person(n)
        name = one["first_name"] + " " + one["last_name"]
        yield name, " ".join([name, one["job_title"], one["mobile"], one["personal_email"]])
    for make, count in [(corpus.interaction, corpus.interactions), (corpus.task, corpus.tasks)]:
        for n in range(count):
            one = make(n)
            yield one["title"], one["title"] + " " + one.get("body", "")


def beside_others(server, corpus, queries, quick, say):
    work = server.var.parent / "search-others"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    pairs = corpus.misspellings(250 if quick else 1_000)
    asked = {"queries": queries[:100 if quick else 300], "misspellings": pairs}
    ours = in_turn(Client(server.port, server.token), asked)
    say(f"   ours, one client in Python: {ours}")
    result = {"ours": ours, "postgres": postgres(work, corpus, asked, say), "tantivy": tantivy(work, corpus, asked, say)}
    shutil.rmtree(work)
    return result


def in_turn(client, asked):
    took = []
    for query in asked["queries"]:
        began = time.perf_counter()
        client.found(query)
        took.append(time.perf_counter() - began)
    return times(took) | {"recall": {kind: sum(any(means(hit["title"], name) for hit in client.found(typed)[:10]) for typed, name in pairs)
                                     / len(pairs) for kind, pairs in asked["misspellings"].items()}}


def times(took):
    took = sorted(took)
    return {"p50_ms": took[len(took) // 2] * 1000, "p99_ms": took[len(took) * 99 // 100] * 1000, "mean_ms": sum(took) / len(took) * 1000}


def postgres(work, corpus, asked, say):
    """Words by their stems first; what that does not find by trigrams, which know no typos but likeness."""
    directory = str(work / "postgres")
    subprocess.run(["tools/postgres", "start", "--dir", directory], check=True, stdout=subprocess.DEVNULL)

    def psql(*arguments, **how):
        done = subprocess.run(["tools/postgres", "psql", "--dir", directory, "--", "-qAtX", "-v", "ON_ERROR_STOP=1", *arguments], capture_output=True, text=True, **how)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        return done.stdout

    source = work / "texts.tsv"
    with open(source, "w", encoding="utf-8") as out:
        out.writelines(f"{name}\t{text}\n" for name, text in texts(corpus))
    os.chmod(source, 0o644)
    began = time.monotonic()
    psql("-c", "create extension pg_trgm", "-c", "create extension unaccent",
         "-c", "create function plain(text) returns text language sql immutable parallel safe as $$ select lower(public.unaccent('public.unaccent', $1)) $$",
         "-c", "create table texts (id serial primary key, name text, body text)", "-c", f"\\copy texts (name, body) from '{source}'",
         "-c", "alter table texts add words tsvector generated always as (to_tsvector('french', plain(body))) stored, "
               "add letters text generated always as (plain(body)) stored",
         "-c", "create index on texts using gin (words)", "-c", "create index on texts using gin (letters gin_trgm_ops)", "-c", "analyze texts")
    built = time.monotonic() - began
    say(f"   PostgreSQL: indexes after {built:.0f} s")
    psql("-c", SEARCH_IN_POSTGRES)
    timing = "\n".join([r"\timing on", "set pg_trgm.word_similarity_threshold = 0.5;",
                        *(f"select count(*) from find({quoted(query)});" for query in asked["queries"])])
    lines = psql(input=timing).splitlines()
    took = [float(line.split()[1]) / 1000 for line in lines if line.startswith("Time:")][1:]
    shares = {}
    for kind, pairs in asked["misspellings"].items():
        some = pairs[:50]  # each takes its time
        found = psql(input="set pg_trgm.word_similarity_threshold = 0.5;\n" + "\n".join(
            f"select coalesce(bool_or(name = {quoted(name)} or name like {quoted(name + ' %')}), false) from find({quoted(typed)});" for typed, name in some))
        shares[kind] = found.split().count("t") / len(some)
    size = int(psql("-c", "select pg_total_relation_size('texts')")) / 1e6
    subprocess.run(["tools/postgres", "stop", "--dir", directory], check=True, stdout=subprocess.DEVNULL)
    result = times(took) | {"build_seconds": built, "size_mb": size, "recall": shares}
    say(f"   PostgreSQL: {result}")
    return result


SEARCH_IN_POSTGRES = """
create function find(asked text) returns table (id int, name text) language plpgsql as $$
begin
  return query select t.id, t.name from texts t where t.words @@ plainto_tsquery('french', plain(asked))
    order by ts_rank(t.words, plainto_tsquery('french', plain(asked))) desc limit 10;
  if found then return; end if;
  return query execute 'select t.id, t.name from texts t where true' ||
    (select string_agg(format(' and %L <%% t.letters', word), '') from unnest(string_to_array(plain(asked), ' ')) word) ||
    format(' order by word_similarity(%L, t.letters) desc limit 10', plain(asked));
end $$"""


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def tantivy(work, corpus, asked, say):
    """In a process of its own, with a Python of its own where it is installed."""
    environment = work.parent / "tantivy"
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "tantivy"], check=True)
    source = work / "texts.tsv"
    questions = work / "asked.json"
    questions.write_text(json.dumps(asked))
    done = subprocess.run([str(python), str(HERE / "in_tantivy.py"), str(source), str(questions), str(work / "tantivy")],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    result = json.loads(done.stdout)
    say(f"   tantivy: {result}")
    return result
