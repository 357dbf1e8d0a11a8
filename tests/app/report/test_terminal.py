"""The report on a terminal: exact texts, since how they read is the point."""

import io
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from app.metadata.types import Credentials, Finding
from app.report.from_verdict import report_on, unreadable
from app.report.report import Report
from app.report.terminal import console_for, show
from app.text.formatting import clock
from hashing.message import verbatim
from hashing.types import AudioFinding, AudioSpan, Span
from tests.app.known import (
    INGESTED,
    SEARCHED,
    clip,
    edit,
    match,
    sound,
    still,
    verdict_on,
    video,
    whole,
)

URL = "https://example.org/a/page/with/a/very/long/address/that/does/not/fit/into/eighty/columns"


def shown(report: Report) -> str:
    stream = io.StringIO()
    show(report, console_for(stream))
    return stream.getvalue()


def made_report(item: Any, *found: Any, name: str = "clip.mp4", **rest: Any) -> Report:
    claim = {key: rest.pop(key) for key in ("date", "place") if key in rest}
    verdict = verdict_on(item, *found, **claim)
    return report_on(
        name=name,
        sha256=item.sha256,
        bytes=123,
        info=item.info,
        verdict=verdict,
        searched=SEARCHED,
        **rest,
    )


def test_an_edited_copy_reads_verdict_first_then_date_then_segments_then_limits() -> None:
    known = clip(("published", "2019-06-12", URL), INGESTED, place="Hong Kong", duration_s=60.0)
    found = match(
        (5.03, 18.08, 0.16, 11.45),
        edits=[edit("crop"), edit("text", Span(6, 9.5))],
        audio=sound("replaced"),
        reasons=(verbatim("212 points agree"),),
    )
    report = made_report(
        video(31.2),
        (known, found),
        (clip(id="R000002"), match(decision="none", score=0.213)),
        date="2022-11-27",
        place="Shanghai",
        findings=(
            Finding("a", "info", verbatim("No camera is named"), {}),
            Finding("b", "warning", verbatim("Two dates of the file disagree"), {}),
        ),
    )

    assert shown(report) == GOLDEN_EDITED


GOLDEN_EDITED = f"""\
Same footage as 'Harcourt Road', cropped, with on-screen text and with different
sound, in 0:05.0–0:18.1
  clip.mp4
  video, 0:31.2, 1280 × 720, 25 fps, SHA-256 ffffffffffffffff…

The claimed date is contradicted in part
  Claimed: 2022-11-27
  A copy of 0:05.0–0:18.1 existed by 2019-06-12 (published,
  https://example.org/a/page/with/a/very/long/address/that/does/not/fit/into/eig
  hty/columns), 1,264 days before the claimed date. Nothing known contradicts
  the claimed date for 0:00.0–0:05.0 and 0:18.1–0:31.2

Claimed place, beside the places entered in the library
  Claimed: Shanghai
  Known: Hong Kong
  Places entered in the library for the matched clips; firstseen does not judge
  whether they agree

Earliest copy known to this library
  2019-06-12, published
  {URL}
  'Harcourt Road' (R000001)

Matched segments
  In the item    In the known clip  Speed  Known clip
  0:05.0–0:18.1  0:00.2–0:11.4      —      R000001 'Harcourt Road'

Differences from R000001 (covers 42 % of the item, 19 % of the clip)
  - crop, half of it
  - text, half of it [0:06.0–0:09.5]
  - Different sound

Why
  - 0:05.0–0:18.1 of the item matches 0:00.2–0:11.4 of 'Harcourt Road'
    (R000001), score 0.97: 212 points agree

Metadata (stated in the file, not verified)
  - Warning  Two dates of the file disagree
  - No camera is named

What this does not mean
  - A match means that this footage was known. It does not say who filmed it,
    what it shows, or whether the title, place and dates entered in the library
    are right
  - The earliest copy in this library need not be the first: older copies may
    exist elsewhere
  - Differences are measured against the known clip. They do not say which of
    the two came first or who made the changes; small ones may be missed
  - 0:00.0–0:05.0 and 0:18.1–0:31.2 matched nothing in this library; that part
    may be new, or older footage that this library does not hold

Compared, not accepted as copies
  R000002 'Harcourt Road', score 0.21
"""


def test_no_match_says_how_little_that_means() -> None:
    report = made_report(video(), (clip(), match(decision="none", score=0.213)))

    assert shown(report) == (
        "No match among 812 known clips. This does not mean that the footage is genuine\n"
        "  clip.mp4\n"
        "  video, 0:30.0, 1280 × 720, 25 fps, SHA-256 ffffffffffffffff…\n"
        "\n"
        "What this does not mean\n"
        "  - No match does not mean that the item is genuine, new, or shows what is\n"
        "    claimed: only that firstseen recognised no copy in this library\n"
        "  - Searched: 812 clips, 11.5 hours of footage, dated 2011-02-03 to 2026-11-20;\n"
        "    nothing else was searched\n"
        "  - Closest, but none close enough to be a copy (score out of 1): 'Harcourt\n"
        "    Road' (R000001) at 0.21\n"
        "  - Copies most often missed: small pictures inside another one, crops to under\n"
        "    a quarter of the frame, clips shorter than about two seconds, rotations by\n"
        "    an odd angle and footage filmed off a screen at an angle\n"
        "\n"
        "Compared, not accepted as copies\n"
        "  R000001 'Harcourt Road', score 0.21\n"
    )


def test_an_unreadable_item_says_why() -> None:
    assert shown(unreadable("a b.mp4", "video stream ends at 12.4 s of 60.0 s")) == (
        "This file could not be read\n  a b.mp4\n  - video stream ends at 12.4 s of 60.0 s\n"
    )


