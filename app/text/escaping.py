"""Make text from strangers safe for a terminal: no control, direction or invisible codes. Pure.

A file's name can contain codes that move a cursor, clear a screen, reverse the direction of a line
or are invisible. Each is written out, so that the reader sees that it is there.
"""

import unicodedata

# controls, format characters (direction marks, zero width), private use, surrogates, unassigned,
# line and paragraph separators
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
# letters and marks by category, yet drawn as nothing
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


def printable(text: str) -> str:
    """The text with each invisible character written as \\uXXXX; the rest unchanged.

    Backslashes are not escaped: the result is for reading, and cannot be decoded.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE_CATEGORIES and character not in _BLANK:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
