"""Calculated query cost: object 1, scalar or enum 0, connection 2 + n x (node with its children), mutation 10.

Requested cost counts the sizes asked for, actual cost what really came back. Plain lists count `first` items (one
when unsized). A mutation's ten include the plain objects of its payload; its connections are added.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)
from graphql.language import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    VariableNode,
)

from sandbox.core.rate_limits import Bucket, level, put

MUTATION = 10
CONNECTION = 2
MAX_REQUESTED = 1_000


class Meter:
    """Reads one document under its variables."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any], unsized: int
    ) -> None:
        self.schema = schema
        self.variables = variables
        self.unsized = unsized
        self.plain: dict[int, int] = {}  # cost of money bags by node: they come whole or not at all
        self.types: dict[tuple[int, str], Any] = {}
        self.opened: dict[tuple[int, str], list[tuple[FieldNode, Any]]] = {}
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def requested(self, operation: OperationDefinitionNode) -> int:
        return self._operation(operation, None, is_actual=False)

    def actual(self, operation: OperationDefinitionNode, answer: Mapping[str, Any] | None) -> int:
        """`answer`: the `data` that went out; None costs nothing."""
        return 0 if answer is None else self._operation(operation, answer, is_actual=True)

    def _operation(self, operation: OperationDefinitionNode, answer: Any, *, is_actual: bool) -> int:
        if operation.operation.value == "mutation":
            root = self.schema.mutation_type
            fields = list(self._fields(operation.selection_set, root))
            inner = sum(self._connections(node, owner, answer, is_actual) for node, owner in fields)
            return MUTATION * len(fields) + inner
        return self._selection(operation.selection_set, self.schema.query_type, answer, is_actual)

    def _selection(self, selection: SelectionSetNode, owner: Any, answer: Any, is_actual: bool) -> int:
        return sum(self._field(node, kind, answer, is_actual) for node, kind in self._fields(selection, owner))

    def _fields(self, selection: SelectionSetNode, owner: Any) -> list[tuple[FieldNode, Any]]:
        """Fields with the type they stand on, fragments opened."""
        key = (id(selection), owner.name)
        if key not in self.opened:
            self.opened[key] = list(self._open(selection, owner))
        return self.opened[key]

    def _open(self, selection: SelectionSetNode, owner: Any) -> Iterator[tuple[FieldNode, Any]]:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                yield node, owner
            elif isinstance(node, InlineFragmentNode):
                kind = self.schema.type_map[node.type_condition.name.value] if node.type_condition else owner
                yield from self._open(node.selection_set, kind)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                yield from self._open(fragment.selection_set, self.schema.type_map[fragment.type_condition.name.value])

    def _field(self, node: FieldNode, owner: Any, answer: Any, is_actual: bool) -> int:
        kind = self._type_of(node, owner)
        if kind is None or node.selection_set is None:
            return 0
        value = (answer or {}).get(key_of(node)) if is_actual else None
        if is_actual and value is None:
            return 0
        if get_named_type(kind).name.endswith("Connection"):
            return self._connection(node, get_named_type(kind), value, is_actual)
        if get_named_type(kind).name == "MoneyBag":
            return self._money(node, get_named_type(kind))
        if has_list(kind):
            return self._list(node, get_named_type(kind), value, is_actual)
        return 1 + self._selection(node.selection_set, get_named_type(kind), value, is_actual)

    def _money(self, node: FieldNode, kind: Any) -> int:
        assert node.selection_set is not None
        if id(node) not in self.plain:
            self.plain[id(node)] = 1 + self._selection(node.selection_set, kind, None, False)
        return self.plain[id(node)]

    def _list(self, node: FieldNode, kind: Any, value: Any, is_actual: bool) -> int:
        assert node.selection_set is not None
        if is_actual:
            return sum(1 + self._selection(node.selection_set, kind, item, True) for item in value if item is not None)
        size = self._size(node)
        return (self.unsized if size is None else size) * (1 + self._selection(node.selection_set, kind, None, False))

    def _connection(self, node: FieldNode, kind: Any, value: Any, is_actual: bool) -> int:
        """`nodes` and `edges { node }` count as the same items; pageInfo is free."""
        assert node.selection_set is not None
        total, size = CONNECTION, self._size(node) or 0
        for inner, owner in self._fields(node.selection_set, kind):
            name = inner.name.value
            if name not in ("nodes", "edges") or inner.selection_set is None:
                continue
            item = get_named_type(self._type_of(inner, owner))
            if is_actual:
                rows = (value or {}).get(key_of(inner)) or ()
                total += sum(self._item(inner.selection_set, item, row, True) for row in rows)
            else:
                total += size * self._item(inner.selection_set, item, None, False)
        return total

    def _item(self, selection: SelectionSetNode, kind: Any, value: Any, is_actual: bool) -> int:
        own = 0 if kind.name.endswith("Edge") else 1  # the node inside an edge counts itself
        return own + self._selection(selection, kind, value, is_actual)

    def _connections(self, node: FieldNode, owner: Any, answer: Any, is_actual: bool) -> int:
        """Only the connections below a field."""
        kind = self._type_of(node, owner)
        value = (answer or {}).get(key_of(node)) if is_actual else None
        if kind is None or node.selection_set is None or (is_actual and value is None):
            return 0
        named = get_named_type(kind)
        if named.name.endswith("Connection"):
            return self._connection(node, named, value, is_actual)
        first = value[0] if isinstance(value, list) and value else value
        return sum(
            self._connections(inner, at, first if isinstance(first, Mapping) else {}, is_actual)
            for inner, at in self._fields(node.selection_set, named)
        )

    def _type_of(self, node: FieldNode, owner: Any) -> Any:
        """The type of a field that has parts; None for scalars."""
        key = (id(node), owner.name)
        if key not in self.types:
            self.types[key] = self._look_up(node, owner)
        return self.types[key]

    def _look_up(self, node: FieldNode, owner: Any) -> Any:
        field = getattr(owner, "fields", {}).get(node.name.value)
        return field.type if field and is_composite_type(get_named_type(field.type)) else None

    def _size(self, node: FieldNode) -> int | None:
        for argument in node.arguments:
            if argument.name.value in ("first", "last"):
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    value = self.variables.get(argument.value.name.value)
                    return value if isinstance(value, int) else None
        return None


def key_of(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def has_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


# --- The leaky bucket of query cost, per shop -----------------------------------------------------
PLANS = {
    "standard": Bucket(2_000, 100), "advanced": Bucket(4_000, 200), "plus": Bucket(20_000, 1_000),
    "enterprise": Bucket(40_000, 2_000), "slow": Bucket(100, 10), "endless": Bucket(1_000_000, 1_000_000),
}  # fmt: skip


class Taken(NamedTuple):
    """`available`: points left after the take; `was_enough`: nothing was taken when False."""

    was_enough: bool
    available: float
    plan: Bucket

    def status(self) -> dict[str, Any]:
        return {"maximumAvailable": float(self.plan.size), "currentlyAvailable": int(self.available),
                "restoreRate": float(self.plan.per_second)}  # fmt: skip


def take(db: sqlite3.Connection, shop: str, plan: str, cost: float, at: float) -> Taken:
    """Holds `cost` points if there are so many; a negative cost gives back. Call inside a write transaction."""
    bucket = PLANS[plan]
    held = level(db, shop, bucket, at)
    left = min(bucket.size, held - cost) if cost <= held else held
    put(db, shop, left, at)
    return Taken(cost <= held, left, bucket)
