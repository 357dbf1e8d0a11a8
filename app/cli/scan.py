"""A folder's items, and the file of reports that a scan can go on from.

One report a line. Each line is on the disk before the next item is begun (with several at once,
before the next one is told), so a scan that was killed goes on where it stopped; a line that was
torn is taken off and made again.
"""

import hashlib
import json
import os
import stat
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.errors import UsageError
from app.report.report import SCHEMA

type Json = dict[str, Any]

_START = f'{{"schema": "{SCHEMA}"'.encode()  # what every line of ours begins with
_CHUNK = 1 << 20


class OutputError(UsageError):
    """The file of reports cannot be used or written; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a folder. problem: why it cannot even be handed over, None where it can."""

    path: Path
    relative: str  # to the folder, with forward slashes, as the report names it
    problem: str | None = None


def find_items(folder: Path) -> list[Found]:
    """Every file below the folder, whatever its name, sorted; links to folders are not followed.

    What is no regular file, and every folder that cannot be listed, comes with its problem.
    """
    found: list[Found] = []

    def unlisted(error: OSError) -> None:
        path = Path(error.filename or folder)
        found.append(
            Found(path, _relative(path, folder), f"folder cannot be read: {error.strerror}")
        )

    for parent, _, names in os.walk(folder, onerror=unlisted):
        for name in names:
            path = Path(parent, name)
            found.append(Found(path, _relative(path, folder), _problem(path)))
    return sorted(found, key=lambda item: item.relative)


def _problem(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None if stat.S_ISREG(mode) else "is no regular file"


def _relative(path: Path, folder: Path) -> str:
    """Bytes of a name that are no text are kept apart, so that two such names stay two."""
    relative = path.relative_to(folder).as_posix()
    return relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scan needs to remember of one report."""

    relation: str | None  # None where the item could not be read
    sha256: str | None
    bytes: int | None
    problems: tuple[str, ...]

    @classmethod
    def of(cls, report: Json) -> Self:
        item, verdict = report["item"], report.get("verdict")
        return cls(
            relation=verdict["relation"] if verdict else None,
            sha256=item.get("sha256"),
            bytes=item.get("bytes"),
            problems=tuple(report.get("problems") or ()),
        )


class Reports:
    """A file of reports, one a line, opened to be added to. A context manager.

    done: what the file held already, by the relative path of the item; the last line counts.
    """

    def __init__(self, path: Path) -> None:
        """Raises OutputError where the file holds anything but reports, or cannot be opened."""
        self.path = path
        self.done: dict[str, Outcome] = {}
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._bytes = self._read()
        except BaseException:
            os.close(self._file)
            raise

    def _read(self) -> int:
        """The size of the whole lines. A last line that was torn is cut off, and nothing else."""
        whole = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    if not (line.startswith(_START) or _START.startswith(line)):
                        raise self._foreign(number)
                    os.ftruncate(self._file, whole)
                    break
                report = _parsed(line)
                if report is None:
                    raise self._foreign(number)
                whole += len(line)
                self.done[_key(report)] = Outcome.of(report)
        return whole

    def _foreign(self, line: int) -> OutputError:
        return OutputError(
            f"{self.path} holds something else than reports (line {line}); it was left as it is"
        )

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(f"{self.path} cannot be written: {error.strerror}")

    def add(self, report: Json) -> Outcome:
        """One line, on the disk when this returns.

        Raises OutputError where it cannot be; the file is then as it was.
        """
        line = f"{json.dumps(report, allow_nan=False)}\n".encode()
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self._bytes)
            raise self._unwritable(error) from error
        self._bytes += len(line)
        self.done[_key(report)] = outcome = Outcome.of(report)
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)


def _key(report: Json) -> str:
    item: dict[str, str] = report["item"]
    return item.get("path") or item["name"]


def _parsed(line: bytes) -> Json | None:
    try:
        report = json.loads(line)
    except ValueError:
        return None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        return None
    item = report.get("item")
    return report if isinstance(item, dict) and isinstance(item.get("name"), str) else None


def scan(
    items: Iterable[Found], reports: Reports, check: Callable[[Found], Json], jobs: int = 1
) -> Iterator[tuple[Found, Outcome]]:
    """Each item with what came of it, now or earlier; what is new is on the disk by then.

    An item counts as done where its path, size and bytes are those of its report. One whose bytes
    could not be read is tried again, and written again only where something else came of it.
    jobs: items checked at the same time, in threads; they are told and written in their order.
    """
    needed = _needed(items, reports)
    checked = _one_by_one(needed, check) if jobs == 1 else _at_once(needed, check, jobs)
    for item, earlier, report in checked:
        if report is None:
            assert earlier is not None
            yield item, earlier
            continue
        report["item"]["path"] = item.relative
        again = Outcome.of(report)
        if again == earlier and again.sha256 is None:
            yield item, again
        else:
            yield item, reports.add(report)


type _Needed = tuple[Found, Outcome | None, bool]  # an item, its earlier report, whether it is due
type _Checked = tuple[Found, Outcome | None, Json | None]


def _needed(items: Iterable[Found], reports: Reports) -> Iterator[_Needed]:
    for item in items:
        earlier = reports.done.get(item.relative)
        yield item, earlier, earlier is None or not _same(item, earlier)


def _one_by_one(needed: Iterable[_Needed], check: Callable[[Found], Json]) -> Iterator[_Checked]:
    for item, earlier, due in needed:
        yield item, earlier, check(item) if due else None


def _at_once(
    needed: Iterable[_Needed], check: Callable[[Found], Json], jobs: int
) -> Iterator[_Checked]:
    """In their order; items behind a long one are checked meanwhile, but not without end."""
    begun: deque[tuple[Found, Outcome | None, Future[Json] | None]] = deque()

    def first() -> _Checked:
        item, earlier, report = begun.popleft()
        return item, earlier, report.result() if report is not None else None

    pool = ThreadPoolExecutor(jobs, thread_name_prefix="scan")
    try:
        for item, earlier, due in needed:
            begun.append((item, earlier, pool.submit(check, item) if due else None))
            if len(begun) > 2 * jobs:
                yield first()
        while begun:
            yield first()
    finally:
        pool.shutdown(cancel_futures=True)  # what runs is waited for; the next scan makes it again


def _same(item: Found, earlier: Outcome) -> bool:
    if item.problem is not None or earlier.sha256 is None:
        return False
    try:
        size = item.path.stat().st_size
        return size == earlier.bytes and sha256_of(item.path) == earlier.sha256
    except OSError:
        return False


def sha256_of(path: Path) -> str:
    """64 hex digits. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def listing(outcomes: Iterable[tuple[Found, Outcome]]) -> list[str]:
    """What a scan came to, in lines for people: each unreadable item named, then the counts."""
    lines = []
    counts: Counter[str] = Counter()
    for item, outcome in outcomes:
        counts[outcome.relation or "could not be read"] += 1
        if outcome.relation is None:
            lines.append(f"{item.relative}: {'; '.join(outcome.problems) or 'could not be read'}")
    told = ", ".join(f"{count:,} {relation}" for relation, count in sorted(counts.items()))
    total = counts.total()
    return [*lines, f"{total:,} item{'' if total == 1 else 's'}{': ' if told else ''}{told}"]
