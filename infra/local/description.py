"""The JSON file in which a command finds all that it needs to know about the cloud that it was given."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from infra.local import environment
from infra.local.certificates import Certificates
from infra.local.cloud import Cloud
from infra.local.stack import Stack


def write(deployed: Stack, issued: Certificates) -> Path:
    """Write the file, and return where."""
    description = deployed.cloud.home / "stack.json"
    description.write_text(
        json.dumps(
            {
                "endpointUrl": deployed.cloud.endpoint,
                "region": environment.REGION,
                "apiUrl": deployed.api_url,
                "consoleUrl": deployed.console_url,
                "outputs": deployed.outputs,
                "caCertificate": str(issued.authority),
                "caKey": str(issued.authority_key),
                "certificate": str(issued.chain),
                "certificateKey": str(issued.key),
            },
            indent=2,
        )
    )
    return description


def read(description: Path) -> Stack:
    """The stack that the file describes."""
    content = json.loads(description.read_text())
    return Stack(Cloud(description.parent, urlsplit(content["endpointUrl"]).port), content["outputs"])
