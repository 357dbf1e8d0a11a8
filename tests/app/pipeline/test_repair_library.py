"""A damaged clip is described anew from what is sound, or set aside until it is added again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from app import verify
from app.library.library import Library
from app.pipeline.add_clip import add_clip
from app.pipeline.repair_library import repair_clip
from app.report.report_json import to_json
from app.settings import Settings
from tests.made import scene


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(library=tmp_path / "library")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(scene(41, 0.5, (320, 180))).save(path)
    return path


@pytest.fixture
def library(settings: Settings, photo: Path) -> Iterator[Library]:
    with Library.open(settings.library, create=True) as library:
        add_clip(photo, library, settings)
        yield library


def damage(settings: Settings, table: str, column: str) -> None:
    with closing(sqlite3.connect(settings.library / "library.db")) as database, database:
        database.execute(f"UPDATE {table} SET {column} = x'00ff'")


def test_damaged_vectors_are_made_anew_from_preview_frames(
    library: Library, settings: Settings, photo: Path
) -> None:
    damage(settings, "vectors", "vector")
    assert library.verify("R000001") == ("vectors",)
    (clip,) = library.known_damage()
    assert repair_clip(clip, library, settings) == "described"
    assert library.known_damage() == []
    assert library.verify("R000001") == ()
    report = to_json(verify.check_item(photo, None, library, settings))
    assert report["verdict"]["relation"] == "exact"


def test_without_sound_preview_frames_it_is_set_aside_until_its_file_is_added_again(
    library: Library, settings: Settings, photo: Path
) -> None:
    damage(settings, "pictures", "data")
    library.verify("R000001")
    (clip,) = library.known_damage()
    assert repair_clip(clip, library, settings) == "set_aside"

    report = to_json(verify.check_item(photo, None, library, settings))
    assert report["verdict"]["relation"] == "none"
    assert "1 damaged clip that was set aside (R000001)" in report["verdict"]["limits"][0]

    added = add_clip(photo, library, settings)
    assert (added.clip_id, added.new, added.repaired) == ("R000001", False, True)
    report = to_json(verify.check_item(photo, None, library, settings))
    assert report["verdict"]["relation"] == "exact"
    assert not add_clip(photo, library, settings).repaired
