"""Which program this is: its version, the commit it was made of, and a digest of its code."""

import hashlib
import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

VERSION = "0.1.0"  # the same as in pyproject.toml

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("app", "hashing")
COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@cache
def code_digest() -> str:
    """SHA-256 of the program's Python files: of each the path, its length and its bytes, in order.

    It tells two states of the code apart where no commit does, such as with changes not committed.
    """
    digest = hashlib.sha256()
    for path in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def commit() -> str | None:
    """The commit that this program was installed from, or that its checkout is at; else None."""
    return _installed_commit() or _checkout_commit(ROOT)


def _installed_commit() -> str | None:
    """As an installer from a repository noted it (PEP 610)."""
    try:
        noted = distribution("firstseen").read_text("direct_url.json")
        found = json.loads(noted or "{}").get("vcs_info", {}).get("commit_id")
    except (PackageNotFoundError, OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) and COMMIT.fullmatch(found) else None


def _checkout_commit(root: Path) -> str | None:
    """Read from the files of git, which need not be installed."""
    try:
        folder = root / ".git"
        if folder.is_file():  # a further worktree: the file says where its folder is
            folder = root / folder.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (folder / "HEAD").read_text("utf-8").strip()
        if not head.startswith("ref:"):
            return head if COMMIT.fullmatch(head) else None
        name = head.removeprefix("ref:").strip()
        common = folder / "commondir"
        shared = folder / common.read_text("utf-8").strip() if common.is_file() else folder
        return _branch_commit(shared, name)
    except (OSError, ValueError):
        return None


def _branch_commit(folder: Path, name: str) -> str | None:
    branch = folder / name
    if branch.is_file():
        found = branch.read_text("utf-8").strip()
        return found if COMMIT.fullmatch(found) else None
    for line in (folder / "packed-refs").read_text("utf-8").splitlines():
        found, _, packed = line.partition(" ")
        if packed == name and COMMIT.fullmatch(found):
            return found
    return None
