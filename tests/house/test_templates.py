"""Every template compiles, holds nothing the content security policy forbids, and speaks through gettext."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

from tests.house.markup import Markup
from tests.house.tree import name_of, templates

HTML = [path for path in templates() if path.suffix == ".html"]
OUR_NAMES = {"Rescind", "Shopify", "HTTP", "CSV", "UTC"}  # not translated
FILTER = re.compile(r"(?:^|,)\s*[\w:.-]+\[")  # event[condition]
WORDS = re.compile(r"[^\W\d_]{2,}")


@pytest.mark.parametrize("path", templates(), ids=name_of)
def test_template_compiles(path: Path) -> None:
    engines["django"].from_string(path.read_text())


@pytest.mark.parametrize("path", HTML, ids=name_of)
def test_template_has_no_inline_script_or_style(path: Path) -> None:
    markup = Markup(path.read_text())
    guilty = [
        f"line {line}: {name}"
        for line, _, name, value in markup.attributes
        if name == "style" or name.startswith(("on", "hx-on")) or "javascript:" in value or "js:" in value
    ]
    guilty += [f"line {line}: inline {text[:40]}" for line, text in markup.inline]

    assert guilty == []


@pytest.mark.parametrize("path", HTML, ids=name_of)
def test_template_filters_no_event(path: Path) -> None:
    """`hx-trigger="keyup[...]"` is evaluated as code, which the policy forbids."""
    markup = Markup(path.read_text())

    assert [line for line, _, name, value in markup.attributes if name == "hx-trigger" and FILTER.search(value)] == []


@pytest.mark.parametrize("path", HTML, ids=name_of)
def test_template_speaks_through_gettext(path: Path) -> None:
    bare = [
        f"line {line}: {text}" for line, text in Markup(path.read_text()).spoken if set(WORDS.findall(text)) - OUR_NAMES
    ]

    assert bare == []


@pytest.mark.parametrize("path", HTML, ids=name_of)
def test_template_repeats_each_fetch_as_a_link_and_each_post_as_a_form(path: Path) -> None:
    """Everything works without script: hx-get on a link repeats its href, hx-post sits on a form with action."""
    raw = re.findall(r"<(\w+)\b([^>]*\bhx-(?:get|post)=[^>]*)>", re.sub(r"{%.*?%}|{{.*?}}", "x", path.read_text()))
    guilty = []
    for element, attributes in raw:
        if "hx-post=" in attributes and not (element in ("form", "button") and "action=" in attributes):
            guilty.append(f"<{element} hx-post> has no action (of a form) or formaction (of its button)")
        if "hx-get=" in attributes and element == "a" and "href=" not in attributes:
            guilty.append("<a hx-get> without href")

    assert guilty == []
