"""OAuth 1.0a: computed vectors, a signature of its own for each send, and nothing of it in the journal."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote, urlencode

import pytest

from stores.connectors import oauth1
from stores.kernel.errors import OutcomeUnknown
from tests.stores.platforms.magento import place, recorded
from tests.stores.platforms.magento.place import world
from tests.stores.platforms.rig import KEY, TAG, Sent

__all__ = ["world"]
GIVEN = {"consumer_key": "ck", "consumer_secret": "cs", "token": "tok", "token_secret": "ts"}
WORDS = {
    "oauth_consumer_key": "ck",
    "oauth_nonce": "n0nce123",
    "oauth_signature_method": "HMAC-SHA256",
    "oauth_timestamp": "1767225600",
    "oauth_token": "tok",
    "oauth_version": "1.0",
}
CANCEL = "https://shop.example/rest/default/V1/orders/17/cancel"
LIST = "https://shop.example/rest/default/V1/orders?searchCriteria%5BpageSize%5D=50&searchCriteria%5BcurrentPage%5D=1"
BASE = (
    "POST&https%3A%2F%2Fshop.example%2Frest%2Fdefault%2FV1%2Forders%2F17%2Fcancel&oauth_consumer_key%3Dck%26oauth_nonce"
    "%3Dn0nce123%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1767225600%26oauth_token%3Dtok%26"
    "oauth_version%3D1.0"
)


def test_the_base_string_of_a_post():
    assert oauth1.base_string("POST", CANCEL, WORDS.items()) == BASE


@pytest.mark.parametrize(
    ("method", "url", "signed"),
    [
        ("POST", CANCEL, "bI4KjJcdQKxD7xlGAh9AKT/3PYoJxrlcqBBiU/7P5rE="),
        ("GET", LIST, "I+dop0ODr8UZuIz8zWBPyy+Oinq766qTKArrGpQbtqo="),
    ],
)
def test_computed_vectors(method, url, signed):
    assert oauth1.proof(oauth1.base_string(method, url, WORDS.items()), GIVEN) == signed
    said = oauth1.header(method, url, GIVEN, nonce="n0nce123", timestamp=1767225600)
    assert f'oauth_signature="{quote(signed, safe="")}"' in said
    assert said.startswith("OAuth oauth_consumer_key=")


@pytest.mark.parametrize("spelt", [urlencode, partial(urlencode, quote_via=quote), partial(urlencode, safe="[],")])
def test_however_a_query_is_spelt_it_is_signed_as_it_is_meant(spelt):
    """By RFC 5849, section 3.4.1.3; restsharp/RestSharp#1166, nickvane/Magento-RestApi#8, request/request#2966."""
    words = [
        ("searchCriteria[filter_groups][0][filters][0][field]", "customer_email"),
        ("searchCriteria[filter_groups][0][filters][0][value]", "ada+test@example.com"),
        ("searchCriteria[filter_groups][1][filters][0][value]", "%Zoë ~ 1,2*%"),
        ("searchCriteria[filter_groups][1][filters][0][conditionType]", "like"),
    ]

    signed = oauth1.base_string("GET", f"https://shop.example/rest/default/V1/orders?{spelt(words)}", WORDS.items())

    assert oauth1.proof(signed, GIVEN) == "DTEs55PmVME6OFdbUDK6pLtNODRGv8PrDeeWKKoIXiw="


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://Shop.Example:443/rest", "https://shop.example/rest"),
        ("https://shop.example:8443/rest", "https://shop.example:8443/rest"),
        ("http://127.0.0.1:8100/magento/demo/rest", "http://127.0.0.1:8100/magento/demo/rest"),
    ],
)
def test_the_usual_port_is_no_part_of_the_address(url, address):
    assert oauth1.base_string("GET", url, ()) == f"GET&{quote(address, safe='')}&"


def test_every_send_has_a_nonce_and_a_signature_of_its_own(network):
    network.get(f"{place.BASE}/orders/17", json=recorded.unpaid())
    shop = place.on_network(GIVEN)
    for _ in range(3):
        shop.read_order("17")

    said = [call.request.headers["Authorization"] for call in network.calls]
    assert len(set(said)) == 3
    assert all(len(one.split('oauth_nonce="')[1].split('"')[0]) == 32 for one in said)
    assert not any("Bearer" in one for one in said)


def test_nothing_of_the_signature_is_kept(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)
    shop.carry_out(place.part(shop, order), key=KEY, tag=TAG)

    (sent,) = journal.requests
    assert "oauth" not in repr(sent).lower()
    assert not {name for name in sent.headers if name.lower() == "authorization"}


def test_a_request_that_something_on_the_way_doubles_is_looked_up_and_not_sent_again(world):
    """The second copy meets a used nonce: its 401 says that the first arrived, so it is an effect after all."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("doubled", on="refund")

    with pytest.raises(OutcomeUnknown):
        shop.carry_out(command, key=KEY, tag=TAG)

    assert len(world.effects(order.external_id, kind="refund")) == 1
    assert type(shop.find(command, tag=TAG, before=order)).__name__ == "Found"
