"""Files as browsers get them: named by content, compressed, made by whoever starts first."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage as _storage
from django.test import Client
from django.urls import reverse

from config import static_files
from stores.templatetags import desk as tags
from tests.rigs.people import Cast

staticfiles_storage: Any = _storage


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "config.static_files.Files"}}
    return tmp_path / "static"


def test_a_start_makes_each_file_with_a_name_of_its_content_and_small(root: Path) -> None:
    static_files.ensure()

    sheet = root / staticfiles_storage.stored_name("css/all.css")
    assert sheet.name != "all.css"
    assert gzip.decompress(sheet.with_name(f"{sheet.name}.gz").read_bytes()) == sheet.read_bytes()
    assert sheet.read_text().startswith("/*")
    assert all((root / name).read_bytes() in sheet.read_bytes() for name in tags.SHEETS)
    assert str(tags.stylesheets.__wrapped__()).count("<link") == 1


def test_a_second_start_makes_nothing_and_a_new_version_makes_it_again(
    root: Path, tmp_path: Path, settings: Any
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "new.css").write_text("a { color: red }")
    static_files.ensure()
    before = sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*") if path.name != ".lock")

    static_files.ensure()
    after = sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*") if path.name != ".lock")
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, tmp_path / "more"]
    static_files.ensure()

    assert before == after
    assert staticfiles_storage.stored_name("new.css") != "new.css"


def test_without_a_place_for_them_pages_name_the_files_plainly(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(static_files, "_make", full)

    static_files.ensure()

    assert staticfiles_storage.url("css/base.css") == "/static/css/base.css"
    assert str(tags.stylesheets.__wrapped__()).count("<link") == len(tags.SHEETS)


@pytest.mark.django_db
def test_a_page_is_compressed_with_random_padding_and_a_table_as_it_streams(cast: Cast, browser_of: Any) -> None:
    browser: Client = browser_of(cast.owner, headers={"Accept-Encoding": "gzip"})

    pages = [browser.get(reverse("orders:list")) for _ in range(8)]
    table: Any = browser.post(reverse("orders:export"))

    assert {page["Content-Encoding"] for page in pages} == {"gzip"}
    assert len({len(page.content) for page in pages}) > 1
    assert b"<!doctype html>" in gzip.decompress(pages[0].content)
    assert {"Accept-Encoding", "HX-Request"} <= {name.strip() for name in pages[0]["Vary"].split(",")}
    assert table.streaming
    assert gzip.decompress(b"".join(table.streaming_content)).startswith(b"Order,Shop")
    assert "Content-Encoding" not in Client().get(reverse("account_login"))
