"""Writes a software bill of materials (CycloneDX, JSON) of each function: `python -m infra.sbom FOLDER`.

What cargo would compile into the function decides, not the workspace: no tests, no build tools, no other platforms.
Nothing in it depends on time or machine, so the same sources give the same bill.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from infra.local.paths import ROOT

FUNCTIONS = ("config-api", "delivery")
# What is deployed by default; arm64 compiles the same crates.
PLATFORM = "x86_64-unknown-linux-gnu"
# Compiled by npm into the page that config-api serves.
CONSOLE_LOCK = ROOT / "functions" / "config-api" / "console" / "package-lock.json"

Package = tuple[str, str]


def bill_of(function: str) -> Bom:
    """All that is compiled into the function, and what depends on what."""
    workspace = json.loads(cargo("metadata", "--format-version", "1", "--locked"))
    described = {each["id"]: each for each in workspace["packages"]}
    names = {id: (each["name"], each["version"]) for id, each in described.items()}
    compiled, sums = compiled_into(function), checksums()
    components = {
        names[id]: component(each, sums.get(names[id])) for id, each in described.items() if names[id] in compiled
    }
    (itself,) = (package for package in compiled if package[0] == function)
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"{function}\n{sorted(compiled)}"))
    bom.metadata.timestamp = None
    bom.metadata.component = components.pop(itself)
    bom.metadata.component.type = ComponentType.APPLICATION
    bom.components.update(components.values())
    everything = components | {itself: bom.metadata.component}
    for node in workspace["resolve"]["nodes"]:
        if names[node["id"]] in compiled:
            used = [everything[names[each]] for each in node["dependencies"] if names[each] in compiled]
            bom.register_dependency(everything[names[node["id"]]], used)
    if function == "config-api":
        page = list(console_components())
        bom.components.update(page)
        bom.register_dependency(bom.metadata.component, page)
    return bom


def cargo(*arguments: str) -> str:
    return subprocess.run(["cargo", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def checksums() -> dict[Package, str]:
    """What Cargo.lock says about the packages of the registry."""
    entry = r'^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"$'
    lock = (ROOT / "Cargo.lock").read_text()
    return {(name, version): checksum for name, version, checksum in re.findall(entry, lock, re.MULTILINE)}


def compiled_into(function: str) -> set[Package]:
    tree = cargo("tree", "--locked", "-p", function, "-e", "normal", "--target", PLATFORM, "--prefix", "none")
    return {(name, version) for name, version in re.findall(r"^(\S+) v(\S+)", tree, re.MULTILINE)}


def component(package: dict[str, Any], checksum: str | None) -> Component:
    name, version = package["name"], package["version"]
    url = PackageURL("cargo", None, name, version)
    # Older packages write a slash where the licences may be chosen from.
    license = re.sub(r"\s*/\s*", " OR ", package["license"] or "")
    repository = package["repository"]
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=url.to_string(),
        licenses=[LicenseFactory().make_from_string(license)] if license else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
        external_references=[ExternalReference(type=ExternalReferenceType.VCS, url=XsUri(repository))]
        if repository
        else [],
    )


def console_components() -> Iterable[Component]:
    """The npm packages of the page, without those that only build or test it."""
    if not CONSOLE_LOCK.exists():
        return
    for path, package in json.loads(CONSOLE_LOCK.read_text())["packages"].items():
        if not path or package.get("dev") or "version" not in package:
            continue
        scope, _, name = path.rpartition("node_modules/")[2].rpartition("/")
        url = PackageURL("npm", scope or None, name, package["version"])
        yield Component(
            name=name,
            group=scope or None,
            version=package["version"],
            type=ComponentType.LIBRARY,
            purl=url,
            bom_ref=url.to_string(),
            licenses=[LicenseFactory().make_from_string(package["license"])] if "license" in package else [],
        )


def main() -> None:
    """Write one file for each function into the folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for function in FUNCTIONS:
        path = folder / f"{function}.cdx.json"
        bom = bill_of(function)
        path.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n")
        print(f"{path}: {len(bom.components)} components")


if __name__ == "__main__":
    main()
