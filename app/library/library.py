"""A library of known footage: add, find, load, search, remove.

Its database holds everything that matters, and each method is one transaction; what `add` has
returned survives a killed process and a power cut. Several processes may read while one writes.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from app.database.format import Place
from app.library import (
    audio_rows,
    clip_rows,
    corrections,
    damage_rows,
    fingerprint_rows,
    history,
    listing,
    schema,
    statistics,
)
from app.library.clip_rows import clip_id, clip_number
from app.library.context_csv import Context
from app.library.errors import ClipDamaged, ClipUnknown, LibraryUnusable
from app.library.index import live_index
from app.library.index.code_cache import CodeFile
from app.library.index.live_index import HitLocations, LiveIndex
from app.library.index.vector_index import EXACT_LIMIT
from app.library.open_library import LibraryFile, open_file
from app.library.records import (
    OWN_ENTRIES,
    Addition,
    Appearance,
    Clip,
    ContextChange,
    DamagedClip,
    DamagedPart,
    FileFacts,
    Hits,
    Stats,
)
from hashing.audio.audio_codes import AudioCodeHits, AudioCodes
from hashing.types import AudioFingerprint, Fingerprint

__all__ = ["Library"]

log = logging.getLogger(__name__)

WAIT_S = 30.0  # for another process that is writing
MAX_BLOCKS_PER_ADD = 1  # that are encoded while someone waits for an addition
NO_CONTEXT = Context()


class Library:
    """One open library. Methods may be called from several threads."""

    def __init__(self, file: LibraryFile) -> None:
        self._file = file
        self._codes = CodeFile(None if file.is_shared else file.folder)
        self._indexes: dict[str, LiveIndex] = {}  # by descriptor space
        self._searching = threading.Lock()
        self._loading: threading.Thread | None = None

    @classmethod
    def open(
        cls, place: Place, *, create: bool = False, read_only: bool = False, wait_s: float = WAIT_S
    ) -> Self:
        """The library in a folder or on a server; with create, a new one where there is none.

        Raises LibraryUnusable: no library there, a damaged one, or one of a newer version.
        """
        return cls(open_file(place, create=create, read_only=read_only, wait_s=wait_s))

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
    ) -> Addition:
        """Store a clip, durably when this returns; the same bytes again only gain context.

        captured: the date that the file itself claims. now: for the `ingested` appearance.
        """
        with self._file.writing() as connection:
            number = clip_rows.find_clip(connection, facts.sha256)
            if number is not None:
                return _add_context(connection, number, context)
            number = clip_rows.insert_clip(connection, fingerprint, facts, context.texts())
            ingested = _now(now).isoformat(timespec="seconds")
            own = [Appearance("ingested", ingested, entered_by=OWN_ENTRIES)]
            if captured is not None:
                own.append(Appearance("captured", captured, entered_by=OWN_ENTRIES))
            appearances = clip_rows.add_appearances(
                connection, number, (*context.appearances, *own)
            )
            self._encode_full_blocks(connection)
            return Addition(clip_id(number), new=True, appearances=appearances)

    def add_context(
        self,
        identifier: str,
        context: Context,
        *,
        correct: bool = False,
        now: datetime | None = None,
    ) -> Addition:
        """Enter what is known about a clip of the library.

        correct: texts and dates that the same source stated otherwise before are replaced, and what
        stood there is kept in the record of changes; otherwise earlier texts stay.
        Raises ClipUnknown.
        """
        number = clip_number(identifier)
        with self._file.writing() as connection:
            clip_rows.clip_row(connection, number)
            corrected: tuple[ContextChange, ...] = ()
            if correct:
                corrected = corrections.correct_context(connection, number, context, _now(now))
                context = corrections.without_removed(connection, number, context)
            return replace(_add_context(connection, number, context), corrected=corrected)

    def change_texts(
        self,
        identifier: str,
        texts: Mapping[str, str | None],
        entered_by: str,
        now: datetime | None = None,
    ) -> tuple[str, ...]:
        """Overwrite texts, recording who did it and when. Returns the columns changed.

        Raises ClipUnknown.
        """
        number = clip_number(identifier)
        with self._file.writing() as connection:
            return history.change_texts(connection, number, texts, entered_by, _now(now))

    def add_appearance(
        self, identifier: str, appearance: Appearance, now: datetime | None = None
    ) -> bool:
        """Enter an appearance. False where the clip has it already. Raises ClipUnknown."""
        number = clip_number(identifier)
        with self._file.writing() as connection:
            return history.add_appearance(connection, number, appearance, _now(now))

    def remove_appearance(
        self, identifier: str, appearance: int, entered_by: str, now: datetime | None = None
    ) -> None:
        """Remove an appearance by its number. Raises ClipUnknown, AppearanceFixed."""
        number = clip_number(identifier)
        with self._file.writing() as connection:
            history.remove_appearance(connection, number, appearance, entered_by, _now(now))

    def store_thumbnail(self, identifier: str, jpeg: bytes) -> None:
        """Store a clip's redacted JPEG, which is removed with the clip. Raises ClipUnknown."""
        with self._file.writing() as connection:
            history.write_thumbnail(connection, clip_number(identifier), jpeg)

    def replace_fingerprint(self, identifier: str, fingerprint: Fingerprint) -> None:
        """Store a clip's new fingerprint, as after a change of the descriptor space.

        Raises ClipUnknown.
        """
        number = clip_number(identifier)
        with self._file.writing() as connection:
            vector_ids = clip_rows.replace_fingerprint(connection, number, fingerprint)
            self._codes.erase(connection, vector_ids)
            self._encode_full_blocks(connection)
        self._file.empty_log()

    def remove(self, identifier: str) -> bool:
        """Remove a clip and overwrite what it left, in the index and the log too.

        False where a reader kept the log from being emptied: a later removal will empty it, or
        the last process that closes the library. Raises ClipUnknown.
        """
        with self._file.writing() as connection:
            vector_ids = clip_rows.delete_clip(connection, clip_number(identifier))
            self._codes.erase(connection, vector_ids)
        return self._file.empty_log()

    def _encode_full_blocks(self, connection: sa.Connection) -> None:
        if schema.read_counter(connection, "next_vector") > EXACT_LIMIT:
            self._codes.extend(connection, MAX_BLOCKS_PER_ADD)

    # ---- reading

    def load(self, identifier: str, *, with_preview: bool = True) -> Fingerprint:
        """A clip's stored fingerprint, with or without preview frames.

        Raises ClipUnknown, ClipDamaged.
        """
        try:
            with self._file.reading() as connection:
                row = clip_rows.clip_row(connection, clip_number(identifier))
                return fingerprint_rows.read_fingerprint(connection, row, with_preview=with_preview)
        except ClipDamaged:
            self._remember([identifier])
            raise

    def audio(self, identifier: str) -> AudioFingerprint | None:
        """A clip's audio fingerprint alone; None where it has no audio.

        Raises ClipUnknown, ClipDamaged.
        """
        try:
            with self._file.reading() as connection:
                row = clip_rows.clip_row(connection, clip_number(identifier))
                return fingerprint_rows.read_audio(connection, row)
        except ClipDamaged:
            self._remember([identifier])
            raise

    def clip(self, identifier: str) -> Clip:
        """What is known about one clip. Raises ClipUnknown."""
        number = clip_number(identifier)
        with self._file.reading() as connection:
            clip_rows.clip_row(connection, number)
            return _read_clip(connection, number)

    def clips(self, other_space_than: str | None = None) -> list[Clip]:
        """All clips, in the order of their ids; or those of other descriptor spaces alone."""
        where: sa.ColumnElement[bool] = sa.true()
        if other_space_than is not None:
            where = schema.spaces.c.name != other_space_than
        with self._file.reading() as connection:
            return clip_rows.read_clips(connection, where)

    def page(self, clip_filter: listing.Filter, after: str | None, limit: int) -> list[Clip]:
        """Clips in the order of their ids, from the id after `after` on.

        Raises ClipUnknown where `after` is no id.
        """
        number = clip_number(after) if after is not None else 0
        with self._file.reading() as connection:
            return listing.read_page(connection, clip_filter, number, limit)

    def context_changes(self, identifier: str) -> list[ContextChange]:
        """Every change of a clip's context, newest first. Raises ClipUnknown."""
        with self._file.reading() as connection:
            return history.read_changes(connection, clip_number(identifier))

    def thumbnail(self, identifier: str) -> bytes | None:
        """A clip's redacted JPEG; None where none is stored. Raises ClipUnknown."""
        with self._file.reading() as connection:
            return history.read_thumbnail(connection, clip_number(identifier))

    def last_change(self) -> str:
        """A text that is another one after every change of a clip's context."""
        with self._file.reading() as connection:
            return history.last_change(connection)

    def find_by_sha256(self, sha256: str) -> Clip | None:
        """The clip of a file with these very bytes; None without one."""
        with self._file.reading() as connection:
            number = clip_rows.find_clip(connection, sha256)
            return None if number is None else _read_clip(connection, number)

    def last_clip_number(self) -> int:
        """The newest clip's number, 0 in an empty library: it grows with each clip added."""
        with self._file.reading() as connection:
            return clip_rows.last_clip_number(connection)

    def stats(self) -> Stats:
        """Totals of the whole library."""
        with self._file.reading() as connection:
            return statistics.read_stats(connection, self._file.bytes_on_disk())

    def digest(self) -> str:
        """SHA-256 of what a search depends on: another one after every change of it."""
        with self._file.reading() as connection:
            return statistics.read_digest(connection)

    # ---- damage

    def verify(self, identifier: str, now: datetime | None = None) -> tuple[DamagedPart, ...]:
        """What of a clip is damaged; remembered where the library can be written.

        Rows that a version without checksums stored get theirs. Raises ClipUnknown.
        """
        number = clip_number(identifier)
        with self._file.reading() as connection:
            parts = damage_rows.examine(connection, number)
            new = not parts and damage_rows.lacks_checksums(connection, number)
            known = damage_rows.is_known(connection, number)
        if self._file.writable and (parts or new or known):
            with self._file.writing() as connection:
                parts = damage_rows.examine(connection, number)
                if new and not parts:
                    damage_rows.add_checksums(connection, number)
                damage_rows.record(connection, number, parts, _now(now))
        return parts

    def is_file_sound(self) -> bool:
        """False where SQLite itself finds the structure of the file damaged."""
        return self._file.is_sound()

    def known_damage(self) -> list[DamagedClip]:
        """Clips of which something is known to be damaged, as verify and checks found it."""
        with self._file.reading() as connection:
            return damage_rows.known_damage(connection)

    def set_aside(
        self, identifier: str, parts: Iterable[DamagedPart], now: datetime | None = None
    ) -> None:
        """Take a damaged clip out of the search; its titles and dates stay. Raises ClipUnknown."""
        with self._file.writing() as connection:
            number = clip_number(identifier)
            vector_ids = damage_rows.set_aside(connection, number, parts, _now(now))
            self._codes.erase(connection, vector_ids)

    def renew_derived(self, identifier: str, parts: Iterable[DamagedPart]) -> None:
        """Make anew what follows from what else is stored of a clip: codes of the audio, thumbnail.

        Raises ClipUnknown, ClipDamaged.
        """
        with self._file.writing() as connection:
            damage_rows.renew_derived(connection, clip_number(identifier), parts)

    def load_without_vectors(self, identifier: str) -> Fingerprint:
        """A clip's fingerprint with vectors of zero, to describe it anew from its preview frames.

        Raises ClipUnknown, ClipDamaged.
        """
        with self._file.reading() as connection:
            row = clip_rows.clip_row(connection, clip_number(identifier))
            return fingerprint_rows.read_fingerprint(connection, row, with_vectors=False)

    def _remember(self, identifiers: Iterable[str]) -> None:
        """Remember damage that was met on the way; where nothing can be written, it is not."""
        with suppress(LibraryUnusable, ClipUnknown):
            known = {clip.id for clip in self.known_damage()}
            for identifier in identifiers:
                if identifier not in known and self._file.writable:
                    self.verify(identifier)

    # ---- searching

    def search(self, vectors: NDArray[np.float32], k: int, space: str) -> Hits:
        """The k nearest stored vectors of each query vector (N, 512); none of flat frames.

        space: the descriptor space of the vectors; clips of other spaces are skipped.
        """
        queries = np.ascontiguousarray(vectors, np.float32)
        with self._searching, self._file.reading() as connection:
            index = self._index(space)
            hits = index.search(connection, queries, k)
        if index.damaged:
            self._repair(index)
        self._remember(hits.damaged)
        return hits

    def search_since(self, vectors: NDArray[np.float32], k: int, space: str, clip: int) -> Hits:
        """`search` among clips with a higher number than `clip`, every cosine computed."""
        queries = np.ascontiguousarray(vectors, np.float32)
        with self._file.reading() as connection:
            hits = live_index.search_since(connection, queries, k, space, clip)
        self._remember(hits.damaged)
        return hits

    def vectors_since(
        self, space: str, clip: int
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.intp]]]:
        """All searchable vectors of the clips with a higher number than `clip`, in batches.

        (M, 512), whole clips one after the other, and (C,) the row at which each clip begins.
        """
        with self._file.reading() as connection:
            yield from live_index.vectors_since(connection, space, clip)

    def search_audio(self, query: AudioCodes, space: str) -> tuple[AudioCodeHits, list[str]]:
        """Blocks of the clips' audio near those of a query; and the clips whose codes are damaged.

        space: of the audio fingerprints.
        """
        with self._file.reading() as connection:
            hits, numbers = audio_rows.search_audio(connection, query, space)
        damaged = [clip_id(number) for number in numbers]
        self._remember(damaged)
        return hits, damaged

    def load_index(self) -> None:
        """Load the index of the largest space in the background; the first search waits for it."""
        self._loading = threading.Thread(target=self._load_index, name="index", daemon=True)
        self._loading.start()

    def _load_index(self) -> None:
        # an unusable library is reported to whoever searches it
        with suppress(LibraryUnusable), self._searching, self._file.reading() as connection:
            space = live_index.main_space(connection)
            if space is not None:
                self._index(space).load(connection)

    def _index(self, space: str) -> LiveIndex:
        return self._indexes.setdefault(space, LiveIndex(self._codes, space))

    def locate(self, hits: Hits) -> HitLocations:
        """Rows and times of hits in their clips; this costs about as much as the search."""
        with self._file.reading() as connection:
            return live_index.locate(connection, hits.vector)

    def _repair(self, index: LiveIndex) -> None:
        """Write a damaged code file again; where that fails, a later search will."""
        index.damaged = False
        log.warning("Some of the search index was missing or damaged and was made again")
        try:
            with self._file.writing() as connection:
                self._codes.rewrite(connection)
            with self._file.writing() as connection:
                self._codes.delete_old_files(connection)
        except LibraryUnusable as error:
            log.warning("It could not be written: %s", error)


def _add_context(connection: sa.Connection, number: int, context: Context) -> Addition:
    appearances = clip_rows.add_appearances(connection, number, context.appearances)
    filled = clip_rows.fill_context(connection, number, context.texts())
    return Addition(clip_id(number), new=False, appearances=appearances, filled=filled)


def _read_clip(connection: sa.Connection, number: int) -> Clip:
    return clip_rows.read_clips(connection, schema.clips.c.id == number)[0]


def _now(now: datetime | None) -> datetime:
    return now or datetime.now(UTC)
