"""Twenty ways to tamper with a sealed bag, each on its files in memory.

The last six are of someone who knows the format and mends the hashes after the change.
"""

import hashlib
import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.bag.seal import Bag, seal
from app.bag.signing_key import SigningKey

type Files = dict[str, bytes]
type Tampering = Callable[[Files], None]


def contents(bag: Bag) -> Files:
    return {
        name: content if isinstance(content, bytes) else content.read_bytes()
        for name, content in bag.files.items()
    }


def flip(files: Files, name: str, at: int = -2) -> None:
    changed = bytearray(files[name])
    changed[at] ^= 1
    files[name] = bytes(changed)


def rehash(files: Files) -> None:
    """Make manifests and tag manifests anew, without the key."""
    payload = sorted(name for name in files if name.startswith("data/"))
    sizes = [len(files[name]) for name in payload]
    oxum = f"Payload-Oxum: {sum(sizes)}.{len(sizes)}\n".encode()
    files["bag-info.txt"] = b"".join(
        oxum if line.startswith(b"Payload-Oxum") else line
        for line in files["bag-info.txt"].splitlines(keepends=True)
    )
    _hash(files, "manifest", payload)
    tags = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt")
    _hash(files, "tagmanifest", sorted(tags))


def _hash(files: Files, prefix: str, names: list[str]) -> None:
    for algorithm in ("sha256", "sha512"):
        lines = (f"{hashlib.new(algorithm, files[n]).hexdigest()}  {n}\n" for n in names)
        files[f"{prefix}-{algorithm}.txt"] = "".join(lines).encode()


def _change_report(files: Files) -> None:
    report = json.loads(files["data/report.json"])
    report["item"]["sha256"] = "0" * 64
    files["data/report.json"] = json.dumps(report).encode()


def _drop_log_line(files: Files) -> None:
    files["data/audit.jsonl"] = b"".join(files["data/audit.jsonl"].splitlines(keepends=True)[1:])


def _swap_line(files: Files, name: str) -> None:
    lines = files[name].splitlines(keepends=True)
    files[name] = b"".join([lines[1], lines[0], *lines[2:]])


def _then_rehash(change: Tampering) -> Tampering:
    def both(files: Files) -> None:
        change(files)
        rehash(files)

    return both


def _date_back(files: Files) -> None:
    info = files["bag-info.txt"].replace(b"Bagging-Date: 20", b"Bagging-Date: 19")
    files["bag-info.txt"] = info


def _rename(files: Files) -> None:
    files["data/renamed.json"] = files.pop("data/item.json")


def _add(name: str) -> Tampering:
    return lambda files: files.update({name: b"added"})


def _remove(name: str) -> Tampering:
    def remove(files: Files) -> None:
        del files[name]

    return remove


TAMPERINGS: dict[str, Tampering] = {
    "a bit of the report": lambda files: flip(files, "data/report.json"),
    "a bit of the page": lambda files: flip(files, "data/report.html"),
    "a bit of the log": lambda files: flip(files, "data/audit.jsonl"),
    "a line of the log removed": _drop_log_line,
    "a file of the payload removed": _remove("data/item.json"),
    "a file of the payload added": _add("data/more.txt"),
    "a file of the payload renamed": _rename,
    "a file emptied": lambda files: files.update({"data/report.html": b""}),
    "a tag file added": _add("notes.txt"),
    "a manifest removed": _remove("manifest-sha256.txt"),
    "a tag manifest removed": _remove("tagmanifest-sha256.txt"),
    "lines of a manifest swapped": lambda files: _swap_line(files, "manifest-sha256.txt"),
    "a bit of bag-info.txt": lambda files: flip(files, "bag-info.txt", 3),
    "a bit of the signature": lambda files: flip(files, "signature.ed25519"),
    "the report changed and hashed": _then_rehash(_change_report),
    "a line of the log removed and hashed": _then_rehash(_drop_log_line),
    "a file added and hashed": _then_rehash(_add("data/more.txt")),
    "a file removed and hashed": _then_rehash(_remove("data/item.json")),
    "bag-info.txt changed and hashed": _then_rehash(_date_back),
    "another key in the bag": lambda files: files.update({"signer.pem": _other_key().public_pem()}),
}


def _other_key() -> SigningKey:
    return SigningKey(Ed25519PrivateKey.generate())


def signed_anew(files: Files) -> Files:
    """Changed, and sealed anew with another key: only the fingerprint tells."""
    _change_report(files)
    payload = {n.removeprefix("data/"): c for n, c in files.items() if n.startswith("data/")}
    return contents(seal("forged", payload, {"Bagging-Date": "2026-01-01"}, _other_key()))
