"""Stripe, Xero and Mailgun as far as the thin connectors speak to them, each with a desk of its own; no sockets.

Sources: the pages that the connectors name. `lose`: what becomes of the next effects.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from stores.kernel import clock
from stores.models import Connection
from stores.services import credentials, platform_client
from tests import make

Lost = Literal["before", "after"]
TOKEN = "the-token-of-this-test"


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    body: Any
    key: str


class Vendor(HTTPAdapter):
    """Answers prepared requests; an effect with a key that it knows is answered as the first time."""

    host: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.lose: list[Lost | int] = []  # the request, the answer, or a status that says: not done
        self.reads_fail = 0
        self.reads_refuse = 0  # with a 401
        self.asked: list[Asked] = []  # effects
        self.reads = 0
        self.known: dict[str, tuple[int, Any]] = {}

    def send(self, request: requests.PreparedRequest, *words: Any, **named: Any) -> requests.Response:
        asked = understood(request)
        if asked.method == "GET":
            self.reads += 1
            if self.reads_fail:
                self.reads_fail -= 1
                raise requests.ConnectionError("dropped", request=request)
            if self.reads_refuse:
                self.reads_refuse -= 1
                return self.told(request, 401, {})
            return self.told(request, 200, self.read(asked))
        self.asked.append(asked)
        lost = self.lose.pop(0) if self.lose else None
        if isinstance(lost, int):
            return self.told(request, lost, {})
        if lost == "before":
            raise requests.ConnectionError("dropped", request=request)
        answer = self.known.get(asked.key) or self.act(asked)
        if asked.key:
            self.known[asked.key] = answer
        if lost == "after":
            raise requests.ReadTimeout("slow", request=request)
        return self.told(request, *answer)

    def told(self, request: requests.PreparedRequest, status: int, body: Any) -> requests.Response:
        raw = io.BytesIO(json.dumps(body).encode())
        headers = {"Content-Type": "application/json"}
        return self.build_response(
            request, HTTPResponse(body=raw, headers=headers, status=status, preload_content=False)
        )

    def read(self, asked: Asked) -> Any:
        raise NotImplementedError

    def act(self, asked: Asked) -> tuple[int, Any]:
        raise NotImplementedError


def understood(request: requests.PreparedRequest) -> Asked:
    parts, body = urlsplit(request.url or ""), request.body or b""
    text = body.decode() if isinstance(body, bytes) else str(body)
    is_json = text.startswith("{")
    return Asked(
        request.method or "", parts.path, plain(parts.query), {} if is_json else plain(text),
        json.loads(text) if is_json else None, request.headers.get("Idempotency-Key", ""),
    )  # fmt: skip


def plain(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def connected(vendor: Vendor, key: str, name: str) -> Connection:
    """The account, reached without a socket."""
    made = make.connection(name, connector=key, settings={})
    credentials.keep(made, {"token": TOKEN})
    platform_client.session_to(made).session.mount(vendor.host, vendor)
    return made


@dataclass
class Payment:
    currency: str
    left: int  # minor units


class StripeVendor(Vendor):
    """`becomes`: the status of what is refunded next; a refund that failed leaves its payment as it was."""

    host = "https://api.stripe.com"

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, Payment] = {}
        self.rows: list[dict[str, Any]] = []
        self.becomes = "succeeded"

    def pays(self, intent: str, amount: Decimal, currency: str) -> None:
        self.payments[intent] = Payment(currency, int(amount * 100))

    def read(self, asked: Asked) -> Any:
        if one := [row for row in self.rows if asked.path.endswith(f"/{row['id']}")]:
            return one[0]
        rows = [row for row in self.rows if row["payment_intent"] == asked.query["payment_intent"]]
        return {"object": "list", "data": rows[::-1], "has_more": False}

    def act(self, asked: Asked) -> tuple[int, Any]:
        return self.refund(asked.form["payment_intent"], int(asked.form["amount"]), mark=asked.form["metadata[mark]"])

    def refund(self, intent: str, minor: int, *, mark: str = "") -> tuple[int, Any]:
        """Also a colleague's, in the dashboard."""
        payment = self.payments[intent]
        if minor > payment.left:
            return 400, {"error": {"type": "invalid_request_error", "code": "amount_too_large"}}
        payment.left -= minor
        row = {"id": f"re_{len(self.rows) + 1}", "object": "refund", "amount": minor, "status": self.becomes,
               "currency": payment.currency.lower(), "payment_intent": intent, "created": int(clock.now().timestamp()),
               "metadata": {"mark": mark} if mark else {}}  # fmt: skip
        self.rows.append(row)
        return 200, row

    def settle(self, status: str) -> None:
        """What the bank says of the last one."""
        self.rows[-1]["status"] = status
        if status == "failed":
            self.payments[self.rows[-1]["payment_intent"]].left += self.rows[-1]["amount"]

    def moved(self) -> int:
        """Minor units given back in all."""
        return sum(row["amount"] for row in self.rows if row["status"] != "failed")


class XeroVendor(Vendor):
    host = "https://api.xero.com"

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []

    def read(self, asked: Asked) -> Any:
        number = unquote(asked.query["where"]).split('"')[3]
        return {"CreditNotes": [row for row in self.rows if row["CreditNoteNumber"] == number]}

    def act(self, asked: Asked) -> tuple[int, Any]:
        (note,) = asked.body["CreditNotes"]
        return self.enter(note)

    def enter(self, note: Mapping[str, Any]) -> tuple[int, Any]:
        """Also a bookkeeper's. A number stands once."""
        if any(row["CreditNoteNumber"] == note["CreditNoteNumber"] for row in self.rows):
            return 400, {"Type": "ValidationException", "Message": "Credit note number must be unique"}
        self.rows.append({**note, "CreditNoteID": f"n-{len(self.rows) + 1}"})
        return 200, {"CreditNotes": [self.rows[-1]]}


class MailgunVendor(Vendor):
    """A mail that is queued arrives when it is `delivered`."""

    host = "https://api.mailgun.net"

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def read(self, asked: Asked) -> Any:
        return {"items": [event for event in self.events[::-1] if event["recipient"] == asked.query["recipient"]]}

    def act(self, asked: Asked) -> tuple[int, Any]:
        ident = f"m{len(self.events) + 1}@desk.example"
        self.events.append({"event": "accepted", "recipient": asked.form["to"],
                            "message": {"headers": {"message-id": ident}},
                            "user-variables": {"mark": asked.form["v:mark"]}})  # fmt: skip
        return 200, {"id": f"<{ident}>", "message": "Queued. Thank you."}

    def becomes(self, event: str) -> None:
        """Of all that were queued: "delivered" or "failed"."""
        self.events += [{**row, "event": event} for row in self.events if row["event"] == "accepted"]

    def queued(self) -> int:
        return sum(row["event"] == "accepted" for row in self.events)
