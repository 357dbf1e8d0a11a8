"""The work behind the service: this machine's library, and the line in app.verify."""

from collections.abc import Mapping
from pathlib import Path

from app import verify
from app.claim import Claim
from app.clips import Clip
from app.fence import prepare
from app.jobs import Progress, StoppedError
from app.library import Library
from app.library_context import entered
from app.report import Report, to_json
from app.service import Added, Checked
from app.settings import Settings
from app.unread import report_unread
from hashing.errors import FirstseenError


class LocalService:
    """One library, open for as long as the service runs. Called from several threads."""

    def __init__(self, settings: Settings) -> None:
        """Opens the library, making it where there is none. Raises LibraryUnusable."""
        self._settings = settings
        self._library = Library.open(settings.library, create=True)
        prepare(settings.model)  # loads while the first upload is on its way

    def check(self, path: Path, name: str, claim: Claim | None, progress: Progress) -> Checked:
        """One file's report; one that cannot be read gets a report that says so."""
        try:
            done = verify.check(path, claim, self._library, self._settings, progress, name)
        except StoppedError:
            raise
        except FirstseenError as error:
            return Checked(to_json(self._unread(path, name, claim, error)))
        return Checked(to_json(done.report), done.sheets)

    def _unread(self, path: Path, name: str, claim: Claim | None, error: FirstseenError) -> Report:
        return report_unread(path, error, self._settings, claim, name)

    def add(self, path: Path, name: str, context: Mapping[str, str], progress: Progress) -> Added:
        known = entered(context, "the form")
        added = verify.add_clip(
            path, self._library, self._settings, known, on_progress=progress, name=name
        )
        return Added(self._library.clip(added.clip_id), added.new)

    def clips(self, after: str | None, limit: int) -> list[Clip]:
        clips = self._library.clips()
        return [clip for clip in clips if after is None or clip.id > after][:limit]

    def clip(self, clip_id: str) -> Clip:
        return self._library.clip(clip_id)

    def remove(self, clip_id: str) -> None:
        self._library.clip(clip_id)
        self._library.remove(clip_id)

    def library_size(self) -> int:
        return self._library.stats().clips

    def close(self) -> None:
        self._library.close()
