"""Speaking REST with one shop: token, addresses, both envelopes, and the platform's errors as our classes.

Both meanings of 400, the five words of 500, a refusal inside 200. And looks into answers: ids, money and
its two currencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from stores.canonical.order import MoneyPair
from stores.connectors.errors import Outcomes, Row, Said, by_status, code_in
from stores.connectors.rest import Query, RestApi
from stores.kernel import errors
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, maybe, text
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money
from stores.platforms.shoplazza import capabilities

SUCCESS = "success"


def flat(body: Any) -> str:
    """`errors` as list or map, or the string `error`, as one message; the `message` where there is neither."""
    if not isinstance(body, Mapping):
        return ""
    said = list(_parts(body.get("errors"))) or list(_parts(body.get("error"))) or list(_parts(body.get("message")))
    return "; ".join(said)[:500]


def _parts(said: Any, field: str = "") -> Iterator[str]:
    match said:
        case str() if said.strip():
            yield f"{field} {said.strip()}".strip()
        case list():
            for one in said:
                yield from _parts(one, field)
        case Mapping():
            for name, one in said.items():
                yield from _parts(one, f"{field} {name}".strip())


def is_refusal(body: Mapping[str, Any]) -> bool:
    if "code" in body:
        return str(body["code"]).lower() != SUCCESS
    return bool(body.get("errors") or body.get("error"))


NO_TOKEN = re.compile(r"\bunauth(ori[sz]ed|enticated)\b", re.IGNORECASE)
# Said in a 200 of a request that was looked at and not carried out.
FINAL = re.compile(
    r"^(Invalid\w*|NotFound|\w+_not_found|Unimplemented|PermissionDenied|FailedPrecondition|OutOfRange|AlreadyExists"
    r"|NotAcceptable|UnprocessableEntity|Forbidden)( |$)",
    re.IGNORECASE,
)
BUSY = re.compile(r"^(TooManyRequests|ResourceExhausted)( |$)", re.IGNORECASE)
MAYBE_DONE = ("Aborted", "DeadlineExceeded")  # gRPC's words inside a 500: a write may have been applied
WORDS = capabilities.STATUSES
OUTCOMES = Outcomes(
    rows=(
        Row(status=range(200, 600), text="store is not active", becomes=errors.RemoteRefused,
            code="store_inactive", words=capabilities.INACTIVE),
        Row(status={400}, text=NO_TOKEN, becomes=errors.CredentialsRejected, code="400", words=WORDS[401]),
        Row(status={500}, text=r"\bUnauthenticated\b", becomes=errors.CredentialsRejected, code="Unauthenticated",
            words=WORDS[401]),
        Row(status={500}, text=r"\bNotFound\b", becomes=errors.RemoteRefused, code="not_found", words=WORDS[404]),
        Row(status={500}, text=r"\bUnimplemented\b", becomes=errors.RemoteRefused, code="Unimplemented",
            words=capabilities.NOT_THERE),
        *(Row(status={500}, text=rf"\b{word}\b", code=word) for word in MAYBE_DONE),
        Row(status={404}, codes={""}, becomes=errors.RemoteRefused, code="not_found"),
        Row(status={404}, becomes=errors.RemoteRefused),
        Row(status={200}, text=NO_TOKEN, becomes=errors.CredentialsRejected, words=WORDS[401]),
        Row(status={200}, text=BUSY, becomes=errors.RemoteThrottled, retry_after=2, words=WORDS[429]),
        Row(status={200}, text=FINAL, becomes=errors.RemoteRefused, words=capabilities.REFUSED, theirs=True),
        Row(status={200}, codes={""}, effect=False, becomes=errors.RemoteRefused, code="refused",
            words=capabilities.REFUSED, theirs=True),
    ),
    parse=lambda body: Said(code_in(body), flat(body)),
    words=by_status("Shoplazza", WORDS, alone=(401, 429)),
    platform="Shoplazza",
)  # fmt: skip


# --- the API ------------------------------------------------------------------------------------------
# A misspelt parameter is ignored and the whole shop comes back, so there are no others than these.
PARAMETERS = frozenset({"cursor", "page_size", "updated_at_min", "status"})


class Api(RestApi):
    """One shop's REST API."""

    outcomes = OUTCOMES
    ident = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
    not_found = capabilities.NOT_FOUND
    unreadable = capabilities.UNREADABLE
    bucket_points, points_per_second = 40.0, 2.0  # requests of one app in one store; no answer ever says it
    may_be_empty = frozenset({"DELETE"})

    def auth_headers(self) -> Mapping[str, str]:
        return {"Access-Token": self.connection.secrets.get("token", "")}

    def get(self, path: str, query: Query = ()) -> Node:
        """The `data` of a read."""
        if unknown := {name for name, _ in query} - PARAMETERS:
            raise ValueError(f"no such parameter: {unknown}")
        return data_of(self.send("GET", path + (f"?{urlencode(query)}" if query else "")), effect=False)

    def order(self, order_id: str, rest: str = "") -> Node:
        return self.get(f"orders/{self.part(order_id)}{rest}")


