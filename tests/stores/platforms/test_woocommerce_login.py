"""Who we are to a shop: Basic over TLS, a signature in the address where WordPress does not see it; and which shop."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from stores.canonical.commands import Found
from stores.connectors import oauth1
from stores.kernel.errors import CredentialsRejected, InputRejected, OutcomeUnknown, RemoteRefused
from stores.kernel.security import redaction
from stores.platforms.woocommerce import WooCommerce
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent
from tests.stores.platforms.woocommerce import place, recorded

VECTOR = "oMUyeyj8M3sAyfTmFWtFV94GsoXOGTTuSpdLbL2F9p0="
BASE = (
    "GET&http%3A%2F%2Fshop.example%2Fwp-json%2Fwc%2Fv3%2Forders&oauth_consumer_key%3Dck_demo"
    "%26oauth_nonce%3D0123456789abcdef%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1767225600"
    "%26per_page%3D100%26status%3Dprocessing"
)


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


def test_the_vector_of_the_official_client():
    url = "http://shop.example/wp-json/wc/v3/orders?per_page=100&status=processing"
    keys = {"consumer_key": "ck_demo", "consumer_secret": "cs_demo"}
    found = oauth1.address("GET", url, keys, nonce="0123456789abcdef", timestamp=1767225600)
    asked = dict(parse_qsl(urlsplit(found).query))
    pairs = [(name, value) for name, value in asked.items() if name != "oauth_signature"]

    assert asked["oauth_signature"] == VECTOR
    assert oauth1.base_string("GET", "http://shop.example/wp-json/wc/v3/orders", pairs) == BASE


def test_over_tls_the_key_travels_in_its_header_and_never_in_the_address(network):
    network.get(place.ANY, json=recorded.order())
    network.get(place.ANY, json=recorded.refunds())
    network.get(place.ANY, json={"method_supports": ["products", "refunds"]})
    place.on_network({"key": "ck_demo", "secret": "cs_demo"}).read_order("727")

    expected = "Basic " + base64.b64encode(b"ck_demo:cs_demo").decode()
    assert {call.request.headers["Authorization"] for call in network.calls} == {expected}
    assert not any("ck_" in call.request.url or "cs_" in call.request.url for call in network.calls)


def test_a_signed_address_reaches_a_shop_that_hears_no_basic(world):
    world.switch("woocommerce_login", "oauth")
    journal = Sent()
    with pytest.raises(CredentialsRejected) as caught:
        place.on_world(world).check_access()
    assert "signed connection" in caught.value.user_message

    shop = place.on_world(world, journal=journal, login="oauth")
    order = place.made(world, shop)
    shop.carry_out(place.part(shop, order), key=rig.KEY, tag=rig.TAG)
    shop.carry_out(place.cancel(order), key=rig.KEY, tag=rig.TAG)

    assert len(world.effects(order.external_id, kind="refund")) == 1
    assert not any("oauth" in request.path or "ck_" in repr(request) for request in journal.requests)


def test_each_send_is_signed_anew_also_after_a_refused_nonce(network):
    network.get(place.ANY, json={"code": "woocommerce_rest_authentication_error", "message": "x"}, status=401)
    network.get(place.ANY, json=recorded.order())
    network.get(place.ANY, json=recorded.refunds())
    network.get(place.ANY, json={"method_supports": ["refunds"]})

    place.on_network(login="oauth").read_order("727")

    sent = [parse_qs(urlsplit(call.request.url).query) for call in network.calls]
    assert len({one["oauth_nonce"][0] for one in sent}) == len(sent) == 4
    assert not any("Authorization" in call.request.headers for call in network.calls)


def test_a_signed_write_that_came_twice_is_never_signed_anew(world):
    """Of the copies the second is answered, with a used nonce: the first has paid already."""
    world.switch("woocommerce_login", "oauth")
    shop = place.on_world(world, login="oauth")
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("doubled", on="refund_create")

    with pytest.raises(OutcomeUnknown):
        shop.carry_out(command, key=rig.KEY, tag=rig.TAG)

    assert len(world.effects(order.external_id, kind="refund")) == 1
    assert isinstance(shop.find(command, tag=rig.TAG, before=order), Found)


@pytest.mark.parametrize(
    ("message", "becomes"),
    [
        ("Invalid nonce - nonce has already been used.", OutcomeUnknown),
        ("Ungültige Nonce.", OutcomeUnknown),
        ("Invalid timestamp.", CredentialsRejected),
        ("Consumer key is invalid.", CredentialsRejected),
        ("Invalid signature - provided signature does not match.", CredentialsRejected),
        ("The API key provided does not have write permissions.", RemoteRefused),
    ],
)
def test_what_a_refused_signature_says_of_a_write(message, becomes, network):
    network.get(place.ANY, json=recorded.order(refunds=[]))
    network.put(place.ANY, json={"code": "woocommerce_rest_authentication_error", "message": message}, status=401)
    order = type("O", (), {"external_id": "727"})

    with pytest.raises(becomes) as caught:
        place.on_network(login="oauth").carry_out(place.cancel(order), key=rig.KEY, tag=rig.TAG)

    assert type(caught.value) is becomes
    assert [call.request.method for call in network.calls] == ["GET", "PUT"]


def test_without_tls_the_secret_is_never_sent_whatever_was_chosen():
    for login in ("", "basic", "oauth"):
        shop = place.on_network(base_url="http://10.0.0.5:8080/shop", login=login)
        assert shop.api.auth_headers() == {}
        assert "cs_demo" not in shop.api.signed("GET", "http://10.0.0.5:8080/shop/wp-json/wc/v3/orders")


def test_plain_http_is_refused_before_anything_is_sent_unless_the_deployment_allows_it(network):
    with pytest.raises(RemoteRefused) as caught:
        place.on_network(base_url="http://10.0.0.5").read_order("1")
    assert caught.value.code == "address_refused"


@pytest.mark.parametrize(
    ("said", "site"),
    [
        ("shop.example.com", "shop.example.com"),
        ("https://Shop.Example.com/", "shop.example.com"),
        (" shop.example.com/store ", "shop.example.com/store"),
        ("shop.example.com:8443/a/B", "shop.example.com:8443/a/B"),
    ],
)
def test_a_shop_is_reached_at_its_own_address(said, site):
    shop = WooCommerce(rig.connection({"shop": said}, {}, session=None))
    assert shop.base_url() == f"https://{site}"
    assert shop.order_url("727", "") == f"https://{site}/wp-admin/post.php?post=727&action=edit"


@pytest.mark.parametrize(
    "said",
    [
        "", "localhost", "127.0.0.1", "http://shop.example.com", "shop.example.com@evil.example",
        "shop.example.com?x=1",
        "shop.example.com#x", "shop.example.com:22", "shop.example.com/../x", "shop example.com", "shöp.example.com",
        "[::1]", "shop.example.com//x", "-x.example.com", "shop.example.com/%2e%2e",
    ],
)  # fmt: skip
def test_what_is_no_shop_address_is_refused(said):
    with pytest.raises(InputRejected) as caught:
        WooCommerce(rig.connection({"shop": said}, {}, session=None)).base_url()
    assert caught.value.field == "shop"


def test_a_shop_in_a_folder(world):
    WooCommerceSimulator(world).add_shop("demo", folder="store")
    for login in ("basic", "oauth"):
        world.switch("woocommerce_login", login)
        assert place.on_world(world, login=login).check_access().account == "demo.woocommerce.example/store"


# --- test connection ---------------------------------------------------------------------------------
def test_the_connection_tells_name_currency_zone_and_rights(world):
    shop = place.on_world(world)
    place.made(world, shop)
    access = shop.check_access()

    assert (access.shop_name, access.currency, access.time_zone) == ("Demo", "USD", "America/New_York")
    assert (access.granted, access.missing) == (("read", "write"), ())
    assert (access.account, access.api_version) == ("demo.woocommerce.example", "11.1.0")
    assert world.effects() == []


def test_a_key_that_may_only_read_is_told_so(world):
    WooCommerceSimulator(world).add_shop("demo", permissions="read")
    access = place.on_world(world).check_access()
    assert access.granted == ("read",)
    assert [scope.name for scope in access.missing] == ["write"]


def test_a_wrong_secret_and_a_customers_key_are_refused(world):
    shop = place.on_world(world)
    wrong = WooCommerce(replace(shop.connection, secrets={"key": "ck_demo_sandbox", "secret": "cs_wrong"}))
    with pytest.raises(CredentialsRejected):
        wrong.check_access()

    WooCommerceSimulator(world).add_shop("demo", role="customer")
    with pytest.raises(RemoteRefused) as caught:
        shop.check_access()
    assert "shop manager" in caught.value.user_message


def test_a_key_in_a_log_is_masked():
    key, secret = "ck_" + "0a" * 20, "cs_" + "f9" * 20
    assert redaction.text(f"x {key} {secret}") == "x [redacted] [redacted]"
    assert redaction.text("stock_status_changed") == "stock_status_changed"


def test_a_webhook_secret_is_of_letters_and_digits(world):
    """The store decodes entities in it before it signs."""
    import re

    declared = next(field for field in WooCommerce.credentials if field.name == "webhook_secret")
    assert re.fullmatch(declared.pattern, "demoHookSecretOfTheSandbox")
    assert not [bad for bad in ("a&amp;b" * 4, "short", 'with"quote' * 3) if re.fullmatch(declared.pattern, bad)]


def test_a_query_of_odd_letters_is_signed_and_sent_as_it_was_asked():
    url = "https://shop.example/wp-json/wc/v3/orders?search=a%20b%2Bc~&status="
    keys = {"consumer_key": "ck", "consumer_secret": "cs"}
    found = oauth1.address("GET", url, keys, nonce="n", timestamp=1, signed_as="http")

    assert found.startswith(
        "https://shop.example/wp-json/wc/v3/orders?search=a%20b%2Bc~&status=&oauth_consumer_key=ck&"
    )
    assert dict(parse_qsl(urlsplit(found).query))["search"] == "a b+c~"
