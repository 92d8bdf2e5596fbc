"""Speaking GraphQL with one shop: token, cost, the platform's errors as our classes, and what an answer proves.

What each code lets us know follows the vendor's page of response codes and the enums of errors in its schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from stores.canonical.commands import CancelOrder, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import MoneyPair
from stores.canonical.receipts import EffectState, Receipt, RefundState
from stores.connectors import fields, graphql, oauth2, rows
from stores.connectors.roles import Answers, ConnectorContext
from stores.kernel.errors import OutcomeUnknown, RemoteConflict, RemoteRefused, RemoteThrottled
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.kernel.money import Money
from stores.platforms.shopify import capabilities

ORDER_ID = re.compile(r"gid://shopify/Order/[0-9]{1,20}", re.ASCII)
CONCURRENT = "IDEMPOTENCY_CONCURRENT_REQUEST"
IDEMPOTENCY = ("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
OUTCOMES = graphql.Outcomes(
    throttled="THROTTLED",
    server_fault=frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"}),
    concurrent=CONCURRENT,
    no_access="ACCESS_DENIED",
    never_ran=graphql.INVALID | {"MAX_COST_EXCEEDED", "SHOP_INACTIVE", *IDEMPOTENCY, "IDEMPOTENCY_KEY_REQUIRED"},
    no_id=re.compile(r"invalid (global )?id\b", re.IGNORECASE),  # "Invalid global id '7'"
    not_found=capabilities.NOT_FOUND,
    words=capabilities.words_of,
)
HOPELESS_WAIT = 300.0  # seconds
LONGEST_HINT = 3600.0  # seconds
BUCKET = 100.0  # points a second; only when an answer does not say


class Api(graphql.GraphQLApi):
    """One shop's GraphQL API."""

    outcomes = OUTCOMES
    statuses = capabilities.STATUSES

    def __init__(self, connection: ConnectorContext, base_url: str, version: str) -> None:
        super().__init__(connection, f"{base_url}/admin/api/{version}/graphql.json")
        self.base_url = base_url

    def order(self, document: str, order_id: str, *, cost: float, **variables: Any) -> Node:
        """The `order` of a query by its id. Raises RemoteRefused "not_found" when it is gone, hidden or no id."""
        data = self.read(document, {"id": check_id(order_id), **variables}, cost=cost)
        if data.get("order") is None:
            raise not_found()
        return fields.node(data, "order")

    def ask(self, document: str, name: str, *, cost: float, **variables: Any) -> Node:
        """The payload of a mutation that is no effect, so that it may be repeated like a read. Raises as `refuse`."""
        return payload_of(self.read(document, variables, cost=cost), name)

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
        """A token of about 24 h. Raises CredentialsRejected for a refusal."""
        keys = {
            "client_id": self.connection.settings.get("client_id", ""),
            "client_secret": self.connection.secrets.get("client_secret", ""),
        }
        return oauth2.client_credentials(self.connection, f"{self.base_url}/admin/oauth/access_token", keys)

    def usage(self, answer: Answer) -> Usage | None:
        return usage_of(answer.body)

    @classmethod
    def throttled(cls, answer: Answer) -> RemoteThrottled:
        """max(1, (requested - available) / restore rate), as the vendor's page on rate limits has it; at most an hour.

        A bucket that can never hold what we ask for (a shop on a very slow day) is waited for longer, and said.
        """
        wait, said, usage = 1.0, "", usage_of(answer.body)
        if usage:
            missing = usage.requested - (usage.available or 0)
            wait = min(max(wait, missing / (usage.per_second or BUCKET)), LONGEST_HINT)
            if usage.requested > (usage.maximum or 0):
                wait, said = max(wait, HOPELESS_WAIT), str(capabilities.BUCKET_TOO_SMALL)
        told = graphql.told(answer)
        return RemoteThrottled("throttled", code=OUTCOMES.throttled, retry_after=wait, user_message=said, **told)


def usage_of(body: Any) -> Usage | None:
    try:
        cost = body["extensions"]["cost"]
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


def understood() -> AbstractContextManager[None]:
    """A shape that the schema does not promise is an answer we cannot use: the read failed, nothing else did."""
    return json_readers.understood(str(capabilities.UNREADABLE))


def not_found() -> RemoteRefused:
    return RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))


def check_id(external_id: str) -> str:
    if not ORDER_ID.fullmatch(external_id):
        raise not_found()
    return external_id


# --- money --------------------------------------------------------------------------------------------
def paid(parent: Node, name: str) -> Money:
    """A MoneyBag's amount in the currency that moves."""
    return fields.amount(fields.node(parent, name), "presentmentMoney")


def pair(parent: Node, name: str) -> MoneyPair:
    """A MoneyBag; in one currency only where the order has one."""
    bag = fields.node(parent, name)
    shop = fields.amount(bag, "shopMoney")
    return MoneyPair(shop=shop, customer=fields.amount(bag, "presentmentMoney") if "presentmentMoney" in bag else shop)


def maybe_pair(parent: Node, name: str) -> MoneyPair | None:
    return None if parent.get(name) is None else pair(parent, name)


# --- what an answer to a command proves --------------------------------------------------------------
FAILED = frozenset({"FAILURE", "ERROR"})
PENDING = frozenset({"PENDING", "AWAITING_RESPONSE"})
UNSAID = frozenset({"INTERNAL_ERROR", "SERVICE_UNAVAILABLE"})
Words = Mapping[str, str]
No = type[RemoteRefused]  # JobFailed where a job was asked after
NO_WORDS: Words = {}
FIRST_LOOK = 3.0  # seconds: jobs take one to three, so that one look finds most of them done
PAYMENT_LOOK = 15.0  # seconds: a payment provider takes a minute


