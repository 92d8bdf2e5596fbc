"""Countries as platforms write them: `DE`, `Germany`, `GERMANY` are one. Names and codes are the CLDR's (Babel)."""

from __future__ import annotations

from functools import cache

from babel import Locale

from stores.kernel.search_text import fold

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "zh", "ja")  # what shops write addresses in


def code(text: str) -> str:
    """The ISO 3166 code of a name or code; the folded text where nobody knows it, so that it is still found."""
    folded = fold(text)
    return _codes().get(folded, folded)


def name(text: str, locale: Locale) -> str:
    """A code in the reader's language; the text itself where it is none."""
    return str(locale.territories.get(text.upper(), text))


@cache
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for key, word in Locale(language).territories.items():
            if len(key) == 2 and key.isalpha():
                found.setdefault(fold(word), key.lower())
                found.setdefault(key.lower(), key.lower())
    return found | {"usa": "us", "uk": "gb", "great britain": "gb"}
