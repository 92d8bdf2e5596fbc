"""A shop of each platform as the sandbox serves it: the address and credentials that a connection form would take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stores.sandbox.world import World


@dataclass(frozen=True)
class House:
    """`settings` and `secrets` as `connections.connect` takes them."""

    platform: str
    settings: dict[str, str]
    secrets: dict[str, str]
    currency: str
    scopes: tuple[str, ...]


def shopify(world: World, name: str, base: str) -> House:
    shop = world.shop(name) or world.add_shop(name)
    settings = _address({"shop": f"{name}.myshopify.com"}, base, "shopify", name)
    return House("shopify", settings, {"token": shop["static_token"]}, shop["currency"], tuple(shop["scopes"]))


def shoplazza(world: World, name: str, base: str) -> House:
    shop = world.shoplazza.shop(name) or world.shoplazza.add_shop(name)
    settings = _address({"shop": f"{name}.myshoplaza.com"}, base, "shoplazza", name)
    return House("shoplazza", settings, {"token": shop["token"]}, shop["currency"], tuple(shop["scopes"]))


def modern_dropship(world: World, name: str, base: str) -> House:
    account = world.modern_dropship.account(name) or world.modern_dropship.add_account(name)
    settings = {"base_url": f"{base}/modern_dropship"} if base else {}  # the key says which account
    return House("modern_dropship", settings, {"api_key": account["key"]}, "USD", ())


HOUSES: dict[str, Callable[[World, str, str], House]] = {
    "shopify": shopify,
    "shoplazza": shoplazza,
    "modern_dropship": modern_dropship,
}


def open_house(world: World, platform: str, name: str = "demo", *, base: str = "") -> House:
    """base: where the sandbox is served; "" = reached in process under the platform's own host."""
    return HOUSES[platform](world, name, base)


def make_order(world: World, platform: str, name: str, **words: Any) -> str:
    """One order in the words of that platform's spec; its external id."""
    if platform == "shopify":
        return world.make_order(name, **words).id
    house = getattr(world, platform)
    made: str = house.make_order(name, **words).id
    return made


def _address(settings: dict[str, str], base: str, platform: str, name: str) -> dict[str, str]:
    return settings | ({"base_url": f"{base}/{platform}/{name}"} if base else {})
