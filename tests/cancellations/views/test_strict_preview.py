"""The order page takes what it offers and nothing else; text that lies about its direction is shown spelt out."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cancellations.forms.preview import PreviewForm, typed_of
from cancellations.models import Preview
from tests import make

LINE = make.line(units=3)
ORDER = make.canonical_order(lines=[LINE, make.line()])
U, S, P = f"units.{LINE.id}", f"stock.{LINE.id}", f"part.{ORDER.payments[0].id}"

REFUSED = [
    (U, " 1 "), (U, "1 "), (U, "１"), (U, "1e0"), (U, "1\0"), (U, " "),
    (S, "zzz"), (S, "at:zzz"), (S, "at:"), (S, " keep"), (S, "KEEP"), ("stock.zzz", "keep"), ("stock.zzz", "zzz"),
    (P, " 5.00"), (P, "5,00"), ("amount", "5.00 "), ("amount", "1_0"), ("shipping", "\t1"), ("shipping", "zzz"),
    ("reason", "zzz"), ("reason", " customer"), ("reason_was", "zzz"), ("refund", "zzz"), ("refund", "full "),
    ("restock", "zzz"), ("restock", "1"), ("notify", "true"), ("fill", "zzz"), ("fill", "all "),
    ("page", "zzz"), ("page", "-1"), ("page", "1.5"), ("page", " 1"), ("page", "１"),
    ("note", "a\0b"), ("note", "a\x1b[0m"), ("note", "x" * 2001),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text"), REFUSED)
def test_what_is_not_offered_is_refused_at_its_field(field, text):
    form = PreviewForm(ORDER, {U: "1", "refund": "part", field: text})

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("field", "text"),
    [(U, "2"), (S, ""), (S, "keep"), (S, "back"), (S, f"at:{make.WAREHOUSE.id}"), (P, "5.00"), ("restock", "on"),
     ("fill", "none"), ("page", "2"), ("reason_was", "fraud"), ("note", " with\r\nlines\tand \u202emarks ")],
)  # fmt: skip
def test_what_is_offered_is_taken(field, text):
    assert PreviewForm(ORDER, {U: "1", "refund": "part", field: text}).errors == {}


@pytest.mark.parametrize(
    "typed",
    [{}, {U: "2"}, {U: "1", S: "keep"}, {U: "1", S: f"at:{make.WAREHOUSE.id}"}, {U: "3", S: "back", "notify": "on"},
     {U: "1", "refund": "part", P: "5.00"}, {U: "1", "refund": "none"}, {U: "1", "shipping": "0.50"}, {"fill": "all"},
     {U: "1", "despite_dispute": "on", "note": "She has both"}, {U: "1", "reason": "fraud", "reason_was": "fraud"}],
)  # fmt: skip
def test_a_wish_can_be_typed_again(typed):
    wish = PreviewForm(ORDER, typed).request

    again = PreviewForm(ORDER, typed_of(wish))

    assert (again.request, again.errors) == (wish, {})


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "text"), [(S, "zzz"), ("stock.zzz", "keep"), (U, " 1 "), ("note", "a\0b")])
def test_the_page_says_it_and_previews_nothing(cast, browser_of, monkeypatch, field, text):
    record = make.order_record(store=cast.shop_a, order=ORDER)
    monkeypatch.setattr("cancellations.services.preview.recent", lambda row, now: ORDER)

    answer = browser_of(cast.staff_a).post(reverse("orders:preview", args=[record.uuid]), {U: "1", field: text})

    assert answer.status_code == 422
    assert "Please correct this first." in answer.content.decode()
    assert not Preview.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("?live=zzz", 400),
        ("?live=2", 400),
        ("?like=zzz", 422),
        (f"?like={'0' * 32}", 422),
        ("?again=zzz", 422),
        (f"?again={'0' * 32}", 422),
        ("", 200),
    ],
)
def test_an_address_that_no_page_makes_is_refused(cast, browser_of, monkeypatch, question, status):
    record = make.order_record(store=cast.shop_a, order=ORDER)
    monkeypatch.setattr("cancellations.services.preview.recent", lambda row, now: ORDER)

    answer = browser_of(cast.staff_a).get(reverse("orders:detail", args=[record.uuid]) + question)

    assert answer.status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "question", "status"),
    [("orders:list", "?disputed=zzz", 422), ("orders:list", "?shop=zzz", 422), ("orders:list", "?payment=zzz", 422),
     ("orders:list", "?total_from=%205", 422), ("orders:list", "?placed_to=zzz", 422), ("orders:list", "?q=a%07", 422),
     ("cancellations:list", "?show=zzz", 422), ("cancellations:list", "?shop=zzz", 422),
     ("cancellations:list", "?since=21.11.2026", 422), ("audit:list", "?money=zzz", 422),
     ("audit:list", "?action=zzz", 422), ("audit:list", "?person=zzz", 422), ("audit:list", "?until=zzz", 422),
     ("shops:capabilities", "?platform=zzz", 422), ("people:invite", "?shop=zzz", 404),
     ("people:invite", f"?shop={'0' * 32}", 404)],
)  # fmt: skip
def test_an_unknown_value_of_a_filter_is_told_and_never_ignored(cast, browser_of, name, question, status):
    assert browser_of(cast.owner).get(reverse(name) + question).status_code == status


@pytest.mark.django_db
def test_a_proof_of_a_shop_that_is_none_is_no_empty_proof(cast, browser_of):
    answer = browser_of(cast.owner).post(reverse("audit:proof"), {"shop": "zzz"})

    assert answer["Location"] == f"{reverse('audit:list')}?shop=zzz"
