"""Which orders are one order in two shops; only what the viewer may see is named."""

from __future__ import annotations

import pytest

from stores.models import Role, StoreState
from stores.platforms.shopify import Shopify
from stores.selectors import mirrored_orders
from stores.services import orders
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mirroring(monkeypatch):
    """A platform whose orders mirror others, as its adapter says."""
    monkeypatch.setattr(Shopify, "copies_by", "source_id")


@pytest.fixture
def viewer():
    return make.person()


@pytest.fixture
def shops(viewer):
    made = [make.store("Wholesale"), make.store("Boutique"), make.store("Market")]
    for shop in made:
        make.membership(viewer, shop, Role.STAFF)
    return made


def keep(shop, number, *, source="", sku="RED"):
    order = make.canonical_order(lines=[make.line(sku=sku)], number=number, source_id=source)
    return orders.save(shop, order, make.NOW)


def seen(viewer, *rows):
    found = mirrored_orders.seen_by(viewer, rows)
    return {pk: [(other.record.pk, other.is_copy) for other in others] for pk, others in found.items()}


def test_each_names_the_other(viewer, shops):
    original, copy = keep(shops[0], "#1047"), keep(shops[1], "MD-9", source="1047")

    assert seen(viewer, original, copy) == {original.pk: [(copy.pk, True)], copy.pk: [(original.pk, False)]}
    assert seen(viewer, original) == {original.pk: [(copy.pk, True)]}


def test_a_list_shows_the_pair_once_and_a_copy_found_alone(viewer, shops):
    original, copy = keep(shops[0], "#1047"), keep(shops[1], "MD-9", source="#1047")

    both, alone = [copy, original], [copy]

    assert mirrored_orders.once(both, mirrored_orders.seen_by(viewer, both)) == [original]
    assert mirrored_orders.once(alone, mirrored_orders.seen_by(viewer, alone)) == [copy]


def test_a_shop_the_viewer_may_not_see_is_not_named(viewer, shops):
    original, copy = keep(shops[0], "#1047"), keep(make.store("Stranger"), "MD-9", source="1047")

    assert seen(viewer, original, copy) == {copy.pk: [(original.pk, False)]}


def test_a_number_in_several_shops_is_decided_by_what_is_sold(viewer, shops):
    keep(shops[0], "#1047", sku="BLUE")
    right, copy = keep(shops[2], "#1047", sku="RED"), keep(shops[1], "MD-9", source="1047", sku="RED")

    assert seen(viewer, copy) == {copy.pk: [(right.pk, False)]}


def test_where_nothing_decides_nothing_is_linked(viewer, shops):
    keep(shops[0], "#1047")
    keep(shops[2], "#1047")

    assert seen(viewer, keep(shops[1], "MD-9", source="1047")) == {}


@pytest.mark.parametrize("change", ["same shop", "disconnected", "no platform mirrors"])
def test_what_is_no_pair(viewer, shops, monkeypatch, change):
    original = keep(shops[0], "#1047")
    copy = keep(shops[0 if change == "same shop" else 1], "MD-9", source="1047")
    if change == "disconnected":
        shops[1].state = StoreState.DISCONNECTED
        shops[1].save()
    if change == "no platform mirrors":
        monkeypatch.setattr(Shopify, "copies_by", "")

    assert seen(viewer, original, copy) == {}


def test_many_cost_as_much_as_one(viewer, shops, django_assert_num_queries):
    rows = [keep(shops[0], f"#{n}") for n in range(20)] + [keep(shops[1], f"MD-{n}", source=f"{n}") for n in range(20)]

    with django_assert_num_queries(3):
        assert len(mirrored_orders.seen_by(viewer, rows)) == 40


def test_a_platform_that_mirrors_nothing_keeps_no_source(shops, monkeypatch):
    monkeypatch.setattr(Shopify, "copies_by", "")

    assert keep(shops[0], "#1047", source="1001").source_folded == ""
