"""Changes of a clip's context: recorded with who and when, removed with the clip."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from app.library.context_csv import Context
from app.library.errors import AppearanceFixed, ClipUnknown
from app.library.index import live_index
from app.library.index.vector_index import ExactIndex
from app.library.library import Library
from app.library.listing import Filter
from app.library.records import Appearance, ContextChange
from tests.app.library.library_made import SPACE, made_facts, made_print, unit_vectors

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
AT = "2026-11-25T12:00:00+00:00"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library.open(tmp_path / "library", create=True)
    appearances = (Appearance("published", "2019-06-12", "https://a.example/x", "A Paper", "ann"),)
    context = Context(title="Harcourt Road", place="Hong Kong", appearances=appearances)
    library.add(made_print(1), made_facts(1), context, now=NOON)
    library.add(made_print(2), made_facts(2), Context(title="Кот", place="100%_sure"), now=NOON)
    library.add(made_print(3), made_facts(3), now=NOON)
    return library


def test_a_changed_text_keeps_who_changed_it_and_what_stood_there(library: Library) -> None:
    changed = library.change_texts(
        "R000001", {"title": "Protest", "place": "Hong Kong"}, "bo", NOON
    )
    assert changed == ("title",)
    library.change_texts("R000001", {"title": None}, "cy", NOON)
    assert library.clip("R000001").title is None
    assert library.context_changes("R000001") == [
        ContextChange("title", "Protest", None, "cy", AT),
        ContextChange("title", "Harcourt Road", "Protest", "bo", AT),
    ]


def test_appearances_are_entered_and_taken_back_by_number(library: Library) -> None:
    appearance = Appearance("archived", "2018", "https://b.example", None, "bo")
    assert library.add_appearance("R000001", appearance, NOON)
    assert not library.add_appearance("R000001", appearance, NOON)
    clip = library.clip("R000001")
    number = next(each.number for each in clip.appearances if each.kind == "archived")
    assert number is not None
    with pytest.raises(ClipUnknown):
        library.remove_appearance("R000002", number, "cy", NOON)
    library.remove_appearance("R000001", number, "cy", NOON)
    assert [each.kind for each in library.clip("R000001").appearances] == ["published", "ingested"]
    assert [(each.after, each.entered_by) for each in library.context_changes("R000001")] == [
        (None, "cy"),
        ("archived 2018 https://b.example", "bo"),
    ]


def test_what_firstseen_wrote_itself_stays(library: Library) -> None:
    own = next(each for each in library.clip("R000001").appearances if each.kind == "ingested")
    assert own.number is not None
    with pytest.raises(AppearanceFixed):
        library.remove_appearance("R000001", own.number, "bo")


def test_a_change_is_noticed(library: Library) -> None:
    before = library.last_change()
    library.change_texts("R000001", {"title": "Harcourt Road"}, "bo")
    assert library.last_change() == before
    library.add_appearance("R000001", Appearance("attested", "2017"))
    entered = library.last_change()
    newest = library.clip("R000001").appearances[-1].number
    assert newest is not None
    library.remove_appearance("R000001", newest, "bo")
    assert len({before, entered, library.last_change()}) == 3


@pytest.mark.parametrize(
    ("clip_filter", "ids"),
    [
        (Filter(), ["R000001", "R000002", "R000003"]),
        (Filter(text="harcourt"), ["R000001"]),
        (Filter(text="A PAPER"), ["R000001"]),
        (Filter(text="clip 3.mp4"), ["R000003"]),
        (Filter(text="кот"), ["R000002"]),
        (Filter(text="%"), ["R000002"]),
        (Filter(place="hong"), ["R000001"]),
        (Filter(place="0%_s"), ["R000002"]),
        (Filter(year=2019), ["R000001"]),
        (Filter(year=2026), []),  # the day of ingestion is nobody's year
        (Filter(text="road", year=2018), []),
    ],
)
def test_clips_are_listed_by_text_year_and_place(
    library: Library, clip_filter: Filter, ids: list[str]
) -> None:
    assert [clip.id for clip in library.page(clip_filter, None, 10)] == ids


def test_pages_follow_each_other(library: Library) -> None:
    first = library.page(Filter(), None, 2)
    assert [clip.id for clip in first] == ["R000001", "R000002"]
    assert [clip.id for clip in library.page(Filter(), "R000002", 2)] == ["R000003"]
    with pytest.raises(ClipUnknown):
        library.page(Filter(), "x", 2)


@pytest.mark.parametrize("identifier", ["R" + "9" * 30, "R1\u0662", "R", "r000001"])
def test_an_id_that_never_was_is_unknown(library: Library, identifier: str) -> None:
    with pytest.raises(ClipUnknown):
        library.clip(identifier)


def test_only_later_clips_are_searched(library: Library) -> None:
    vectors = made_print(2).descriptors.vectors.astype(np.float32)
    assert library.search(vectors, 4, SPACE).clips[0:2] == ("R000001", "R000002")
    since = library.search_since(vectors, 4, SPACE, 1)
    assert since.searched == 2
    best = np.array(since.clips)[since.clip_index[:, 0]]
    assert (best == "R000002").all()
    assert (since.cosine[:, 0] > 0.99).all()
    assert library.search_since(vectors, 4, SPACE, 2).clips == ("R000003",)
    none = library.search_since(vectors, 4, SPACE, 3)
    assert (none.clips, none.searched) == ((), 0)
    assert (none.clip_index == -1).all()
    assert np.isneginf(none.cosine).all()


def test_thousands_of_vectors_are_searched_as_each_alone_in_bounded_blocks(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    queries = unit_vectors(np.random.default_rng(4), 40)
    queries[17] = made_print(3).descriptors.vectors[0]
    monkeypatch.setattr(live_index, "SEARCHED_AT_ONCE", 16)
    sizes = []
    search = ExactIndex.search
    monkeypatch.setattr(
        ExactIndex, "search", lambda index, q, k: sizes.append(len(q)) or search(index, q, k)
    )
    for found, alone in (
        (library.search(queries, 4, SPACE), library.search(queries[17:18], 4, SPACE)),
        (
            library.search_since(queries, 4, SPACE, 0),
            library.search_since(queries[17:18], 4, SPACE, 0),
        ),
    ):
        assert found.cosine.shape == (40, 4)
        np.testing.assert_array_equal(found.vector[17], alone.vector[0])
    assert sizes == [16, 16, 8, 1]


def test_later_clips_of_another_space_are_not_searched(library: Library) -> None:
    library.add(made_print(4, space="other"), made_facts(4))
    vectors = made_print(4).descriptors.vectors.astype(np.float32)
    assert library.search_since(vectors, 4, "other", 0).clips == ("R000004",)
    assert "R000004" not in library.search_since(vectors, 4, SPACE, 0).clips


def test_what_was_written_goes_with_the_clip(library: Library, tmp_path: Path) -> None:
    library.change_texts("R000001", {"notes": "canary-in-a-note"}, "canary-of-a-key")
    library.change_texts("R000001", {"notes": None}, "bo")
    library.store_thumbnail("R000001", b"canary-in-a-picture")
    assert library.thumbnail("R000001") == b"canary-in-a-picture"
    assert holds(tmp_path, b"canary-in-a-note")
    assert library.remove("R000001")
    assert not holds(tmp_path, b"canary-")
    library.close()
    assert not holds(tmp_path, b"canary-")


def holds(folder: Path, text: bytes) -> bool:
    return any(text in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_library_of_version_1_gains_what_it_lacks(library: Library, tmp_path: Path) -> None:
    library.close()
    path = tmp_path / "library" / "library.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TABLE edits; DROP TABLE thumbnails; DROP TABLE sound_codes; "
        "UPDATE migrations SET version = 1; PRAGMA user_version = 1"
    )
    connection.close()
    with Library.open(tmp_path / "library") as again:
        assert [clip.title for clip in again.clips()] == ["Harcourt Road", "Кот", None]
        again.change_texts("R000003", {"title": "New"}, "bo", NOON)
        assert again.context_changes("R000003") == [ContextChange("title", None, "New", "bo", AT)]
        again.store_thumbnail("R000003", b"jpeg")
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    assert connection.execute("SELECT version FROM migrations").fetchall() == [
        (1,),
        (2,),
        (3,),
        (4,),
    ]
    connection.close()
