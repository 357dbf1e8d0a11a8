from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database.format import Place
from app.library.context_csv import Context
from app.library.errors import ClipUnknown
from app.library.library import Library
from app.library.records import Appearance
from hashing.types import PreviewFrames
from tests.app.library.library_made import (
    SPACE,
    assert_same_print,
    made_facts,
    made_print,
    use_codes_early,
)

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
PUBLISHED = Appearance("published", "2019-06-12", "https://example.org/a", "A paper", "M.")


@pytest.fixture
def library(library_place: Place) -> Iterator[Library]:
    with Library.open(library_place, create=True) as opened:
        yield opened


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(0, 30), flat=st.integers(0, 30), seed=st.integers(0, 10**9))
def test_a_fingerprint_comes_back_as_it_was_added(
    library: Library, rows: int, flat: int, seed: int
) -> None:
    fingerprint = made_print(seed, rows, flat)
    added = library.add(fingerprint, made_facts(seed))
    stored = library.load(added.clip_id)
    if added.new:
        assert_same_print(stored, fingerprint)


def test_pictures_come_back_byte_for_byte(library: Library) -> None:
    pictures = PreviewFrames("webp", 160, 90, np.array([0.0]), bytes(range(256)) * 20)
    added = library.add(replace(made_print(1), preview=pictures), made_facts(1))
    stored = library.load(added.clip_id).preview
    assert stored is not None
    assert stored.data == pictures.data
    assert (stored.codec, stored.width, stored.height) == ("webp", 160, 90)
    np.testing.assert_array_equal(stored.times, [0.0])


def test_what_is_absent_stays_absent(library: Library) -> None:
    info = replace(made_print(1).info, kind="still", duration_s=None, audio_codec=None)
    bare = replace(made_print(1), info=info, audio=None, preview=None, gaps=(), problems=())
    stored = library.load(library.add(bare, made_facts(1)).clip_id)
    assert stored.audio is None
    assert stored.preview is None
    assert stored.info == info


def test_an_addition_writes_when_firstseen_took_it_in(library: Library) -> None:
    added = library.add(made_print(1), made_facts(1), captured="2018", now=NOW)
    assert library.clip(added.clip_id).appearances == (
        Appearance("ingested", "2026-11-22T13:00:00+00:00", entered_by="firstseen"),
        Appearance("captured", "2018", entered_by="firstseen"),
    )


def test_a_clip_carries_its_file_and_its_context(library: Library) -> None:
    context = Context(title="Harcourt Road", place="Hong Kong", appearances=(PUBLISHED,))
    added = library.add(made_print(1), made_facts(1), context)
    clip = library.clip(added.clip_id)
    assert (clip.id, clip.name, clip.bytes) == ("R000001", "clip 1.mp4", 1001)
    assert clip.sha256 == made_facts(1).sha256
    assert (clip.title, clip.place, clip.event) == ("Harcourt Road", "Hong Kong", None)
    assert (clip.kind, clip.duration_s, clip.width, clip.height) == ("video", 6.0, 640, 360)
    assert (clip.space, clip.sampling) == (SPACE, "default")
    assert clip.appearances[0] == PUBLISHED
    assert library.find_by_sha256(clip.sha256) == clip
    assert library.find_by_sha256("00" * 32) is None


def test_the_same_bytes_again_are_not_stored_again(library: Library) -> None:
    first = library.add(made_print(1), made_facts(1))
    again = library.add(made_print(2), made_facts(1))
    assert (first.new, again.new) == (True, False)
    assert again.clip_id == first.clip_id
    assert again.appearances == ()
    assert len(library.clips()) == 1
    assert_same_print(library.load(first.clip_id), made_print(1))


def test_the_same_bytes_again_gain_new_appearances_and_empty_columns_only(
    library: Library,
) -> None:
    first = Context(title="A title", appearances=(PUBLISHED,))
    added = library.add(made_print(1), made_facts(1), first)
    archived = Appearance("archived", "2019-07")
    second = Context(title="Another", place="Here", appearances=(PUBLISHED, archived))
    again = library.add(made_print(1), made_facts(1), second)
    assert (again.new, again.appearances, again.filled) == (False, (archived,), ("place",))
    clip = library.clip(added.clip_id)
    assert (clip.title, clip.place) == ("A title", "Here")
    assert [each.kind for each in clip.appearances] == ["published", "ingested", "archived"]


def test_an_id_is_never_given_again(library: Library) -> None:
    last = library.add(made_print(1), made_facts(1)).clip_id
    library.remove(last)
    assert library.add(made_print(2), made_facts(2)).clip_id == "R000002"


def test_a_removed_clip_is_gone_from_everything(library: Library) -> None:
    query = made_print(1).descriptors
    gone = library.add(made_print(1), made_facts(1)).clip_id
    library.add(made_print(2), made_facts(2))
    library.search(query.vectors.astype(np.float32), 3, SPACE)  # the index has seen it
    assert library.remove(gone)
    assert gone not in library.search(query.vectors.astype(np.float32), 3, SPACE).clips
    assert [clip.id for clip in library.clips()] == ["R000002"]
    assert library.stats().clips == 1
    for ask in (library.load, library.clip, library.remove):
        with pytest.raises(ClipUnknown, match="R000001"):
            ask(gone)


