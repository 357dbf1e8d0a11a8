"""A BagIt bag (RFC 8493) of a check's files, with manifests and a detached signature, as a zip.

The package `bagit` was considered: it makes a bag of a folder on disk, in place, and signs nothing.
These files come of a database and go into a zip, so that it would save the two manifests alone.

The signature is of `tagmanifest-sha512.txt`, which names the manifests by their hashes, and so
every byte of the payload.
"""

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from app.bag.signing_key import SigningKey

type Content = bytes | Path  # a path: of a file too large for memory

ALGORITHMS: Final = ("sha256", "sha512")
DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
SIGNED: Final = "tagmanifest-sha512.txt"
SIGNATURE: Final = "signature.ed25519"
SIGNER: Final = "signer.pem"
ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can state: times are in the log
CHUNK: Final = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Bag:
    """A sealed bag. name: its folder in the zip. files: by path below that, in order."""

    name: str
    files: Mapping[str, Content]
    fingerprint: str  # of the key that signed it


def seal(
    name: str, payload: Mapping[str, Content], info: Mapping[str, str], key: SigningKey
) -> Bag:
    """Put the payload below `data/`, hash everything and sign it.

    info: of `bag-info.txt`, one line each. Raises OSError where a file cannot be read.
    """
    data = {f"data/{path}": payload[path] for path in sorted(payload)}
    sizes = [_size(content) for content in data.values()]
    lines = {**info, "Payload-Oxum": f"{sum(sizes)}.{len(sizes)}"}
    tags: dict[str, Content] = {
        "bagit.txt": DECLARATION,
        "bag-info.txt": "".join(f"{label}: {text}\n" for label, text in lines.items()).encode(),
    }
    for algorithm in ALGORITHMS:
        tags[f"manifest-{algorithm}.txt"] = _manifest(data, algorithm)
    tagged = {f"tagmanifest-{each}.txt": _manifest(tags, each) for each in ALGORITHMS}
    signature = {SIGNATURE: key.sign(tagged[SIGNED]), SIGNER: key.public_pem()}
    return Bag(name, {**data, **tags, **tagged, **signature}, key.fingerprint())


def write_zip(bag: Bag, to: IO[bytes]) -> None:
    """Write the bag as a zip without compression; the same bag gives the same bytes."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for path, content in bag.files.items():
            entry = zipfile.ZipInfo(f"{bag.name}/{path}", ZIP_EPOCH)
            entry.external_attr = 0o600 << 16
            entry.file_size = _size(content)
            with archive.open(entry, "w") as member:
                _each_chunk(content, member.write)


def _manifest(files: Mapping[str, Content], algorithm: str) -> bytes:
    lines = (f"{_digest(content, algorithm)}  {path}\n" for path, content in sorted(files.items()))
    return "".join(lines).encode()


def _digest(content: Content, algorithm: str) -> str:
    digest = hashlib.new(algorithm)
    _each_chunk(content, digest.update)
    return digest.hexdigest()


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _each_chunk(content: Content, take: Callable[[bytes], object]) -> None:
    if isinstance(content, bytes):
        take(content)
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            take(chunk)
