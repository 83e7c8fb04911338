"""Servers for the suites: PostgreSQL and Kafka from tools/test when it runs them, otherwise started here. The conftest.py of a
suite imports these fixtures by name.
"""
import os
import shutil

import pytest

from alforis_server import Kafka, Postgres, Server, make_work_directory
from firm import Firm


@pytest.fixture(scope="session")
def work():
    path = make_work_directory()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def dsn(work):
    """Of a PostgreSQL that stays up; tests that stop one start their own."""
    given = os.environ.get("ALFORIS_TEST_POSTGRES")
    if given:
        yield given
        return
    cluster = Postgres(work / "postgres")
    yield cluster.dsn
    cluster.stop()


@pytest.fixture(scope="session")
def brokers(work):
    """Of a Kafka that stays up; tests that stop one start their own."""
    given = os.environ.get("ALFORIS_TEST_KAFKA")
    if given:
        yield given
        return
    broker = Kafka(work / "kafka")
    yield broker.brokers
    broker.stop(hard=True)


def servers_of(work, dsn):
    """Gives a function that starts servers, and ends them all."""
    made = []

    def make(**options):
        options.setdefault("dsn", dsn)
        start = options.pop("start", True)
        server = Server(work, start=False, **options)
        made.append(server)
        if start:
            server.start()
        return server

    yield make
    for server in made:
        server.discard()


@pytest.fixture(scope="session")
def make_lasting_server(work, dsn):
    """Starts servers that many modules share."""
    yield from servers_of(work, dsn)


@pytest.fixture(scope="module")
def make_server(work, dsn):
    """Starts servers of a test's own; they end with its module: all of them together would want more connections than
    a PostgreSQL has."""
    yield from servers_of(work, dsn)


@pytest.fixture(scope="session")
def server(make_lasting_server):
    """One on the embedded log that most tests share: they look only at what they made themselves."""
    return make_lasting_server()


@pytest.fixture(scope="session")
def firm(server):
    return Firm(server)


@pytest.fixture(scope="session")
def admin(firm):
    return firm.admin


@pytest.fixture(scope="session")
def kafka_firm(make_lasting_server, brokers):
    return Firm(make_lasting_server(brokers=brokers))


@pytest.fixture(params=["embedded", "kafka"])
def each_firm(request):
    """The same rule on both logs."""
    return request.getfixturevalue("firm" if request.param == "embedded" else "kafka_firm")
