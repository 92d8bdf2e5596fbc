"""Speaking GraphQL with one shop: token, cost, the platform's errors as our classes, and what an answer proves.

GraphQL answers 200 with `errors`; what each code lets us know follows the vendor's page of response
codes and the enums of errors in its schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.order import MoneyPair
from stores.canonical.receipts import EffectState, Outcome, Receipt, RefundState, Reported
from stores.connectors import fields, rows
from stores.connectors.roles import ConnectorContext
from stores.kernel import clock
from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteConflict,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
    Unsupported,
)
from stores.kernel.http.json_readers import Misread, Node, text
from stores.kernel.http.json_readers import inner as node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import LONGEST_WAIT, Usage
from stores.kernel.money import Money
from stores.platforms.shopify import capabilities

AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)


ORDER_ID = re.compile(r"gid://shopify/Order/[0-9]{1,20}", re.ASCII)
THROTTLED = "THROTTLED"
THROTTLED_TRIES = 2
SERVER_FAULT = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
# Said before a document is executed: nothing happened, and repeating it cannot help.
NEVER_RAN = frozenset(
    {
        "MAX_COST_EXCEEDED", "SHOP_INACTIVE", "undefinedField", "argumentNotAccepted", "argumentLiteralsIncompatible",
        "missingRequiredArguments", "missingRequiredInputObjectAttribute", "variableMismatch", "variableNotDefined",
        "variableRequiresValidType", "INVALID_VARIABLE", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED",
        "parseError", "undefinedDirective", "undefinedType", "undefinedFragment", "selectionMismatch", "BAD_REQUEST",
        "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_REQUIRED",
    }
)  # fmt: skip
SAID = ("message", "explanation")
NO_ID = re.compile(r"invalid (global )?id\b", re.IGNORECASE)
CONCURRENT = "IDEMPOTENCY_CONCURRENT_REQUEST"
HOPELESS_WAIT = 300.0  # seconds
MOST_PAGES = 60  # of one list: 60 × 40 lines
BUCKET = 100.0  # points a second; only when an answer does not say


class Api:
    """One shop's GraphQL door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str, version: str) -> None:
        self.connection = connection
        self.base_url = base_url
        self.url = f"{base_url}/admin/api/{version}/graphql.json"

    # --- calls ---------------------------------------------------------------------------------
    def read(self, document: str, variables: Mapping[str, Any], *, cost: float) -> Mapping[str, Any]:
        """The `data` of a query. `cost`: the points it asks for. Told to wait a second at most, it waits."""
        for _ in range(THROTTLED_TRIES):
            try:
                return data_of(self._send(document, variables, cost=cost, effect=False, key=""), effect=False)
            except RemoteThrottled as exc:
                if exc.code != THROTTLED or (exc.retry_after or 0) > LONGEST_WAIT:
                    raise
                clock.wait(exc.retry_after or LONGEST_WAIT)
        return data_of(self._send(document, variables, cost=cost, effect=False, key=""), effect=False)

    def effect(self, document: str, variables: Mapping[str, Any], *, cost: float, key: str = "") -> Answer:
        """Send a mutation through the journal, exactly once; what it proves is `data_of`'s and the caller's to say."""
        return self._send(document, variables, cost=cost, effect=True, key=key)

    def _send(self, document: str, variables: Mapping[str, Any], *, cost: float, effect: bool, key: str) -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                "POST",
                self.url,
                json={"query": " ".join(document.split()), "variables": variables},
                cost=cost,
                effect=effect,
                key=key,
                caller=self,
            )
        except RemoteError as exc:
            if exc.status in capabilities.STATUSES:
                exc.user_message = str(capabilities.STATUSES[exc.status])
            raise
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        fixed = self.connection.secrets.get("token", "")
        return {"X-Shopify-Access-Token": fixed or self.connection.token(self._fetch_token)}

    def renew(self) -> bool:
        if self.connection.secrets.get("token"):
            return False
        self.connection.forget_token()
        return True

    def _fetch_token(self) -> tuple[str, float]:
        """Client credentials grant: a token of about 24 h. Raises CredentialsRejected for a refusal."""
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self.connection.settings.get("client_id", ""),
            "client_secret": self.connection.secrets.get("client_secret", ""),
        }
        try:
            answer = self.connection.transport.send(
                "POST", f"{self.base_url}/admin/oauth/access_token", form=wanted, cost=0
            )
        except RemoteRefused as exc:
            if exc.status not in (400, 403):
                raise
            raise CredentialsRejected("token refused", code=exc.code, status=exc.status) from exc
        token, life = _token_of(answer.body)
        return token, life

    def usage(self, answer: Answer) -> Usage | None:
        try:
            cost = answer.body["extensions"]["cost"]
            bucket = cost["throttleStatus"]
            return Usage(
                requested=float(cost["requestedQueryCost"]),
                actual=None if cost.get("actualQueryCost") is None else float(cost["actualQueryCost"]),
                available=float(bucket["currentlyAvailable"]),
                maximum=float(bucket["maximumAvailable"]),
                per_second=float(bucket["restoreRate"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


def _token_of(body: Any) -> tuple[str, float]:
    token, life = (body.get("access_token"), body.get("expires_in", 86_399)) if isinstance(body, dict) else (None, 0)
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise RemoteUnavailable("no token in the answer", code="bad_token")
    return token, float(life) if isinstance(life, int) and 0 < life < 10**8 else 3600.0


@contextmanager
def understood() -> Iterator[None]:
    """A shape that the schema does not promise is an answer we cannot use: the read failed, nothing else did."""
    try:
        yield
    except Misread as exc:
        raise RemoteUnavailable(f"misread {exc}", code="bad_shape", user_message=str(capabilities.UNREADABLE)) from exc


def not_found() -> RemoteRefused:
    return RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))


def check_id(external_id: str) -> str:
    if not ORDER_ID.fullmatch(external_id):
        raise not_found()
    return external_id


# --- answers ------------------------------------------------------------------------------------------


def data_of(answer: Answer, *, effect: bool) -> Mapping[str, Any]:
    """The `data` of an answer. Raises by what its `errors` let us know; default for an effect: unknown."""
    body = answer.body
    if not isinstance(body, Mapping):
        raise _unknown("bad_shape", answer, effect=effect)
    data, errors = body.get("data"), body.get("errors")
    if not errors:
        if isinstance(data, Mapping):
            return data
        raise _unknown("no_data", answer, effect=effect)
    if isinstance(data, Mapping) and _tells_enough(data, errors, effect=effect):
        return data
    raise error_of(errors, answer, effect=effect)


def _tells_enough(data: Mapping[str, Any], errors: Any, *, effect: bool) -> bool:
    """Something below was withheld (a field without its scope) and the rest stands.

    For an effect: its payload came back, so it ran, whatever else is said.
    """
    if effect:
        return any(value is not None for value in data.values())
    return (
        bool(data) and None not in data.values() and all(code_of(error) == "ACCESS_DENIED" for error in _list(errors))
    )


def error_of(errors: Any, answer: Answer, *, effect: bool) -> RemoteError:
    """The class of top-level errors."""
    if isinstance(errors, str):  # "[API] Invalid API key or access token"
        return CredentialsRejected("errors is a text", code="INVALID_TOKEN", **_told(answer))
    first: Any = next(iter(_list(errors)), {})
    code = code_of(first)
    if code == THROTTLED:
        return _throttled(answer)
    if code in SERVER_FAULT:
        return _unknown(code, answer, effect=effect)
    if code == CONCURRENT:
        return RemoteConflict("same key still running", code=code, **_told(answer))
    if _names_no_id(first) and (not effect or not _path(first)):
        return RemoteRefused("no such id", code="not_found", user_message=str(capabilities.NOT_FOUND), **_told(answer))
    if code == "ACCESS_DENIED" and (not effect or len(_path(first)) <= 1):
        return RemoteRefused(
            "access denied", code=code, user_message=capabilities.access_denied(_list(errors)), **_told(answer)
        )
    if code in NEVER_RAN or not effect:
        message = capabilities.CODES.get(code) or capabilities.CODE_BUG
        return RemoteRefused("refused", code=code or "graphql", user_message=str(message), **_told(answer))
    # Null bubbled up from inside a payload, or a code nobody knows: it may have run.
    return _unknown(code or "graphql", answer, effect=effect)


def code_of(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return code[:80] if isinstance(code, str) else ""


def _names_no_id(error: Any) -> bool:
    """ "Invalid global id '7'" or "invalid id": said of an id that is none, or of another kind, without a code."""
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    problems = _list(extensions.get("problems") or []) if isinstance(extensions, Mapping) else []
    said = [row.get(name) for row in (error, *problems) if isinstance(row, Mapping) for name in SAID]
    return any(NO_ID.search(text) for text in said if isinstance(text, str))


def wait_seconds(body: Any) -> float:
    """max(1, (requested - available) / restore rate), as the vendor's page on rate limits has it; at most an hour."""
    try:
        cost = body["extensions"]["cost"]
        bucket = cost["throttleStatus"]
        missing = float(cost["requestedQueryCost"]) - float(bucket["currentlyAvailable"])
        return min(max(1.0, missing / (float(bucket["restoreRate"]) or BUCKET)), 3600.0)
    except (KeyError, TypeError, ValueError):
        return 1.0


def _throttled(answer: Answer) -> RemoteThrottled:
    """A bucket that can never hold what we ask for (a shop on a very slow day) is waited for longer, and said."""
    wait, said = wait_seconds(answer.body), ""
    try:
        cost = answer.body["extensions"]["cost"]
        if float(cost["requestedQueryCost"]) > float(cost["throttleStatus"]["maximumAvailable"]):
            wait, said = max(wait, HOPELESS_WAIT), str(capabilities.BUCKET_TOO_SMALL)
    except (KeyError, TypeError, ValueError):
        pass
    return RemoteThrottled("throttled", code=THROTTLED, retry_after=wait, user_message=said, **_told(answer))


def _path(error: Any) -> list[Any]:
    path = error.get("path") if isinstance(error, Mapping) else None
    return path if isinstance(path, list) else []


def _list(errors: Any) -> list[Any]:
    return errors if isinstance(errors, list) else [errors]


def _told(answer: Answer) -> dict[str, Any]:
    return {"status": answer.status, "request_id": answer.request_id, "answer": answer.body}


def _unknown(code: str, answer: Answer, *, effect: bool) -> RemoteError:
    kind = OutcomeUnknown if effect else RemoteUnavailable
    return kind(code, code=code, **_told(answer))


def amount(parent: Node, name: str) -> Money:
    """One MoneyV2."""
    found = node(parent, name)
    said = str(found.get("amount"))
    if not AMOUNT.fullmatch(said):
        raise Misread(name)
    try:
        money = Money(Decimal(said), text(found, "currencyCode"))
    except ValueError as exc:
        raise Misread(name) from exc
    plain = money.rounded()  # "5.0" and "5.00" are one text; a unit price finer than the currency stays as it is
    return plain if plain.amount == money.amount else money


def paid(parent: Node, name: str) -> Money:
    """A MoneyBag's amount in the currency that moves."""
    return amount(node(parent, name), "presentmentMoney")


def pair(parent: Node, name: str) -> MoneyPair:
    """A MoneyBag; in one currency only where the order has one."""
    bag = node(parent, name)
    shop = amount(bag, "shopMoney")
    return MoneyPair(shop=shop, customer=amount(bag, "presentmentMoney") if "presentmentMoney" in bag else shop)


def maybe_pair(parent: Node, name: str) -> MoneyPair | None:
    return None if parent.get(name) is None else pair(parent, name)


FAILED = frozenset({"FAILURE", "ERROR"})
PENDING = frozenset({"PENDING", "AWAITING_RESPONSE"})
IDEMPOTENCY = ("IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
               "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")  # fmt: skip
FIRST_LOOK = 1.0  # seconds: jobs take one to three
PAYMENT_LOOK = 15.0  # seconds: a payment provider takes a minute


def read_answer(command: Command, answer: Answer) -> Receipt:
    """Sorted by command. An answer without its payload proves nothing: OutcomeUnknown."""
    data = data_of(answer, effect=True)
    try:
        match command:
            case CancelOrder():
                return cancelled(fields.node(data, "orderCancel"))
            case RefundOrder():
                return refunded(fields.node(data, "refundCreate"))
            case EditOrder():
                return edited(fields.node(data, "orderEditCommit"))
            case VoidPayment():
                return voided(fields.node(data, "transactionVoid"))
            case CorrectStock():
                return corrected(fields.node(data, "inventoryAdjustQuantities"))
            case CancelLine() | CancelRest():
                raise Unsupported("cancel_lines")
    except Misread as exc:
        raise OutcomeUnknown(f"misread {exc}", code="bad_shape", status=answer.status, answer=answer.body) from exc


def cancelled(payload: Node) -> Receipt:
    """A job: accepted, and to be asked after."""
    refuse_cancel(payload, "orderCancelUserErrors")
    job, result = fields.maybe(payload, "job"), fields.maybe(payload, "jobResult")
    if result is not None and fields.flag(result, "done"):
        return job_result(result)
    if job is None and result is None:
        raise Misread("job")
    ids = {"job": fields.ident(job)} if job else {}
    ids |= {"job_result": fields.ident(result)} if result else {}
    return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=FIRST_LOOK)


def job_result(result: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    """An OrderCancelJobResult. Only `cancelledAt` proves the cancellation. Raises `no` for a job that failed."""
    ids = {"job_result": fields.ident(result)}
    refuse_cancel(result, "errors", no)
    if not fields.flag(result, "done"):
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=FIRST_LOOK)
    order = fields.maybe(result, "order") or {}
    return after_job(ids, order, no)


def after_job(ids: dict[str, str], order: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    if not fields.text(order, "cancelledAt"):
        raise no("done and not cancelled", code="not_cancelled", user_message=str(capabilities.JOB_NOT_CANCELLED))
    reported = Reported(cancelled_at=rows.told(lambda: fields.when(order, "cancelledAt")))
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=reported)


def refuse_cancel(payload: Node, name: str, no: type[RemoteRefused] = RemoteRefused) -> None:
    """INTERNAL_ERROR says nothing about what happened; every other code is a final no."""
    for error in fields.items(payload, name):
        code = fields.text(error, "code")
        if code == "INTERNAL_ERROR":
            raise OutcomeUnknown("internal error", code=code, answer=[dict(error)])
        said = capabilities.CANCEL_CODES.get(code) or capabilities.refused(fields.text(error, "message"))
        raise no(code or "refused", code=code or "refused", user_message=str(said), answer=[dict(error)])


def refunded(payload: Node) -> Receipt:
    refuse(payload)
    refund = fields.node(payload, "refund")
    return refund_state(refund)


def refund_state(refund: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    """A refund record is there; whether money moved is said by each of its transactions. Raises `no` if one did not."""
    transactions = [t for t in fields.items(refund, "transactions") if fields.text(t, "kind") == "REFUND"]
    ids = {"refund": fields.ident(refund)} | {
        f"transaction_{i}": fields.ident(t) for i, t in enumerate(transactions, start=1)
    }
    for transaction in transactions:
        if fields.text(transaction, "status") in FAILED:
            code = fields.text(transaction, "errorCode") or "PAYMENT_FAILED"
            raise no(
                "not paid back", code=code, user_message=str(capabilities.NOT_PAID_BACK), answer=[dict(transaction)]
            )
    total = paid(refund, "totalRefundedSet")
    if any(fields.text(t, "status") in PENDING for t in transactions):
        reported = Reported(refunded=total, refund_state=RefundState.PENDING)
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, reported=reported, look_after=PAYMENT_LOOK)
    reported = Reported(refunded=total, refund_state=RefundState.PAID)
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=reported)


