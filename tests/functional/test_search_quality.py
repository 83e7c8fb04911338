"""Misspelt names, by the hundred: what searches must see through, scored by the same generator and thresholds as
tools/bench search, on a smaller corpus."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
import corpus as corpora  # noqa: E402  (shared with the benchmark)
import search_bench  # noqa: E402

from firm import Firm  # noqa: E402

DOCUMENTS = 8_000
MISSPELLINGS = 1_000
WANTED = {"one edit": 0.99, "two edits": 0.95, "transposition": 0.99, "missing accents": 1.0, "joined words": 0.98}


@pytest.fixture(scope="module")
def filled(make_server):
    """Its organisations and people alone: the others have no names."""
    firm = Firm(make_server())
    corpus = corpora.Corpus(DOCUMENTS)
    client = search_bench.Client(firm.server.port, firm.admin.token)
    for collection, make, count in [("organisations", corpus.organisation, corpus.organisations), ("people", corpus.person, corpus.people)]:
        for number in range(count):
            status, answer = client.ask(collection, make(number))
            assert status == 201, answer
    firm.everybody_follows()
    return client, corpus


def test_misspelt_names_are_found_among_the_first_ten(filled):
    client, corpus = filled
    assert client.found(" ".join(corpus.person_name(3))), "the index is empty"
    missed = {}
    for kind, pairs in corpus.misspellings(MISSPELLINGS).items():
        assert len(pairs) == MISSPELLINGS // len(WANTED)
        lost = [pair for pair in pairs if not any(search_bench.means(hit["title"], pair[1]) for hit in client.found(pair[0])[:10])]
        missed[kind] = lost
    short = {kind: lost for kind, lost in missed.items() if len(lost) > (1 - WANTED[kind]) * MISSPELLINGS / len(WANTED) + 1e-9}
    assert not short, {kind: lost[:10] for kind, lost in short.items()}