def cancelled(_command: CancelOrder, data: Node) -> Receipt:
    """A job: accepted, and to be asked after."""
    payload = fields.node(data, "orderCancel")
    refuse(payload, "orderCancelUserErrors", codes=capabilities.CANCEL_CODES)
    job, result = fields.maybe(payload, "job"), fields.maybe(payload, "jobResult")
    if result is not None and fields.flag(result, "done"):
        return job_result(result)
    if job is None and result is None:
        raise Misread("job")
    ids = {"job": fields.ident(job)} if job else {}
    ids |= {"job_result": fields.ident(result)} if result else {}
    return Receipt.accepted(ids, look_after=FIRST_LOOK)


def job_result(result: Node, no: No = RemoteRefused) -> Receipt:
    """An OrderCancelJobResult. Only `cancelledAt` proves the cancellation. Raises `no` for a job that failed."""
    ids = {"job_result": fields.ident(result)}
    refuse(result, "errors", codes=capabilities.CANCEL_CODES, no=no)
    if not fields.flag(result, "done"):
        return Receipt.accepted(ids, look_after=FIRST_LOOK)
    return after_job(ids, fields.maybe(result, "order") or {}, no)


def after_job(ids: dict[str, str], order: Node, no: No = RemoteRefused) -> Receipt:
    if not fields.text(order, "cancelledAt"):
        raise no("done and not cancelled", code="not_cancelled", user_message=str(capabilities.JOB_NOT_CANCELLED))
    return Receipt.applied(ids, cancelled_at=rows.told(lambda: fields.when(order, "cancelledAt")))


def refund_state(refund: Node, no: No = RemoteRefused) -> Receipt:
    """A refund record is there; whether money moved is said by each of its transactions. Raises `no` if one did not."""
    transactions = [t for t in fields.items(refund, "transactions") if fields.text(t, "kind") == "REFUND"]
    ids = {f"transaction_{i}": fields.ident(t) for i, t in enumerate(transactions, start=1)}
    ids["refund"] = fields.ident(refund)
    for transaction in transactions:
        if fields.text(transaction, "status") in FAILED:
            code = fields.text(transaction, "errorCode") or "PAYMENT_FAILED"
            said = str(capabilities.NOT_PAID_BACK)
            raise no("not paid back", code=code, user_message=said, answer=[dict(transaction)])
    is_pending = any(fields.text(t, "status") in PENDING for t in transactions)
    back = paid(refund, "totalRefundedSet")
    if is_pending:
        return Receipt.accepted(ids, look_after=PAYMENT_LOOK, refunded=back, refund_state=RefundState.PENDING)
    return Receipt.applied(ids, refunded=back, refund_state=RefundState.PAID)


def edited(_command: EditOrder, data: Node) -> Receipt:
    order = fields.node(payload_of(data, "orderEditCommit"), "order")
    return Receipt.applied({"order": fields.ident(order)}, outstanding=paid(order, "totalOutstandingSet"))


def payment_state(transaction: Node, no: No = RemoteRefused) -> Receipt:
    state, ids = fields.text(transaction, "status"), {"transaction": fields.ident(transaction)}
    if state in FAILED:
        code = fields.text(transaction, "errorCode") or "PAYMENT_FAILED"
        raise no("not voided", code=code, user_message=str(capabilities.VOID_CODES["GENERIC_ERROR"]))
    if state in PENDING:
        return Receipt.accepted(ids, look_after=PAYMENT_LOOK)
    if state != "SUCCESS":
        raise Misread("status")
    return Receipt.applied(ids, state=EffectState.VOIDED)


def payload_of(data: Node, name: str, codes: Words = NO_WORDS) -> Node:
    """A mutation's payload, where it holds no user error."""
    payload = fields.node(data, name)
    refuse(payload, codes=codes)
    return payload


def refuse(payload: Node, name: str = "userErrors", *, codes: Words = NO_WORDS, no: No = RemoteRefused) -> None:
    """User errors: a final no (`no`) in their own words; UNSAID codes say nothing about what happened.

    Refunds have no codes, so a key's conflict is known by its words.
    """
    for error in fields.items(payload, name):
        message = fields.text(error, "message")
        spoken = next((name for name in (CONCURRENT, *IDEMPOTENCY) if name in message), "")
        code = fields.text(error, "code") or spoken or "refused"
        if code == CONCURRENT:
            raise RemoteConflict("same key still running", code=code, answer=[dict(error)])
        if code in UNSAID:
            raise OutcomeUnknown(code, code=code, answer=[dict(error)])
        said = codes.get(code) or capabilities.CODES.get(code) or capabilities.refused(message)
        raise no(code, code=code, user_message=str(said), answer=[dict(error)])


def refunded(_command: RefundOrder, data: Node) -> Receipt:
    return refund_state(fields.node(payload_of(data, "refundCreate"), "refund"))


def voided(_command: VoidPayment, data: Node) -> Receipt:
    return payment_state(fields.node(payload_of(data, "transactionVoid", capabilities.VOID_CODES), "transaction"))


def adjusted(_command: CorrectStock, data: Node) -> Receipt:
    group = fields.node(payload_of(data, "inventoryAdjustQuantities"), "inventoryAdjustmentGroup")
    return Receipt.applied({"adjustment": fields.ident(group)})


ANSWERS: Answers = {
    CancelOrder: cancelled,
    RefundOrder: refunded,
    EditOrder: edited,
    VoidPayment: voided,
    CorrectStock: adjusted,
}
