"""The roles of the deployed stack: what they may do, for a while less than that, and sessions of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from infra.local import environment
from infra.local.stack import NAME, Stack


@dataclass(frozen=True, order=True)
class Permission:
    """An action that a role may do with a resource of the template."""

    role: str
    action: str
    resource: str


class Roles:
    """The roles of the deployed stack, with their policies as they were deployed."""

    def __init__(self, stack: Stack) -> None:
        self._iam = stack.cloud.client("iam")
        pages = stack.cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=NAME)
        resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
        self._names = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in resources
            if resource["ResourceType"] == "AWS::IAM::Role"
        }
        # Queues are known by their URLs, everything else by what its ARN ends with.
        self._logical = {
            url_path_end(resource["PhysicalResourceId"]): resource["LogicalResourceId"] for resource in resources
        }
        self._deployed = {
            role: self._iam.list_role_policies(RoleName=name)["PolicyNames"] for role, name in self._names.items()
        }
        self._singles = {role: list(self._read(role)) for role in self._names}

    def permissions(self) -> set[Permission]:
        """All permissions of all roles."""
        return {permission for singles in self._singles.values() for permission, _ in singles}

    @contextmanager
    def without(self, taken: Permission) -> Iterator[None]:
        """Take a permission away for the time of the `with` block."""
        (policy,) = self._deployed[taken.role]
        before = self._document(taken.role, policy)
        left = [statement for permission, statement in self._singles[taken.role] if permission != taken]
        self._put(taken.role, policy, before | {"Statement": left})
        try:
            yield
        finally:
            self._put(taken.role, policy, before)

    @contextmanager
    def assumed(self, stack: Stack, role: str) -> Iterator[boto3.Session]:
        """A session with the permissions of a role, for the time of the `with` block."""
        name = self._names[role]
        trust = self._iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        ours = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        opened = trust | {"Statement": [*trust["Statement"], ours]}
        self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(opened))
        try:
            arn = self._iam.get_role(RoleName=name)["Role"]["Arn"]
            assumed = stack.cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
            yield boto3.Session(
                aws_access_key_id=assumed["AccessKeyId"],
                aws_secret_access_key=assumed["SecretAccessKey"],
                aws_session_token=assumed["SessionToken"],
                region_name=environment.REGION,
            )
        finally:
            self._iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))

    def _read(self, role: str) -> Iterator[tuple[Permission, dict[str, Any]]]:
        for policy in self._deployed[role]:
            for statement in self._document(role, policy)["Statement"]:
                for action in listed(statement["Action"]):
                    for resource in listed(statement["Resource"]):
                        single = statement | {"Action": action, "Resource": resource}
                        yield Permission(role, action, self._name(resource)), single

    def _name(self, arn: str) -> str:
        found = [logical for physical, logical in self._logical.items() if arn.removesuffix(":*").endswith(physical)]
        return found[0] if len(found) == 1 else arn

    def _document(self, role: str, policy: str) -> dict[str, Any]:
        return self._iam.get_role_policy(RoleName=self._names[role], PolicyName=policy)["PolicyDocument"]

    def _put(self, role: str, policy: str, document: dict[str, Any]) -> None:
        self._iam.put_role_policy(RoleName=self._names[role], PolicyName=policy, PolicyDocument=json.dumps(document))


def url_path_end(physical_id: str) -> str:
    return physical_id.rsplit("/", 1)[-1] if physical_id.startswith("http") else physical_id


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
