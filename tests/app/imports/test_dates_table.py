"""The guide's table of what a date may do, row by row against the readers."""

from pathlib import Path
from typing import Any

import pytest

from app.imports import telegram, ytdlp
from app.library.context_csv import Context

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "library.md"
PAGE = {"webpage_url": "https://video.example/1", "extractor_key": "Example"}
SECONDS = 1552567800
# (source, field as the guide words it) -> a statement of that field alone
STATED: dict[tuple[str, str], dict[str, Any]] = {
    ("yt-dlp", "`timestamp`, of a site's own extractor with the page's address"): {
        **PAGE,
        "timestamp": SECONDS,
    },
    ("yt-dlp", "`upload_date`, of a site's own extractor with the page's address"): {
        **PAGE,
        "upload_date": "20190314",
    },
    ("yt-dlp", "`timestamp`, of the extractor `generic`"): {
        **PAGE,
        "extractor_key": "Generic",
        "timestamp": SECONDS,
    },
    ("yt-dlp", "`timestamp`, without the page's address"): {
        "extractor_key": "Example",
        "timestamp": SECONDS,
    },
    ("yt-dlp", "`epoch`"): {**PAGE, "epoch": SECONDS},
    ("Telegram", "`date_unixtime`, of a channel or supergroup"): {"date_unixtime": str(SECONDS)},
    ("Telegram", "`date_unixtime`, of another chat"): {
        "chat": "personal_chat",
        "date_unixtime": str(SECONDS),
    },
    ("Telegram", "`date` of a channel or supergroup, where there is no `date_unixtime`"): {
        "date": "2019-03-14T20:50:00"
    },
    ("Telegram", "`forwarded_from`"): {"forwarded_from": "Someone"},
}


def rows() -> list[list[str]]:
    table = GUIDE.read_text().partition("| source | field |")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


def context_of(source: str, stated: dict[str, Any]) -> Context:
    if source == "yt-dlp":
        return ytdlp.context_of(stated)[0]
    chat = {"name": "A chat", "id": 7, "type": stated.get("chat", "public_supergroup")}
    return telegram.context_of(chat, {"id": 3, **stated})[0]


def test_the_table_names_every_case() -> None:
    assert [(source, field) for source, field, *_ in rows()] == list(STATED)


@pytest.mark.parametrize(("source", "field", "becomes", "contradicts"), rows())
def test_a_statement_does_what_the_guide_says(
    source: str, field: str, becomes: str, contradicts: str
) -> None:
    context = context_of(source, STATED[source, field])
    kinds = [appearance.kind for appearance in context.appearances]
    assert kinds == (["published"] if becomes == "published" else [])
    assert (contradicts == "yes") == bool(kinds)
    assert becomes != "a note" or context.notes
