"""A file of short codes, so that loading the index need not read all vectors.

It is a cache, `index/codes-G` with G for its generation: blocks of codes, one row for each vector
id of the block, zero where the vector was removed. The database has each block's position and
checksum; a block that disagrees is encoded again. New vectors wait uncoded until a block is full.
"""

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from app.database.private_files import FOLDER_MODE
from app.library import file_names
from app.library.index.vector_index import CODE_BYTES, Codes, encode
from app.library.schema import index_blocks, read_counter, write_counter
from app.library.vector_rows import Ids, Vectors, read_vectors

BLOCK_SIZE = 1024  # vectors

type NoteDamage = Callable[[Ids, Vectors], object]


@dataclass(frozen=True, slots=True)
class Block:
    """Codes (N, 128) of the vector ids from `first` on."""

    first: int
    codes: Codes
    intact: bool  # read from the file; otherwise encoded again


@dataclass(frozen=True)
class CodeFile:
    """The code file of a library, as the transaction at hand sees it."""

    folder: Path | None  # the library's; None: none, as the blocks of a file are in a shared table

    def path(self, connection: sa.Connection) -> Path:
        """The file of the present generation, where there is one."""
        return self._path(read_counter(connection, "index_generation"))

    def read(self, connection: sa.Connection, note: NoteDamage | None = None) -> Iterator[Block]:
        """All blocks, ascending. note: gets the vectors that had to be read for that."""
        rows = connection.execute(sa.select(index_blocks).order_by(index_blocks.c.first_vector))
        for row, data in self._read_blocks(connection, rows.all()):
            if zlib.crc32(data) == row.checksum and len(data) == row.vectors * CODE_BYTES:
                codes = np.frombuffer(data, np.uint8).reshape(-1, CODE_BYTES)
                yield Block(row.first_vector, codes, intact=True)
            else:
                codes = encode_range(connection, row.first_vector, row.vectors, note)
                yield Block(row.first_vector, codes, intact=False)

    def _read_blocks(
        self, connection: sa.Connection, rows: Sequence[sa.Row[Any]]
    ) -> Iterator[tuple[sa.Row[Any], bytes]]:
        """Each row with its bytes in the file: none or too few where it is missing or cut."""
        if not rows:
            return
        try:
            with self.path(connection).open("rb") as stream:
                for row in rows:
                    stream.seek(row.position * CODE_BYTES)
                    yield row, stream.read(row.vectors * CODE_BYTES)
        except FileNotFoundError:
            yield from ((row, b"") for row in rows)

    def coded_until(self, connection: sa.Connection) -> int:
        """The first vector id that no block covers; all later ones are uncovered too."""
        last = sa.func.max(index_blocks.c.first_vector + index_blocks.c.vectors)
        return connection.scalar(sa.select(last)) or 1

    def extend(self, connection: sa.Connection, max_blocks: int) -> None:
        """Encode blocks that are full by now, at most so many. In a writing transaction."""
        if self.folder is None:
            return
        first = self.coded_until(connection)
        stop = read_counter(connection, "next_vector")
        for _ in range(min(max_blocks, (stop - first) // BLOCK_SIZE)):
            position = connection.scalar(
                sa.select(sa.func.max(index_blocks.c.position + index_blocks.c.vectors))
            )
            codes = encode_range(connection, first, BLOCK_SIZE)
            path = self.path(connection)
            path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            _write_at(path, position or 0, codes, sync=False)  # checksums find what a crash spoils
            connection.execute(index_blocks.insert().values(_row(first, codes, position or 0)))
            first += BLOCK_SIZE

    def erase(self, connection: sa.Connection, ids: range) -> None:
        """Overwrite the codes of removed vectors. In the transaction that removes them.

        Should that fail afterwards, the blocks' checksums disagree and they are encoded again.
        """
        if self.folder is None:
            return
        query = sa.select(index_blocks).where(
            index_blocks.c.first_vector < ids.stop,
            index_blocks.c.first_vector + index_blocks.c.vectors > ids.start,
        )
        path = self.path(connection)
        for row in connection.execute(query).all():
            codes = encode_range(connection, row.first_vector, row.vectors)
            if path.exists():
                _write_at(path, row.position, codes, sync=True)
            connection.execute(
                index_blocks.update()
                .where(index_blocks.c.first_vector == row.first_vector)
                .values(checksum=zlib.crc32(codes))
            )
        self._delete_others(path)

    def rewrite(self, connection: sa.Connection) -> None:
        """Write the whole file again as the next generation. In a writing transaction."""
        if self.folder is None:
            return
        generation = read_counter(connection, "index_generation") + 1
        path = self._path(generation)
        path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        draft = path.with_suffix(".draft")
        rows = []
        with draft.open("wb") as stream:
            for block in self.read(connection):
                rows.append(_row(block.first, block.codes, stream.tell() // CODE_BYTES))
                stream.write(block.codes.tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        connection.execute(index_blocks.delete())
        if rows:
            connection.execute(index_blocks.insert(), rows)
        write_counter(connection, "index_generation", generation)

    def delete_old_files(self, connection: sa.Connection) -> None:
        """Delete the files of earlier generations. In a writing transaction."""
        if self.folder is not None:
            self._delete_others(self.path(connection))

    def _path(self, generation: int) -> Path:
        assert self.folder is not None, "an index without a file has no blocks"
        return self.folder / file_names.INDEX / f"codes-{generation}"

    def _delete_others(self, present: Path) -> None:
        for path in present.parent.glob("codes-*"):
            if path != present:
                path.unlink()


def encode_range(
    connection: sa.Connection, first: int, count: int, note: NoteDamage | None = None
) -> Codes:
    """Codes (count, 128) of the vectors with ids from `first` on; zero where there is none."""
    ids, vectors = read_vectors(connection, first, first + count)
    if note is not None:
        note(ids, vectors)
    codes = np.zeros((count, CODE_BYTES), np.uint8)
    codes[ids - first] = encode(vectors)
    return codes


def _row(first: int, codes: Codes, position: int) -> dict[str, int]:
    return {
        "first_vector": first,
        "vectors": len(codes),
        "position": position,
        "checksum": zlib.crc32(codes),
    }


def _write_at(path: Path, position: int, codes: Codes, *, sync: bool) -> None:
    """Write codes from a row on. sync: they are on the disk when this returns."""
    with path.open("r+b" if path.exists() else "w+b") as stream:
        stream.seek(position * CODE_BYTES)
        stream.write(codes.tobytes())
        stream.flush()
        if sync:
            os.fsync(stream.fileno())