@pytest.mark.parametrize("word", ["", "7", "R", "R1e3", "R-1", "clip 1.mp4", "R٣"])
def test_what_is_no_id_is_said_to_be_none(library: Library, word: str) -> None:
    with pytest.raises(ClipUnknown, match="look like R000123"):
        library.clip(word)


def test_statistics_count_and_leave_out_what_files_claim(library: Library) -> None:
    assert library.stats().earliest is None
    library.add(made_print(1), made_facts(1), captured="1904-01-01", now=NOW)
    context = Context(appearances=(PUBLISHED,))
    library.add(made_print(2, space="other"), made_facts(2), context, now=NOW)
    stats = library.stats()
    assert (stats.clips, stats.seconds) == (2, 12.0)
    assert (stats.earliest, stats.latest) == ("2019-06-12", "2026-11-22")
    assert stats.spaces == {SPACE: 1, "other": 1}
    assert stats.bytes > 10_000


def test_clips_of_another_space_are_skipped_and_counted(library: Library) -> None:
    library.add(made_print(1), made_facts(1))
    library.add(made_print(2, space="other"), made_facts(2))
    hits = library.search(made_print(2).descriptors.vectors.astype(np.float32), 5, SPACE)
    assert hits.clips == ("R000001",)
    assert (hits.searched, hits.skipped) == (1, 1)
    assert [clip.id for clip in library.clips(other_space_than=SPACE)] == ["R000002"]


def test_a_refreshed_clip_is_found_in_its_new_space_only(library: Library) -> None:
    context = Context(appearances=(PUBLISHED,))
    clip = library.add(made_print(1, space="other"), made_facts(1), context).clip_id
    before = library.clip(clip).appearances
    query = made_print(9).descriptors.vectors.astype(np.float32)
    assert library.search(query, 1, "other").clips == (clip,)
    library.replace_fingerprint(clip, made_print(9))
    assert library.search(query, 1, "other").clips == ()
    assert library.search(query, 1, SPACE).cosine.min() > 0.999
    assert_same_print(library.load(clip), made_print(9))
    assert library.clip(clip).space == SPACE
    assert library.clip(clip).appearances == before


@pytest.mark.parametrize("coded", [False, True])
def test_a_hit_names_clip_row_timestamp_and_cosine(
    library: Library, coded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if coded:
        use_codes_early(monkeypatch)
    for seed in range(9):
        library.add(made_print(seed, flat=seed % 3), made_facts(seed))
    query = made_print(5).descriptors  # its first two pictures are flat
    hits = library.search(query.vectors.astype(np.float32), 4, SPACE)
    places = library.locate(hits)
    assert hits.cosine.shape == places.row.shape == places.time.shape == (12, 4)
    best = [hits.clips[index] for index in hits.clip_index[2:, 0]]
    assert best == ["R000006"] * 10
    np.testing.assert_array_equal(places.row[2:, 0], np.arange(2, 12))
    np.testing.assert_allclose(places.time[2:, 0], query.times[2:])
    np.testing.assert_allclose(hits.cosine[2:, 0], 1, atol=1e-3)
    assert (np.diff(hits.cosine, axis=1) <= 0).all()


def test_flat_frames_are_never_returned(library: Library) -> None:
    library.add(made_print(1, rows=5, flat=5), made_facts(1))
    query = made_print(1, rows=5).descriptors
    hits = library.search(query.vectors.astype(np.float32), 3, SPACE)
    assert hits.clips == ()
    assert (hits.clip_index == -1).all()
    assert np.isneginf(hits.cosine).all()
    assert (library.locate(hits).row == -1).all()
    assert np.isnan(library.locate(hits).time).all()


def test_no_query_has_no_hits(library: Library) -> None:
    library.add(made_print(1), made_facts(1))
    hits = library.search(np.empty((0, 512), np.float32), 3, SPACE)
    assert hits.cosine.shape == (0, 3)


def test_an_addition_by_another_process_is_found(tmp_path: Path) -> None:
    with Library.open(tmp_path / "a", create=True) as first, Library.open(tmp_path / "a") as second:
        vectors = made_print(3).descriptors.vectors.astype(np.float32)
        assert second.search(vectors, 1, SPACE).clips == ()
        first.add(made_print(3), made_facts(3))
        assert second.search(vectors, 1, SPACE).clips == ("R000001",)


def test_the_digest_is_another_one_after_every_change_that_a_search_sees(library: Library) -> None:
    digests = [library.digest()]
    first = library.add(made_print(1), made_facts(1), Context()).clip_id
    digests.append(library.digest())
    second = library.add(made_print(2), made_facts(2), Context()).clip_id
    digests.append(library.digest())
    library.add_appearance(first, PUBLISHED)
    digests.append(library.digest())
    library.change_texts(first, {"place": "Hong Kong"}, "M.")
    digests.append(library.digest())
    library.replace_fingerprint(first, made_print(1, space="other"))
    digests.append(library.digest())
    assert len(set(digests)) == len(digests)
    before = library.digest()
    library.change_texts(first, {"title": "A street"}, "M.")  # no search depends on it
    assert library.digest() == before
    library.remove(second)
    assert library.digest() != before
