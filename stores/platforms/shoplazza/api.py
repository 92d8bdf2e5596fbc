"""Speaking REST with one shop: token, addresses, both envelopes, and the platform's errors as our classes.

Both meanings of 400, the five words of 500, a refusal inside 200. And looks into answers: ids, money and
its two currencies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from stores.canonical.order import MoneyPair
from stores.connectors.rest import Query, RestApi
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, maybe, text
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money
from stores.platforms.shoplazza import capabilities

SUCCESS = "success"
NO_TOKEN = re.compile(r"\bunauth(ori[sz]ed|enticated)\b", re.IGNORECASE)
GRPC = re.compile(r"\b(Aborted|NotFound|Unimplemented|Unauthenticated|DeadlineExceeded)\b")
MAYBE_DONE = ("Aborted", "DeadlineExceeded")  # a write may have been applied
# Said of a request that was looked at and not carried out.
FINAL = re.compile(
    r"Invalid\w*|NotFound|\w+_not_found|Unimplemented|PermissionDenied|FailedPrecondition|OutOfRange|AlreadyExists"
    r"|NotAcceptable|UnprocessableEntity|Forbidden",
    re.IGNORECASE,
)
INACTIVE = "store is not active"


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


def code_of(body: Any) -> str:
    code = body.get("code") if isinstance(body, Mapping) else None
    return code[:80] if isinstance(code, str) else ""


def is_refusal(body: Mapping[str, Any]) -> bool:
    if "code" in body:
        return str(body["code"]).lower() != SUCCESS
    return bool(body.get("errors") or body.get("error"))


def sorted_out(exc: RemoteError, *, effect: bool) -> RemoteError:
    """The transport's class by status, corrected by what the body says."""
    said, code = flat(exc.answer), code_of(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if INACTIVE in said:
        return RemoteRefused(said, code="store_inactive", user_message=str(capabilities.INACTIVE), **told)
    if exc.status == 400 and NO_TOKEN.search(f"{said} {code}"):
        return CredentialsRejected(said, code="400", user_message=str(capabilities.STATUSES[401]), **told)
    if exc.status == 500:
        return _by_word(exc, f"{code} {said}", told, effect=effect)
    if exc.status == 404:
        which = code if code else "not_found"
        return RemoteRefused(said, code=which, user_message=capabilities.refused(said, 404), **told)
    if exc.status in capabilities.STATUSES:
        exc.code = code or exc.code
        exc.user_message = capabilities.refused(said, exc.status) if isinstance(exc, RemoteRefused) else str(
            capabilities.STATUSES[exc.status]
        )  # fmt: skip
    return exc


def _by_word(exc: RemoteError, said: str, told: dict[str, Any], *, effect: bool) -> RemoteError:
    """500 with a word of gRPC: two say that it may have been applied, three that it was not."""
    found = GRPC.search(said)
    word = found.group() if found else ""
    if word == "Unauthenticated":
        return CredentialsRejected(word, code=word, user_message=str(capabilities.STATUSES[401]), **told)
    if word == "NotFound":
        return RemoteRefused(word, code="not_found", user_message=capabilities.refused("", 404), **told)
    if word == "Unimplemented":
        return RemoteRefused(word, code=word, user_message=str(capabilities.NOT_THERE), **told)
    exc.code = word or exc.code
    return exc


def inside_200(body: Mapping[str, Any], answer: Answer, *, effect: bool) -> RemoteError:
    """`code` other than Success in an answer that calls itself 200. A code nobody knows proves nothing of an effect."""
    said, code = flat(body), code_of(body)
    told: dict[str, Any] = {"status": answer.status, "request_id": answer.request_id, "answer": body}
    if INACTIVE in said:
        return RemoteRefused(said, code="store_inactive", user_message=str(capabilities.INACTIVE), **told)
    if NO_TOKEN.search(f"{code} {said}"):
        return CredentialsRejected(code, code=code, user_message=str(capabilities.STATUSES[401]), **told)
    if re.fullmatch(r"TooManyRequests|ResourceExhausted", code, re.IGNORECASE):
        return RemoteThrottled(code, code=code, retry_after=2, user_message=str(capabilities.STATUSES[429]), **told)
    if FINAL.fullmatch(code) or (not code and not effect):
        return RemoteRefused(code, code=code or "refused", user_message=capabilities.refused(said, None), **told)
    if effect:
        return OutcomeUnknown(code, code=code or "bad_code", **told)
    return RemoteUnavailable(code, code=code, **told)


# --- the API ------------------------------------------------------------------------------------------
# A misspelt parameter is ignored and the whole shop comes back, so there are no others than these.
PARAMETERS = frozenset({"cursor", "page_size", "updated_at_min", "status"})


class Api(RestApi):
    """One shop's REST API."""

    ident = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
    not_found = capabilities.NOT_FOUND
    unreadable = capabilities.UNREADABLE
    bucket_points, points_per_second = 40.0, 2.0  # requests of one app in one store; no answer ever says it
    may_be_empty = frozenset({"DELETE"})

    def __init__(self, connection: ConnectorContext, base_url: str, version: str) -> None:
        super().__init__(connection)
        self.url = f"{base_url}/openapi/{version}"

    def address(self, path: str) -> str:
        return f"{self.url}/{path}"

    def auth_headers(self) -> Mapping[str, str]:
        return {"Access-Token": self.connection.secrets.get("token", "")}

    def get(self, path: str, query: Query = ()) -> Node:
        """The `data` of a read."""
        if unknown := {name for name, _ in query} - PARAMETERS:
            raise ValueError(f"no such parameter: {unknown}")
        return data_of(self.send("GET", path + (f"?{urlencode(query)}" if query else "")), effect=False)

    def order(self, order_id: str, rest: str = "") -> Node:
        return self.get(f"orders/{self.part(order_id)}{rest}")

    def sorted_out(self, exc: RemoteError, path: str, *, effect: bool) -> RemoteError:
        return sorted_out(exc, effect=effect)


def understood() -> AbstractContextManager[None]:
    """A shape that the registry does not promise is an answer we cannot use: the read failed, nothing else did."""
    return json_readers.understood(str(capabilities.UNREADABLE))


def data_of(answer: Answer, *, effect: bool) -> Node:
    """What an answer brings, out of either envelope. Raises by its `code`, also on HTTP 200."""
    body = answer.body
    if body is None:
        return {}
    if not isinstance(body, Mapping):
        raise _unknown(answer, effect=effect)
    if is_refusal(body):
        raise inside_200(body, answer, effect=effect)
    if "code" not in body:  # 2022-01 has no envelope
        return body
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise _unknown(answer, effect=effect)
    return data


def _unknown(answer: Answer, *, effect: bool) -> RemoteError:
    kind = OutcomeUnknown if effect else RemoteUnavailable
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
