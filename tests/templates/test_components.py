"""templates/: each component tells its parameters, is listed in docs/pages.md, and can be drawn from nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = sorted((ROOT / "templates/components").glob("_*.html"), key=lambda path: path.name)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))
FRAMES = {"_nav", "_me", "_demo", "_dialogs", "_stopped"}  # base.html's own

named = pytest.mark.parametrize("path", COMPONENTS, ids=[path.stem for path in COMPONENTS])


@named
def test_a_component_says_its_parameters_first(path: Path) -> None:
    assert re.match(r"(\{% load [\w ]+ %\}\s*)?\{% comment %\}\s*\w", path.read_text())


@named
def test_a_component_is_listed_for_those_who_write_pages(path: Path) -> None:
    assert f"`{path.stem}`" in (ROOT / "docs/pages.md").read_text() or path.stem in FRAMES


@pytest.mark.parametrize("name", ["400", "403", "404", "405", "413", "429", "500", "403_csrf"])
def test_an_error_page_needs_no_context(name: str) -> None:
    html = get_template(f"{name}.html").render({})

    assert "<h1>" in html
    assert "None" not in html


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r'\{% icon "([\w-]+)"', path.read_text())}

    assert named <= SPRITE


def test_the_frame_marks_where_one_is_and_what_is_hot() -> None:
    nav = [
        {"label": "Orders", "url": "/orders", "icon": "orders", "group": "Desk", "current": True},
        {"label": "Cancellations", "url": "/c", "icon": "undo", "group": "Desk", "count": 3, "hot": True},
    ]

    html = get_template("base.html").render({"nav": nav, "orders_url": "/orders", "demo": True})

    assert '<a href="/orders" aria-current="page">' in html
    assert '<span class="count hot">3<span class="hide"> need a look</span></span>' in html
    assert '<a class="skip" href="#main">' in html
    assert "Sample data:" in html
    assert 'role="search" method="get" action="/orders"' in html


def test_a_page_without_an_orders_page_has_no_search_box() -> None:
    assert "data-search" not in get_template("base.html").render({"nav": []})


def test_a_shop_that_does_not_answer_is_never_called_up_to_date() -> None:
    source = '{% include "components/_freshness.html" with silent_since=at fresh_at=at name="Acrylic" %}'

    html = Template(source).render(Context({"at": datetime.now(UTC)}))

    assert "Acrylic does not answer since" in html
    assert "up to date" not in html


def test_a_shop_never_read_says_so() -> None:
    assert "Not read yet" in Template('{% include "components/_freshness.html" %}').render(Context())
