"""What the service holds beside its queue: the library for requests, pictures, and the sweeper."""

from dataclasses import dataclass
from typing import Self

from app.clip_pictures import ClipPictures
from app.desk.file import DeskFile
from app.desk.growth import Growth
from app.desk.retention import Sweeper
from app.library import Library
from app.service import Service
from app.service_local import LocalService
from app.settings import Settings
from app.shown_pictures import ShownPictures


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
