"""Speaking REST with one shop: login, addresses, pages, and the platform's errors as our classes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from stores.connectors import oauth1
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import RemoteError, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.woocommerce import address, errors, messages

IDENT = re.compile(r"[0-9]{1,19}", re.ASCII)
BUCKET, PER_SECOND = 10.0, 5.0  # ours: WooCommerce has no limit, small hosts do
PAGE = 100  # the most they give
MOST_PAGES = 20
SLOW = 60.0  # seconds: a refund waits for the payment provider
Query = Sequence[tuple[str, str]]
DIGITS = 8  # more than any store keeps of a line
FINE: Query = (("dp", str(DIGITS)),)  # without it lines come rounded to the store's prices, and no longer add up


class Api:
    """One shop's REST door; also the transport's Caller and Signer."""

    def __init__(self, connection: ConnectorContext) -> None:
        self.connection = connection

    @cached_property
    def site(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        return address.base_url(self.connection.settings)

    @cached_property
    def is_signing(self) -> bool:
        return address.signs(self.connection.settings)

    def get(self, path: str, query: Query = ()) -> Node:
        return json_readers.node(self._send("GET", path, query).body, path)

    def rows(self, path: str, query: Query = ()) -> tuple[list[Node], Mapping[str, str]]:
        """One page of a list, and the answer's headers."""
        found, headers = self.page(path, query)
        return json_readers.nodes({"rows": found}, "rows"), headers

    def page(self, path: str, query: Query = ()) -> tuple[list[Any], Mapping[str, str]]:
        """As `rows`, whatever its rows are."""
        answer = self._send("GET", path, query)
        return json_readers.items({"rows": answer.body}, "rows"), answer.headers

    def every(self, path: str, query: Query = ()) -> Iterator[Node]:
        """A short list whole. The headers say where it ends: a host may give fewer rows a page than were asked for."""
        for page in range(1, MOST_PAGES + 1):
            found, headers = self.rows(path, [("per_page", str(PAGE)), ("page", str(page)), *query])
            yield from found
            said = headers.get("x-wp-totalpages", "")
            if page >= int(said) if said.isascii() and said.isdecimal() and len(said) < 6 else len(found) < PAGE:
                return
        raise Misread("too many pages")

    def index(self) -> Node:
        """What the site says of itself, to everybody."""
        return json_readers.node(self._send("GET", "", at=f"{self.site}/wp-json/").body, "index")

    def ask(self, path: str, body: Mapping[str, Any]) -> Node:
        """A POST that changes nothing."""
        return json_readers.node(self._send("POST", path, body=body).body, path)

    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send through the journal, exactly once."""
        return self._send(method, path, body=body, effect=True)

    def probe(self, path: str) -> None:
        """A change of nothing at all, to hear whether one would be allowed."""
        self._send("PUT", path, body={})

    def _send(
        self, method: str, path: str, query: Query = (), *, body: Any = None, effect: bool = False, at: str = ""
    ) -> Answer:
        url = at or f"{self.site}/wp-json/wc/v3/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            answer: Answer = self.connection.transport.send(
                method,
                url,
                json=body,
                effect=effect,
                caller=Once(self) if effect else self,
                timeout=SLOW if effect else None,
            )
        except RemoteError as exc:
            raise errors.sorted_out(exc, effect=effect, is_signed=self.is_signing) from exc
        if method == "GET" and answer.body is None:
            raise Misread("body")  # `null` is no empty list
        return answer

    # --- the transport's Caller and Signer ---------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        """Basic, where TLS is all the way. Credentials in the address are not offered: they end in access logs."""
        if self.is_signing:
            return {}
        pair = f"{self._secret('key')}:{self._secret('secret')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    def signed(self, method: str, url: str) -> str:
        """The address as it leaves; made anew for each send, after the journal has kept the plain one.

        Signed as http, for which a WordPress takes it that does not believe that the connection is secure. Source: the
        vendor's REST documentation, "Authentication over HTTP".
        """
        if not self.is_signing:
            return url
        keys = {"consumer_key": self._secret("key"), "consumer_secret": self._secret("secret")}
        stamp = int(self.connection.now().timestamp())
        return oauth1.address(method, url, keys, nonce=oauth1.fresh_nonce(), timestamp=stamp, signed_as="http")

    def _secret(self, name: str) -> str:
        return self.connection.secrets.get(name, "")

    def renew(self) -> bool:
        """Of a read: a nonce that was used or a clock that jumped. The next signature is another one; a key is not."""
        return self.is_signing

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=1, actual=1, maximum=BUCKET, per_second=PER_SECOND)


@dataclass(frozen=True)
class Once:
    """The Caller of a write, which is never signed anew: a nonce that was used may mean that it has already arrived."""

    api: Api

    def auth_headers(self) -> Mapping[str, str]:
        return self.api.auth_headers()

    def signed(self, method: str, url: str) -> str:
        return self.api.signed(method, url)

    def renew(self) -> bool:
        return False

    def usage(self, answer: Answer) -> Usage:
        return self.api.usage(answer)


def order_path(order_id: str, rest: str = "") -> str:
    """Raises RemoteRefused for what is no id, before anything is sent."""
    return f"orders/{check_id(order_id)}{rest}"


def check_id(found: str) -> str:
    if not IDENT.fullmatch(found):
        raise RemoteRefused("no such order", code="not_found", user_message=str(messages.NOT_FOUND))
    return found
