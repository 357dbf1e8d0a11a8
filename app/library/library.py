"""A library of known footage in one folder: add, find, load, search, remove.

SQLite holds everything that matters, one transaction a clip; what `add` has returned survives a
killed process and a power cut. Several processes may read while one writes.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.library import clip_rows as rows
from app.library import history as changes
from app.library.audio_rows import search_sound
from app.library.clip_rows import clip_id, clip_number
from app.library.context_csv import Context
from app.library.errors import ClipUnknown, LibraryUnusable
from app.library.fingerprint_rows import read_fingerprint, read_sound
from app.library.index.code_cache import CodeFile
from app.library.index.live_index import (
    LiveIndex,
    Places,
    main_space,
    places_of,
    search_since,
    vectors_since,
)
from app.library.index.vector_index import EXACT_LIMIT
from app.library.library_file import LibraryFile, open_file
from app.library.listing import Filter, page
from app.library.records import Added, Appearance, Clip, FileFacts, Hits, Stats, TextEdit
from app.library.schema import appearances, clips, read_counter, spaces
from hashing.audio.simhash import SoundCodes, SoundHits
from hashing.types import AudioPrint, Fingerprint

__all__ = [
    "Added", "ClipUnknown", "Context", "FileFacts", "Filter", "Hits", "Library",
    "LibraryUnusable", "Places", "Stats",
]  # fmt: skip

log = logging.getLogger(__name__)

WAIT_S = 30.0  # for another process that is writing
BLOCKS_AN_ADD = 1  # at most so many are coded while someone waits for an addition
NO_CONTEXT = Context()


class Library:
    """One open library. Methods may be called from several threads."""

    def __init__(self, file: LibraryFile) -> None:
        self._file = file
        self._codes = CodeFile(file.folder)
        self._indexes: dict[str, LiveIndex] = {}
        self._searching = threading.Lock()
        self._loading: threading.Thread | None = None

    @classmethod
    def open(
        cls, folder: Path, create: bool = False, read_only: bool = False, wait_s: float = WAIT_S
    ) -> Self:
        """The library in `folder`; with create, a new one where the folder is absent or empty.

        Raises LibraryUnusable: no library there, a damaged one, or one of a newer version.
        """
        return cls(open_file(folder, create, read_only, wait_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._loading is not None:
            self._loading.join()
        self._file.close()

    # ---- writing

    def add(
        self,
        fingerprint: Fingerprint,
        facts: FileFacts,
        context: Context = NO_CONTEXT,
        captured: str | None = None,
        now: datetime | None = None,
    ) -> Added:
        """Store a clip, durably when this returns; the same bytes again only gain context.

        captured: the date that the file itself claims. now: for the `ingested` appearance.
        """
        with self._file.writing() as connection:
            known = _number_of(connection, facts.sha256)
            if known is not None:
                seen = rows.add_appearances(connection, known, context.appearances)
                filled = rows.fill_context(connection, known, context.texts())
                return Added(clip_id(known), new=False, appearances=seen, filled=filled)
            number = rows.insert_clip(connection, fingerprint, facts, context.texts())
            moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
            own = [Appearance("ingested", moment, entered_by="firstseen")]
            if captured is not None:
                own.append(Appearance("captured", captured))
            seen = rows.add_appearances(connection, number, (*context.appearances, *own))
            self._code_full_blocks(connection)
            return Added(clip_id(number), new=True, appearances=seen)

    def describe(self, identifier: str, context: Context) -> Added:
        """Enter what is known of a clip that the library holds already."""
        number = clip_number(identifier)
        with self._file.writing() as connection:
            rows.clip_row(connection, number)
            seen = rows.add_appearances(connection, number, context.appearances)
            filled = rows.fill_context(connection, number, context.texts())
        return Added(identifier, new=False, appearances=seen, filled=filled)

    def change(
        self,
        identifier: str,
        texts: Mapping[str, str | None],
        entered_by: str,
        now: datetime | None = None,
    ) -> tuple[str, ...]:
        """Write texts anew; who changed which and when is kept. Returns the columns changed.

        Raises ClipUnknown.
        """
        number = clip_number(identifier)
        with self._file.writing() as connection:
            moment = now or datetime.now(UTC)
            return changes.change_texts(connection, number, texts, entered_by, moment)

    def add_appearance(
        self, identifier: str, seen: Appearance, now: datetime | None = None
    ) -> bool:
        """Enter an appearance. False where the clip has it already. Raises ClipUnknown."""
        number = clip_number(identifier)
        with self._file.writing() as connection:
            return changes.add_appearance(connection, number, seen, now or datetime.now(UTC))

    def remove_appearance(
        self, identifier: str, appearance: int, entered_by: str, now: datetime | None = None
    ) -> None:
        """Take back an appearance by its number. Raises ClipUnknown, AppearanceFixed."""
        number = clip_number(identifier)
        with self._file.writing() as connection:
            moment = now or datetime.now(UTC)
            changes.remove_appearance(connection, number, appearance, entered_by, moment)

    def keep_thumbnail(self, identifier: str, jpeg: bytes) -> None:
        """Keep a clip's redacted picture; it goes with the clip. Raises ClipUnknown."""
        with self._file.writing() as connection:
            changes.write_thumbnail(connection, clip_number(identifier), jpeg)

    def replace_fingerprint(self, identifier: str, fingerprint: Fingerprint) -> None:
        """Describe a clip anew, as after a change of the descriptor space."""
        with self._file.writing() as connection:
            gone = rows.replace_fingerprint(connection, clip_number(identifier), fingerprint)
            self._codes.forget(connection, gone)
            self._code_full_blocks(connection)
        self._file.empty_log()

    def remove(self, identifier: str) -> bool:
        """Remove a clip and overwrite what it left, in the index and the log too.

        False where a reader kept the log from being emptied: it will be by a later removal, or
        when the last process closes the library.
        """
        with self._file.writing() as connection:
            gone = rows.delete_clip(connection, clip_number(identifier))
            self._codes.forget(connection, gone)
        return self._file.empty_log()

    def _code_full_blocks(self, connection: sa.Connection) -> None:
        if read_counter(connection, "next_vector") > EXACT_LIMIT:
            self._codes.extend(connection, BLOCKS_AN_ADD)

    # ---- reading

    def load(self, identifier: str, pictures: bool = True) -> Fingerprint:
        """A clip's fingerprint as stored, with or without its small pictures."""
        with self._file.reading() as connection:
            row = rows.clip_row(connection, clip_number(identifier))
            return read_fingerprint(connection, row, pictures)

    def sound(self, identifier: str) -> AudioPrint | None:
        """A clip's sound as stored, and nothing else of it; None where it has none.

        Raises ClipUnknown.
        """
        number = clip_number(identifier)
        with self._file.reading() as connection:
            rows.clip_row(connection, number)
            return read_sound(connection, number)

    def clip(self, identifier: str) -> Clip:
        """Raises ClipUnknown."""
        number = clip_number(identifier)
        with self._file.reading() as connection:
            rows.clip_row(connection, number)
            return rows.read_clips(connection, clips.c.id == number)[0]

    def clips(self, other_space_than: str | None = None) -> list[Clip]:
        """All, in the order of their ids; or those that a space cannot search."""
        where: sa.ColumnElement[bool] = sa.true()
        if other_space_than is not None:
            where = spaces.c.name != other_space_than
        with self._file.reading() as connection:
            return rows.read_clips(connection, where)

    def page(self, wanted: Filter, after: str | None, limit: int) -> list[Clip]:
        """Clips in the order of their ids, those after one id. Raises ClipUnknown for no id."""
        number = clip_number(after) if after is not None else 0
        with self._file.reading() as connection:
            return page(connection, wanted, number, limit)

    def edits(self, identifier: str) -> list[TextEdit]:
        """Every change of a clip's context, newest first. Raises ClipUnknown."""
        with self._file.reading() as connection:
            return changes.edits_of(connection, clip_number(identifier))

    def thumbnail(self, identifier: str) -> bytes | None:
        """The clip's redacted picture, where one is kept. Raises ClipUnknown."""
        with self._file.reading() as connection:
            return changes.read_thumbnail(connection, clip_number(identifier))

    def last_change(self) -> str:
        """A mark that is another one whenever someone changed what is known of a clip."""
        with self._file.reading() as connection:
            return changes.last_change(connection)

    def find(self, sha256: str) -> Clip | None:
        """The clip of a file with these very bytes."""
        with self._file.reading() as connection:
            number = _number_of(connection, sha256)
            return (
                rows.read_clips(connection, clips.c.id == number)[0] if number is not None else None
            )

    def reach(self) -> int:
        """The newest clip's number, 0 in an empty library: it grows with each clip added."""
        with self._file.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.max(clips.c.id))) or 0)

    def stats(self) -> Stats:
        with self._file.reading() as connection:
            count, seconds = connection.execute(
                sa.select(sa.func.count(), sa.func.total(clips.c.duration_s)).select_from(clips)
            ).one()
            day = sa.func.substr(appearances.c.date, 1, 10)
            earliest, latest = connection.execute(
                sa.select(sa.func.min(day), sa.func.max(day)).where(
                    appearances.c.kind != "captured"
                )
            ).one()
            held = connection.execute(
                sa.select(spaces.c.name, sa.func.count()).join(clips).group_by(spaces.c.name)
            ).all()
        size = self._file.bytes_on_disk()
        return Stats(count, seconds, earliest, latest, size, {row[0]: row[1] for row in held})

    # ---- searching

    def search(self, vectors: NDArray[np.float32], k: int, space: str) -> Hits:
        """The k nearest stored vectors of each query vector (N, 512), flat pictures excepted."""
        queries = np.ascontiguousarray(vectors, np.float32)
        with self._searching, self._file.reading() as connection:
            index = self._index(space)
            hits = index.search(connection, queries, k)
        if index.damaged:
            self._mend(index)
        return hits

    def search_since(self, vectors: NDArray[np.float32], k: int, space: str, clip: int) -> Hits:
        """The same among clips with a higher number than `clip` alone, every cosine computed."""
        queries = np.ascontiguousarray(vectors, np.float32)
        with self._file.reading() as connection:
            return search_since(connection, queries, k, space, clip)

    def vectors_since(
        self, space: str, clip: int
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.intp]]]:
        """All searchable vectors of the clips with a higher number than `clip`, in batches.

        (M, 512), whole clips one after the other, and (C,) where in them each clip begins.
        """
        with self._file.reading() as connection:
            yield from vectors_since(connection, space, clip)

    def search_sound(self, codes: SoundCodes, space: str) -> SoundHits:
        """Blocks of the clips' sound near those of a query, of the same space of audio prints."""
        with self._file.reading() as connection:
            return search_sound(connection, codes, space)

    def load_index(self) -> None:
        """Load the search index of most clips in the background; the first search waits for it."""
        self._loading = threading.Thread(target=self._load_index, name="index", daemon=True)
        self._loading.start()

    def _load_index(self) -> None:
        told = suppress(LibraryUnusable)  # whoever searches will be told
        with told, self._searching, self._file.reading() as connection:
            space = main_space(connection)
            if space is not None:
                self._index(space).load(connection)

    def _index(self, space: str) -> LiveIndex:
        return self._indexes.setdefault(space, LiveIndex(self._codes, space))

    def places(self, hits: Hits) -> Places:
        """Rows and moments of hits; reading them costs about as much as a search."""
        with self._file.reading() as connection:
            return places_of(connection, hits.vector)

    def _mend(self, index: LiveIndex) -> None:
        """Write the code file anew where some of it was not believed; if not now, another time."""
        index.damaged = False
        log.warning("Some of the search index was missing or damaged and was made again")
        try:
            with self._file.writing() as connection:
                self._codes.rewrite(connection)
            with self._file.writing() as connection:
                self._codes.sweep(connection)
        except LibraryUnusable as error:
            log.warning("It could not be written: %s", error)


def _number_of(connection: sa.Connection, sha256: str) -> int | None:
    wanted = sa.select(clips.c.id).where(clips.c.sha256 == bytes.fromhex(sha256))
    return connection.execute(wanted).scalar_one_or_none()
