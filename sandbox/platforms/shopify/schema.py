"""Our SDL as executable schemas, one per API version, and how fields find their values.

A field of a view is the attribute or method of the same name in snake case; a field of a plain dict is its key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSyntaxError,
    GraphQLUnionType,
    OperationDefinitionNode,
    build_ast_schema,
    get_operation_ast,
    parse,
    validate,
)
from graphql.language import DocumentNode, EnumTypeDefinitionNode, ObjectTypeDefinitionNode

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


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def served(version: str) -> str | None:
    """The version that answers a request for `version`: too old ones fall forward; None for no version at all."""
    if version == "unstable":
        return NEWEST
    if not re.fullmatch(r"20\d\d-(01|04|07|10)", version) or version > "2027-01":
        return None
    return max(SUPPORTED[0], min(version, NEWEST))


@cache
def schema_for(version: str) -> GraphQLSchema:
    document = parse(SDL.read_text())
    if version < "2026-10":
        document = without_newest(document)
    schema = build_ast_schema(document)
    for kind in schema.type_map.values():
        if not kind.name.startswith("__"):
            attach(kind)
    return schema


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


def attach(kind: object) -> None:
    """Resolvers, Python names for arguments, and which concrete type a value has."""
    if isinstance(kind, GraphQLObjectType):
        for name, field in kind.fields.items():
            needs = NEEDS.get((kind.name, name))
            field.resolve = guarded(needs) if needs else resolve
            for key, argument in field.args.items():
                argument.out_name = snake(key)
    elif isinstance(kind, GraphQLInputObjectType):
        for key, member in kind.fields.items():
            member.out_name = snake(key)
    elif isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
        kind.resolve_type = lambda value, info, abstract: type_name(value)


def type_name(value: Any) -> str:
    return str(value["__typename"] if isinstance(value, dict) else value.typename)


def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    name = info.field_name
    value = source.get(name) if type(source) is dict else getattr(source, snake(name))
    if not callable(value):
        return value
    if getattr(value, "wants_info", False):
        return value(info, **arguments)
    return value(**arguments)


def guarded(needs: tuple[str, ...]) -> Callable[..., Any]:
    """Refuses the field unless the app holds one of these scopes."""

    def allowed(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        if not info.context.scopes.intersection(needs):
            raise GraphQLError(
                f"Access denied for {info.field_name} field.",
                extensions={"code": "ACCESS_DENIED", "requiredAccess": " or ".join(f"`{need}`" for need in needs)},
            )
        return resolve(source, info, **arguments)

    return allowed


def wants_info(method: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a resolver method that needs to see its field (for `@idempotent`)."""
    method.wants_info = True  # type: ignore[attr-defined]
    return method


# --- Requests' documents, parsed and checked once per text and version ----------------------------
CODES = {
    "Cannot query field": "undefinedField", "Unknown argument": "argumentNotAccepted", "Variable ": "variableMismatch",
}  # fmt: skip


@dataclass(frozen=True)
class Document:
    """`errors` is what the answer says when the document is not fit to run."""

    node: DocumentNode | None
    errors: list[dict[str, Any]] = field(default_factory=list)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        return get_operation_ast(self.node, name) if self.node else None


@lru_cache(maxsize=512)
def read(version: str, query: str) -> Document:
    try:
        node = parse(query, max_tokens=20_000)
    except GraphQLSyntaxError as exc:
        return Document(None, [{**exc.formatted, "extensions": {"code": "parseError"}}])
    except RecursionError:
        return Document(None, [{"message": "Query is too deep", "extensions": {"code": "parseError"}}])
    found = validate(schema_for(version), node)
    errors = [{**error.formatted, "extensions": {"code": code_of(error.message)}} for error in found]
    return Document(node, errors)


def code_of(message: str) -> str:
    return next((code for start, code in CODES.items() if message.startswith(start)), "invalidDocument")


def names(version: str, query: str, operation_name: str | None) -> tuple[str, ...]:
    """What faults and counters call this request: its kind, its name, and its root fields."""
    operation = read(version, query).operation(operation_name)
    if operation is None:
        return ("invalid",)
    fields = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    own = [operation.name.value] if operation.name else []
    return (*fields, *own, operation.operation.value)
