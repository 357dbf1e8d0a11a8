"""What the service holds beside its queue: the library for requests, pictures, and the sweeper."""

from dataclasses import dataclass
from typing import Self

from app.api.clip_thumbnails import ClipPictures
from app.api.revealed_pictures import ShownPictures
from app.api.service import Service
from app.api.service_local import LocalService
from app.jobs.recheck_schedule import Growth
from app.library.library import Library
from app.settings import Settings
from app.store.data_folder import DeskFile
from app.store.retention import Sweeper


@dataclass(frozen=True, slots=True)
class Rooms:
    """Make it with `of`, `start` it, `close` it."""

    library: Library
    shown_pictures: ShownPictures
    clip_pictures: ClipPictures
    growth: Growth
    _sweeper: Sweeper
    _own_library: bool

    @classmethod
    def of(cls, service: Service, desk: DeskFile, settings: Settings) -> Self:
        """service: whose library this is, where it has one. Raises LibraryUnusable."""
        shared = service.library if isinstance(service, LocalService) else None
        library = shared or Library.open(settings.library, create=True)
        return cls(
            library,
            ShownPictures(desk, library, settings),
            ClipPictures(library, settings),
            Growth(library),
            Sweeper(desk),
            shared is None,
        )

    def start(self) -> None:
        self._sweeper.start()

    def close(self) -> None:
        """Before the desk is closed."""
        self._sweeper.close()
        if self._own_library:
            self.library.close()
