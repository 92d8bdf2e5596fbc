"""Requests' documents, parsed and checked once per text and version."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import FieldNode, GraphQLSyntaxError, OperationDefinitionNode, get_operation_ast, parse, validate
from graphql.language import DocumentNode

from sandbox.platforms.shopify.schema import schema_for

CODES = {
    "Cannot query field": "undefinedField",
    "Unknown argument": "argumentNotAccepted",
    "Variable ": "variableMismatch",
}


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
