"""The fixtures of this suite."""

from fixtures import admin, brokers, dsn, each_firm, firm, kafka_firm, make_lasting_server, make_server, server, work  # noqa: F401  found by name
