"""A folder's items, and the file of reports that a scan can resume from.

One report a line. Each line is on the disk before the next item begins (with several at once,
before the next one is written), so a scan that was killed resumes where it stopped; an incomplete
last line is removed and its item checked again.
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

from app.errors import UsageError, cause_of
from app.messages.catalogue import text
from app.report.report import SCHEMA
from app.verdict.claim import Claim
from hashing.message import Message

type Json = dict[str, Any]

_START = f'{{"schema": "{SCHEMA}"'.encode()  # what every line of ours begins with
_CHUNK = 1 << 20


class OutputError(UsageError):
    """The file of reports cannot be used or written; the message says why."""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One entry of a folder. problem: why it cannot be checked at all; None where it can."""

    path: Path
    relative: str  # to the folder, with forward slashes, as in the report
    problem: Message | None = None
    claim: Claim | None = None  # what is said of it


def find_items(folder: Path) -> list[FolderEntry]:
    """Every file below the folder, whatever its name, sorted; links to folders are not followed.

    An entry that is no regular file, and every folder that cannot be listed, has a problem.
    """
    entries: list[FolderEntry] = []

    def unlisted(error: OSError) -> None:
        path = Path(error.filename or folder)
        unread = Message("problem-folder-unreadable", {"reason": cause_of(error)})
        entries.append(FolderEntry(path, _relative(path, folder), unread))

    for parent, _, names in os.walk(folder, onerror=unlisted):
        for name in names:
            path = Path(parent, name)
            entries.append(FolderEntry(path, _relative(path, folder), _problem(path)))
    return sorted(entries, key=lambda item: item.relative)


def _problem(path: Path) -> Message | None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return Message("problem-entry-unreadable", {"reason": cause_of(error)})
    return None if stat.S_ISREG(mode) else Message("problem-no-regular-file")


def _relative(path: Path, folder: Path) -> str:
    """Bytes of a name that are no text are escaped, so that two such names stay distinct."""
    relative = path.relative_to(folder).as_posix()
    return relative.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scan needs to remember of one report."""

    relation: str | None  # None where the item could not be read
    sha256: str | None
    bytes: int | None
    problems: tuple[str, ...]
    claimed: tuple[str | None, str | None] = (None, None)  # date and place

    @classmethod
    def of(cls, report: Json) -> Self:
        item, verdict = report["item"], report.get("verdict")
        return cls(
            relation=verdict["relation"] if verdict else None,
            sha256=item.get("sha256"),
            bytes=item.get("bytes"),
            problems=tuple(report.get("problems") or ()),
            claimed=_claimed(report.get("claim") or {}),
        )


def _claimed(claim: Json) -> tuple[str | None, str | None]:
    """Date and place of a report's claim."""
    date, place = (claim.get(part) or {} for part in ("date", "place"))
    return date.get("claimed"), place.get("claimed")


class ReportFile:
    """A file of reports, one a line, opened to be added to. A context manager.

    done: the outcomes in the file, by the relative path of the item; the last line counts.
    """

    def __init__(self, path: Path) -> None:
        """Raises OutputError where the file holds anything but reports, or cannot be opened."""
        self.path = path
        self.done: dict[str, Outcome] = {}
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise self._cannot_write(error) from error
        try:
            self._size = self._read()
        except BaseException:
            os.close(self._file)
            raise

    def _read(self) -> int:
        """Read the file; returns the bytes of its complete lines. An incomplete one is cut off."""
        whole = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    if not (line.startswith(_START) or _START.startswith(line)):
                        raise self._not_reports(number)
                    os.ftruncate(self._file, whole)
                    break
                report = _parse_report(line)
                if report is None:
                    raise self._not_reports(number)
                whole += len(line)
                self.done[_path_of(report)] = Outcome.of(report)
        return whole

    def _not_reports(self, line: int) -> OutputError:
        return OutputError(
            Message("error-not-reports", {"path": str(self.path), "line": str(line)})
        )

    def _cannot_write(self, error: OSError) -> OutputError:
        return OutputError(
            Message("error-cannot-write", {"path": str(self.path), "reason": cause_of(error)})
        )

    def add(self, report: Json) -> Outcome:
        """Add one line, on the disk when this returns.

        Raises OutputError where that fails; the file is then as it was.
        """
        line = f"{json.dumps(report, allow_nan=False)}\n".encode()
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self._size)
            raise self._cannot_write(error) from error
        self._size += len(line)
        self.done[_path_of(report)] = outcome = Outcome.of(report)
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


