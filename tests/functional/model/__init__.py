"""A second, naive implementation of the domain, in memory: docs/DOMAIN.md, docs/RIGHTS.md and docs/API.md as a person reads them.
Nothing here looks at the program; test_model.py compares what both say."""
