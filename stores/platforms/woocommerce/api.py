"""Speaking REST with one shop: its address, login, pages, and what shops and hosts refuse as our classes.

The code of a refusal decides, not the status: it travels as HTTP 500 there.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from stores.connectors import oauth1
from stores.connectors.errors import Outcomes, Row, Said, code_in
from stores.connectors.rest import Query, RestApi
from stores.connectors.roles import ConnectorContext
from stores.connectors.sentences import _
from stores.kernel import errors
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Caller
from stores.platforms.woocommerce import capabilities

# --- where the site is: it decides where we connect to, so it is matched fully ------------------------
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
SITE = re.compile(
    rf"(?:{LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9](?::8443)?(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{{0,60}}){{0,4}}", re.ASCII
)
SHOP_PATTERN = r"(https://)?[A-Za-z0-9.-]{4,250}(:8443)?(/[A-Za-z0-9._~-]+){0,4}/?"
SHOP_HELP = _("As in shop.example.com, or shop.example.com/store where WordPress lives in a folder.")


def shop_site(settings: Mapping[str, str]) -> str:
    """shop.example.com/store: the shop's own name, also for its account. Raises InputRejected."""
    said = settings.get("shop", "").strip().removeprefix("https://").rstrip("/")
    host, slash, folder = said.partition("/")
    found = f"{host.lower()}{slash}{folder}"
    if not SITE.fullmatch(found):
        raise errors.InputRejected("shop", str(SHOP_HELP))
    return found


def shop_url(settings: Mapping[str, str]) -> str:
    """https always, unless the deployment's own gateway is named."""
    return settings.get("base_url", "").rstrip("/") or f"https://{shop_site(settings)}"


def is_signing(settings: Mapping[str, str]) -> bool:
    """OAuth where it is chosen, and always without TLS: the secret itself never travels in clear."""
    return settings.get("login", "") == "oauth" or shop_url(settings).startswith("http://")


# --- errors -------------------------------------------------------------------------------------------
def said_by(body: Any) -> str:
    """Their message in plain text; a shop may speak its own language."""
    said = body.get("message") if isinstance(body, Mapping) else None
    return re.sub(r"<[^>]*>", "", said)[:500] if isinstance(said, str) else ""


NO_ORDER = ("woocommerce_rest_shop_order_invalid_id", "woocommerce_rest_invalid_order_id")
# Refusals of a refund that travel as 500: looked at, and nothing is kept.
FINAL_500 = ("woocommerce_rest_cannot_create_order_refund", "woocommerce_rest_invalid_order_refund", *NO_ORDER)
CHECKED = re.compile(  # sums and units that no longer fit: preview and computed refunds
    r"^woocommerce_rest_(quantity_exceeds_refundable|line_item_already_refunded|order_not_refundable"
    r"|preview_exceeds_max_refundable|refund_exceeds_remaining|refund_total_exceeds_(line|remaining))( |$)"
)
LOGIN_CODE = "woocommerce_rest_authentication_error"
# Logins that failed before anything was done. What else has this code may be a used nonce, in the shop's language.
NOT_ENTERED = re.compile(r"consumer (key|secret)|signature|timestamp", re.IGNORECASE)
# The provider gave no answer in time: core deletes its record of the refund, and the money may have moved all the same.
NO_ANSWER = re.compile(r"cURL error|timed?[ -]?out|timeout|connection (was )?(reset|closed|lost)", re.IGNORECASE)
NO_JSON = {""}  # a page without a code: the host's firewall, maybe after WordPress acted; or PHP died
OUTCOMES = Outcomes(
    rows=(
        Row(status={429}, words=capabilities.STATUSES[429]),
        # no words of WooCommerce's: "not processed", as others mean by it, is promised by nobody here
        Row(status={409, 423}, effect=True, becomes=errors.OutcomeUnknown),
        Row(status={401}, text="(?i)write permission", becomes=errors.RemoteRefused, code="read_only",
            words=capabilities.READ_ONLY),
        Row(status={401}, becomes=errors.CredentialsRejected, words=capabilities.LOGIN, theirs=True),
        Row(status={500}, codes=FINAL_500, text=NO_ANSWER, effect=True, becomes=errors.OutcomeUnknown,
            code="gateway_silent", words=capabilities.GATEWAY_SILENT, theirs=True),
        Row(status=range(400, 600), codes=NO_ORDER, becomes=errors.RemoteRefused, code="not_found",
            words=capabilities.NOT_FOUND),
        *(
            Row(status={500}, codes=FINAL_500, text=text, becomes=errors.RemoteRefused, words=words, theirs=True)
            for text, words in (
                ("(?i)automatic refunds|gateway for this order does not exist", capabilities.NO_AUTOMATIC),
                ("(?i)invalid refund amount", capabilities.STALE),
                ("", capabilities.GATEWAY),
            )
        ),
        Row(status={404}, codes=NO_JSON, becomes=errors.RemoteRefused, code="no_api", words=capabilities.NO_API),
        Row(status={403, 406, 501}, codes=NO_JSON, effect=True, becomes=errors.OutcomeUnknown, code="page"),
        Row(status={403, 406, 501}, codes=NO_JSON, becomes=errors.RemoteUnavailable, code="page",
            words=capabilities.HOST),
        Row(codes={"rest_no_route"}, words=capabilities.NO_ROUTE),
        Row(text=CHECKED, words=capabilities.STALE, theirs=True),
        Row(text=r"^(woocommerce_rest_cannot_\w+|rest_forbidden\w*)( |$)", words=capabilities.NO_RIGHT, theirs=True),
    ),
    parse=lambda body: Said(code_in(body), said_by(body)),
    words=capabilities.refused,
    platform="WooCommerce",
)  # fmt: skip


