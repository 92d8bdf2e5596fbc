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

from stores.kernel import search_text
from stores.kernel.search_text import fold, fold_number

SHORT: Final = 2  # characters; a trigram index cannot help below three
MOST_NUMBERS: Final = 200
MOST_WORDS: Final = 12
MOST_TRIGRAMS: Final = 12  # of one word
SEPARATORS: Final = re.compile(r"[\s,;]+")
LISTED: Final = re.compile(r"[,;\n\r]")
QUOTES: Final = "\"'`“”„‘’‚«»‹›＂＇"  # around the numbers of a list that came from a sheet
DIALLED: Final = re.compile(r"\s*\+?[\d\s()/.-]{7,30}", re.ASCII)


def condition(text: str) -> Q:
    """What an order must fulfil to be found by `text`; an empty Q for nothing typed."""
    tokens = tokens_of(text)
    if len(tokens) > 1 and (numbers := numbers_of(tokens)):
        wanted = Q(number_folded__in=numbers) | _phone(text)
        return wanted if _is_surely_a_list(text, tokens) else wanted | _words(tokens)
    return _words(tokens) | _phone(text) if tokens else Q()


def listed_numbers(text: str) -> list[str]:
    """The numbers, folded, when `text` is a list of them; [] for words and for a single number."""
    tokens = tokens_of(text)
    numbers = numbers_of(tokens) if len(tokens) > 1 else []
    return numbers if numbers and _is_surely_a_list(text, tokens) else []


def whole(kind: str, value: str) -> Q:
    """The order has exactly this: a `sku`, a `tag`, a country it goes `to`. An empty Q for nothing asked."""
    facet = search_text.facet(kind, value)
    return _contains([facet]) if facet else Q()


def _phone(text: str) -> Q:
    """Found by its last digits, however it is written. An empty Q for what is no phone number."""
    digits = search_text.phone(text) if DIALLED.fullmatch(fold(text)) else ""
    return whole("tel", digits) if digits else Q()


def tokens_of(text: str) -> list[str]:
    """The folded words, each once; separators are spaces, commas, semicolons and line breaks."""
    return list(dict.fromkeys(filter(None, (_unquoted(fold(word)) for word in SEPARATORS.split(text)))))


def _unquoted(word: str) -> str:
    """Without the quotes around a number; around other words they mean themselves."""
    return word.strip(QUOTES) if any(map(str.isdigit, word)) else word


def sole_number(text: str) -> str:
    """The one token as an order number, "" when there are several: the order of that number is shown first."""
    tokens = tokens_of(text)
    return fold_number(tokens[0]) if len(tokens) == 1 else ""


def numbers_of(tokens: list[str]) -> list[str]:
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
