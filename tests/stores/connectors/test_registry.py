"""One list of connectors for all kinds."""

from __future__ import annotations

import pytest

from notifications.channels.mail import Mail
from stores.connectors import registry
from stores.connectors.roles import Connector, HookSource, OrderSource, Refunder
from stores.platforms import registry as platforms
from stores.platforms.modern_dropship import ModernDropship
from stores.platforms.shopify import Shopify


def test_every_platform_is_handed_in_when_the_app_is_ready():
    assert registry.playing(OrderSource) == platforms.all_platforms()
    assert {kind.key for kind in platforms.all_platforms()} == {
        key for key in platforms.PLATFORMS if registry.get(key) is platforms.get(key)
    }


def test_those_of_a_role_are_listed_by_what_they_inherit():
    assert ModernDropship not in registry.playing(Refunder)
    assert ModernDropship in registry.playing(HookSource)


def test_an_unknown_key_is_nobody():
    with pytest.raises(KeyError):
        registry.get("yesterdays")


def test_the_same_class_may_be_handed_in_again_and_another_may_not_take_its_key():
    registry.register(Shopify)

    with pytest.raises(ValueError, match="Twin and Shopify have one key: shopify"):
        registry.register(type("Twin", (Shopify,), {}))

    assert registry.get("shopify") is Shopify


def test_every_connector_has_two_letters_of_its_own():
    kinds = [*registry.playing(Connector), Mail]
    letters = [kind.glyph for kind in kinds]

    assert {kind.key: kind.glyph for kind in kinds if len(kind.glyph) != 2 or not kind.glyph.isalpha()} == {}
    assert sorted(letters) == sorted(set(letters))
