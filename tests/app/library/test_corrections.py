"""What is stated of a clip again: corrected, and what stood there kept."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.library.context_csv import Context
from app.library.library import Library
from app.library.records import Appearance, FileFacts
from tests.app.library.library_made import made_print

FACTS = FileFacts("a.mp4", "1" * 64, 1)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
POST = "https://video.example/1"


def published(date: str, url: str | None = POST, by: str | None = "Desk") -> Appearance:
    return Appearance("published", date, url, "Harbour Watch", by)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library", create=True)


def dates(library: Library, kind: str = "published") -> list[str]:
    clip = library.clip("R000001")
    return [each.date for each in clip.appearances if each.kind == kind]


def state(library: Library, *appearances: Appearance, **texts: str) -> list[str | None]:
    """Texts or dates that stood there before, of the changes that a statement made."""
    context = Context(**texts, appearances=appearances)
    added = library.add_context("R000001", context, correct=True, now=NOW)
    return [change.before for change in added.corrected]


def test_another_date_of_the_same_post_replaces_the_first(library: Library) -> None:
    library.add(made_print(1), FACTS, Context(appearances=(published("2019-06-12"),)))
    (before,) = state(library, published("2018-06-12"))
    assert before is not None
    assert before.startswith("published 2019-06-12")
    assert dates(library) == ["2018-06-12"]
    assert state(library, published("2018-06-12")) == []


@pytest.mark.parametrize(
    "other",
    [
        published("2018", "https://video.example/2"),
        published("2018", by="Somebody else"),
        Appearance("archived", "2018", POST, "Harbour Watch", "Desk"),
    ],
)
def test_a_date_of_another_source_stands_beside(library: Library, other: Appearance) -> None:
    library.add(made_print(1), FACTS, Context(appearances=(published("2019-06-12"),)))
    assert state(library, other) == []
    assert "2019-06-12" in dates(library)


def test_two_archived_copies_of_one_page_both_stand(library: Library) -> None:
    first = Appearance("archived", "2019", POST, None, "Desk")
    library.add(made_print(1), FACTS, Context(appearances=(first,)))
    assert state(library, Appearance("archived", "2020", POST, None, "Desk")) == []
    assert dates(library, "archived") == ["2019", "2020"]


def test_where_a_source_states_several_dates_none_is_a_correction(library: Library) -> None:
    library.add(made_print(1), FACTS, Context(appearances=(published("2019-06-12"),)))
    assert state(library, published("2018"), published("2017")) == []
    assert dates(library) == ["2019-06-12", "2018", "2017"]


def test_a_text_is_corrected_and_an_empty_one_is_filled(library: Library) -> None:
    library.add(made_print(1), FACTS, Context(title="Towers"))
    assert state(library, title="Towers at night", place="Hong Kong") == ["Towers"]
    clip = library.clip("R000001")
    assert (clip.title, clip.place) == ("Towers at night", "Hong Kong")


def test_a_source_that_repeats_its_old_word_undoes_no_correction(library: Library) -> None:
    library.add(
        made_print(1), FACTS, Context(title="Towers", appearances=(published("2019-06-12"),))
    )
    library.change_texts("R000001", {"title": "Bridge"}, "Ana", NOW)
    number = next(e.number for e in library.clip("R000001").appearances if e.kind == "published")
    assert number is not None
    library.remove_appearance("R000001", number, "Ana", NOW)
    library.add_appearance("R000001", published("2017-01-01"), NOW)
    assert state(library, published("2019-06-12"), title="Towers") == []
    assert library.clip("R000001").title == "Bridge"
    assert dates(library) == ["2017-01-01"]


def test_without_asking_nothing_is_corrected(library: Library) -> None:
    library.add(made_print(1), FACTS, Context(title="Towers"))
    assert library.add_context("R000001", Context(title="Bridge")).corrected == ()
    assert library.clip("R000001").title == "Towers"
