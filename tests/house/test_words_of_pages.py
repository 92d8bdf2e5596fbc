"""What a clerk reads on the pages of set-up: no talk of interfaces. The capability page is for those who connect."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT

FORBIDDEN = re.compile(
    r"\b(API|gateway|payload|endpoint|mutation|plan|steps? \d|JSON|HTTP|interface version|idempoten\w+)\b",
    re.IGNORECASE,
)
SAID = re.compile(r"{%\s*translate\s+\"([^\"]*)\"|{%\s*blocktranslate.*?%}(.*?){%\s*endblocktranslate", re.DOTALL)
PAGES = [
    ROOT / "templates" / "help.html",
    *sorted((ROOT / "templates" / "start").glob("*.html")),
    *sorted((ROOT / "templates" / "people").glob("*.html")),
    *sorted((ROOT / "templates" / "stop").glob("*.html")),
    *(
        ROOT / "templates" / "stores" / f"{name}.html"
        for name in ("list", "choose", "calendar", "pause", "resume", "remove")
    ),
]


def said(text: str) -> str:
    """What a reader sees of a template."""
    return " ".join(one or many for one, many in SAID.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "templates")))
def test_a_clerk_reads_no_talk_of_interfaces(page: Path) -> None:
    found = FORBIDDEN.findall(said(page.read_text()))

    assert found == [], "say it in the words of templates/help.html"


def test_the_search_sees_what_a_page_says() -> None:
    short = '<p>{% translate "Asks the API" %}</p>'
    long = "{% blocktranslate with n=1 trimmed %}{{ n }} through a\n gateway{% endblocktranslate %}"

    assert FORBIDDEN.findall(said(short + long)) == ["API", "gateway"]
