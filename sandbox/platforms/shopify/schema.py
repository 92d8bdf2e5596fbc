"""Our SDL as executable schemas, one per API version, and which scopes their fields want."""

from __future__ import annotations

import re
from pathlib import Path

from graphql import parse
from graphql.language import DocumentNode, EnumTypeDefinitionNode, ObjectTypeDefinitionNode

from sandbox.core.graphql import Api

SDL = Path(__file__).resolve().parent / "schema.graphql"
NEWEST = "2026-10"
SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10")
SINCE_2026_10 = {"OrderCancelPayload": ("jobResult",), "OrderDisplayFulfillmentStatus": ("FULFILLMENT_NOT_REQUIRED",)}
TYPES_SINCE_2026_10 = {"OrderCancelJobResult", "OrderCancelStatus", "JobResult"}
# Which of these scopes a field wants: one of them is enough.
FULFILMENT_SCOPES = ("read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders")
WRITE_FULFILMENT = ("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders")
NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("QueryRoot", "order"): ("read_orders",), ("QueryRoot", "orders"): ("read_orders",),
    ("QueryRoot", "ordersCount"): ("read_orders",), ("QueryRoot", "locations"): ("read_locations",),
    ("QueryRoot", "location"): ("read_locations",), ("QueryRoot", "inventoryItem"): ("read_inventory",),
    ("QueryRoot", "fulfillmentOrder"): FULFILMENT_SCOPES, ("Order", "fulfillmentOrders"): FULFILMENT_SCOPES,
    ("Order", "returns"): ("read_returns",), ("Order", "customer"): ("read_customers",),
    ("LineItem", "variant"): ("read_products", "read_inventory"),
    ("ProductVariant", "inventoryItem"): ("read_inventory", "read_products"),
    ("Mutation", "orderCancel"): ("write_orders",), ("Mutation", "orderCapture"): ("write_orders",),
    ("Mutation", "refundCreate"): ("write_orders",), ("Mutation", "transactionVoid"): ("write_orders",),
    ("Mutation", "orderEditBegin"): ("write_order_edits",),
    ("Mutation", "orderEditSetQuantity"): ("write_order_edits",),
    ("Mutation", "orderEditCommit"): ("write_order_edits",),
    ("Mutation", "inventoryAdjustQuantities"): ("write_inventory",),
    ("Mutation", "fulfillmentOrderCancel"): WRITE_FULFILMENT,
    ("Mutation", "fulfillmentOrderSubmitCancellationRequest"): WRITE_FULFILMENT,
    ("Mutation", "fulfillmentOrderReleaseHold"): WRITE_FULFILMENT,
    ("Mutation", "fulfillmentOrderHold"): WRITE_FULFILMENT,
}  # fmt: skip


def served(version: str) -> str | None:
    """The version that answers a request for `version`: too old ones fall forward; None for no version at all."""
    if version == "unstable":
        return NEWEST
    if not re.fullmatch(r"20\d\d-(01|04|07|10)", version) or version > "2027-01":
        return None
    return max(SUPPORTED[0], min(version, NEWEST))


def sdl(version: str) -> DocumentNode:
    document = parse(SDL.read_text())
    return without_newest(document) if version < "2026-10" else document


def without_newest(document: DocumentNode) -> DocumentNode:
    """The SDL as it was before 2026-10."""
    kept = []
    for node in document.definitions:
        name = getattr(getattr(node, "name", None), "value", "")
        if name in TYPES_SINCE_2026_10:
            continue
        late = SINCE_2026_10.get(name, ())
        if isinstance(node, ObjectTypeDefinitionNode):
            node.fields = tuple(field for field in node.fields if field.name.value not in late)
        elif isinstance(node, EnumTypeDefinitionNode):
            node.values = tuple(value for value in node.values if value.name.value not in late)
        kept.append(node)
    return DocumentNode(definitions=tuple(kept))


# How a message begins -> what Shopify calls it
CODES = {
    "Cannot query field": "undefinedField", "Unknown argument": "argumentNotAccepted", "Variable ": "variableMismatch",
}  # fmt: skip
API = Api(sdl, NEEDS, CODES)
