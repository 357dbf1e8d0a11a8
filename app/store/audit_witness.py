"""Heads of the audit log, sent where this service cannot change them.

Whoever can write the store's file can write the whole log anew with good hashes. So the service
sends the log's head (number and hash of the last entry) out at intervals: to its own log on
stderr, which the system's journal keeps under another account, and to a file that the operator
names, which may be one of another user or one that can only be appended to. A log that was
rewritten no longer goes through the heads that were sent before. What was entered after the last
of them has no witness yet.
"""

import logging
import re
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from app.store import audit_log
from app.store.audit_log import Head
from app.store.data_folder import Store
from app.store.errors import StoreUnusable
from app.store.timestamps import format_timestamp, now

SEND_INTERVAL_S: Final = 60.0
MAX_WITNESS_BYTES: Final = 256 << 20  # a journal of years; more is read from its end

# a time and a head on one line, in whatever else a journal puts around them
_SENT: Final = re.compile(
    r"audit head (?P<number>\d{1,18}):(?P<hash>[0-9a-f]{64}) at (?P<at>[0-9T:.+Z-]{20,32})"
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SentHead:
    """A head as a witness holds it."""

    head: Head
    at: datetime  # by the service's clock, with zone


def line(head: Head, at: str) -> str:
    """What is sent: one line, found again in any log that keeps it whole."""
    return f"audit head {head} at {at}"


def read_witness(path: Path) -> list[SentHead]:
    """Every head in a file that some witness kept: a journal's export, or lines of our own.

    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - MAX_WITNESS_BYTES))
        text = file.read(MAX_WITNESS_BYTES).decode("utf-8", "replace")
    sent = []
    for match in _SENT.finditer(text):
        try:
            at = datetime.fromisoformat(match["at"])
        except ValueError:
            continue
        head = Head(int(match["number"]), bytes.fromhex(match["hash"]))
        sent.append(SentHead(head, at))
    return sent


class AuditWitness:
    """Sends the head when it has changed, in a thread of its own."""

    def __init__(
        self, store: Store, file: Path | None = None, every_s: float = SEND_INTERVAL_S
    ) -> None:
        """file: is appended to, beside the service's own log."""
        self._store = store
        self._file = file
        self._every_s = every_s
        self._sent: Head | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit-witness", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Sends what is not sent yet."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.send()

    def send(self) -> None:
        """Send the head where it is not the last that was sent."""
        try:
            with self._store.reading() as connection:
                head = audit_log.head(connection)
        except StoreUnusable:
            log.warning("the audit log could not be read for its witness")
            return
        if head == self._sent:
            return
        text = line(head, format_timestamp(now()))
        log.info(text)
        if self._file is not None:
            try:
                with self._file.open("a", encoding="ascii") as file:
                    file.write(f"{text}\n")
            except OSError:
                log.error("the file of the audit log's witness could not be written")
                return  # sent again next time
        self._sent = head

    def _run(self) -> None:
        self.send()
        while not self._stop.wait(self._every_s):
            self.send()