# --- the way ------------------------------------------------------------------------------------------
PAGE = 100  # the most they give
MOST_PAGES = 20
DIGITS = 8  # more than any store keeps of a line
FINE: Query = (("dp", str(DIGITS)),)  # without it lines come rounded to the store's prices, and no longer add up


class Api(RestApi):
    """One shop's REST API; also the transport's Signer. `is_once`: of a write, which is never signed anew, since a
    nonce that was used may mean that it has already arrived."""

    outcomes = OUTCOMES
    ident = re.compile(r"[0-9]{1,19}", re.ASCII)
    not_found, unreadable = capabilities.NOT_FOUND, capabilities.UNREADABLE
    bucket_points, points_per_second = 10.0, 5.0  # ours: WooCommerce has no limit, small hosts do
    effect_seconds = 60.0  # a refund waits for the payment provider

    def __init__(self, connection: ConnectorContext, *, is_once: bool = False) -> None:
        super().__init__(connection)
        self.is_once = is_once

    @cached_property
    def site(self) -> str:
        """Raises InputRejected for a shop address that is none."""
        return shop_url(self.connection.settings)

    @cached_property
    def is_signing(self) -> bool:
        return is_signing(self.connection.settings)

    def address(self, path: str) -> str:
        return f"{self.site}/wp-json/{f'wc/v3/{path}' if path else ''}"

    # --- what is asked -------------------------------------------------------------------------
    def rows(self, path: str, query: Query = ()) -> tuple[list[Node], Mapping[str, str]]:
        """One page of a list, and the answer's headers."""
        found, headers = self.page(path, query)
        return json_readers.nodes({"rows": found}, "rows"), headers

    def page(self, path: str, query: Query = ()) -> tuple[list[Any], Mapping[str, str]]:
        """As `rows`, whatever its rows are."""
        answer = self.send("GET", path + (f"?{urlencode(query)}" if query else ""))
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
        return json_readers.node(self.send("GET", "").body, "index")

    def probe(self, path: str) -> None:
        """A change of nothing at all, to hear whether one would be allowed."""
        self.send("PUT", path, {})

    def sorted_out(self, exc: errors.RemoteError, path: str, *, effect: bool) -> errors.RemoteError:
        """A used nonce under an effect: something on the way sent it twice, and the first may have acted."""
        code, said = code_in(exc.answer), said_by(exc.answer)
        is_login = exc.status == 401 and code in ("", LOGIN_CODE) and not NOT_ENTERED.search(said)
        if is_login and effect and self.is_signing and "write permission" not in said.lower():
            told = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
            return errors.OutcomeUnknown(said or "401", code=code or "401", **told)
        return super().sorted_out(exc, path, effect=effect)

    def checked(self, answer: Answer, *, effect: bool) -> Answer:
        if not effect and answer.body is None:
            raise Misread("body")  # `null` is no empty list
        return answer

    def caller(self, method: str, url: str, *, effect: bool) -> Caller:
        return Api(self.connection, is_once=True) if effect else self

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
        return self.is_signing and not self.is_once


def order_path(order_id: str, rest: str = "") -> str:
    """Raises RemoteRefused for what is no id, before anything is sent."""
    return f"orders/{Api.part(order_id)}{rest}"
