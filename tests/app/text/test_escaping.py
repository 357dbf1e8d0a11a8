"""Text from strangers on a terminal."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text.escaping import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("clip.mp4", "clip.mp4"),
        ("Осень — 秋の街 café.mp4", "Осень — 秋の街 café.mp4"),
        ("\x1b[2Jclear", "\\u001b[2Jclear"),
        ("\x9b31m", "\\u009b31m"),
        ("a\nb\rc\td", "a\\u000ab\\u000dc\\u0009d"),
        ("gpj.\u202excod", "gpj.\\u202excod"),
        ("\u2066isolated\u2069", "\\u2066isolated\\u2069"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("join\u200der", "join\\u200der"),
        ("line\u2028end", "line\\u2028end"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("filler\u3164", "filler\\u3164"),
        ("half\ud800", "half\\ud800"),
        ("\x7f\x00", "\\u007f\\u0000"),
    ],
)
def test_what_acts_turns_or_hides_is_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_nothing_unseen_is_left(text: str) -> None:
    categories = {unicodedata.category(character) for character in printable(text)}

    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert printable(printable(text)) == printable(text)
    json.dumps(printable(text)).encode()
