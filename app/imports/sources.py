"""Read a source of any kind: which kind it is shows from what it holds."""

from pathlib import Path

from app.imports import telegram, ytdlp
from app.imports.statements import ImportSource, ImportUnreadable, read_json
from hashing.message import Message


def read_source(folder: Path) -> ImportSource:
    """Read a folder of yt-dlp or an export of Telegram.

    Raises ImportUnreadable where it is neither, or an export that cannot be read.
    """
    if folder.name == telegram.FILE_NAME and folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        raise ImportUnreadable(Message("import-no-folder", {"path": str(folder)}))
    export = folder / telegram.FILE_NAME
    if export.is_file() and telegram.is_export(read_json(export, telegram.MAX_EXPORT_BYTES)):
        return ImportSource("telegram", *telegram.read_export(folder))
    if next(folder.rglob("*" + ytdlp.SUFFIX), None) is None:
        raise ImportUnreadable(Message("import-unknown-kind", {"path": str(folder)}))
    return ImportSource("yt-dlp", *ytdlp.read_folder(folder))
