"""Says which addresses CPython's `ipaddress` holds to be public, and which blocks it tells apart."""

import ipaddress
import json
import sys
from collections.abc import Iterator
from typing import Any


def is_public(text: str) -> bool:
    """Whether an address is that of one host on the public internet."""
    address = ipaddress.ip_address(text)
    is_special = address.is_multicast or address.is_reserved or getattr(address, "is_site_local", False)
    return address.is_global and not is_special


def networks(value: Any) -> Iterator[str]:
    """The networks among the constants of an address class, whatever this version of Python calls them."""
    if isinstance(value, (ipaddress.IPv4Network, ipaddress.IPv6Network)):
        yield str(value)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from networks(each)


def main() -> None:
    """Answer for the addresses on standard input."""
    constants = [ipaddress.IPv4Address._constants, ipaddress.IPv6Address._constants]
    values = [value for each in constants for value in vars(each).values()]
    answer = {
        "blocks": list(networks(values)),
        "isPublic": [is_public(address) for address in json.load(sys.stdin)],
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
