"""docs/platforms.md and docs/platforms/ tell what the adapters declare, and name every one of them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from config.capability_docs import platform_pages
from stores.platforms import registry

ROOT = Path(__file__).resolve().parents[2]
AGAIN = "run manage.py capabilities --write"


@pytest.mark.parametrize("name", platform_pages.pages())
def test_a_page_tells_what_the_adapters_declare(name):
    assert (ROOT / name).read_text() == platform_pages.pages()[name], AGAIN


def test_no_page_is_left_of_a_platform_that_is_gone():
    assert {f"docs/platforms/{path.name}" for path in (ROOT / "docs/platforms").iterdir()} | {
        platform_pages.MATRIX
    } == set(platform_pages.pages())


def test_the_command_prints_the_matrix_that_names_every_platform():
    out = StringIO()

    call_command("capabilities", format="markdown", stdout=out)

    assert out.getvalue() == (ROOT / platform_pages.MATRIX).read_text(), AGAIN
    for kind in registry.all_platforms():
        assert f"[{kind.label}](platforms/{kind.key}.md)" in out.getvalue()
        for said in kind.capabilities.as_dict().values():
            assert said["why"] in out.getvalue()


def test_every_credential_and_right_is_told_on_its_platforms_page():
    for kind in registry.all_platforms():
        page = (ROOT / f"docs/platforms/{kind.key}.md").read_text()
        assert [f.name for f in (*kind.credentials, *kind.scopes) if f"`{f.name}`" not in page] == []
