"""The deployed stack: `sam deploy` of the template that goes to AWS, and what it put out."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local import command, environment
from infra.local.certificates import Certificates
from infra.local.cloud import Cloud
from infra.local.paths import ROOT, TOOLS

NAME = "feedback-webhooks"
# The host that the egress rule lets through here, although it is at a private address.
DEVELOPMENT_HOST = "localhost"


@dataclass(frozen=True)
class Stack:
    """A stack on a local cloud."""

    cloud: Cloud
    outputs: dict[str, str]

    @property
    def api_url(self) -> str:
        """Base URL of the API for every client; the one in the outputs resolves in browsers and curl only."""
        return f"{self.cloud.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/$default"

    @property
    def console_url(self) -> str:
        """The admin console, for browsers: they resolve the API's own host name."""
        return self.outputs["ConsoleUrl"]


def deploy(cloud: Cloud, certificates: Certificates) -> Stack:
    """Deploy what was built, or update what is deployed.

    # Errors
    `Problem` if CloudFormation refuses it.
    """
    parameters = {
        "DevelopmentHosts": DEVELOPMENT_HOST,
        "DevelopmentCa": certificates.authority_parameter(),
        "DevelopmentSignInUrl": f"http://{DEVELOPMENT_HOST}:{cloud.port}",
        # Quick enough to watch a retry and an edited webhook take effect.
        "RetryFirstDelaySeconds": "1",
        "ConfigCacheSeconds": "1",
        # Events that are not wanted are told of at this level: a developer wonders why nothing arrives.
        "LogFilter": "info,delivery=debug",
    }
    command.run(
        [
            TOOLS / "sam",
            "deploy",
            *("--stack-name", NAME),
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--no-progressbar",
            "--parameter-overrides",
            *(f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()),
        ],
        records=cloud.home / "processes",
        env=environment.for_clients(cloud.endpoint),
        log=cloud.home / "deploy.log",
        cwd=ROOT,
        advice="CloudFormation refused the stack.",
    )
    return Stack(cloud, read_outputs(cloud))


def read_outputs(cloud: Cloud) -> dict[str, str]:
    stack = cloud.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
