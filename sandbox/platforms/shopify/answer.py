"""One GraphQL request: checked, paid for from the bucket, executed in a transaction of its own, answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
)

from sandbox.core.graphql import Execution, Question, is_ours
from sandbox.core.world import World
from sandbox.platforms.shopify import cost, global_ids
from sandbox.platforms.shopify.cost import MAX_REQUESTED, Meter
from sandbox.platforms.shopify.root import Root
from sandbox.platforms.shopify.schema import API
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body

Payload = dict[str, Any]
UNSIZED = {"one": 1, "ten": 10}


class MoneyExecution(Execution):
    plain = ("MoneyBag", "MoneyV2")


def answer(world: World, shop: Body, asked: Question) -> Payload:
    """The JSON that goes back with status 200."""
    document = API.read(asked.version, asked.query)
    operation = document.operation(asked.operation_name)
    if document.errors or operation is None:
        return {"errors": document.errors or [{"message": "No operation to run"}]}
    if strange := global_ids.problems(API.schema(asked.version), operation, asked.variables):
        return {"errors": strange}
    names = API.names(asked)
    name = names[0]
    plan, unsized = world.switches()["limit"], UNSIZED[world.switches()["unsized_list_cost"]]
    requested = cost_of(asked.version, asked.query, asked.operation_name, sizes(asked.variables), unsized)
    if requested > MAX_REQUESTED:
        return too_expensive(requested)
    taken = hold_points(world, shop, plan, name, requested, names)
    if not taken.was_enough:
        return throttled(requested, taken)
    result = run(world, shop, asked, operation)
    actual = min(requested, meter_of(asked.version, asked.query).actual(operation, result.data))
    with world.store.write() as db:
        left = cost.take(db, bucket_of(shop), plan, actual - requested, world.at())
        world.count("cost", name, actual)
    return payload_of(result, requested, actual, left)


def hold_points(world: World, shop: Body, plan: str, name: str, requested: int, names: tuple[str, ...]) -> cost.Taken:
    with world.store.write() as db:
        taken = cost.take(db, bucket_of(shop), plan, requested, world.at())
        if taken.was_enough and world.spend_fault("throttled", *names):
            cost.take(db, bucket_of(shop), plan, -requested, world.at())
            taken = taken._replace(was_enough=False)
        world.count("requests" if taken.was_enough else "throttled", name)
    return taken


def bucket_of(shop: Body) -> str:
    return f"shopify/{shop['name']}"


def run(world: World, shop: Body, asked: Question, operation: OperationDefinitionNode) -> ExecutionResult:
    """Queries see one snapshot; mutations hold the writer's lock. A bug of ours rolls back and is raised."""
    is_write = operation.operation.value == "mutation"
    with world.store.write() if is_write else world.store.read() as db:
        session = Session(world, db, "shopify", shop, version=asked.version, request=asked.request)
        session.is_stale = not is_write and world.spend_fault("stale", *API.names(asked)) is not None
        document = API.read(asked.version, asked.query).node
        assert document is not None, "checked by the caller"
        result = execute_sync(
            API.schema(asked.version),
            document,
            root_value=Root(session),
            context_value=session,
            variable_values=dict(asked.variables),
            operation_name=asked.operation_name,
            execution_context_class=MoneyExecution,
        )
        for error in result.errors or ():
            if is_ours(error):
                raise error.original_error or error
    return result


def sizes(variables: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """The variables that can be page sizes: what the requested cost depends on."""
    return tuple(sorted((key, value) for key, value in variables.items() if type(value) is int))


@lru_cache(maxsize=2048)
def cost_of(version: str, query: str, name: str | None, held: tuple[tuple[str, int], ...], unsized: int) -> int:
    document = API.read(version, query)
    operation = document.operation(name)
    assert document.node is not None, "checked by the caller"
    assert operation is not None, "checked by the caller"
    return Meter(API.schema(version), document.node, dict(held), unsized).requested(operation)


@lru_cache(maxsize=512)
def meter_of(version: str, query: str) -> Meter:
    """For actual costs, which do not depend on variables: kept with what it has looked up."""
    document = API.read(version, query).node
    assert document is not None, "checked by the caller"
    return Meter(API.schema(version), document, {}, 1)


# --- answers -------------------------------------------------------------------------------------
def payload_of(result: ExecutionResult, requested: int, actual: int, left: cost.Taken) -> Payload:
    payload: Payload = {}
    if result.data is not None or not result.errors:
        payload["data"] = result.data
    if result.errors:
        payload["errors"] = [formatted(error) for error in result.errors]
    return payload | {"extensions": {"cost": costs(requested, actual, left)}}


def formatted(error: GraphQLError) -> Payload:
    shape: Payload = dict(error.formatted)
    if "extensions" not in shape and error.message.startswith("Variable "):
        shape["extensions"] = {"code": "INVALID_VARIABLE"}
    return shape


def costs(requested: int, actual: int | None, left: cost.Taken) -> Payload:
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": left.status()}


def throttled(requested: int, left: cost.Taken) -> Payload:
    errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    return {"errors": errors, "extensions": {"cost": costs(requested, None, left)}}


def too_expensive(requested: int) -> Payload:
    message = f"Query cost is {requested}, which exceeds the single query max cost limit ({MAX_REQUESTED})."
    extensions = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MAX_REQUESTED}
    return {"errors": [{"message": message, "extensions": extensions}]}


# --- One GraphQL request and its answer, for whoever watches --------------------------------------
@dataclass(frozen=True)
class Exchange:
    operation: str
    query: str
    variables: Mapping[str, Any]
    answer: Mapping[str, Any]
    version: str