def data_of(answer: Answer, *, effect: bool) -> Node:
    """What an answer brings, out of either envelope. Raises by its `code`, also on HTTP 200."""
    body = answer.body
    if body is None:
        return {}
    if not isinstance(body, Mapping):
        raise _unknown(answer, effect=effect)
    if is_refusal(body):
        raise OUTCOMES.inside(answer, effect=effect)
    if "code" not in body:  # 2022-01 has no envelope
        return body
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise _unknown(answer, effect=effect)
    return data


def _unknown(answer: Answer, *, effect: bool) -> errors.RemoteError:
    kind = errors.OutcomeUnknown if effect else errors.RemoteUnavailable
    return kind("bad shape", code="bad_shape", status=answer.status, request_id=answer.request_id, answer=answer.body)


# --- looks into answers -------------------------------------------------------------------------------
AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?", re.ASCII)


def ident_of(parent: Node, name: str = "id") -> str:
    """An id is opaque text: `633130-00000004`, or 19 digits that a float would round."""
    return json_readers.ident(parent, name)


def flag(parent: Node, name: str) -> bool:
    """Whatever is not true is false."""
    return parent.get(name) is True


def amount_of(parent: Node, name: str, currency: str) -> Money:
    """Decimal text in the order's currency; nothing is zero."""
    said = parent.get(name)
    if said is None or said == "":
        return Money.zero(currency)
    if isinstance(said, bool) or not AMOUNT.fullmatch(format(said, "f") if isinstance(said, Decimal) else str(said)):
        raise Misread(name)
    try:
        money = Money(Decimal(str(said)), currency)
    except ValueError as exc:
        raise Misread(name) from exc
    plain = money.rounded()  # "5.0" and "5.00" are one amount
    return plain if plain.amount == money.amount else money


# --- two currencies -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Rates:
    """`currency` moves; `shop` is what limits compare; `factor`: shop money for one of the order's."""

    currency: str
    shop: str
    factor: Decimal = Decimal(1)

    @classmethod
    def of(cls, order: Node) -> Rates:
        """The rate is the order's own: its total in both currencies, else the rate that is told."""
        currency = ident_of(order, "currency")
        market = maybe(maybe(order, "config"), "market_setting")
        shop = text(market, "primary_market_currency") or currency
        _check(currency, shop)
        if shop == currency:
            return cls(currency, currency)
        primary = maybe(order, "primary_market_price")
        there, here = amount_of(primary, "total_price", shop), amount_of(order, "total_price", currency)
        told = amount_of(primary, "actual_rate", shop).amount or Decimal(1)
        return cls(currency, shop, there.amount / here.amount if there and here else told)

    def pair(self, amount: Money) -> MoneyPair:
        if self.shop == self.currency:
            return MoneyPair(shop=amount, customer=amount)
        return MoneyPair(shop=Money(amount.amount * self.factor, self.shop).rounded(), customer=amount)

    def read(self, parent: Node, name: str) -> MoneyPair:
        return self.pair(amount_of(parent, name, self.currency))


def _check(*currencies: str) -> None:
    for currency in currencies:
        try:
            Money.zero(currency)
        except ValueError as exc:
            raise Misread("currency") from exc
