"""static/css/tokens.css: every text reaches 4.5:1 and every edge of a control 3:1, in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
GROUNDS = ("paper", "card", "sunken", "raised")
TEXTS = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent", "danger") for ground in GROUNDS]
SOFT = [(tone, f"{tone}-soft") for tone in ("accent", "danger", "warn", "ok", "info", "moving")]
ON_SOFT = [
    (ink, f"{tone}-soft") for ink in ("ink", "ink-2", "ink-3") for tone in ("accent", "warn", "danger", "info", "ok")
]
FILLED = [
    ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"),
    ("fill-danger-ink", "fill-danger"),
    ("fill-danger-ink", "fill-danger-hover"),
]
EDGES = [("edge", "card"), ("edge", "paper"), ("accent", "card"), ("accent", "paper"), ("danger", "card")]
EDGES += [("fill-danger", "card")]


def themes() -> dict[str, dict[str, str]]:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("pairs", "least"), [(TEXTS, 4.5), (SOFT, 4.5), (ON_SOFT, 4.5), (FILLED, 4.5), (EDGES, 3.0)],
    ids=["text", "words of chips", "text on soft grounds", "buttons", "edges"],
)  # fmt: skip
def test_colours_can_be_read(theme: str, pairs: list[tuple[str, str]], least: float) -> None:
    colours = themes()[theme]

    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}

    assert {pair: ratio for pair, ratio in weak.items() if ratio < least} == {}


def test_both_themes_say_every_colour() -> None:
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")

    assert set(re.findall(r"--([\w-]+): #", light)) == set(re.findall(r"--([\w-]+): #", dark))
