"""What the service needs beside its queue: library, images made on demand, sweeper."""

from dataclasses import dataclass
from typing import Self

from app.api.clip_thumbnails import ClipThumbnails
from app.api.unredacted_evidence import UnredactedEvidence
from app.jobs.recheck_schedule import RecheckSchedule
from app.library.library import Library
from app.settings import Settings
from app.store.audit_witness import AuditWitness
from app.store.data_folder import Store
from app.store.retention import Sweeper


@dataclass(frozen=True, slots=True)
class Resources:
    """Create with `of`, `start`, `close`."""

    library: Library
    unredacted_evidence: UnredactedEvidence
    clip_thumbnails: ClipThumbnails
    recheck_schedule: RecheckSchedule
    _sweeper: Sweeper
    _audit_witness: AuditWitness

    @classmethod
    def of(cls, library: Library, store: Store, settings: Settings) -> Self:
        return cls(
            library,
            UnredactedEvidence(store, library, settings),
            ClipThumbnails(library, settings),
            RecheckSchedule(library),
            Sweeper(store),
            AuditWitness(store, settings.audit_witness),
        )

    def start(self) -> None:
        self._sweeper.start()
        self._audit_witness.start()

    def close(self) -> None:
        """Call it before the store is closed."""
        self._sweeper.close()
        self._audit_witness.close()
