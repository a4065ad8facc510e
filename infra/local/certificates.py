"""A certificate authority of this machine's own, and a certificate for endpoints on it.

Kept below `.local/` and trusted by nothing but the local deployment (parameter DevelopmentCa).
"""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Certificates:
    """Paths of PEM files."""

    authority: Path
    authority_key: Path
    chain: Path
    key: Path

    def authority_parameter(self) -> str:
        """The authority in the form that the template's parameter DevelopmentCa takes: base64 of its DER."""
        return base64.b64encode(ssl.PEM_cert_to_DER_cert(self.authority.read_text())).decode()


def issue(home: Path) -> Certificates:
    """The certificates of `home`, made at the first call."""
    folder = home / "certificates"
    certificates = Certificates(
        folder / "ca.pem", folder / "ca.key.pem", folder / "localhost.pem", folder / "localhost.key.pem"
    )
    if certificates.key.exists():
        return certificates
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Feedback Webhooks development")
    leaf = authority.issue_cert(*NAMES)
    authority.cert_pem.write_to_path(certificates.authority)
    authority.private_key_pem.write_to_path(certificates.authority_key)
    certificates.chain.write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
    leaf.private_key_pem.write_to_path(certificates.key)
    return certificates
