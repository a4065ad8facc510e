"""SECURITY.md names a test for each control, and the template a reason for each permission."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.local.paths import ROOT

DOCUMENT = ROOT / "SECURITY.md"


def named_tests() -> list[tuple[str, str]]:
    """Each `path::name` of the document."""
    return re.findall(r"`([\w./-]+\.(?:rs|py|ts|tsx|mjs))::([^`]+)`", DOCUMENT.read_text())


def test_the_document_names_tests() -> None:
    assert len(named_tests()) > 20


@pytest.mark.parametrize(("path", "name"), named_tests(), ids=lambda each: each.rpartition("/")[2])
def test_a_test_that_the_document_names_exists(path: str, name: str) -> None:
    defined = rf"\bfn {re.escape(name)}\(|\bdef {re.escape(name)}\(|^mod {re.escape(name)}\b"
    assert re.search(defined, (ROOT / path).read_text(), re.MULTILINE), f"{path} has no test {name}"


def links() -> list[str]:
    return re.findall(r"\]\((?!https?:|#)([^)#]+)", DOCUMENT.read_text())


@pytest.mark.parametrize("target", links())
def test_a_link_of_the_document_leads_somewhere(target: str) -> None:
    assert Path(ROOT, target).exists()
