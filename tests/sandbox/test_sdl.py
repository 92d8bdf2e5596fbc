"""Our small SDL against the vendor's schema: every word of ours stands there with the same type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
)

from sandbox.platforms.shopify.schema import API
from tests.sandbox import documents, vendor

VERSIONS = ("2026-07", "2026-10")
DOCUMENTS = ("HEADER", "LINES", "PARCELS", "HISTORY", "SUGGEST", "CANCEL", "REFUND")


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    found: list[str] = []
    for name, kind in ours.type_map.items():
        if name.startswith("__"):
            continue
        other = theirs.type_map.get(name)
        if type(other) is not type(kind):
            found.append(f"{name}: not there as {type(kind).__name__}")
            continue
        found += [f"{name}{words}" for words in parts(kind, other)]
    return found


def parts(kind: Any, other: Any) -> list[str]:
    if getattr(kind, "is_one_of", False) != getattr(other, "is_one_of", False):
        return [": oneOf differs"]
    if isinstance(kind, GraphQLEnumType):
        return [f".{value}: no such value" for value in kind.values if value not in other.values]
    if isinstance(kind, GraphQLUnionType):
        names = {member.name for member in other.types}
        return [f": {member.name} is no member" for member in kind.types if member.name not in names]
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return [words for key, field in kind.fields.items() for words in of_field(key, field, other.fields.get(key))]
    return []


def of_field(key: str, field: Any, other: Any) -> list[str]:
    if other is None:
        return [f".{key}: no such field"]
    found = [] if str(field.type) == str(other.type) else [f".{key}: {field.type}, theirs is {other.type}"]
    for name, argument in getattr(field, "args", {}).items():
        theirs = other.args.get(name)
        if theirs is None or str(theirs.type) != str(argument.type):
            found.append(f".{key}({name}): {argument.type}, theirs is {theirs and theirs.type}")
    missing = [
        name for name, a in getattr(other, "args", {}).items() if str(a.type).endswith("!") and name not in field.args
    ]
    return found + [f".{key}({name}): theirs is required" for name in missing]


@pytest.mark.vendor_specs("shopify")
@pytest.mark.parametrize("version", VERSIONS)
def test_every_word_of_ours_is_the_vendors(vendor_specs: Path, version: str) -> None:
    assert differences(API.schema(version), vendor.schema_of(version)) == []


@pytest.mark.vendor_specs("shopify")
@pytest.mark.parametrize("version", VERSIONS)
def test_the_idempotent_directive_is_the_vendors(vendor_specs: Path, version: str) -> None:
    ours, theirs = (schema.get_directive("idempotent") for schema in (API.schema(version), vendor.schema_of(version)))

    assert ours is not None
    assert theirs is not None
    assert [(name, str(argument.type)) for name, argument in ours.args.items()] == [
        (name, str(argument.type)) for name, argument in theirs.args.items()
    ]


@pytest.mark.vendor_specs("shopify")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_sheets_documents_are_valid(vendor_specs: Path, name: str) -> None:
    _, errors = vendor.parsed("2026-10", getattr(documents, name))

    assert errors == ()
