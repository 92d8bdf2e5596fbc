"""The roots of the graph: what can be asked, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.core.graphql import wants_info
from sandbox.platforms.shopify import (
    cancel,
    edit,
    fulfilment,
    idempotency,
    listing,
    refund,
    stock_changes,
    subscriptions,
)
from sandbox.platforms.shopify.search import connection, paging_of
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, gid, kind_of, number_of
from sandbox.platforms.shopify.views.lines import FulfilmentOrderView, LineView, ShipmentView
from sandbox.platforms.shopify.views.money import RefundView, ReturnView, TransactionView
from sandbox.platforms.shopify.views.order import OrderView
from sandbox.platforms.shopify.views.shop import ItemView, LocationView, ShopView, installation


class Root:
    """Both roots; lives for one request."""

    def __init__(self, session: Session) -> None:
        self.session = session

    # --- queries -----------------------------------------------------------------------------------
    def shop(self) -> ShopView:
        return ShopView(self.session, self.session.shop)

    def current_app_installation(self) -> dict[str, Any]:
        return installation(self.session.scopes)

    def order(self, id: str) -> OrderView | None:
        """Raises GraphQLError for the id of something else; null is for an order that is not there."""
        if kind_of(id) != "Order":
            raise GraphQLError("invalid id", extensions={"code": "RESOURCE_NOT_FOUND"})
        found = self.session.visible(number_of(id, "Order"))
        return OrderView(self.session, found) if found else None

    def orders(self, **wanted: Any) -> dict[str, Any]:
        return listing.orders(self.session, lambda body: OrderView(self.session, body), **wanted)

    def orders_count(self, query: str | None = None, limit: int | None = 10_000) -> dict[str, Any]:
        return listing.count(self.session, query, limit)

    def locations(self, include_inactive: bool = False, **paging: Any) -> dict[str, Any]:
        rows = [place for place in self.session.shop["locations"] if place["active"] or include_inactive]
        return connection(rows, lambda row: LocationView(self.session, row), **paging_of(paging))

    def location(self, id: str | None = None) -> LocationView | None:
        number = self.session.shop["locations"][0]["id"] if id is None else number_of(id, "Location")
        found = self.session.location(number)
        return LocationView(self.session, found) if found else None

    def inventory_item(self, id: str) -> ItemView | None:
        number = number_of(id, "InventoryItem")
        return ItemView(self.session, {"id": number, "is_tracked": True, "sku": None}) if number else None

    def fulfillment_order(self, id: str) -> FulfilmentOrderView | None:
        order, parcel = fulfilment.parcel_of(self.session, id)
        return FulfilmentOrderView(self.session, parcel, order) if order and parcel else None

    def job(self, id: str) -> dict[str, Any] | None:
        found = cancel.read_job(self.session, number_of(id, "Job"))
        return self._job(found) if found else None

    def node(self, id: str) -> Any:
        find: dict[str, Callable[[str], Any]] = {
            "Order": self.order, "Location": self.location, "FulfillmentOrder": self.fulfillment_order,
            "InventoryItem": self.inventory_item, "OrderCancelJobResult": self._result_by_id,
            "LineItem": self._part(LineView, "lines"), "Refund": self._part(RefundView, "refunds"),
            "Fulfillment": self._part(ShipmentView, "fulfillments"), "Return": self._part(ReturnView, "returns"),
            "OrderTransaction": self._part(TransactionView, "transactions"),
            "WebhookSubscription": self.webhook_subscription,
            "CalculatedOrder": lambda value: edit.calculated(self.session, number_of(value)),
        }  # fmt: skip
        look = find.get(kind_of(id))
        return look(id) if look else None

    def nodes(self, ids: list[str]) -> list[Any]:
        return [self.node(id) for id in ids]

    def webhook_subscription(self, id: str) -> Any:
        return subscriptions.one(self.session, id)

    def webhook_subscriptions(self, topics: list[str] | None = None, **paging: Any) -> dict[str, Any]:
        return subscriptions.listed(self.session, topics, **paging)

    def _part(self, view: Any, name: str) -> Callable[[str], Any]:
        def look(value: str) -> Any:
            number = number_of(value)
            order = self.session.owner(number)
            found = next((part for part in order[name] if part["id"] == number), None) if order else None
            return view(self.session, found, order) if found else None

        return look

    # --- cancel ------------------------------------------------------------------------------------
    def order_cancel(self, **wanted: Any) -> dict[str, Any]:
        job, errors = cancel.start(self.session, wanted)
        return {
            "job": job and self._job(job), "jobResult": job and self._result(job), "orderCancelUserErrors": errors,
            "userErrors": [{"field": error["field"], "message": error["message"]} for error in errors],
        }  # fmt: skip

    def _job(self, job: Body) -> dict[str, Any]:
        return {"__typename": "Job", "id": gid("Job", job["id"]), "done": job["state"] != "STARTED"}

    def _result_by_id(self, value: str) -> dict[str, Any] | None:
        found = cancel.read_job(self.session, number_of(value))
        return self._result(found) if found else None

    def _result(self, job: Body) -> dict[str, Any]:
        return {
            "__typename": "OrderCancelJobResult", "id": gid("OrderCancelJobResult", job["id"]),
            "done": job["state"] != "STARTED", "status": job["state"], "errors": job["errors"],
            "order": lambda: self.order(gid("Order", job["order_id"])),
        }  # fmt: skip

    # --- money -------------------------------------------------------------------------------------
    @wants_info
    def refund_create(self, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
        def act() -> idempotency.Outcome:
            order, made, errors = refund.create(self.session, input)
            return {"order": order and order["id"], "refund": made and made["id"], "errors": errors}

        try:
            outcome = idempotency.once(self.session, info, input, act)
        except idempotency.KeyRefused as refused:
            name = "idempotent_missing" if refused.code == "MISSING" else "idempotency_conflict"
            if self.session.switches[name] != "user_error":
                raise refused.as_error() from refused
            words = f"{refused.code}: {refused.words}"
            return {"refund": None, "order": None, "userErrors": [{"field": None, "message": words}]}
        return self._refunded(outcome)

    def _refunded(self, outcome: idempotency.Outcome) -> dict[str, Any]:
        body = self.session.order(outcome["order"]) if outcome["refund"] else None
        made = next((row for row in body["refunds"] if row["id"] == outcome["refund"]), None) if body else None
        return {
            "refund": RefundView(self.session, made, body) if body and made else None,
            "order": OrderView(self.session, body) if body else None,
            "userErrors": outcome["errors"],
        }

    def transaction_void(self, parent_transaction_id: str) -> dict[str, Any]:
        return cancel.void_authorisation(self.session, parent_transaction_id)

    def order_capture(self, input: dict[str, Any]) -> dict[str, Any]:
        return cancel.capture(self.session, input)

    # --- edits, stock, fulfilment, webhooks -----------------------------------------------------------
    def order_edit_begin(self, id: str) -> dict[str, Any]:
        return edit.begin(self.session, id)

    def order_edit_set_quantity(self, **wanted: Any) -> dict[str, Any]:
        return edit.set_quantity(self.session, wanted)

    def order_edit_commit(self, **wanted: Any) -> dict[str, Any]:
        return edit.commit(self.session, wanted)

    @wants_info
    def inventory_adjust_quantities(self, info: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
        return stock_changes.adjust(self.session, info, input)

    def fulfillment_order_cancel(self, id: str) -> dict[str, Any]:
        order, parcel, fresh, errors = fulfilment.take_back(self.session, id)
        shown = {
            "fulfillmentOrder": self._parcel(order, parcel),
            "replacementFulfillmentOrder": self._parcel(order, fresh),
        }
        return shown | {"userErrors": errors}

    def fulfillment_order_submit_cancellation_request(self, id: str, message: str | None = None) -> dict[str, Any]:
        return self._parcel_answer(*fulfilment.ask_back(self.session, id))

    def fulfillment_order_release_hold(self, id: str, hold_ids: list[str] | None = None) -> dict[str, Any]:
        return self._parcel_answer(*fulfilment.release_hold(self.session, id))

    def fulfillment_order_hold(self, id: str, fulfillment_hold: dict[str, Any]) -> dict[str, Any]:
        return self._parcel_answer(*fulfilment.place_hold(self.session, id, fulfillment_hold))

    def _parcel_answer(self, order: Body | None, parcel: Body | None, errors: list[dict[str, Any]]) -> dict[str, Any]:
        return {"fulfillmentOrder": self._parcel(order, parcel), "userErrors": errors}

    def _parcel(self, order: Body | None, parcel: Body | None) -> FulfilmentOrderView | None:
        return FulfilmentOrderView(self.session, parcel, order) if order and parcel else None

    def webhook_subscription_create(self, topic: str, webhook_subscription: dict[str, Any]) -> dict[str, Any]:
        return subscriptions.create(self.session, topic, webhook_subscription)

    def webhook_subscription_update(self, id: str, webhook_subscription: dict[str, Any]) -> dict[str, Any]:
        return subscriptions.change(self.session, id, webhook_subscription)

    def webhook_subscription_delete(self, id: str) -> dict[str, Any]:
        return subscriptions.delete(self.session, id)
