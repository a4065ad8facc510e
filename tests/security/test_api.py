"""Requests that nobody would think of, made up from the OpenAPI document and sent to the deployed API."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from infra.local import customer
from infra.local.paths import TOOLS
from infra.local.stack import Stack
from infra.parameters import template

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# The organisation of the document's own examples, so that they are accepted.
ORGANISATIONS = {"one": "0123456789ABCDEF@AdobeOrg", "other": "Other@AdobeOrg"}


def test_every_request_gets_an_answer_that_the_openapi_document_has(stack: Stack, tmp_path: Path) -> None:
    callers = tmp_path / "callers.json"
    callers.write_text(
        json.dumps(
            {
                "auth": [
                    {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}
                    for name, organisation in ORGANISATIONS.items()
                    for token in [
                        customer.sign_in(stack, customer.Person(organisation, "administrator", customer.MANAGE))
                    ]
                ]
            }
        )
    )
    more = ["--max-examples", os.environ["EXAMPLES"]] if "EXAMPLES" in os.environ else []
    run = subprocess.run(
        [
            *(TOOLS / "schemathesis", "--config-file", CONFIGURATION, "run", f"{stack.api_url}/openapi.json"),
            *("--url", stack.api_url, "--seed", os.environ.get("SEED", "1"), *more),
        ],
        env=os.environ | {"CALLERS": str(callers)},
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, (
        "some answers are not as the document says; the output above has requests to repeat them"
    )


def test_the_stage_is_throttled_by_parameters_that_have_defaults() -> None:
    """The emulator neither throttles nor keeps the settings of a stage, so the template is looked at."""
    described = template()
    settings = described["Resources"]["ApiStage"]["Properties"]["DefaultRouteSettings"]
    limits = {"ThrottlingRateLimit": "ApiRateLimit", "ThrottlingBurstLimit": "ApiBurstLimit"}
    for setting, parameter in limits.items():
        assert settings[setting] == {"Ref": parameter}
        assert described["Parameters"][parameter]["Default"] >= described["Parameters"][parameter]["MinValue"] >= 1
