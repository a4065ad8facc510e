#!/usr/bin/env bash
# Checks the machine, then makes the virtual environment that holds every tool the repository needs.
# Usage: infra/tools.sh PYTHON FOLDER. It writes nowhere else, and leaves no half-made environment behind.
set -euo pipefail

python=$1
folder=$2
requirements=$(dirname "$0")/requirements.txt

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
    echo "missing: Python 3.10 or newer, as \`$python\`." \
        "On Debian and Ubuntu: apt-get install python3 python3-venv." \
        "If yours has another name: make PYTHON=python3.12 …" >&2
    exit 1
fi
"$python" "$(dirname "$0")/local/preflight.py"

echo "Installing the tools into $folder (about a minute, once) …"
rm -rf "$folder"
trap 'rm -rf "$folder"; echo "The tools could not be installed; the message above says why." >&2' ERR INT TERM
"$python" -m venv "$folder"
"$folder/bin/python" -m pip install --disable-pip-version-check --progress-bar off --requirement "$requirements" |
    sed -unE 's/^Collecting ([^ ]+).*/  \1/p; s/^Installing.*/Unpacking …/p'
touch "$folder/complete"
