"""The Ed25519 key that signs an installation's bags: made once, in a file for its owner alone."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.errors import UsageError, cause_of
from app.store.data_folder import BAG_KEY
from hashing.message import Message


class SigningKeyError(UsageError):
    """The key cannot be read, or cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One private key."""

    private: Ed25519PrivateKey

    def sign(self, content: bytes) -> bytes:
        """The signature: 64 bytes."""
        return self.private.sign(content)

    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def fingerprint(self) -> str:
        """SHA-256 of the 32 bytes of the public key, hexadecimal: to be published elsewhere."""
        raw = self.private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return hashlib.sha256(raw).hexdigest()


def load_or_make_key(folder: Path) -> SigningKey:
    """The key of a data folder, which is made where there is none. Raises SigningKeyError."""
    path = folder / BAG_KEY
    try:
        _make(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise SigningKeyError(
            Message("error-cannot-write", {"path": str(path), "reason": cause_of(error)})
        ) from error
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError(Message("error-bag-key", {"path": str(path)})) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SigningKeyError(Message("error-bag-key", {"path": str(path)}))
    return SigningKey(private)


def _make(path: Path) -> None:
    """Raises FileExistsError where there is a key: it is never overwritten."""
    if path.exists():
        raise FileExistsError
    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(content)
