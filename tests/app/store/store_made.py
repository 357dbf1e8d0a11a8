"""Made work for worker processes: fast, and as bad as a test wants it to be.

What is done with a check stands in its upload, as words: `sleep 0.5` does, telling how far it is;
`wait` does until `go_on`; `stubborn 5` sleeps without listening; `crash` ends the process, `crash
once` at the first attempt only; `fault` raises what nobody expects; `unreadable` and `unusable`
raise what verify raises; `pictures` stores the verdict, then makes some, and `pictures crash` dies
over them. `outage` finds the store's server out of reach, at the first attempt. Anything else is
checked at once, and nothing is found.
"""

import contextlib
import hashlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.error_codes import problem_of
from app.evidence.evidence_sheet import EvidenceSheet, Pair
from app.jobs.outcomes import (
    store_addition,
    store_evidence,
    store_failure,
    store_refusal,
    store_verdict,
)
from app.jobs.ownership import is_outage
from app.library.context_csv import context_from_columns
from app.library.errors import LibraryUnusable
from app.progress import OnProgress
from app.report.from_verdict import unreadable
from app.report.report_json import to_json
from app.settings import Settings
from app.store.checks import Check
from app.store.data_folder import Store
from app.store.errors import StoreUnusable
from hashing.errors import DecodeError, FirstseenError
from hashing.message import Message, verbatim
from tests.app.api.service_made import report

WORK = "tests.app.store.store_made"
JPEG = b"\xff\xd8\xff" + bytes(100)
SHEET = EvidenceSheet(
    (Pair(0, 1.0, 2.0, JPEG, JPEG + b"r"),),
    (),
    "redacted",
    "made",
    1,
    0,
    (Message("evidence-blanked-in-one"),),
)
UNREADABLE, UNUSABLE = "video stream ends at 12.4 s", "written by a newer version"


def open_work(settings: Settings, store: Store) -> "MadeWork":
    return MadeWork(settings, store)


def go_on(folder: Path) -> None:
    """Let everything that waits on this store go on, and whatever will."""
    (folder / "go-on").touch()


def begun_checks(folder: Path) -> list[dict[str, Any]]:
    """What the workers of this store were given, in the order in which they began it."""
    lines = (folder / "seen.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class MadeWork:
    settings: Settings
    store: Store

    def do(self, check: Check, on_progress: OnProgress) -> None:
        content = (self.store.uploads / (check.upload or "")).read_bytes()
        words = content.decode("latin-1").split()
        self._remember(check, content)
        try:
            if not check.final:
                self._obey(words, check, on_progress)
                self._judge(words, check)
        except FirstseenError as error:
            if is_outage(self.store, error):
                raise
            self._refuse(check, error)
            return
        if words[:1] == ["pictures"] and check.task == "check":
            if words[1:] == ["crash"]:
                os._exit(9)
            on_progress("pictures", 0.5)
            store_evidence(self.store, check, {"R000001": SHEET})

    def close(self) -> None:
        pass

    def _remember(self, check: Check, content: bytes) -> None:
        said = {
            "id": check.id,
            "name": check.name,
            "content": content[:100].decode("latin-1"),
            "claim": [check.claimed_date, check.claimed_place],
            "context": check.context,
            "process": os.getpid(),
        }
        line = (json.dumps(said) + "\n").encode()
        with (self.store.folder / "seen.jsonl").open("ab", buffering=0) as file:
            file.write(line)

    def _obey(self, words: list[str], check: Check, on_progress: OnProgress) -> None:
        on_progress("metadata", 0.0)
        match words:
            case ["sleep", seconds]:
                for step in range(20):
                    on_progress("describe", step / 20)
                    time.sleep(float(seconds) / 20)
            case ["wait", *_]:
                while not (self.store.folder / "go-on").exists():
                    on_progress("describe", 0.5)
                    time.sleep(0.01)
            case ["stubborn", seconds]:
                time.sleep(float(seconds))
            case ["crash"]:
                os._exit(9)
            case ["crash", "once"] if check.crashes == 0:
                os._exit(9)
            case ["outage"] if check.interruptions == 0:
                raise StoreUnusable(verbatim("out of reach"))
            case ["fault"]:
                raise ZeroDivisionError("secret name")
            case ["unreadable"]:
                raise DecodeError(verbatim(UNREADABLE))
            case ["unusable"]:
                raise LibraryUnusable(verbatim(UNUSABLE))

    def _judge(self, words: list[str], check: Check) -> None:
        if check.task == "add":
            clip, new = self._add(words, check)
            store_addition(self.store, check, self.settings, clip, new=new)
            return
        found = report(check.name)
        found["item"] |= {"sha256": check.sha256, "bytes": check.bytes}
        store_verdict(
            self.store,
            check,
            self.settings,
            found,
            reach=3,
            evidence_follows=words[:1] == ["pictures"],
        )

    def _add(self, words: list[str], check: Check) -> tuple[str, bool]:
        """Into the real library, with a made fingerprint."""
        from app.library.library import Library
        from app.library.records import FileFacts
        from app.store.audited_changes import AuditedChange, addition_entries
        from tests.app.library.library_made import made_print

        assert check.sha256 is not None
        assert check.bytes is not None
        facts = FileFacts(check.name, check.sha256, check.bytes)
        seed = int(hashlib.sha256(" ".join(words).encode()).hexdigest()[:8], 16)
        act = AuditedChange(self.store, check.key, "clip.add", check.id)
        with Library.open(self.settings.library) as library:
            context = context_from_columns(check.context or {}, Message("context-form"))
            act.begin()
            added = library.add(made_print(seed), facts, context)
        act.end(*addition_entries(added))
        return added.clip_id, added.new

    def _refuse(self, check: Check, error: FirstseenError) -> None:
        if check.task == "add":
            store_refusal(self.store, check, self.settings, problem_of(error))
            return
        told = to_json(unreadable(check.name, str(error), sha256=check.sha256, bytes=check.bytes))
        store_failure(self.store, check, self.settings, told, problem_of(error))


def remaining_uploads(folder: Path) -> list[Path]:
    """The uploads that lie in a store's folder."""
    with contextlib.suppress(FileNotFoundError):
        return sorted((folder / "uploads").iterdir())
    return []
