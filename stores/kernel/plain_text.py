"""Letters that do not show: control characters, which nobody types, and direction marks, which make text lie.

A right-to-left override lets "gpj.exe" read as "exe.jpg" and an amount read backwards. Stored text of platforms may
hold them; it is never changed, but shown with each of them spelt out.
"""

from __future__ import annotations

import re

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tab and line ends
LINE_ENDS = re.compile("[\t\r\n\u2028\u2029]")
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
UNSEEN = re.compile("|".join(one.pattern for one in (CONTROL, LINE_ENDS, DIRECTION)))
_DIRECTION_BYTES = re.compile(b"\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]")  # the same in UTF-8


def control_in(text: str, *, one_line: bool = False) -> str:
    """The first character that has no place in words, as U+0007; "" for none. one_line: line ends have none either."""
    found = CONTROL.search(text) or (LINE_ENDS.search(text) if one_line else None)
    return _spelt(found[0]) if found else ""


def direction_in(text: str) -> str:
    found = DIRECTION.search(text)
    return _spelt(found[0]) if found else ""


def shown(text: str) -> str:
    """With every direction mark spelt out: [U+202E]."""
    return DIRECTION.sub(lambda found: f"[{_spelt(found[0])}]", text)


def one_line(text: str) -> str:
    """For a terminal, which obeys what it is shown: with every control character and line end spelt out as well."""
    return UNSEEN.sub(lambda found: f"[{_spelt(found[0])}]", text)


def shown_bytes(page: bytes) -> bytes:
    """The same for a page in UTF-8; the page itself where it holds none."""
    if not _DIRECTION_BYTES.search(page):
        return page
    return _DIRECTION_BYTES.sub(lambda found: f"[{_spelt(found[0].decode())}]".encode(), page)


def _spelt(letter: str) -> str:
    return f"U+{ord(letter):04X}"
