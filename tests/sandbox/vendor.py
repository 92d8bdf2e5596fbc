"""Checks exchanges against Shopify's published schema: the document, its variables, and the shape of the answer.

    world.on_exchange(vendor.checker())      # does nothing, counted as skipped, when VENDOR_SPECS is unset

Nothing of the vendor's is kept here: the introspection files are read from the folder that VENDOR_SPECS names.
"""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    build_client_schema,
    get_named_type,
    get_operation_ast,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.language import FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from sandbox.platforms.shopify.answer import Exchange
from tests.sandbox.checked import Checked

FILES = {"2026-07": "admin-2026-07.introspection.json.gz", "2026-10": "admin-2026-10.introspection.json.gz"}
counts: Counter[str] = Counter()  # validated, skipped


def folder() -> Path | None:
    root = os.environ.get("VENDOR_SPECS", "")
    return Path(root) / "shopify" if root else None


@cache
def schema_of(version: str) -> GraphQLSchema:
    """`assume_valid`: a deprecation rule of graphql-core rejects the vendor's schema."""
    home = folder()
    assert home is not None, "VENDOR_SPECS is not set"
    told = json.loads(gzip.decompress((home / FILES[version]).read_bytes()))
    return build_client_schema(told.get("data", told), assume_valid=True)


@cache
def parsed(version: str, query: str) -> tuple[DocumentNode, tuple[str, ...]]:
    try:
        document = parse(query)
    except GraphQLSyntaxError as exc:
        return parse("{ shop { id } }"), (exc.message,)
    return document, tuple(error.message for error in validate(schema_of(version), document))


def validate_exchange(query: str, variables: Mapping[str, Any], answer: Mapping[str, Any], version: str) -> list[str]:
    """What is wrong with an exchange by the vendor's schema; empty when nothing is, or when there is no schema.

    Requests that the platform itself refused as malformed (no `data`) are checked for nothing but that refusal.
    """
    if folder() is None or version not in FILES:
        counts["skipped"] += 1
        return []
    counts["validated"] += 1
    return list(exchanges(version).errors([query, variables, answer]))


@cache
def exchanges(version: str) -> Checked:
    """Of [query, variables, answer]."""
    return Checked(lambda seen: mistakes(seen[0], seen[1], seen[2], version))


def mistakes(query: str, variables: Mapping[str, Any], answer: Mapping[str, Any], version: str) -> list[str]:
    document, errors = parsed(version, query)
    if errors:
        return [f"document: {error}" for error in errors]
    operation = get_operation_ast(document)
    assert operation is not None
    schema = schema_of(version)
    coerced = get_variable_values(schema, operation.variable_definitions, dict(variables))
    if isinstance(coerced, list):
        return [f"variables: {error.message}" for error in coerced]
    if answer.get("data") is None:
        return []
    root = schema.mutation_type if operation.operation.value == "mutation" else schema.query_type
    return list(Walk(schema, document).selection(operation.selection_set, root, answer["data"], "data"))


def checker() -> Callable[[Exchange], None]:
    """For `world.on_exchange`: fails the test that made a wrong exchange, unless the platform refused it too."""

    def check(seen: Exchange) -> None:
        problems = validate_exchange(seen.query, seen.variables, seen.answer, seen.version)
        refused = seen.answer.get("data") is None and "errors" in seen.answer
        assert refused or not problems, problems

    return check


class Walk:
    """An answer beside its selection set: every field asked for is there, with a value its type allows."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}

    def selection(self, selection: SelectionSetNode, owner: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
        asked = list(self.fields(selection, owner))
        for node in asked:
            key = node.alias.value if node.alias else node.name.value
            if key not in value:
                if isinstance(owner, GraphQLObjectType):
                    yield f"{path}.{key}: missing"
            elif node.name.value != "__typename" and isinstance(owner, GraphQLObjectType):
                kind = owner.fields[node.name.value].type
                yield from self.value(node.selection_set, kind, value[key], f"{path}.{key}")
        known = {node.alias.value if node.alias else node.name.value for node in asked}
        if isinstance(owner, GraphQLObjectType):
            yield from (f"{path}.{key}: not asked for" for key in value if key not in known)

    def fields(self, selection: SelectionSetNode, owner: Any) -> Iterator[FieldNode]:
        for node in selection.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set, owner)
            elif isinstance(node, FragmentSpreadNode):
                yield from self.fields(self.fragments[node.name.value].selection_set, owner)

    def value(self, selection: SelectionSetNode | None, kind: Any, value: Any, path: str) -> Iterator[str]:
        if is_non_null_type(kind):
            if value is None:
                yield f"{path}: null in a field that never is"
                return
            kind = kind.of_type
        if value is None:
            return
        if is_list_type(kind):
            for place, item in enumerate(value):
                yield from self.value(selection, kind.of_type, item, f"{path}[{place}]")
        elif is_leaf_type(kind):
            yield from leaf(kind, value, path)
        elif selection is not None:
            yield from self.selection(selection, concrete(self.schema, kind, value), value, path)


def concrete(schema: GraphQLSchema, kind: Any, value: Any) -> Any:
    """The object type of a value; an interface or union stays itself when the answer does not name it."""
    if is_abstract_type(kind):
        return schema.type_map.get(value.get("__typename", ""), kind)
    return get_named_type(kind)


def leaf(kind: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(kind, GraphQLEnumType):
        if value not in kind.values:
            yield f"{path}: {value!r} is no {kind.name}"
        return
    assert isinstance(kind, GraphQLScalarType)
    wanted: Any = {"Int": int, "Boolean": bool, "Float": (int, float)}.get(kind.name, str)
    if not isinstance(value, wanted) or (kind.name == "Int" and isinstance(value, bool)):
        yield f"{path}: {value!r} is no {kind.name}"
