from pathlib import Path, PurePath

import pytest

from app.library.context_csv import Context, read_context
from app.library.errors import ContextUnreadable
from app.library.records import Appearance


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "context.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


def test_every_column_reaches_its_place(tmp_path: Path) -> None:
    columns = (
        "file,title,source_url,publisher,published,archived,attested,captured,entered_by,"
        "place,event,language,rights,notes"
    )
    row = "a.mp4,T,https://e.org,P,2019,2019-06,2019-06-12,2019-06-12T14:03:00+08:00,M,L,E,zh,R,N"
    context = read_context(table(tmp_path, f"{columns}\r\n{row}\r\n")).context_for(
        PurePath("a.mp4")
    )
    source = ("https://e.org", "P", "M")
    assert context == Context(
        "T", "L", "E", "zh", "R", "N",
        appearances=(
            Appearance("captured", "2019-06-12T14:03:00+08:00", *source),
            Appearance("published", "2019", *source),
            Appearance("archived", "2019-06", *source),
            Appearance("attested", "2019-06-12", *source),
        ),
    )  # fmt: skip


def test_a_byte_order_mark_quotes_and_blank_lines_are_no_hindrance(tmp_path: Path) -> None:
    text = 'file,title\n"a, b.mp4","said ""old""\nin two lines"\n\n,\n'
    context = read_context(table(tmp_path, text, "utf-8-sig")).context_for(PurePath("a, b.mp4"))
    assert context.title == 'said "old"\nin two lines'


def test_several_rows_for_one_file_are_several_appearances(tmp_path: Path) -> None:
    text = "file,published,publisher,title\na.mp4,2019,P,\na.mp4,2020,Q,T\na.mp4,2019,P,U\n"
    context = read_context(table(tmp_path, text)).context_for(PurePath("a.mp4"))
    assert [(each.date, each.publisher) for each in context.appearances] == [
        ("2019", "P"),
        ("2020", "Q"),
    ]
    assert context.title == "T"


def test_a_row_names_a_file_by_its_name_or_the_end_of_its_path(tmp_path: Path) -> None:
    text = "file,title\na.mp4,by name\nday 2/a.mp4,by path\n"
    context = read_context(table(tmp_path, text))
    assert context.context_for(PurePath("/films/day 1/a.mp4")).title == "by name"
    assert context.context_for(PurePath("/films/day 2/a.mp4")).title == "by path"
    assert context.context_for(PurePath("/films/day 2/ba.mp4")) == Context()


def test_rows_that_found_no_file_are_named(tmp_path: Path) -> None:
    context = read_context(table(tmp_path, "file,title\na.mp4,A\nb.mp4,B\n"))
    context.context_for(PurePath("a.mp4"))
    assert context.unused_files() == ("b.mp4",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the first column must be 'file'"),
        ("title,file\n", "line 1: the first column must be 'file'"),
        ("file,tilte\n", "line 1: unknown column 'tilte'; known are file, sha256, title"),
        ("file,title,title\n", "line 1: column 'title' stands there twice"),
        ("file,published\na,2019\nb,12/6/2019\n", "line 3, column 'published': '12/6/2019'"),
        ("file,archived\na,2019-02-30\n", "line 2, column 'archived': '2019-02-30'"),
        ("file,title\n,T\n", "line 2, column 'file': names no file"),
        ("file,title\na,T,more\n", "line 2: 3 cells, but 2 columns"),
        ('file,title\na,"T\n', "line 2: is not CSV"),
        ("file,ingested\na,2019\n", "unknown column 'ingested'"),
        ("file,captured,entered_by\na,2019,Firstseen\n", "line 2, column 'entered_by'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ContextUnreadable) as caught:
        read_context(table(tmp_path, text))
    assert message in str(caught.value)


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "file,title\na,café\n", "latin-1")
    with pytest.raises(ContextUnreadable, match="not UTF-8"):
        read_context(path)


def test_an_absent_file_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ContextUnreadable, match="cannot be read: there is no such file"):
        read_context(tmp_path / "none.csv")
