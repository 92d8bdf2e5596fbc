"""Speaking REST with one shop: addresses, a signature per request, and what Magento refuses as our classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any
from urllib.parse import quote, urlencode

from stores.connectors import oauth1
from stores.connectors.rest import Query, RestApi
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Caller
from stores.kernel.i18n import with_theirs
from stores.platforms.magento import capabilities
from stores.platforms.magento.money import Ways

# --- errors -------------------------------------------------------------------------------------------
NONCE = "nonce_used"
NOT_SAVED = re.compile(r"could not save a creditmemo", re.IGNORECASE)
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
SIGNING = (
    (re.compile(r"nonce", re.IGNORECASE), NONCE),
    (re.compile(r"timestamp", re.IGNORECASE), "timestamp_refused"),
    (re.compile(r"signature", re.IGNORECASE), "signature_invalid"),
    (re.compile(r"consumer.?key", re.IGNORECASE), "consumer_key_rejected"),
    (re.compile(r"token", re.IGNORECASE), "token_rejected"),
)


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


def sorted_out(exc: RemoteError, *, effect: bool, is_known: bool, is_memo: bool = False) -> RemoteError:
    """The transport's class by status, corrected by what the body says.

    is_known: our credentials were accepted a moment ago, so that a 401 about rights means just that.
    is_memo: a credit memo was asked for; of its refusals only those we know are believed.
    """
    said = message(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    match exc.status:
        case 409 | 423 if effect:  # no words of Magento's, so nobody promises that nothing was processed
            return OutcomeUnknown(said or str(exc.status), code=str(exc.status), **told)
        case 400 if NOT_SAVED.search(said):
            kind = OutcomeUnknown if effect else RemoteUnavailable
            return kind(said, code="not_saved", user_message=str(capabilities.NOT_SAVED), **told)
        case 400 if is_memo and not CHECKED.search(said):
            return OutcomeUnknown(
                said, code="400", user_message=with_theirs(str(capabilities.UNSURE), "Magento", said), **told
            )
        case 400:
            return RemoteRefused(said, code="400", user_message=capabilities.refused(said, 400), **told)
        case 401:
            return _unauthorised(said, told, effect=effect, is_known=is_known)
        case 404:
            code = "no_route" if "match any route" in said else "not_found"
            return RemoteRefused(said, code=code, user_message=str(capabilities.NOTS[code]), **told)
    if found := REPORT.search(said):
        exc.request_id = found[1]
    if exc.status in capabilities.STATUSES and not isinstance(exc, OutcomeUnknown):
        exc.user_message = capabilities.refused(said if exc.status in (403, 429) else "", exc.status)
    return exc


def _unauthorised(said: str, told: dict[str, Any], *, effect: bool, is_known: bool) -> RemoteError:
    """A used nonce under an effect: this very request has arrived before, and may have been carried out.

    The same goes for a 401 nobody can read. Rights and an ended token have one text.
    """
    if RIGHT.search(said):
        if is_known:
            return RemoteRefused(said, code="acl", user_message=capabilities.lacking(said), **told)
        return CredentialsRejected(said, code="401", user_message=str(capabilities.STATUSES[401]), **told)
    code = next((code for pattern, code in SIGNING if pattern.search(said)), "")
    if effect and code in ("", NONCE):
        return OutcomeUnknown(said or "401", code=code or "401", **told)
    words = str(capabilities.SIGNING.get(code, capabilities.STATUSES[401]))
    return CredentialsRejected(said, code=code or "401", user_message=words, **told)


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
        is_memo = effect and path.endswith("/refund")
        return sorted_out(exc, effect=effect, is_known=self.is_known, is_memo=is_memo)

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