def _path_of(report: Json) -> str:
    item: dict[str, str] = report["item"]
    return item.get("path") or item["name"]


def _parse_report(line: bytes) -> Json | None:
    try:
        report = json.loads(line)
    except ValueError:
        return None
    if not isinstance(report, dict) or report.get("schema") != SCHEMA:
        return None
    item = report.get("item")
    return report if isinstance(item, dict) and isinstance(item.get("name"), str) else None


def scan(
    items: Iterable[FolderEntry],
    reports: ReportFile,
    check: Callable[[FolderEntry], Json],
    jobs: int = 1,
) -> Iterator[tuple[FolderEntry, Outcome]]:
    """Check items; yields each with its outcome, new or earlier, once that is on the disk.

    An item counts as done where its path, claim, size and bytes are those of its report. One whose
    bytes could not be read is checked again, and written again only where the outcome differs.
    jobs: items checked at the same time, in threads; they are yielded and written in their order.
    """
    due_items = _select_due(items, reports)
    checked = (
        _check_in_turn(due_items, check)
        if jobs == 1
        else _check_in_parallel(due_items, check, jobs)
    )
    for item, earlier, report in checked:
        if report is None:
            assert earlier is not None
            yield item, earlier
            continue
        report["item"]["path"] = item.relative
        outcome = Outcome.of(report)
        if outcome == earlier and outcome.sha256 is None:
            yield item, outcome
        else:
            yield item, reports.add(report)


# an item, the outcome of its earlier report, whether it is due
type _DueItem = tuple[FolderEntry, Outcome | None, bool]
# an item, the outcome of its earlier report, its new report
type _CheckedItem = tuple[FolderEntry, Outcome | None, Json | None]


def _select_due(items: Iterable[FolderEntry], reports: ReportFile) -> Iterator[_DueItem]:
    for item in items:
        earlier = reports.done.get(item.relative)
        yield item, earlier, earlier is None or not _is_unchanged(item, earlier)


def _check_in_turn(
    due_items: Iterable[_DueItem], check: Callable[[FolderEntry], Json]
) -> Iterator[_CheckedItem]:
    for item, earlier, due in due_items:
        yield item, earlier, check(item) if due else None


def _check_in_parallel(
    due_items: Iterable[_DueItem], check: Callable[[FolderEntry], Json], jobs: int
) -> Iterator[_CheckedItem]:
    """In order; items behind a long one are checked meanwhile, at most 2 * jobs ahead."""
    pending: deque[tuple[FolderEntry, Outcome | None, Future[Json] | None]] = deque()

    def take_first() -> _CheckedItem:
        item, earlier, report = pending.popleft()
        return item, earlier, report.result() if report is not None else None

    pool = ThreadPoolExecutor(jobs, thread_name_prefix="scan")
    try:
        for item, earlier, due in due_items:
            pending.append((item, earlier, pool.submit(check, item) if due else None))
            if len(pending) > 2 * jobs:
                yield take_first()
        while pending:
            yield take_first()
    finally:
        # running checks are waited for; the next scan repeats them
        pool.shutdown(cancel_futures=True)


def _is_unchanged(item: FolderEntry, earlier: Outcome) -> bool:
    if item.problem is not None or earlier.sha256 is None:
        return False
    claim = item.claim
    date = claim.date.text if claim is not None and claim.date is not None else None
    if earlier.claimed != (date, claim.place if claim is not None else None):
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


def summary_lines(outcomes: Iterable[tuple[FolderEntry, Outcome]]) -> list[str]:
    """The result of a scan in lines for people: each unreadable item, then the counts."""
    lines = []
    counts: Counter[str] = Counter()
    for item, outcome in outcomes:
        unread = text("cli-scan-unread")
        counts[outcome.relation or unread] += 1
        if outcome.relation is None:
            problem = "; ".join(outcome.problems) or unread
            lines.append(text("cli-scan-problem", item=item.relative, problem=problem))
    counted = ", ".join(f"{count:,} {relation}" for relation, count in sorted(counts.items()))
    if not counted:
        return [*lines, text("cli-scan-items", count=0)]
    return [*lines, text("cli-scan-counted", count=counts.total(), counted=counted)]
