"""The way out: which addresses may be called, and that the address checked is the address connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import pytest
import requests

from stores.kernel.errors import InputRejected
from stores.kernel.http import network

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.9.9", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "192.0.0.192", "192.0.2.7", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1",
    "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1",
    "2001:db8::1", "3fff::1",
]  # fmt: skip
BAD_URLS = [
    "http://shop.example", "ftp://shop.example", "https://", "//shop.example", "https://user:pw@shop.example",
    "https://user@shop.example", "https://127.0.0.1", "https://[::1]", "https://127.1", "https://2130706433",
    "https://0x7f000001", "https://shop.example:22", "https://shop.example:99999", "https://shop.example/#x",
    "https://shop.example\\@evil.example", "https://shop .example", "https://shop.exam\nple", "https://[::1",
    "https://shöp.example", "javascript:alert(1)", "file:///etc/passwd", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not network.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111"])
def test_an_address_of_the_open_network_is_public(address):
    assert network.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_we_do_not_call_is_refused_at_its_field(url):
    with pytest.raises(InputRejected) as caught:
        network.Egress().check_url(url)

    assert caught.value.field == "base_url"


@pytest.mark.parametrize("url", ["https://demo.myshopify.com/admin", "https://gateway.example:8443/x"])
def test_a_plain_https_address_is_accepted(url):
    network.Egress().check_url(url)


def test_the_deployment_may_allow_networks_of_its_own():
    sandbox = network.Egress.allowing(["127.0.0.0/8"])

    sandbox.check_url("http://127.0.0.1:8123/shopify")
    assert sandbox.may_connect(ipaddress.ip_address("127.0.0.1"), scheme="http", port=8123)
    assert not sandbox.may_connect(ipaddress.ip_address("10.0.0.1"), scheme="http", port=80)
    assert not sandbox.may_connect(ipaddress.ip_address("1.1.1.1"), scheme="http", port=80)


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["93.184.215.14", "10.0.0.1"]], ids=["private", "one of two"])
def test_a_name_that_leads_inside_is_not_connected_to(addresses, monkeypatch, unmocked):
    monkeypatch.setattr(socket, "getaddrinfo", resolving(addresses))

    with pytest.raises(requests.ConnectionError) as caught:
        network.open_session(network.Egress()).get("https://rebinding.example/", timeout=1)

    assert isinstance(caught.value.args[0].reason, network.AddressRefused)


def test_the_checked_address_is_the_one_connected_to(monkeypatch, unmocked):
    tried: list[object] = []

    def refuse(self: socket.socket, where: object) -> None:
        tried.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolving(["93.184.215.14"]))
    monkeypatch.setattr(socket.socket, "connect", refuse)

    with pytest.raises(requests.ConnectionError):
        network.open_session(network.Egress()).get("https://shop.example/", timeout=1)

    assert tried == [("93.184.215.14", 443)]


def test_a_session_hears_nothing_of_the_environment(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")

    session = network.open_session(network.Egress())

    assert session.trust_env is False
    adapter = session.get_adapter("https://x")
    assert isinstance(adapter, network.GuardedAdapter)
    assert adapter.max_retries.total == 0


def resolving(addresses: list[str]) -> Callable[..., object]:
    return lambda host, port, **kw: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]
