"""In what is made for others, names of files and pages are numbers; what people entered stays."""

import json
from dataclasses import replace

import pytest

from app.library.records import Clip
from app.report.from_verdict import report_on
from app.report.html import render
from app.report.report import Report, Shown
from app.report.report_json import to_json
from app.report.report_redaction import for_others
from hashing.message import Message, verbatim
from tests.app.known import clip, verdict_on, video, whole

NAME = "CANARY ahmed on X: 'they shoot' 2026-11-30 at 21.05.mp4"  # as yt-dlp and phones write them


def report(*clips: Clip, name: str = NAME) -> Report:
    item = video()
    verdict = verdict_on(item, *((known, whole()) for known in clips), date="2022-11-27")
    return report_on(name, info=item.info, verdict=verdict)


def named(name: str, title: str | None = None, id: str = "R000001") -> Clip:
    dated = clip(("published", "2019-06-12", None, None, None), id=id, title=title)
    return replace(dated, name=name)


def shown(report: Report) -> str:
    """Both forms in which a report is handed on."""
    return json.dumps(to_json(for_others(report)), ensure_ascii=False) + render(report)


def test_names_of_item_and_clips_are_numbers_in_sentences_too() -> None:
    made = report(named(f"clip {NAME}"))
    assert "CANARY" in json.dumps(to_json(made))
    assert "CANARY" not in shown(made)
    data = to_json(for_others(made))
    assert data["item"]["name"] == "Item 1"
    assert data["matches"][0]["clip"]["name"] == "Clip 1"
    assert data["verdict"]["headline"] == "Same footage as 'Clip 1'"
    assert "'Clip 1' (R000001)" in data["verdict"]["reasons"][0]
    assert data["shown"]["names"] == "withheld"


def test_what_a_person_entered_about_a_clip_stays() -> None:
    data = to_json(for_others(report(named(NAME, "Harcourt Road"))))
    assert data["verdict"]["headline"] == "Same footage as 'Harcourt Road'"
    clip = data["matches"][0]["clip"]
    assert (clip["id"], clip["name"], clip["title"]) == ("R000001", "Clip 1", "Harcourt Road")


@pytest.mark.parametrize("title", [NAME, NAME.removesuffix(".mp4"), NAME.upper()])
def test_a_title_that_repeats_the_files_name_goes_with_it(title: str) -> None:
    assert "CANARY" not in shown(report(named(NAME, title)))


def test_two_clips_of_one_name_are_not_mixed_up() -> None:
    made = report(named("video.mp4"), named("video.mp4", id="R000002"))
    data = to_json(for_others(made))
    told = " ".join(data["verdict"]["reasons"])
    assert "'Clip 1' (R000001)" in told
    assert "'Clip 2' (R000002)" in told
    assert "Clip 1 / Clip 2" in data["verdict"]["headline"]


def test_a_clip_that_is_only_heard_is_numbered_too() -> None:
    sound = Message("edit-sound-source", {"clip": NAME, "clip_id": "R000009", "at": 1.0})
    made = replace(report(named("a.mp4")), problems=(sound,))
    assert "CANARY" not in shown(made)
    assert to_json(for_others(made))["problems"] == ["'Clip 2' (R000009) from 0:01.0"]


def test_sentences_of_before_there_were_ids_lose_names_too() -> None:
    old = (verbatim(f"Same footage as '{NAME}', cropped"), verbatim("Copy of 'Ali': one video"))
    made = replace(report(named(NAME)), problems=old)
    assert to_json(for_others(made))["problems"][0] == "Same footage as 'Clip 1', cropped"
    short = replace(report(named("b.mp4"), name="Ali"), problems=old)
    assert to_json(for_others(short))["problems"][1] == "Copy of 'Item 1': one video"


def test_a_person_may_keep_them() -> None:
    made = report(named(NAME))
    kept = for_others(made, Shown(names="kept", by="the desk"))
    assert to_json(kept)["item"]["name"] == NAME
    assert "are shown, as the desk asked." in render(made, shown=Shown(names="kept", by="the desk"))
