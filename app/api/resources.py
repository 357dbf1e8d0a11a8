"""What the service holds beside its queue: the library for requests, pictures, and the sweeper."""

from dataclasses import dataclass
from typing import Self

from app.api.clip_thumbnails import ClipThumbnails
from app.api.revealed_pictures import UnredactedEvidence
from app.api.service import Service
from app.api.service_local import LocalService
from app.jobs.recheck_schedule import RecheckSchedule
from app.library.library import Library
from app.settings import Settings
from app.store.data_folder import Store
from app.store.retention import Sweeper


@dataclass(frozen=True, slots=True)
class Resources:
    """Make it with `of`, `start` it, `close` it."""

    library: Library
    unredacted_evidence: UnredactedEvidence
    clip_thumbnails: ClipThumbnails
    growth: RecheckSchedule
    _sweeper: Sweeper
    _own_library: bool

    @classmethod
    def of(cls, service: Service, store: Store, settings: Settings) -> Self:
        """service: whose library this is, where it has one. Raises LibraryUnusable."""
        shared = service.library if isinstance(service, LocalService) else None
        library = shared or Library.open(settings.library, create=True)
        return cls(
            library,
            UnredactedEvidence(store, library, settings),
            ClipThumbnails(library, settings),
            RecheckSchedule(library),
            Sweeper(store),
            shared is None,
        )

    def start(self) -> None:
        self._sweeper.start()

    def close(self) -> None:
        """Call it before the store is closed."""
        self._sweeper.close()
        if self._own_library:
            self.library.close()
