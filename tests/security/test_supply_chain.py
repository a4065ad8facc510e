"""What the functions are made of: a bill of materials that is valid and complete, no unsafe code of ours, no OpenSSL."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from infra.local.paths import ROOT
from infra.sbom import FUNCTIONS, bill_of


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_bill_of_materials_is_valid_and_names_every_crate_with_licence_and_checksum(function: str) -> None:
    bill = JsonV1Dot6(bill_of(function)).output_as_string()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    content = json.loads(bill)
    crates = [each for each in content["components"] if each["purl"].startswith("pkg:cargo/")]
    ours = {member.name for member in (ROOT / "shared").iterdir()}
    assert {"tokio", "rustls", "aws-lc-rs", "domain"} <= {each["name"] for each in crates}
    for each in crates:
        assert each["licenses"], each["name"]
        assert each["name"] in ours or each["hashes"][0]["alg"] == "SHA-256", each["name"]
    assert {each["ref"] for each in content["dependencies"]} >= {each["bom-ref"] for each in crates}


def manifests() -> list[Path]:
    listed = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return [Path(package["manifest_path"]) for package in json.loads(listed.stdout)["packages"]]


def test_every_crate_inherits_the_lint_that_forbids_unsafe_code() -> None:
    workspace = (ROOT / "Cargo.toml").read_text()
    assert re.search(r'^\[workspace\.lints\.rust\]\nunsafe_code = "forbid"$', workspace, re.MULTILINE)
    for manifest in manifests():
        assert "[lints]\nworkspace = true\n" in manifest.read_text(), manifest


@pytest.mark.parametrize("crate", ["openssl", "openssl-sys", "native-tls"])
def test_no_openssl_is_locked(crate: str) -> None:
    assert f'name = "{crate}"\n' not in (ROOT / "Cargo.lock").read_text()
