"""Read a source of any kind: which kind it is shows from what it holds."""

from pathlib import Path

from app.imports import clip_table, folder_with_csv, telegram, ytdlp
from app.imports.statements import (
    ImportSource,
    ImportUnreadable,
    file_inside,
    merge_entries,
    read_json,
)
from hashing.message import Message


def read_source(folder: Path) -> ImportSource:
    """Read a folder of yt-dlp, an export of Telegram, a folder with a CSV, or a table of clips.

    Raises ImportUnreadable where it is none of these, or one that cannot be read, and
    ContextUnreadable for a table, with its line.
    """
    if folder.is_file() and folder.suffix.lower() in clip_table.SUFFIXES:
        known, passed_over = clip_table.read_table(folder)
        return ImportSource("table", (), passed_over, known)
    if folder.name == telegram.FILE_NAME and folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        raise ImportUnreadable(Message("import-no-folder", {"path": str(folder)}))
    of_ytdlp = next(folder.rglob("*" + ytdlp.SUFFIX), None) is not None
    if _is_export(folder, among_others=of_ytdlp):
        entries, passed_over = telegram.read_export(folder)
        return ImportSource("telegram", merge_entries(entries), passed_over)
    if not of_ytdlp and (table := folder_with_csv.table_in(folder)) is not None:
        entries, passed_over = folder_with_csv.read_folder(folder, table)
        return ImportSource("folder", merge_entries(entries), passed_over)
    if not of_ytdlp:
        raise ImportUnreadable(Message("import-unknown-kind", {"path": str(folder)}))
    entries, passed_over = ytdlp.read_folder(folder)
    return ImportSource("yt-dlp", merge_entries(entries), passed_over)


def _is_export(folder: Path, *, among_others: bool) -> bool:
    """Whether the folder is an export of Telegram.

    among_others: a file of that name that cannot be read may be another tool's, and is no failure.
    """
    if file_inside(folder, telegram.FILE_NAME) is None:
        return False
    try:
        data = read_json(folder / telegram.FILE_NAME, telegram.MAX_EXPORT_BYTES)
    except ImportUnreadable:
        if among_others:
            return False
        raise
    return telegram.is_export(data)
