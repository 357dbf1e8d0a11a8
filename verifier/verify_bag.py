#!/usr/bin/env python3
"""Verify a sealed bag of firstseen, without firstseen: `python verify_bag.py BAG.zip`.

Needs Python 3.10 or later and the package `cryptography`; reads, never writes, asks no network.

    python verify_bag.py BAG --signer FINGERPRINT

BAG is the zip, or a folder that it was unpacked into. FINGERPRINT is the SHA-256 of the signer's
public key: get it from the signer by another way than the bag. Without it the bag can only be
called consistent: whoever changes a bag can sign it anew with a key of their own.

Exit codes: 0 verified, or consistent where no signer was named; 1 not; 2 wrong use.

What is checked, in this order:
 1. the bag has exactly the files it must have, and no name leads out of it;
 2. every file of the payload stands in both manifests, with its SHA-256 and SHA-512, and every
    line of the manifests is a file;
 3. the same of the tag files and the tag manifests; number and size of the payload (Payload-Oxum);
 4. the Ed25519 signature of `tagmanifest-sha512.txt`, by the key in `signer.pem`;
 5. that this key is the signer's.
"""

import argparse
import hashlib
import re
import stat
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHMS = ("sha256", "sha512")
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
TAGS = {"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "manifest-sha512.txt"}
TAG_MANIFESTS = {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
SIGNED, SIGNATURE, SIGNER = "tagmanifest-sha512.txt", "signature.ed25519", "signer.pem"
STAMP = "stamp.tsr"  # optional: an RFC 3161 time stamp of the signature
REQUIRED = TAGS | TAG_MANIFESTS | {SIGNATURE, SIGNER}
PAYLOAD = {"data/report.json", "data/report.html", "data/audit.jsonl", "data/item.json"}
CHUNK = 1 << 20
MAX_TAG_BYTES = 64 << 20  # a manifest of 100 000 files

Files = dict[str, Callable[[], BinaryIO]]


class NotVerified(Exception):
    """What is wrong with the bag."""


def files_of(place: Path) -> Files:
    """How to open each file of the bag, by its path below the bag's folder."""
    if place.is_dir():
        return files_of_folder(place)
    try:
        return files_of_zip(place)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise NotVerified(f"{place.name} is no intact zip") from error


def files_of_folder(folder: Path) -> Files:
    if not (folder / "bagit.txt").is_file():
        inside = list(folder.iterdir())
        if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink():
            folder = inside[0]
    files: Files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise NotVerified(f"{path.relative_to(folder)} is neither a file nor a folder")
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = lambda path=path: path.open("rb")
    return files


def files_of_zip(place: Path) -> Files:
    archive = zipfile.ZipFile(place)
    if archive.comment:
        raise NotVerified("the zip has a comment, which nothing vouches for")
    files: Files = {}
    tops = set()
    end = 0
    for entry in archive.infolist():
        top, _, name = entry.filename.partition("/")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.flag_bits & 1 or entry.comment:
            raise NotVerified(f"{entry.filename!r} is no plain file")
        if entry.compress_type != zipfile.ZIP_STORED:
            raise NotVerified("the zip was packed by another program: unpack it, verify the folder")
        if not name or name.endswith("/"):
            raise NotVerified(f"{entry.filename!r} is no file of a bag")
        if name in files:
            raise NotVerified(f"{name!r} is in the zip twice")
        if entry.header_offset != end:
            raise NotVerified("the zip has bytes between its files, which nothing vouches for")
        end += 30 + len(entry.filename.encode()) + entry.compress_size
        end += extra_bytes(place, entry)
        tops.add(top)
        files[name] = lambda entry=entry: archive.open(entry)
    if len(tops) != 1:
        raise NotVerified("the zip has not one folder")
    if archive.start_dir != end:
        raise NotVerified("the zip has bytes after its files, which nothing vouches for")
    return files


def extra_bytes(place: Path, entry: zipfile.ZipInfo) -> int:
    """The length of the field that a large file has beside its name."""
    with place.open("rb") as file:
        file.seek(entry.header_offset + 28)
        return int.from_bytes(file.read(2), "little")


def read(files: Files, name: str) -> bytes:
    """A small file. One that is larger than any honest one is refused."""
    with files[name]() as file:
        content = file.read(MAX_TAG_BYTES + 1)
    if len(content) > MAX_TAG_BYTES:
        raise NotVerified(f"{name} is too large")
    return content


def chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def digests(files: Files, name: str) -> tuple[dict[str, str], int]:
    """SHA-256 and SHA-512 of a file, and its size."""
    hashes = {algorithm: hashlib.new(algorithm) for algorithm in ALGORITHMS}
    size = 0
    with files[name]() as file:
        for chunk in chunks(file):
            size += len(chunk)
            for each in hashes.values():
                each.update(chunk)
    return {algorithm: each.hexdigest() for algorithm, each in hashes.items()}, size


def check_names(files: Files) -> None:
    names = set(files)
    for missing in sorted((REQUIRED | PAYLOAD) - names):
        raise NotVerified(f"{missing} is missing")
    for name in sorted(names):
        if name not in REQUIRED | {STAMP} and not name.startswith("data/"):
            raise NotVerified(f"{name!r} does not belong in the bag")
        if not re.fullmatch(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", name) or any(
            part in (".", "..") for part in name.split("/")
        ):
            raise NotVerified(f"{name!r} is no name of a bag's file")
    if read(files, "bagit.txt") != DECLARATION:
        raise NotVerified("bagit.txt does not declare BagIt 1.0 in UTF-8")


def check_manifest(files: Files, manifest: str, known: dict[str, str]) -> None:
    """A manifest must be, to the byte, what the files give: no line more, less or otherwise."""
    expected = "".join(f"{known[name]}  {name}\n" for name in sorted(known)).encode()
    content = read(files, manifest)
    if content == expected:
        return
    try:
        stated = dict(line.split("  ", 1)[::-1] for line in content.decode().splitlines())
    except ValueError:
        raise NotVerified(f"{manifest} cannot be read") from None
    for name in sorted(known.keys() | stated.keys()):
        if name not in stated:
            raise NotVerified(f"{name} is not in {manifest}")
        if name not in known:
            raise NotVerified(f"{name} is in {manifest}, but not in the bag")
        if stated[name] != known[name]:
            raise NotVerified(f"{name} is not what {manifest} says")
    raise NotVerified(f"{manifest} is not written as firstseen writes it")


def check_hashes(files: Files) -> None:
    payload = sorted(name for name in files if name.startswith("data/"))
    hashed = {name: digests(files, name) for name in [*payload, *sorted(TAGS)]}
    for algorithm in ALGORITHMS:
        of = {name: known[algorithm] for name, (known, _) in hashed.items()}
        check_manifest(files, f"manifest-{algorithm}.txt", {name: of[name] for name in payload})
        check_manifest(files, f"tagmanifest-{algorithm}.txt", {name: of[name] for name in TAGS})
    oxum = f"Payload-Oxum: {sum(hashed[name][1] for name in payload)}.{len(payload)}"
    if oxum not in read(files, "bag-info.txt").decode(errors="replace").splitlines():
        raise NotVerified("the number or the size of the files is not what bag-info.txt says")


def check_signature(files: Files) -> str:
    """The fingerprint of the key that signed the bag."""
    pem = read(files, SIGNER)
    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NotVerified(f"{SIGNER} is no public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NotVerified(f"{SIGNER} is no Ed25519 key")
    encoding, form = serialization.Encoding, serialization.PublicFormat
    if pem != key.public_bytes(encoding.PEM, form.SubjectPublicKeyInfo):
        raise NotVerified(f"{SIGNER} has more in it than a key")
    try:
        key.verify(read(files, SIGNATURE), read(files, SIGNED))
    except InvalidSignature:
        raise NotVerified(f"{SIGNATURE} is not the signature of {SIGNED}") from None
    return hashlib.sha256(key.public_bytes(encoding.Raw, form.Raw)).hexdigest()


def verify(place: Path, signer: str | None = None) -> str:
    """What the bag is, in a line. Raises NotVerified, saying what is wrong."""
    try:
        files = files_of(place)
        check_names(files)
        check_hashes(files)
        fingerprint = check_signature(files)
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise NotVerified("the bag cannot be read to its end") from error
    if signer is None:
        return f"consistent, signer unknown (the key in the bag is {fingerprint})"
    if re.sub(r"[\s:]", "", signer).lower() != fingerprint:
        raise NotVerified(f"signed by another key: {fingerprint}")
    return f"verified: signed by {fingerprint}, and nothing was changed since"


def stamp_command(place: Path) -> str | None:
    """The command that checks the time stamp, where the bag has one."""
    if STAMP not in files_of(place):
        return None
    return (
        f"openssl ts -verify -in {STAMP} -data {SIGNATURE} -CAfile AUTHORITY.pem "
        "# in the bag's folder; AUTHORITY.pem: the stamping authority's certificates"
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="verify_bag", description="Verify a bag of firstseen.")
    parser.add_argument("bag", type=Path, metavar="BAG", help="a zip, or the folder in it")
    parser.add_argument("--signer", metavar="FINGERPRINT", help="SHA-256 of the public key")
    given = parser.parse_args(arguments)
    try:
        print(verify(given.bag, given.signer))
        command = stamp_command(given.bag)
        if command:
            print("It has a time stamp, which this program does not check. To check it:")
            print(command)
    except NotVerified as problem:
        print(f"NOT VERIFIED: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
