"""What betrays a library's own words, or an error nobody foresaw, in a text for people."""

import re
from collections.abc import Iterator

FOREIGN = re.compile(
    r"Traceback"
    r"|\b\w*(?:Error|Exception|Warning)\b\s*[(:]"  # OSError: …, ValueError(…)
    r"|\[(?:Errno|WinError)"
    r"|\b[\w/.-]+\.(?:py|pyx|c|cc|cpp|h|hpp|rs|so)\b:?\d*"  # a source's file and line
    r"|\bFile \"|\bline \d+, in\b"
    r"|\b(?:lib)?(?:av(?:codec|format|util|filter|device)|swscale|swresample)\b"
    r"|\bcv2\b|\bOpenCV\b|\bPIL\b|\bPillow\b|\bpillow_heif\b|\bnumpy\b|\bonnxruntime\b"
    r"|\bavcodec_\w+|\bav_\w+|\bav\.\w+"
    r"|\b0x[0-9a-fA-F]{6,}|<\w+(?:\.\w+)* object"
    r"|\bNoneType\b|has no attribute|\bobject is not\b|\blist index\b|out of bounds for axis"
    r"|Invalid (?:data found|argument)|cannot identify image|codec can't decode"
    r"|internal error of firstseen|tried what is forbidden|cannot cross"
)


def foreign(text: str) -> str | None:
    """The first place of a text that no person should read; None where there is none."""
    match = FOREIGN.search(text)
    return match[0] if match else None


def texts(value: object) -> Iterator[str]:
    """Every text of a report's JSON, but for what the file itself says."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            if name not in OF_THE_FILE:
                yield from texts(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from texts(member)


OF_THE_FILE = frozenset(("fields", "name", "params", "shown", "label"))
