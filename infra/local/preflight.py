"""Checks that the machine has what nothing here can install.

Runs before the virtual environment exists (`python3 infra/local/preflight.py`), so it must import nothing but the
standard library and must parse on old Pythons.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 10)
MANIFEST = Path(__file__).parents[2] / "Cargo.toml"


def main():
    """Print one line per missing tool, each saying what to do, and return the exit code."""
    missing = [problem for problem in (python(), git(), c_compiler(), rust()) if problem]
    for problem in missing:
        print("missing: " + problem, file=sys.stderr)
    return 1 if missing else 0


def python():
    if sys.version_info < OLDEST_PYTHON:
        return "Python 3.10 or newer; `python3` is {}.{}. Install a newer one and name it: make PYTHON=python3.12 ...".format(
            *sys.version_info
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "Python's venv module. On Debian and Ubuntu: apt-get install python3-venv"
    return None


def git():
    return None if shutil.which("git") else "git. On Debian and Ubuntu: apt-get install git"


def c_compiler():
    return None if shutil.which("cc") else "a C compiler (`cc`). On Debian and Ubuntu: apt-get install gcc libc6-dev"


def rust():
    oldest = version(re.search(r'^rust-version = "(.+)"', MANIFEST.read_text(), re.MULTILINE).group(1))
    advice = "Rust {} or newer".format(".".join(map(str, oldest)))
    if not shutil.which("cargo") or not shutil.which("rustc"):
        return advice + ": https://rustup.rs"
    found = subprocess.run(["rustc", "--version"], check=False, capture_output=True, text=True)
    if found.returncode != 0:
        return advice + "; `rustc --version` fails: " + found.stderr.strip()
    if version(found.stdout) < oldest:
        return advice + "; found " + found.stdout.strip() + ". Update it: rustup update stable"
    return None


def version(text):
    """The first dotted number in `text`, as a tuple that compares."""
    return tuple(int(part) for part in re.search(r"\d+(?:\.\d+)+", text).group().split("."))


if __name__ == "__main__":
    sys.exit(main())
