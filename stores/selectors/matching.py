"""Words typed into the search box, as conditions on the one `search` column.

A word of three or more characters is found anywhere; a shorter one is a whole word (see kernel/folding.py). The
characters % _ and \\ mean themselves. The only part that differs by database is `_contains`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from django.db import connection
from django.db.models import F, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from stores.kernel.search_text import fold, fold_number

SHORT: Final = 2  # characters; a trigram index cannot help below three
MOST_NUMBERS: Final = 200
MOST_WORDS: Final = 12
MOST_TRIGRAMS: Final = 12  # of one word
SEPARATORS: Final = re.compile(r"[\s,;]+")
LISTED: Final = re.compile(r"[,;\n\r]")


def condition(text: str) -> Q:
    """What an order must fulfil to be found by `text`; an empty Q for nothing typed."""
    tokens = tokens_of(text)
    if len(tokens) > 1 and (numbers := _numbers(tokens)):
        wanted = Q(number_folded__in=numbers)
        return wanted if _is_surely_a_list(text, tokens) else wanted | _words(tokens)
    return _words(tokens)


def tokens_of(text: str) -> list[str]:
    """The folded words, each once; separators are spaces, commas, semicolons and line breaks."""
    return list(dict.fromkeys(filter(None, map(fold, SEPARATORS.split(text)))))


def sole_number(text: str) -> str:
    """The one token as an order number, "" when there are several: the order of that number is shown first."""
    tokens = tokens_of(text)
    return fold_number(tokens[0]) if len(tokens) == 1 else ""


def _numbers(tokens: list[str]) -> list[str]:
    """The tokens as numbers when every one of them looks like one."""
    if all(re.search(r"\d", token) for token in tokens):
        return [fold_number(token) for token in tokens]
    return []


def _is_surely_a_list(text: str, tokens: list[str]) -> bool:
    """Plain digits, or separated by more than spaces. `AS-1001 42` may as well be a SKU and a size."""
    return bool(LISTED.search(text.strip())) or all(fold_number(token).isdigit() for token in tokens)


def _words(tokens: list[str]) -> Q:
    found = Q()
    needles: list[str] = []
    for token in tokens[:MOST_WORDS]:
        if token.startswith("#") and fold_number(token):
            found &= _number_begins(fold_number(token))
        elif len(token) <= SHORT and token.isalnum():
            needles.append(f" {token} ")
        else:
            needles.append(token)
    return found & _contains(needles) if needles else found


def _number_begins(number: str) -> Q:
    """SQLite's LIKE takes no index for a prefix; a range in binary order does."""
    if connection.vendor == "sqlite":
        return Q(number_folded__gte=number, number_folded__lt=number + chr(0x10FFFF))
    return Q(number_folded__startswith=number)


def _contains(needles: list[str]) -> Q:
    """Every needle stands in `search`."""
    if connection.vendor != "sqlite":
        return _all(Q(search__contains=needle) for needle in needles)  # escapes % _ \ ; pg_trgm takes it
    exact = _all(_holds(needle) for needle in needles)
    trigrams = [trigram for needle in needles for trigram in _trigrams(needle)]
    return _indexed(trigrams) & exact if trigrams and has_word_index() else exact


def _trigrams(needle: str) -> list[str]:
    """The needle in threes: enough of them to leave few rows for the exact look."""
    threes = [needle[i : i + 3] for i in range(len(needle) - SHORT)]
    return list(dict.fromkeys(threes))[:MOST_TRIGRAMS]


def _indexed(trigrams: list[str]) -> Q:
    """Rows that hold all of these, from the FTS5 index alone.

    MATCH, not LIKE: that would read the text of every row it finds (35 times slower for a common word), and takes
    no ESCAPE. Where the trigrams stand is not in the index (detail=none), so the caller looks again.
    """
    asked = " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in trigrams)
    rows = RawSQL("SELECT rowid FROM stores_order_words WHERE stores_order_words MATCH %s", [asked])
    return Q(pk__in=rows)


def _holds(needle: str) -> Q:
    """The needle stands in the text, character by character: INSTR, no pattern."""
    return Q(GreaterThan(StrIndex(F("search"), Value(needle, output_field=TextField())), 0))


def _all(conditions: Iterable[Q]) -> Q:
    found = Q()
    for each in conditions:
        found &= each
    return found


@cache
def has_word_index() -> bool:
    """Whether the migration could build it: an SQLite without FTS5 searches correctly, only slower."""
    return "stores_order_words" in connection.introspection.table_names()
