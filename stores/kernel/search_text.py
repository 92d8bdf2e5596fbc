"""One spelling for searching: case, accents, full width and invisible characters folded, on both sides.

`fold("Ｍüller")` and `fold("MULLER")` are equal. Marks of other scripts (Thai vowels, Japanese voicing) stay:
without them those words would mean something else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

# Letters that Unicode does not take apart, though people type them without the stroke.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
# Diacritics in general use (Unicode blocks "Combining Diacritical Marks" and their extensions).
MARKS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
# Scripts written without spaces: a word cannot be told from its neighbours, so each character and pair counts.
UNSPACED = (
    (0x2E80, 0x2FDF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


CONTROLS = dict.fromkeys((*range(0x20), 0x7F), " ")


def fold(text: str) -> str:
    """Lower case, no accents, half width, single spaces, nothing invisible."""
    if text.isascii():  # nearly all of it, and six times as fast: an import folds a dozen texts an order
        return " ".join(text.lower().translate(CONTROLS).split())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(_visible(c) for c in apart if not _within(c, MARKS))
    return " ".join(unicodedata.normalize("NFC", kept).translate(PLAIN).split())


def fold_number(number: str) -> str:
    """An order number as it is looked up: "#1047" and "1047" are the same."""
    return fold(number).lstrip("#").strip()


def short_words(text: str) -> Iterator[str]:
    """Words of one or two characters in a folded text, and every one and two of unspaced scripts."""
    for word in _words(text):
        if len(word) <= 2:
            yield word
        if word.isascii():
            continue
        for i, character in enumerate(word):
            if _within(character, UNSPACED):
                yield character
                if len(pair := word[i : i + 2]) == 2:
                    yield pair


EDGE = "\N{BROKEN BAR}"  # around a facet: nobody types it, so no word finds a piece of one
PHONE_TAIL = 9  # digits that tell two phones apart, however the country was dialled


def facet(kind: str, value: str) -> str:
    """A property that is asked for as a whole (`tag`, `sku`), as it stands in the searched text; "" for nothing."""
    folded = fold(value).replace(EDGE, "")
    return f"{EDGE}{kind}={folded}{EDGE}" if folded else ""


def phone(text: str) -> str:
    """The digits of a phone number that `text` is found by: `+49 (0)151 234567` ends as `0151/234567` does. "" for
    what is too short to be one.
    """
    digits = "".join(c for c in fold(text) if c.isascii() and c.isdigit())
    return digits[-PHONE_TAIL:].lstrip("0") if len(digits) >= 7 else ""


def search_text(number: str, parts: Iterable[str], also: Iterable[str] = (), facets: Iterable[str] = ()) -> str:
    """The text of one order that words are looked for in.

    also: what is found by three characters or more; a house number in it is no short word. facets: whole.

    It begins and ends with a space and lists the short words on their own, so that " li " finds the whole word
    Li and not the middle of Olivia: both trigram indexes take that pattern.
    """
    folded = list(dict.fromkeys(filter(None, [fold_number(number), *map(fold, parts)])))
    number_starts = [folded[0][:1], folded[0][:2]] if folded else []
    short = dict.fromkeys([*number_starts, *(word for part in folded for word in short_words(part))])
    rest = dict.fromkeys(filter(None, [*(fold(part).replace(" ", EDGE) for part in also), *facets]))
    return f" {' '.join([*folded, *short, *rest])} "


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cf", "Cs"):  # zero width, direction marks, half of a pair
        return ""
    return " " if category == "Cc" else character


def _within(character: str, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in blocks)


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text).split()
