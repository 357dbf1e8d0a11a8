"""The trust list for content credentials: PEM certificates that the user chose, read as text.

Read outside the sandbox and handed in, since the process behind it opens no other file. firstseen
ships no list: whom to trust is the user's decision.
"""

import base64
import binascii
import re
from pathlib import Path

from app.errors import UsageError, cause_of
from hashing.message import Message

MAX_BYTES = 10_000_000  # the C2PA trust list takes some 100 kB
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def load_trust_anchors(path: Path | None) -> str | None:
    """The certificates of a PEM file, one after the other; None where no file is set.

    Raises UsageError where the file cannot be read or holds no certificate.
    """
    if path is None:
        return None
    try:
        with path.open(encoding="ascii", errors="replace") as file:
            written = file.read(MAX_BYTES)
    except OSError as error:
        raise UsageError(
            Message("error-anchors-unreadable", {"path": str(path), "reason": cause_of(error)})
        ) from error
    certificates = CERTIFICATE.findall(written)
    if not certificates or not all(map(_is_der, certificates)):
        raise UsageError(Message("error-anchors-no-pem", {"path": str(path)}))
    return "\n".join(match[0] for match in CERTIFICATE.finditer(written)) + "\n"


def _is_der(body: str) -> bool:
    """True for base64 of an ASN.1 sequence, which every certificate is."""
    try:
        return base64.b64decode("".join(body.split()), validate=True)[:1] == b"\x30"
    except binascii.Error:
        return False
