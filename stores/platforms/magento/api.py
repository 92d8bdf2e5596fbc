"""Speaking REST with one shop: addresses, a signature per request, and what Magento refuses as our classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from stores.connectors import oauth1
from stores.connectors.errors import Outcomes, Row, Said, by_status
from stores.connectors.rest import Query, RestApi
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Caller
from stores.platforms.magento import capabilities
from stores.platforms.magento.money import Ways

# --- errors -------------------------------------------------------------------------------------------
NONCE = "nonce_used"
# Refusals of a credit memo that come before anything is saved. Others may come after: a mail that could not leave is
# answered with 400 as well; and a shop may translate its texts, also the one above.
CHECKED = re.compile(
    r"creditmemo document validation error|a creditmemo can not be created|not allow a creditmemo"
    r"|can't create creditmemo|quantity to creditmemo|most money available to refund|the credit memo's total"
    r"|creditmemo without products|creditmemo contains incorrect|return to stock|^maximum |can not cancel credit memo"
    r'|^"\w+" is required\. enter|^decoding error|type is invalid|invalid type for value',
    re.IGNORECASE,
)
REPORT = re.compile(r"Report ID:\s*(webapi-[0-9a-zA-Z]{6,40})")
PLACE = re.compile(r"%([A-Za-z]\w*|\d+)")
RIGHT = re.compile(r"isn't authorized to access", re.IGNORECASE)


def message(body: Any) -> str:
    """What Magento says, its parameters put in: %1 by place, %name by name."""
    if not isinstance(body, Mapping):
        return ""
    said = [_filled(body)]
    more = body.get("errors")
    said += [_filled(one) for one in more if isinstance(one, Mapping)] if isinstance(more, list) else []
    return "; ".join(filter(None, said))[:500]


def _filled(one: Mapping[str, Any]) -> str:
    text, given = one.get("message"), one.get("parameters")
    if not isinstance(text, str):
        return ""
    named: dict[str, str] = {}
    parts = given if isinstance(given, list) else [given] if isinstance(given, Mapping) else []
    for place, value in enumerate(parts, start=1):
        told = value if isinstance(value, Mapping) else {place: value}
        named |= {str(name): str(one) for name, one in told.items()}
    return PLACE.sub(lambda match: named.get(match[1], match[0]), text)


def _signing(word: str, code: str) -> Row:
    words = capabilities.SIGNING[code]
    return Row(status={401}, text=f"(?i){word}", becomes=CredentialsRejected, code=code, words=words)


NOT_SAVED = tuple(
    Row(status={400}, text="(?i)could not save a creditmemo", effect=effect, becomes=kind, code="not_saved",
        words=capabilities.NOT_SAVED)
    for effect, kind in ((True, OutcomeUnknown), (False, RemoteUnavailable))
)  # fmt: skip
# Of a credit memo only the refusals we know are believed.
OF_MEMO = (
    Row(status={400}, text=CHECKED, becomes=RemoteRefused, code="400"),
    Row(status={400}, becomes=OutcomeUnknown, code="400", words=capabilities.UNSURE, theirs=True),
)
# Our credentials were accepted a moment ago, so that a 401 about rights means just that; an ended token has that text.
OF_KNOWN = (Row(status={401}, text=RIGHT, becomes=RemoteRefused, code="acl", words=capabilities.LACKING, theirs=True),)
ROWS = (
    Row(status={409, 423}, effect=True, becomes=OutcomeUnknown),  # no words of Magento's, so nobody promises anything
    Row(status={400}, becomes=RemoteRefused, code="400"),
    Row(status={401}, text=RIGHT, becomes=CredentialsRejected, code="401", words=capabilities.STATUSES[401]),
    # under an effect this very request may have arrived before and been carried out; so of a 401 nobody can read
    Row(status={401}, text="(?i)nonce", effect=True, becomes=OutcomeUnknown, code=NONCE),
    _signing("nonce", NONCE),
    _signing("timestamp", "timestamp_refused"),
    _signing("signature", "signature_invalid"),
    _signing("consumer.?key", "consumer_key_rejected"),
    _signing("token", "token_rejected"),
    Row(status={401}, effect=True, becomes=OutcomeUnknown),
    Row(status={401}, becomes=CredentialsRejected, words=capabilities.STATUSES[401]),
    Row(status={404}, text="match any route", becomes=RemoteRefused, code="no_route", words=capabilities.NO_ROUTE),
    Row(status={404}, becomes=RemoteRefused, code="not_found", words=capabilities.NOT_FOUND),
)
OUTCOMES = Outcomes(
    rows=ROWS,
    parse=lambda body: Said(text=message(body)),
    words=by_status(
        "Magento", {code: said for code, said in capabilities.STATUSES.items() if code != 401}, alone=(500, 503)
    ),
    platform="Magento",
)


# --- the way ------------------------------------------------------------------------------------------
STORE = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
PAGE = 100  # input limits, where they are on, allow 300


class Api(RestApi):
    """One shop's REST API. `is_known`: an answer came, so our credentials stand and a 401 names a missing right."""

    ident = re.compile(r"[0-9]{1,18}", re.ASCII)
    not_found, unreadable = capabilities.NOT_FOUND, capabilities.UNREADABLE
    bucket_points, points_per_second = 8.0, 4.0  # Magento has no limit of its own, what stands before it has
    effect_seconds = 60.0  # orders are heavy

    def __init__(self, connection: ConnectorContext, base_url: Callable[[], str], store: str, ways: Ways) -> None:
        super().__init__(connection)
        self.base_url = base_url
        self.store = store
        self.ways = ways
        self.is_known = False
        self.request = ("", "")

    # --- one request ---------------------------------------------------------------------------
    def address(self, path: str) -> str:
        return f"{self.base_url()}/rest/{self.store}/V1/{path}"

    def caller(self, method: str, url: str, *, effect: bool) -> Caller:
        """A copy that knows what it signs. It renews nothing: a used nonce may mean that an effect has arrived."""
        found = copy(self)
        found.request = (method, url)
        return found

    def auth_headers(self) -> Mapping[str, str]:
        """Every send gets a nonce and a time of its own."""
        stamp, nonce = int(self.connection.now().timestamp()), oauth1.fresh_nonce()
        return {"Authorization": oauth1.header(*self.request, self.connection.secrets, nonce=nonce, timestamp=stamp)}

    def sorted_out(self, exc: RemoteError, path: str, *, effect: bool) -> RemoteError:
        of_memo = OF_MEMO if effect and path.endswith("/refund") else ()
        rows = (*NOT_SAVED, *of_memo, *(OF_KNOWN if self.is_known else ()), *ROWS)
        found = replace(OUTCOMES, rows=rows).sorted_out(exc, effect=effect)
        if report := REPORT.search(message(exc.answer)):
            found.request_id = report[1]
        return found

    def checked(self, answer: Answer, *, effect: bool) -> Answer:
        self.is_known = True
        return answer

    # --- what is asked -------------------------------------------------------------------------
    def get(self, path: str, query: Query = ()) -> Any:
        """The body of a read. A nonce that somebody used before is tried once more with another."""
        address = path + (f"?{urlencode(query, safe='', quote_via=quote)}" if query else "")
        try:
            return self.send("GET", address).body
        except CredentialsRejected as exc:
            if exc.code != NONCE:
                raise
        return self.send("GET", address).body

    def order(self, order_id: str) -> Node:
        return json_readers.node(self.get(f"orders/{self.part(order_id)}"), "order")

    def of_order(self, kind: str, order_id: str, more: str = "") -> tuple[Node, ...]:
        """invoices, creditmemos, shipments or transactions of one order, all pages of them. more: as `page`."""
        found: list[Node] = []
        for number in range(1, 100):
            page = self.page(kind, [("order_id", self.part(order_id), "eq")], "entity_id", number, more)
            rows, total = json_readers.nodes(page, "items"), json_readers.units(page, "total_count")
            if not rows and len(found) < total:  # half an answer: what is missing is not absent
                raise Misread("items")
            found += rows
            if number * PAGE >= total:
                break
        return tuple(found)

    def page(self, kind: str, filters: Sequence[tuple[str, str, str]], sort: str, number: int, more: str = "") -> Node:
        """One page of a search; filters (field, value, condition) are all to be met. more: `fields`, to trim it."""
        query = list(criteria(filters, sort, number)) + ([("fields", more)] if more else [])
        told = json_readers.node(self.get(kind, query), kind)
        if told.get("total_count") is None:  # without it nobody knows where the list ends
            raise Misread("total_count")
        return told


def criteria(filters: Sequence[tuple[str, str, str]], sort: str, number: int) -> Iterator[tuple[str, str]]:
    """Always with a page size: left out, the whole shop would come."""
    for place, (field, value, condition) in enumerate(filters):
        name = f"searchCriteria[filterGroups][{place}][filters][0]"
        yield f"{name}[field]", field
        yield f"{name}[value]", value
        yield f"{name}[conditionType]", condition
    for place, field in enumerate(dict.fromkeys((sort, "entity_id"))):
        yield f"searchCriteria[sortOrders][{place}][field]", field
        yield f"searchCriteria[sortOrders][{place}][direction]", "ASC"
    yield "searchCriteria[pageSize]", str(PAGE)
    yield "searchCriteria[currentPage]", str(number)
