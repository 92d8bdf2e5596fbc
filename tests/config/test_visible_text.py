"""Marks that turn the direction of reading, in whoever's text, are spelt out wherever it is shown."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cancellations.services import notes
from stores.canonical.order import Person
from stores.kernel import plain_text
from tests import make

MARKED = "\u202egpj.exe\u2066\u200f\u061c"
SPELT = "[U+202E]gpj.exe[U+2066][U+200F][U+061C]"


@pytest.mark.django_db
def test_stored_text_is_shown_with_its_marks_spelt_out(cast, browser_of):
    order = make.canonical_order(
        lines=[make.line(title=f"Title {MARKED}")], customer=Person(name=f"Name {MARKED}", email="a@b.example")
    )
    record = make.order_record(store=cast.shop_a, order=order)
    held = make.cancellation(record=record, requester=cast.staff_a)
    held.note = notes.keep(f"Note {MARKED}", store=cast.shop_a)
    held.save()
    browser = browser_of(cast.admin_a)

    pages = {
        url: browser.get(url).content.decode()
        for url in (reverse("orders:list"), reverse("orders:detail", args=[record.uuid]),
                    reverse("cancellations:detail", args=[held.uuid]), reverse("cancellations:list"))
    }  # fmt: skip
    exported = b"".join(browser.post(reverse("orders:export")).streaming_content).decode()

    assert f"Name {SPELT}" in pages[reverse("orders:list")]
    assert f"Title {SPELT}" in pages[reverse("orders:detail", args=[record.uuid])]
    assert f"Note {SPELT}" in pages[reverse("cancellations:detail", args=[held.uuid])]
    assert f"Name {SPELT}" in exported
    for page in (*pages.values(), exported):
        assert not plain_text.DIRECTION.search(page)


@pytest.mark.parametrize("code", [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_every_mark_is_spelt_out_in_text_and_in_bytes(code):
    text = f"a{chr(code)}b"

    assert plain_text.shown(text) == f"a[U+{code:04X}]b"
    assert plain_text.shown_bytes(text.encode()).decode() == plain_text.shown(text)


@pytest.mark.parametrize("text", ["héllo שלום مرحبا 日本", "a\u200bb\u2060c\u2028", "‘quotes’ — dashes…"])
def test_no_other_letter_is_touched(text):
    assert plain_text.shown_bytes(text.encode()).decode() == text