def test_nothing_from_outside_acts_on_the_terminal() -> None:
    evil = "\x1b[2J\u202egnp.\n\u200b"
    known = clip(("published", "2019", evil), title=evil, place=evil)
    report = made_report(
        video(),
        (known, whole(reasons=(verbatim(evil),), edits=[edit("crop")])),
        (clip(id="R000002", title=evil), match(decision="none", score=0.2)),
        name=evil,
        date="2022",
        place=evil,
        findings=(Finding("a", "warning", verbatim(evil), {}),),
        problems=(evil,),
    )

    text = shown(report)

    for character in ("\x1b", "\u202e", "\u200b", "gnp.\n"):
        assert character not in text
    assert "\\u001b[2J\\u202egnp." in text


@pytest.mark.parametrize("item", [video(), still()])
def test_no_line_but_an_address_is_wider_than_the_paper(item: Any) -> None:
    known = clip(("published", "2019", URL), title="長い題名" * 20, place="Ж" * 200)
    report = made_report(item, (known, whole()), name="名" * 120, date="2022", place="x" * 300)

    lines = shown(report).splitlines()

    assert all(cell_len(line) <= 80 for line in lines if URL not in line)
    assert f"  {URL}" in lines


def test_a_still_names_its_timestamp() -> None:
    text = shown(made_report(still(), (clip(INGESTED, duration_s=90.0), match((0, 0, 12.5, 12.5)))))

    assert text.startswith("Frame of 'Harcourt Road' at 0:12.5\n")
    assert "the picture  at 0:12.5          —" in text
    assert "2026-11-20, 09:00:00 UTC, added to this library" in text
    assert "of the clip)" not in text


def test_speed_direction_and_mirroring_stand_in_the_table() -> None:
    from dataclasses import replace

    plain = whole()
    segment = replace(plain.segments[0], speed=2.0, reversed=True, mirrored=True)

    text = shown(made_report(video(), (clip(), replace(plain, segments=(segment,)))))

    assert "2×, reversed, mirrored" in text
    assert "None beyond those in the table" in text


def test_sound_is_reported_by_range_with_its_source() -> None:
    audio = sound("kept", AudioSpan(Span(3, 9), "replaced", None, "R000009"))

    text = shown(made_report(video(), (clip(), whole(audio=audio))))

    assert "- Same sound\n" in text
    assert "- 0:03.0–0:09.0: Different sound, that of R000009" in text


@pytest.mark.parametrize(
    ("offset_s", "said"),
    [(0.254, "Same sound, 0.25 s later"), (-0.14, "Same sound, 0.14 s earlier"),
     (None, "Same sound, out of sync")],
)  # fmt: skip
def test_shifted_sound_says_which_way(offset_s: float | None, said: str) -> None:
    text = shown(made_report(video(), (clip(), whole(audio=AudioFinding("shifted", offset_s)))))
    assert f"- {said}\n" in text


def test_sound_that_was_kept_has_no_offset() -> None:
    """Not "same sound by +0.00 s", nor by the little that measuring leaves."""
    text = shown(made_report(video(), (clip(), whole(audio=AudioFinding("kept", -0.004)))))
    assert "- Same sound\n" in text


def test_a_narrow_terminal_loses_no_digits() -> None:
    pieces = [(i * 70, i * 70 + 61.5, 3600 + i * 70, 3661.5 + i * 70) for i in range(3)]
    known = clip(duration_s=7200.0, title="A title that is longer than the line")
    report = made_report(video(300.0), (known, match(*pieces)))
    for width in range(30, 81):
        stream = io.StringIO()
        show(report, Console(file=stream, width=width, color_system=None, markup=False))
        text = " ".join(stream.getvalue().split())
        for start, end, there, until in pieces:
            assert f"{clock(start)}–{clock(end)}" in text, width
            assert f"{clock(there)}–{clock(until)}" in text, width
        assert "longer than the line'" in text, width
        assert "…" not in text.split("Matched segments")[1].split("Differences")[0], width
        lines = stream.getvalue().splitlines()
        assert all(cell_len(line) <= width for line in lines)


def test_a_video_whose_length_is_not_known_is_still_a_video() -> None:
    assert "  video, 1280 × 720" in shown(made_report(video(None)))


def test_a_clean_copy_has_no_differences() -> None:
    assert "  - No differences measured\n" in shown(made_report(video(), (clip(), whole())))


def test_many_segments_and_near_misses_are_cut_short_and_counted() -> None:
    pieces = [(i, i + 1.0, 28.0 - i, 29.0 - i) for i in range(20)]
    near = [(clip(id=f"R00001{i}"), match(decision="none", score=0.2)) for i in range(8)]

    text = shown(made_report(video(), (clip(), match(*pieces)), *near))

    assert "8 more" in text
    assert "\n  3 more\n" in text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("valid", "no one on the trust list vouches for the signer"),
        ("trusted", "vouches for who signed, not for what the picture shows"),
        ("invalid", "Not valid: what was signed, the signature or the certificate does not hold"),
        ("unreadable", "could not be read"),
    ],
)
def test_credentials_are_reported_without_overclaiming(state: Any, words: str) -> None:
    credentials = Credentials(state, reason="x" if state == "unreadable" else None)

    assert words in " ".join(shown(made_report(video(), credentials=credentials)).split())


def test_no_credentials_are_no_news() -> None:
    assert "credentials" not in shown(made_report(video(), credentials=Credentials("none")))


def test_redirected_output_has_no_colour_codes() -> None:
    assert "\x1b" not in shown(made_report(video(), (clip(), whole()), date="2022"))
