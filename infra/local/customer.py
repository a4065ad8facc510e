"""What an organisation's administrator does: sign in, set a webhook up, switch a campaign on. All through the API."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.problem import Problem
from infra.local.stack import Stack

TIMEOUT_SECONDS = 30
SANDBOX = "prod"
# Groups of the stack's user pool.
MANAGE = "feedback-webhooks-manage"
VIEW = "feedback-webhooks-view"


@dataclass(frozen=True)
class SharedSecret:
    """A token signed with a secret that sender and endpoint share."""

    secret: str
    algorithm: str = "HS256"

    @property
    def verification_key(self) -> str:
        """What the endpoint verifies tokens with."""
        return self.secret

    def settings(self) -> dict[str, str]:
        """Its part of the webhook's configuration."""
        return {"algorithm": self.algorithm, "secret": self.secret}


@dataclass(frozen=True)
class KeyPair:
    """A token signed with a private key; the endpoint has the public one."""

    private_key: rsa.RSAPrivateKey
    algorithm: str = "RS256"

    @property
    def verification_key(self) -> rsa.RSAPublicKey:
        """What the endpoint verifies tokens with."""
        return self.private_key.public_key()

    def settings(self) -> dict[str, str]:
        """Its part of the webhook's configuration."""
        pem = self.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return {"algorithm": self.algorithm, "privateKey": pem.decode()}


def shared_secret() -> SharedSecret:
    """A new one, as strong as HS256 can use."""
    return SharedSecret(secrets.token_urlsafe(32))


def key_pair() -> KeyPair:
    """A new one, of the usual size."""
    return KeyPair(rsa.generate_private_key(public_exponent=65537, key_size=2048))


@dataclass(frozen=True)
class Person:
    """A user of the stack's own user pool, with a new password."""

    organisation: str
    name: str
    group: str
    password: str = field(default_factory=lambda: f"Aa1{secrets.token_urlsafe(24)}")

    @property
    def email(self) -> str:
        """The name to sign in with."""
        return f"{self.name}@{self.organisation.split('@')[0].lower()}.example"


class Administrator:
    """A signed-in administrator of one organisation."""

    def __init__(self, stack: Stack, organisation: str) -> None:
        self._api_url = stack.api_url
        self.organisation = organisation
        self.person = Person(organisation, "administrator", MANAGE)
        self.token = sign_in(stack, self.person)

    def set_up(self, webhook: dict[str, Any]) -> dict[str, Any]:
        """Create the sandbox's webhook, or replace the one of an earlier run."""
        created = self._call("POST", "/feedback-webhooks", json=webhook)
        if created.status_code != requests.codes.conflict:
            return expect(created, requests.codes.created).json()
        items = expect(self._call("GET", "/feedback-webhooks"), requests.codes.ok).json()["items"]
        path = f"/feedback-webhooks/{next(item['id'] for item in items if item['sandbox'] == SANDBOX)}"
        read = expect(self._call("GET", path), requests.codes.ok)
        replaced = self._call("PUT", path, json=webhook, headers={"If-Match": read.headers["ETag"]})
        return expect(replaced, requests.codes.ok).json()

    def switch_on(self, campaign: str) -> None:
        """Have a campaign's events delivered."""
        answer = self._call("PUT", f"/campaigns/{campaign}/feedback-webhook")
        expect(answer, requests.codes.ok, requests.codes.created)

    def _call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}", "x-sandbox-name": SANDBOX} | arguments.pop("headers", {})
        return requests.request(method, self._api_url + path, headers=headers, timeout=TIMEOUT_SECONDS, **arguments)


def viewer_token(stack: Stack, organisation: str) -> str:
    """An ID token of someone who may only look."""
    return sign_in(stack, Person(organisation, "viewer", VIEW))


def sign_in(stack: Stack, person: Person) -> str:
    """An ID token of `person`, who is created at the first call and gets the password at each."""
    users = stack.cloud.client("cognito-idp")
    pool = stack.outputs["UserPoolId"]
    email, password = person.email, person.password
    try:
        users.admin_create_user(
            UserPoolId=pool,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "custom:org", "Value": person.organisation}],
            MessageAction="SUPPRESS",
        )
    except users.exceptions.UsernameExistsException:
        pass
    users.admin_add_user_to_group(UserPoolId=pool, Username=email, GroupName=person.group)
    users.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
    tokens = users.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=stack.outputs["UserPoolClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return tokens["AuthenticationResult"]["IdToken"]


def expect(answer: requests.Response, *statuses: int) -> requests.Response:
    """The answer, if it has one of `statuses`.

    # Errors
    `Problem` with what the API said otherwise.
    """
    if answer.status_code in statuses:
        return answer
    request = answer.request
    raise Problem(f"{request.method} {request.path_url} was answered {answer.status_code}: {answer.text}")
