"""What a simulated GraphQL API is made of: its SDL made executable, requests read, documents checked once, scopes.

A field of a view is the attribute or method of the same name in snake case; a field of a plain dict is its key.
The context of an execution is the session of the request, whose `scopes` say what it may see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from graphql import (
    ExecutionContext,
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
    get_named_type,
    get_operation_ast,
    parse,
    validate,
)
from graphql.language import DocumentNode
from graphql.pyutils import AwaitableOrValue, Path

Needs = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class Question:
    """What the body of a request says."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    version: str
    request: str = ""


def question(raw: bytes, version: str, request: str = "") -> Question | None:
    """None for a body that is no GraphQL request."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return None
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        return None
    return Question(body["query"], variables, body.get("operationName"), version, request)


@dataclass(frozen=True)
class Document:
    """`errors` is what the answer says when the document is not fit to run."""

    node: DocumentNode | None
    errors: list[dict[str, Any]] = field(default_factory=list)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        return get_operation_ast(self.node, name) if self.node else None


class Api:
    """The versions of an API, each made when it is first asked for.

    sdl: the document of a version; needs: (type, field) -> scopes of which one is enough; codes: how a message of
    graphql-core begins -> the code the vendor gives it.
    """

    def __init__(self, sdl: Callable[[str], DocumentNode], needs: Needs, codes: Mapping[str, str]) -> None:
        self.sdl, self.needs, self.codes = sdl, needs, codes
        self.schema = cache(self._schema)
        self.read = lru_cache(maxsize=512)(self._read)

    def _schema(self, version: str) -> GraphQLSchema:
        schema = build_ast_schema(self.sdl(version))
        for kind in schema.type_map.values():
            if not kind.name.startswith("__"):
                attach(kind, self.needs)
        return schema

    def _read(self, version: str, query: str) -> Document:
        """A document of this version, parsed and checked once per text."""
        try:
            node = parse(query, max_tokens=20_000)
        except GraphQLSyntaxError as exc:
            return Document(None, [{**exc.formatted, "extensions": {"code": "parseError"}}])
        except RecursionError:
            return Document(None, [{"message": "Query is too deep", "extensions": {"code": "parseError"}}])
        found = validate(self.schema(version), node)
        errors = [{**error.formatted, "extensions": {"code": self._code(error.message)}} for error in found]
        return Document(node, errors)

    def _code(self, message: str) -> str:
        return next((code for start, code in self.codes.items() if message.startswith(start)), "invalidDocument")

    def names(self, asked: Question) -> tuple[str, ...]:
        """What faults and counters call this request: its kind, its name, and its root fields."""
        operation = self.read(asked.version, asked.query).operation(asked.operation_name)
        if operation is None:
            return ("invalid",)
        fields = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        own = [operation.name.value] if operation.name else []
        return (*fields, *own, operation.operation.value)


# --- how fields find their values --------------------------------------------------------------------
@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def attach(kind: object, needs: Needs) -> None:
    """Resolvers, Python names for arguments, and which concrete type a value has."""
    if isinstance(kind, GraphQLObjectType):
        for name, member in kind.fields.items():
            scopes = needs.get((kind.name, name))
            member.resolve = guarded(scopes) if scopes else resolve
            for key, argument in member.args.items():
                argument.out_name = snake(key)
    elif isinstance(kind, GraphQLInputObjectType):
        for key, part in kind.fields.items():
            part.out_name = snake(key)
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
    """Refuses the field unless the client holds one of these scopes."""

    def allowed(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        if not info.context.scopes.intersection(needs):
            raise GraphQLError(
                f"Access denied for {info.field_name} field.",
                extensions={"code": "ACCESS_DENIED", "requiredAccess": " or ".join(f"`{need}`" for need in needs)},
            )
        return resolve(source, info, **arguments)

    return allowed


def wants_info(method: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a resolver method that needs to see its field (for a directive on it)."""
    method.wants_info = True  # type: ignore[attr-defined]
    return method


# --- execution ---------------------------------------------------------------------------------------
class Execution(ExecutionContext):
    """graphql-core's, with a short way for types whose values are plain dicts without resolvers, scopes or nulls (money
    is two thirds of all fields of an order): picking the asked keys is all there is to do."""

    plain: tuple[str, ...] = ()

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,
    ) -> AwaitableOrValue[dict[str, Any]]:
        if return_type.name in self.plain:
            return self.picked(return_type, field_nodes, result)
        return super().complete_object_value(return_type, field_nodes, info, path, result)

    def picked(self, kind: Any, field_nodes: list[FieldNode], value: dict[str, Any]) -> dict[str, Any]:
        """The asked keys of a plain dict, under the names they were asked by."""
        shown: dict[str, Any] = {}
        for key, nodes in self.collect_subfields(kind, field_nodes).items():
            name = nodes[0].name.value
            inner = kind.name if name == "__typename" else value[name]
            is_object = isinstance(inner, dict)
            shown[key] = self.picked(get_named_type(kind.fields[name].type), nodes, inner) if is_object else inner
        return shown


def is_ours(error: GraphQLError) -> bool:
    """A mistake of the simulator, not of the request: an exception, or a value the schema does not allow."""
    cause = error.original_error
    return (cause is not None and not isinstance(cause, GraphQLError)) or error.message.startswith("Enum ")
