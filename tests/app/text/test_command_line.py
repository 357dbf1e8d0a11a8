"""Commands that can be pasted."""

import shlex
import sys
from pathlib import Path

import pytest

from app.text.command_line import command_line


@pytest.mark.skipif(sys.platform == "win32", reason="the words of a POSIX shell")
@pytest.mark.parametrize("folder", ["/data/library", "/a b/it's", "/$HOME/`x`", "/\u65e5\u672c"])
def test_a_shell_reads_the_words_as_they_were(folder: str) -> None:
    words = shlex.split(command_line("keys", "create", "NAME", "--data", Path(folder)))
    assert words == ["firstseen", "keys", "create", "NAME", "--data", folder]


def test_plain_words_are_not_quoted() -> None:
    assert command_line("library", "list") == "firstseen library list"


def test_windows_paths_with_spaces_are_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert command_line("--data", r"C:\My files") == r'firstseen --data "C:\My files"'
