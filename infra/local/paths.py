"""Where things lie. Everything that this package writes is below `.local/` or `.aws-sam/`, which git ignores."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCAL = ROOT / ".local"
# The virtual environment's commands: sam, cargo-lambda, ministack, aws.
TOOLS = Path(sys.executable).parent
# The admin console's source. Its build goes into the package of the configuration API.
CONSOLE = ROOT / "functions" / "config-api" / "console"
SAMPLES = ROOT / "tests" / "samples"

# `make run` and `make demo` share one cloud, so that KEEP=1 finds its state again.
RUN_HOME = LOCAL / "run"
# Each test run has a cloud of its own below this folder, named after the process that owns it.
TEST_HOMES = LOCAL / "test"
