"""Text from strangers made safe for a terminal: nothing in it may act, turn, or hide. Pure.

Whoever names a file can put in it the codes that move a cursor, clear a screen, turn the line's
direction or take no room. Each is written out, so that the reader sees what stands there.
"""

import unicodedata

# controls, format characters (direction marks, zero width), private use, surrogates, unassigned,
# line and paragraph separators
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
# letters and marks by category, and yet nothing is drawn for them
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")


def printable(text: str) -> str:
    """The text with each character that is not seen written as \\uXXXX; the rest unchanged.

    A backslash stays as it is: the escape is for reading, not for undoing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN and character not in _BLANK:
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
