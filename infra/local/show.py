"""Prints deliveries as they arrive, and what a newcomer can do next."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import jwt
from rich.markup import escape
from rich.syntax import Syntax

from infra.local import certificates, environment, judge
from infra.local.customer import SANDBOX, Administrator, viewer_token
from infra.local.paths import ROOT, SAMPLES, TOOLS
from infra.local.receiver import Delivery
from infra.local.screen import console, heading
from infra.local.stack import DEVELOPMENT_HOST, Stack
from infra.local.walkthrough import Organisation


def printer(chosen: Sequence[Organisation]) -> Callable[[Delivery], None]:
    """What prints a delivery: headers, verified claims, body."""
    by_path = {urlsplit(organisation.url).path: organisation for organisation in chosen}

    def show(delivery: Delivery) -> None:
        heading(f"POST {escape(delivery.path)}")
        for name, value in delivery.headers.items():
            console.print(f"  [cyan]{escape(name)}[/cyan]: {escape(value)}")
        organisation = by_path.get(delivery.path)
        if organisation:
            show_token(delivery, organisation)
        show_json(delivery.body.decode(errors="replace"))

    return show


def show_token(delivery: Delivery, organisation: Organisation) -> None:
    try:
        claims = judge.claims(delivery, organisation)
    except jwt.PyJWTError as error:
        console.print(f"  [red]token refused: {escape(str(error))}[/red]")
        return
    console.print(f"  [green]token verified[/green] ({organisation.signature.algorithm}), its claims:")
    show_json(json.dumps(claims))


def show_json(text: str) -> None:
    try:
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        console.print(text, markup=False)
        return
    console.print(Syntax(text, "json", background_color="default", word_wrap=True))


def next_steps(stack: Stack, organisation: Organisation, administrator: Administrator) -> None:
    """URLs of what runs, and commands to paste."""
    variables = write_variables(stack, administrator).relative_to(ROOT)
    heading("The admin console")
    for name, value in {
        "Open": stack.console_url,
        "Email": administrator.person.email,
        "Password": administrator.person.password,
    }.items():
        console.print(f"  {name}: [cyan]{value}[/cyan]")
    heading("What runs")
    for name, value in {
        "Configuration API": stack.api_url,
        "Its OpenAPI document": f"{stack.api_url}/openapi.json",
        f"Endpoint of {organisation.name}": organisation.url,
        "AWS (all services)": stack.cloud.endpoint,
        "Emulator's log": (stack.cloud.home / "ministack.log").relative_to(ROOT),
    }.items():
        console.print(f"  {name}: [cyan]{value}[/cyan]")
    heading("Next steps, from another terminal in this folder")
    headers = f"-H \"Authorization: Bearer $TOKEN\" -H 'x-sandbox-name: {SANDBOX}'"
    sample = (SAMPLES / "payload-email-bounce.json").relative_to(ROOT)
    for purpose, line in {
        "the variables and the aws command that the lines below use": f". {variables}",
        f"the webhooks of {organisation.name}": f'curl -sS {headers} "$API/feedback-webhooks"',
        "a mistake, and what the API says about it": "curl -sS -H 'Content-Type: application/json' "
        f'{headers} -d \'{{"url":"http://127.0.0.1"}}\' "$API/feedback-webhooks"',
        "what one may not do who may only look": 'curl -sS -X DELETE -H "Authorization: Bearer $VIEWER_TOKEN" '
        f"-H 'x-sandbox-name: {SANDBOX}' \"$API/feedback-webhooks/any\"",
        "one more event: watch it arrive here": 'aws sqs send-message --queue-url "$FEEDBACK_QUEUE" '
        f"--message-body file://{sample}",
        "an event that nobody can read": 'aws sqs send-message --queue-url "$FEEDBACK_QUEUE" --message-body garbled',
        "the dead-letter queue, each event with its reason": "aws sqs receive-message "
        '--queue-url "$DEAD_LETTER_QUEUE" --message-attribute-names All --visibility-timeout 0',
    }.items():
        console.print(f"\n  [dim]# {purpose}[/dim]")
        console.print(f"  {line}", style="yellow", markup=False)


def write_variables(stack: Stack, administrator: Administrator) -> Path:
    """Write a file for shells that sets what the next steps need, and return its path."""
    variables = environment.ROOT_CREDENTIALS | {
        "AWS_ENDPOINT_URL": stack.cloud.endpoint,
        "AWS_REGION": environment.REGION,
        # The aws command (version 1) reads only this one.
        "AWS_DEFAULT_REGION": environment.REGION,
        "AWS_PAGER": "",
        "API": stack.api_url,
        "TOKEN": administrator.token,
        "VIEWER_TOKEN": viewer_token(stack, administrator.organisation),
        "CONFIG_API_LOG_GROUP": stack.outputs["ConfigApiLogGroup"],
        "FEEDBACK_QUEUE": stack.outputs["FeedbackQueueUrl"],
        "RETRY_QUEUE": stack.outputs["RetryQueueUrl"],
        "DEAD_LETTER_QUEUE": stack.outputs["DeadLetterQueueUrl"],
        "POOL": stack.outputs["UserPoolId"],
        "TABLE": stack.outputs["TableName"],
        "FINDINGS_TABLE": stack.outputs["FindingsTableName"],
    }
    write_sam_local(stack)
    path = stack.cloud.home / "variables.sh"
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    # Version 1 of the command ignores AWS_ENDPOINT_URL for SQS.
    lines.append(f'aws() {{ {shlex.quote(str(TOOLS / "aws"))} --endpoint-url {stack.cloud.endpoint} "$@"; }}')
    path.write_text("\n".join(lines) + "\n")
    return path


def write_sam_local(stack: Stack) -> None:
    """Write the file for `sam local invoke --env-vars` that points a function in a container at this stack.

    `--add-host localhost:host-gateway` makes `localhost` mean this machine there too.
    """
    variables = {
        "AWS_ENDPOINT_URL": f"http://{DEVELOPMENT_HOST}:{stack.cloud.port}",
        "TABLE_NAME": stack.outputs["TableName"],
        "FINDINGS_TABLE_NAME": stack.outputs["FindingsTableName"],
        "SECRETS_KEY_ID": stack.outputs["SecretsKeyArn"],
        "DELIVERY_FUNCTION": stack.outputs["DeliveryFunctionName"],
        "RETRY_QUEUE_URL": stack.outputs["RetryQueueUrl"],
        "DEAD_LETTER_QUEUE_URL": stack.outputs["DeadLetterQueueUrl"],
        "DEVELOPMENT_HOSTS": DEVELOPMENT_HOST,
        "DEVELOPMENT_CA": certificates.issue(stack.cloud.home).authority_parameter(),
    }
    (stack.cloud.home / "sam-local.json").write_text(json.dumps({"Parameters": variables}, indent=2))
