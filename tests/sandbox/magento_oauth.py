"""OAuth 1.0a by oauthlib alone, nothing of ours in it: an integration that signs, a shop that checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oauthlib.common import Request as Heard
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from oauthlib.oauth1.rfc5849 import signature

from sandbox.core.messages import Request
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.world import World


def signed(method: str, url: str, keys: Mapping[str, str], **words: Any) -> str:
    """`Authorization` as oauthlib's client writes it; words: nonce, timestamp, realm. A JSON body is not signed."""
    client = Client(
        keys["consumer_key"], client_secret=keys["consumer_secret"], resource_owner_key=keys["token"],
        resource_owner_secret=keys["token_secret"], signature_method=SIGNATURE_HMAC_SHA256, **words,
    )  # fmt: skip
    _url, headers, _body = client.sign(url, http_method=method)
    return str(headers["Authorization"])


def is_right(method: str, url: str, authorization: str, keys: Mapping[str, str]) -> bool:
    """Does oauthlib's server side take this signature?"""
    heard = Heard(url, method, headers={"Authorization": authorization})
    query = url.partition("?")[2]
    pairs = signature.collect_parameters(uri_query=query, headers=heard.headers, exclude_oauth_signature=False)
    heard.params = [(name, value) for name, value in pairs if name != "oauth_signature"]
    heard.signature = dict(pairs).get("oauth_signature", "")
    return bool(signature.verify_hmac_sha256(heard, keys["consumer_secret"], keys["token_secret"]))


def checker(world: World) -> Callable[[Request, int, Any], None]:
    """For `world.watchers`: the simulator lets in whom oauthlib lets in, and turns away whom it turns away."""

    def check(request: Request, status: int, payload: Any) -> None:
        place, said = MagentoSimulator.where(request), request.headers.get("authorization", "")
        if place is None or not said.startswith("OAuth "):
            return
        keys = MagentoSimulator(world).known(place.shop)
        scheme = "http" if request.path.startswith("/magento/") else "https"
        url = f"{scheme}://{request.headers['host']}{request.path}" + (f"?{request.query}" if request.query else "")
        is_refused = status == 401 and payload["message"] == "oauth_problem=signature_invalid"
        if status < 400 or is_refused:
            assert is_right(request.method, url, said, keys) is not is_refused, (request.method, url)

    return check
