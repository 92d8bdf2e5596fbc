"""Variables that must be global ids and are none: Shopify answers with a top-level error and runs nothing.

Shape from public reports (Gomah/nuxt-shopify#466, inspireui/support#676); the code is left out there as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    print_ast,
    type_from_ast,
)

GID = re.compile(r"gid://[a-z-]+/[A-Za-z]+/[^\s]+", re.ASCII)
Where = tuple[Any, ...]


def problems(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[Any]:
    """The errors of the answer, one for each variable that holds such an id."""
    found = []
    for definition in operation.variable_definitions:
        name, kind = definition.variable.name.value, type_from_ast(schema, definition.type)
        wrong = list(strange(kind, variables.get(name), ()))
        if wrong:
            found.append(error(name, print_ast(definition.type), variables[name], wrong))
    return found


def strange(kind: Any, value: Any, where: Where) -> Iterator[tuple[Where, Any]]:
    """(path, value) of each id that is none."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if value is None or not has_ids(get_named_type(kind)):
        return
    if isinstance(kind, GraphQLList):
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            yield from strange(kind.of_type, item, (*where, place))
    elif isinstance(kind, GraphQLInputObjectType):
        for name, member in kind.fields.items() if isinstance(value, Mapping) else ():
            yield from strange(member.type, value.get(name), (*where, name))
    elif not GID.fullmatch(str(value)):
        yield where, value


@lru_cache(maxsize=1024)
def has_ids(kind: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Is it an id, or an input that holds one somewhere?"""
    if kind.name == "ID":
        return True
    if not isinstance(kind, GraphQLInputObjectType) or kind.name in seen:
        return False
    return any(has_ids(get_named_type(member.type), seen | {kind.name}) for member in kind.fields.values())


def error(name: str, kind: str, value: Any, wrong: list[tuple[Where, Any]]) -> dict[str, Any]:
    shown = [{"path": list(where), "explanation": f"Invalid global id '{one}'", "message": f"Invalid global id '{one}'"}
            for where, one in wrong]  # fmt: skip
    first, said = wrong[0][0], shown[0]["message"]
    place = f" for {'.'.join(map(str, first))} ({said})" if first else ""
    return {
        "message": f"Variable ${name} of type {kind} was provided invalid value{place}",
        "extensions": {"value": value, "problems": shown},
    }
