"""Prints deliveries as they arrive, and what a newcomer can do next."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import jwt
from rich.markup import escape
from rich.syntax import Syntax

from infra.local import judge
from infra.local.cloud import Cloud
from infra.local.customer import SANDBOX, Administrator
from infra.local.paths import LOCAL, ROOT, SAMPLES, TOOLS
from infra.local.receiver import Delivery
from infra.local.screen import console, heading
from infra.local.stack import Stack
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
    heading("What runs")
    for name, value in {
        "Configuration API": stack.api_url,
        "Its OpenAPI document": f"{stack.api_url}/openapi.json",
        "Endpoint of the first customer": organisation.url,
        "AWS (all services)": stack.cloud.endpoint,
        "Emulator's log": str((stack.cloud.home / "ministack.log").relative_to(ROOT)),
    }.items():
        console.print(f"  {name}: [cyan]{value}[/cyan]")
    heading("Next steps, from another terminal in this folder")
    console.print(f"  export {aws_settings(stack.cloud)}", style="yellow", markup=False)
    console.print(f"  TOKEN={administrator.token}", style="yellow", markup=False, overflow="fold")
    for title, line in commands(stack, administrator).items():
        console.print(f"\n  [dim]# {title}[/dim]")
        console.print(f"  {line}", style="yellow", markup=False)


def aws_settings(cloud: Cloud) -> str:
    return f"AWS_ENDPOINT_URL={cloud.endpoint} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test"


def commands(stack: Stack, administrator: Administrator) -> dict[str, str]:
    curl = f"curl -sS -H \"Authorization: Bearer $TOKEN\" -H 'x-sandbox-name: {SANDBOX}'"
    aws = f"{TOOLS.relative_to(ROOT) if TOOLS.is_relative_to(LOCAL) else TOOLS}/aws"
    sample = (SAMPLES / "payload-email-bounce.json").relative_to(ROOT)
    queue = stack.outputs["FeedbackQueueUrl"]
    return {
        f"the webhooks of {administrator.organisation}": f"{curl} '{stack.api_url}/feedback-webhooks'",
        "a mistake, and what the API says about it": f'{curl} -X POST -d \'{{"url":"http://127.0.0.1"}}\' '
        f"-H 'content-type: application/json' '{stack.api_url}/feedback-webhooks'",
        "one more event: watch it arrive here": f"{aws} sqs send-message --queue-url {queue} "
        f"--message-body file://{sample}",
        "an unreadable event": f"{aws} sqs send-message --queue-url {queue} --message-body garbled",
        "the dead-letter queue, with each event's reason": f"{aws} sqs receive-message "
        f"--queue-url {stack.outputs['DeadLetterQueueUrl']} --message-attribute-names All --visibility-timeout 0",
    }
