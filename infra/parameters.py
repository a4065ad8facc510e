"""Prints what the template's parameters mean, for whoever is about to deploy (`python -m infra.parameters`)."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from samcli.yamlhelper import yaml_parse

from infra.local.paths import ROOT


def template() -> dict[str, Any]:
    """The template as data; references and functions are objects with their long names."""
    return yaml_parse((ROOT / "template.yaml").read_text())


def main() -> None:
    """Print one table per group, in the order in which the template has them."""
    read = template()
    console = Console()
    for group in read["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
        table = Table(title=group["Label"]["default"], title_justify="left", expand=True)
        table.add_column("Parameter", style="bold")
        table.add_column("Default")
        table.add_column("Meaning")
        for name in group["Parameters"]:
            parameter = read["Parameters"][name]
            table.add_row(name, str(parameter.get("Default", "")), parameter["Description"])
        console.print(table)


if __name__ == "__main__":
    main()
