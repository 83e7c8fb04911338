"""The fixtures of this suite; what they stand on is shared with the functional tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "functional"))

from fixtures import work  # noqa: E402, F401  found by name