def edited(payload: Node) -> Receipt:
    refuse(payload)
    order = fields.node(payload, "order")
    reported = Reported(outstanding=paid(order, "totalOutstandingSet"))
    return Receipt(outcome=Outcome.APPLIED, ids={"order": fields.ident(order)}, reported=reported)


def voided(payload: Node) -> Receipt:
    refuse(payload, codes=capabilities.VOID_CODES)
    return payment_state(fields.node(payload, "transaction"))


def payment_state(transaction: Node, no: type[RemoteRefused] = RemoteRefused) -> Receipt:
    state, ids = fields.text(transaction, "status"), {"transaction": fields.ident(transaction)}
    if state in FAILED:
        code = fields.text(transaction, "errorCode") or "PAYMENT_FAILED"
        raise no("not voided", code=code, user_message=str(capabilities.VOID_CODES["GENERIC_ERROR"]))
    if state in PENDING:
        return Receipt(outcome=Outcome.ACCEPTED, ids=ids, look_after=PAYMENT_LOOK)
    if state != "SUCCESS":
        raise Misread("status")
    return Receipt(outcome=Outcome.APPLIED, ids=ids, reported=Reported(state=EffectState.VOIDED))


def corrected(payload: Node) -> Receipt:
    refuse(payload)
    group = fields.node(payload, "inventoryAdjustmentGroup")
    return Receipt(outcome=Outcome.APPLIED, ids={"adjustment": fields.ident(group)})


def refuse(payload: Node, *, codes: Mapping[str, str] | None = None) -> None:
    """userErrors: a final no in their own words. Refunds have no codes, so a key's conflict is known by its words."""
    for error in fields.items(payload, "userErrors"):
        message = fields.text(error, "message")
        code = fields.text(error, "code") or _spoken(message, IDEMPOTENCY) or "refused"
        if code == CONCURRENT:
            raise RemoteConflict("same key still running", code=code, answer=[dict(error)])
        if code == "SERVICE_UNAVAILABLE":
            raise OutcomeUnknown("service unavailable", code=code, answer=[dict(error)])
        said: Any = (codes or {}).get(code) or capabilities.CODES.get(code) or capabilities.refused(message)
        raise RemoteRefused(code, code=code, user_message=str(said), answer=[dict(error)])


def _spoken(message: str, names: Iterable[str]) -> str:
    return next((name for name in names if name in message), "")
