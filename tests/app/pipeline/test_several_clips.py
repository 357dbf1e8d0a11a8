"""An item that shows several known clips at once: each is matched, none is an edit of another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import verify
from app.library.library import Library
from app.pipeline import find_matches
from app.pipeline.add_clip import add_clip
from app.settings import Settings
from tests.hashing.films import HARBOUR, PARK, SIZE, STREET, inside, whole, written
from tests.made import scene

SECONDS = 4.0


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(library=tmp_path_factory.mktemp("several") / "library")


@pytest.fixture(scope="module")
def library(settings: Settings) -> Iterator[Library]:
    library = Library.open(settings.library, create=True)
    for name, seed in (("park", PARK), ("street", STREET), ("harbour", HARBOUR)):
        path = written(settings.library.parent / f"{name}.mp4", SECONDS + 1, whole(seed))
        add_clip(path, library, settings)
    yield library
    library.close()


def test_a_small_picture_over_known_footage_is_looked_for_as_well(
    settings: Settings, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        find_matches, "MAX_CANDIDATES", 1
    )  # as in a large library: the whole frame finds one
    item = written(
        tmp_path / "item.mp4",
        SECONDS,
        lambda t: inside(scene(PARK, t, SIZE), scene(STREET, t + 0.5, SIZE)),
    )
    report = verify.check_item(item, None, library, settings)
    assert report.verdict is not None
    said = {
        judged.clip.name: {edit.type for edit in judged.edits}
        for judged in report.matches
        if judged.accepted
    }
    assert set(said) == {"park.mp4", "street.mp4"}
    assert "inset_over" in said["park.mp4"]
    assert "inset" in said["street.mp4"]
