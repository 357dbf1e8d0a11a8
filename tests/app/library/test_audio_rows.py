"""Audio codes in a library: stored with each clip, removed with it, added to older libraries."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.library import audio_rows
from app.library.library import Library
from hashing.audio.audio_codes import AudioCodes, library_codes, query_codes, vote_places
from hashing.audio.spectrogram import SPACE
from hashing.types import AudioFingerprint, Fingerprint, Span
from tests.app.library.library_made import assert_same_print, made_facts, made_print

ROOT = Path(__file__).parents[3]
ROWS = 400  # about 25 s


def sounding(seed: int, rows: int = ROWS, space: str = SPACE) -> Fingerprint:
    """A clip whose sound wanders through the bands, as no other seed's does."""
    steps = np.random.default_rng(seed).normal(0, 6, (rows, 24))
    bands = 120 + np.cumsum(steps, axis=0) - np.linspace(0, steps.sum(axis=0), rows)
    audio = AudioFingerprint(bands.clip(60, 250).astype(np.uint8), 0.064, -0.02, space)
    return replace(made_print(seed), audio=audio)


def audio_of(fingerprint: Fingerprint) -> AudioFingerprint:
    assert fingerprint.audio is not None
    return fingerprint.audio


def asked(seed: int, start: int = 100, rows: int = 150) -> AudioCodes:
    """Codes of a piece of a clip's sound, from one of its rows on."""
    whole = audio_of(sounding(seed))
    piece = AudioFingerprint(whole.bands[start : start + rows], whole.hop_s, 0.0, SPACE)
    return query_codes(piece, (Span(0.0, 100.0),))


def clips_with(library: Library, seed: int, space: str = SPACE) -> list[int]:
    return [place.clip for place in vote_places(library.search_audio(asked(seed), space)[0], 5)]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as opened:
        for seed in (1, 2, 3):
            opened.add(sounding(seed), made_facts(seed))
        yield opened


def rows_of(folder: Path) -> list[tuple[int, str, bytes, bytes]]:
    connection = sqlite3.connect(folder / "library" / "library.db")
    rows = connection.execute("SELECT clip, space, times, codes FROM sound_codes ORDER BY clip")
    out = rows.fetchall()
    connection.close()
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_audio_excerpt_is_located_at_its_place(library: Library, seed: int) -> None:
    (best,) = vote_places(library.search_audio(asked(seed), SPACE)[0], 5)
    assert best.clip == seed
    assert best.reference - best.query == pytest.approx(100 * 0.064 - 0.02, abs=0.2)


def test_audio_of_no_clip_has_no_place(library: Library) -> None:
    assert clips_with(library, 4) == []


def test_a_library_read_in_pieces_answers_the_same(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = library.search_audio(asked(2), SPACE)[0]
    monkeypatch.setattr(audio_rows, "CHUNK_BYTES", 100)
    pieces = library.search_audio(asked(2), SPACE)[0]
    for name in ("query", "clip", "reference", "distance"):
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name))


def test_of_many_alike_the_first_added_are_named(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_rows, "NEIGHBOURS", 2)
    for seed in (11, 12, 13):
        library.add(replace(sounding(2), audio=audio_of(sounding(2))), made_facts(seed))
    hits = library.search_audio(asked(2), SPACE)[0]
    assert len(hits.query) <= 2 * len(asked(2).times)
    assert 2 in hits.clip
    assert vote_places(hits, 1)[0].clip == 2


def test_an_empty_library_and_an_empty_question_find_nothing(
    library: Library, tmp_path: Path
) -> None:
    none = AudioCodes(np.zeros(0), np.zeros((0, 32), np.uint8))
    assert not len(library.search_audio(none, SPACE)[0].query)
    with Library.open(tmp_path / "other", create=True) as empty:
        assert clips_with(empty, 1) == []


def test_sounds_of_other_bands_are_never_compared(library: Library) -> None:
    library.add(sounding(5, space="other"), made_facts(5))
    assert clips_with(library, 5) == []
    assert clips_with(library, 5, "other") == [4]


def test_a_clip_s_sound_is_read_alone(library: Library) -> None:
    stored = library.audio("R000002")
    assert stored is not None
    np.testing.assert_array_equal(stored.bands, audio_of(sounding(2)).bands)
    library.add(replace(made_print(9), audio=None), made_facts(9))
    assert library.audio("R000004") is None


def test_no_code_is_kept_of_a_clip_that_was_removed(library: Library, tmp_path: Path) -> None:
    gone = library_codes(audio_of(sounding(2))).codes[:3].tobytes()
    assert holds(tmp_path, gone)
    assert library.remove("R000002")
    assert [row[0] for row in rows_of(tmp_path)] == [1, 3]
    assert clips_with(library, 2) == []
    assert not holds(tmp_path, gone)
    library.close()
    assert not holds(tmp_path, gone)


def holds(folder: Path, data: bytes) -> bool:
    return any(data in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_clip_described_anew_has_the_codes_of_its_new_sound(library: Library) -> None:
    library.replace_fingerprint("R000002", sounding(7))
    assert clips_with(library, 2) == []
    assert clips_with(library, 7) == [2]
    library.replace_fingerprint("R000002", replace(sounding(7), audio=None))
    assert clips_with(library, 7) == []


def test_a_library_of_version_2_gains_the_codes(library: Library, tmp_path: Path) -> None:
    library.add(replace(made_print(9), audio=None), made_facts(9))
    library.add(
        replace(
            sounding(8), audio=AudioFingerprint(np.zeros((400, 24), np.uint8), 0.064, 0.0, SPACE)
        ),
        made_facts(8),
    )
    before = rows_of(tmp_path)
    assert [row[0] for row in before] == [1, 2, 3]  # silence has no codes
    library.close()
    connection = sqlite3.connect(tmp_path / "library" / "library.db")
    connection.executescript(
        "DROP TABLE sound_codes; UPDATE migrations SET version = 2; PRAGMA user_version = 2"
    )
    connection.close()
    with Library.open(tmp_path / "library") as again:
        assert rows_of(tmp_path) == before
        assert clips_with(again, 2) == [2]
        assert_same_print(again.load("R000002"), sounding(2))
        again.add(sounding(6), made_facts(6))
        assert clips_with(again, 6) == [6]
    connection = sqlite3.connect(tmp_path / "library" / "library.db")
    assert connection.execute("SELECT version FROM migrations").fetchall() == [(2,), (3,), (4,)]
    connection.close()


def test_what_another_process_adds_and_removes_counts_at_once(
    library: Library, tmp_path: Path
) -> None:
    assert clips_with(library, 1) == [1]
    script = (
        "from pathlib import Path; from app.library.library import Library\n"
        "from tests.app.library.library_made import made_facts\n"
        "from tests.app.library.test_audio_rows import sounding\n"
        f"with Library.open(Path({str(tmp_path / 'library')!r})) as library:\n"
        "    library.remove('R000001'); library.add(sounding(21), made_facts(21))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, timeout=120)
    assert clips_with(library, 1) == []
    assert clips_with(library, 21) == [4]
