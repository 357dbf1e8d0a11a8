"""Claims of a scan's files."""

from pathlib import Path

import pytest

from app.cli.claims_csv import read_claims
from app.errors import UsageError


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "claims.csv"
    path.write_text(text)
    return path


def test_a_row_is_of_the_file_whose_path_ends_like_it_the_longest_first(tmp_path: Path) -> None:
    table = read_claims(
        written(
            tmp_path,
            "\ufefffile,claimed_date,claimed_place\n"
            "a.mp4,2024-08-02,Port Emery\n"
            "sub/a.mp4,2023,\n\n"
            "sub\\b.mp4,,The harbour\n"
            "c.mp4,,\n",
        )
    )
    one, two, three = (table.claim_for(name) for name in ("x/a.mp4", "x/sub/a.mp4", "sub/b.mp4"))
    assert one is not None
    assert one.date is not None
    assert (one.date.text, one.place) == ("2024-08-02", "Port Emery")
    assert two is not None
    assert two.date is not None
    assert (two.date.text, two.place) == ("2023", None)
    assert three is not None
    assert (three.date, three.place) == (None, "The harbour")
    assert table.claim_for("c.mp4") is None
    assert table.claim_for("ba.mp4") is None
    assert table.unused_files(["x/a.mp4", "c.mp4"]) == ("sub/a.mp4", "sub/b.mp4")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "first column must be 'file'"),
        ("\n", "first column must be 'file'"),
        ("name,claimed_date\n", "first column must be 'file'"),
        ("file,date\n", "unknown column 'date'"),
        ("file,claimed_date,claimed_date\n", "claimed_date"),
        ("file,claimed_date\n,2024\n", "line 2"),
        ("file,claimed_date\na.mp4,2024\nb.mp4,soon\n", "line 3, column 'claimed_date': 'soon'"),
        ("file,claimed_place\na.mp4," + "x" * 5000 + "\n", "column 'claimed_place'"),
        ('file,claimed_date\n"a"b,2024\n', "is not CSV"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_claims(written(tmp_path, text)).claim_for("a.mp4")
    assert said in str(caught.value)


def test_a_file_that_is_no_text_or_not_there_is_refused_in_words(tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"file\n\xff\xfe")
    for path, said in ((odd, "not UTF-8"), (tmp_path / "nowhere.csv", "cannot be read")):
        with pytest.raises(UsageError) as caught:
            read_claims(path)
        assert said in str(caught.value)
