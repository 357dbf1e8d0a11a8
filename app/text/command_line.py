"""Commands as text that works when it is pasted into a shell."""

import shlex
import sys
from pathlib import Path


def command_line(*words: str | Path) -> str:
    """`firstseen` with these words, each quoted where the shell needs it."""
    return " ".join(["firstseen", *(_quote(str(word)) for word in words)])


def _quote(word: str) -> str:
    if sys.platform == "win32":
        return f'"{word}"' if set(word) & set(" \t&()^;,'") else word
    return shlex.quote(word)
