"""What each word of a vendor means to us, retyped: one that changes sides moves money or goods."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest

from stores.platforms.bigcommerce import BigCommerce
from stores.platforms.shopify import Shopify
from stores.platforms.shoplazza import Shoplazza
from stores.platforms.square import Square
from stores.platforms.woocommerce import WooCommerce

MEANT = {
    "shopify.capabilities.FULFILMENT": """
        UNFULFILLED unfulfilled, OPEN unfulfilled, RESTOCKED unfulfilled, REQUEST_DECLINED unfulfilled,
        PENDING_FULFILLMENT in_progress, IN_PROGRESS in_progress, SCHEDULED scheduled, ON_HOLD on_hold,
        PARTIALLY_FULFILLED partial, FULFILLED fulfilled, FULFILLMENT_NOT_REQUIRED not_needed""",
    "shopify.capabilities.PAYMENT": """
        PENDING pending, AUTHORIZED authorised, PARTIALLY_PAID partly_paid, PAID paid,
        PARTIALLY_REFUNDED partly_refunded, REFUNDED refunded, VOIDED voided, EXPIRED expired""",
    "shopify.money.KINDS": """
        AUTHORIZATION authorisation, EMV_AUTHORIZATION authorisation, SALE sale, CAPTURE capture, REFUND refund,
        VOID void""",
    "shopify.money.STATES": """
        SUCCESS success, PENDING pending, AWAITING_RESPONSE pending, FAILURE failed, ERROR failed""",
    "shopify.money.RESTOCK": "CANCEL cancel, RETURN return, NO_RESTOCK none",
    "shopify.capabilities.REASONS": """
        customer CUSTOMER, out_of_stock INVENTORY, fraud FRAUD, payment_declined DECLINED, duplicate CUSTOMER,
        address OTHER, price_error STAFF, staff_error STAFF, other OTHER""",
    "bigcommerce.capabilities.FULFILMENT": "2 fulfilled, 3 partial, 8 in_progress, 9 in_progress, 10 fulfilled",
    "bigcommerce.capabilities.PAYMENT": """
        authorized authorised, capture_pending authorised, held_for_review authorised, void_pending authorised,
        captured paid, paid paid, declined pending, pending pending, partially_refunded partly_refunded,
        refunded refunded, void voided""",
    "magento.finding.STANDINGS": "1 pending, 2 done, 3 failed",
    "square.money.KINDS": "APPROVED authorisation, COMPLETED sale, CANCELED void",
    "square.money.STATUS": """
        APPROVED success, COMPLETED success, CANCELED success, PENDING pending, FAILED failed""",
    "square.money.REFUND_STATUS": """
        PENDING pending, APPROVED pending, COMPLETED success, REJECTED failed, FAILED failed""",
    "shoplazza.finding.STANDING": "finished done, failed failed",
    "shoplazza.money.STATUS": """
        success success, refunding success, refunded success, refund_failed success, authorized success, void success,
        processing pending, error failed, expire failed""",
    "shoplazza.capabilities.PAYMENT": """
        waiting pending, paying pending, failed pending, authorized authorised, partially_paid partly_paid, paid paid,
        cancelled voided, refunded refunded, partially_refunded partly_refunded""",
    "shoplazza.capabilities.FULFILMENT": """
        initialled unfulfilled, waiting unfulfilled, cancelled unfulfilled, partially_shipped partial,
        partially_finished partial, shipped fulfilled, finished fulfilled, returning fulfilled,
        partially_returned fulfilled, returned fulfilled""",
}
SETS = {
    "shopify.money.LIVE": "success pending",
    "shopify.mapping.EFFECTIVE": "SUCCESS OPEN PENDING",
    "shopify.mapping.OPEN_RETURNS": "REQUESTED OPEN",
    "shopify.mapping.PAID_BY_BANK": "LOST ACCEPTED CHARGE_REFUNDED PREVENTED",
    "shopify.capabilities.ADVICE": "CANCEL INVESTIGATE",
    "shopify.cancellable.BACK_WITH_US": "UNSUBMITTED REJECTED CANCELLATION_ACCEPTED CLOSED",
    "shopify.cancellable.OVER": "CLOSED CANCELLED INCOMPLETE",
    "shopify.api.FAILED": "FAILURE ERROR",
    "shopify.api.PENDING": "PENDING AWAITING_RESPONSE",
    "bigcommerce.capabilities.UNPAID": "0 1 5 6 7",
    "bigcommerce.reading.TAKEN": "paid partly_refunded refunded",
    "bigcommerce.money.BY_HAND": "bankdeposit cheque cod moneyorder instore custom",
    "bigcommerce.money.CREDIT": "storecredit giftcertificate",
    "bigcommerce.mapping.FIRST": "purchase authorization pending",
    "magento.money.BY_HAND": "checkmo banktransfer cashondelivery purchaseorder free",
    "magento.mapping.ENDED": "canceled closed",
    "magento.cancellable.NEVER": "canceled closed holded payment_review",
    "square.cancellable.SETTLED": "success failed",
    "square.money.BY_HAND": "CASH EXTERNAL",
    "square.api.MOVED": "VERSION_MISMATCH CONFLICT",
    "square.api.TOKEN": "UNAUTHORIZED ACCESS_TOKEN_EXPIRED ACCESS_TOKEN_REVOKED",
    "shoplazza.cancellable.OPEN": "opened placed",
    "shoplazza.cancellable.UNSHIPPED": "initialled waiting",
    "shoplazza.money.TAKEN": "success refunding refunded refund_failed",
    "shoplazza.money.BY_HAND": "custom cod offline bank_transfer",
    "shoplazza.cancellable.DEAD": "cancelled canceled failed failure error",
    "shoplazza.capabilities.MONEY_MOVED": "refunding refund_failed refunded partially_refunded",
    "shoplazza.capabilities.BY_AMOUNT": "refunding refund_failed",
    "shoplazza.api.MAYBE_DONE": "Aborted DeadlineExceeded",
}
TOLD = {
    WooCommerce: "order.created order_changed, order.updated order_changed, order.restored order_changed, "
    "order.deleted order_deleted, product.updated unknown",
    BigCommerce: "store/order/created order_changed, store/order/updated order_changed, "
    "store/order/statusUpdated order_changed, store/order/refund/created order_changed, "
    "store/order/transaction/created order_changed, store/order/transaction/updated order_changed, "
    "store/order/archived order_deleted, store/app/uninstalled disconnected, store/product/updated unknown",
    Shoplazza: "orders/create order_changed, orders/update order_changed, orders/paid order_changed, "
    "orders/cancelled order_changed, orders/partially_refunded order_changed, orders/refunded order_changed, "
    "orders/fulfilled order_changed, orders/delete order_deleted, app/uninstalled disconnected, products/x unknown",
    Shopify: "orders/create order_changed, orders/updated order_changed, orders/edited order_changed, "
    "orders/cancelled order_changed, orders/fulfilled order_changed, orders/partially_fulfilled order_changed, "
    "orders/paid order_changed, orders/delete order_deleted, refunds/create order_changed, "
    "order_transactions/create order_changed, returns/request order_changed, returns/approve order_changed, "
    "returns/decline order_changed, returns/cancel order_changed, returns/close order_changed, "
    "returns/reopen order_changed, disputes/create dispute, disputes/update dispute, app/uninstalled disconnected, "
    "app/scopes_update scopes_changed, products/update unknown",
    Square: "order.created order_changed, order.updated order_changed, order.fulfillment.updated order_changed, "
    "payment.created order_changed, payment.updated order_changed, refund.created order_changed, "
    "refund.updated order_changed, dispute.created dispute, dispute.state.updated dispute, "
    "inventory.count.updated stock_changed, oauth.authorization.revoked disconnected, catalog.version.updated unknown",
}


def there(name: str) -> Any:
    module, _, word = name.rpartition(".")
    return getattr(import_module(f"stores.platforms.{module}"), word)


def rows(text: str) -> dict[str, str]:
    return dict(row.split() for row in text.split(","))


@pytest.mark.parametrize("name", MEANT)
def test_each_word_means_what_the_sheet_says(name):
    found: Mapping[Any, Any] = there(name)

    assert {str(word).replace(" ", "_"): str(ours) for word, ours in found.items()} == rows(MEANT[name])


@pytest.mark.parametrize("name", SETS)
def test_each_group_holds_the_words_of_the_sheet(name):
    assert {str(word) for word in there(name)} == set(SETS[name].split())


@pytest.mark.parametrize("platform", TOLD, ids=lambda platform: platform.key)
def test_each_topic_is_told_as_what_it_is(platform):
    for topic, kind in rows(TOLD[platform]).items():
        body = f'{{"id": 1, "type": "{topic}", "scope": "{topic}", "store_id": "1", "hash": "h", "data": {{"id": 1}}}}'
        headers = {
            "X-WC-Webhook-Topic": topic, "X-Shopify-Topic": topic, "X-Shoplazza-Topic": topic,
            "X-WC-Webhook-Event": "x", "X-Shopify-Webhook-Id": "w", "X-Shopify-Event-Id": "e",
        }  # fmt: skip
        (event,) = platform.parse_hook(headers, body.encode())
        assert (event.kind, event.topic) == (kind, topic)
