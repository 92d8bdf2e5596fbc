"""Checks BigCommerce exchanges against the vendor's descriptions of orders, inventory, settings and webhooks.

    world.watchers.append(bigcommerce_spec.checker())

Does nothing, counted as skipped, when VENDOR_SPECS is unset. Nothing of the vendor's is kept here. The descriptions
leave out most refusals and GET /v2/store: those are not checked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft7Validator

from sandbox.core.messages import Request
from tests.sandbox import openapi
from tests.sandbox.checked import Checked, by_schema

PATH = re.compile(r".*/stores/[a-z0-9]+/(?P<version>v[23])(?P<rest>/.*)")
FILES = (
    ("v2", "/orders", "orders.v2"),
    ("v2", "/order_statuses", "orders.v2"),
    ("v3", "/orders", "orders.v3"),
    ("v3", "/inventory", "inventory.v3"),
    ("v3", "/settings/inventory", "settings-inventory.v3"),
    ("v3", "/hooks", "webhooks.v3"),
)
counts: Counter[str] = Counter()  # validated, skipped


def checker() -> Callable[[Request, int, Any], None]:
    def check(request: Request, status: int, payload: Any) -> None:
        match = PATH.fullmatch(request.path)
        file = match and file_of(match["version"], match["rest"])
        if match is None or not file:  # another platform's, or nowhere described
            return
        found = list(problems(file, match["rest"], request, status, payload))
        assert not found, found

    return check


def file_of(version: str, rest: str) -> str:
    return next((name for v, begin, name in FILES if v == version and rest.startswith(begin)), "")


@cache
def described(file: str) -> Mapping[str, Any] | None:
    """With `oneOf` read as `anyOf`: what a link and an object share makes both fit, which only one may."""
    found = openapi.described(f"bigcommerce/{file}.json")
    return None if found is None else relaxed(found)


def relaxed(node: Any) -> Any:
    if isinstance(node, list):
        return [relaxed(one) for one in node]
    if not isinstance(node, dict):
        return node
    told = {"anyOf" if name == "oneOf" else name: relaxed(value) for name, value in node.items()}
    told.pop("minItems", None)  # a list of hooks may be empty, whatever the description says
    return told


def problems(file: str, rest: str, request: Request, status: int, payload: Any) -> Iterator[str]:
    spec = described(file)
    if spec is None:
        counts["skipped"] += 1
        return
    operation = openapi.operation_of(spec, Request(request.method, rest, {}, b""))
    if operation is None:
        if status < 400:
            yield f"{request.method} {rest} is not described"
        return
    yield from unknown_parameters(spec, operation, request)
    sent = openapi.resolved(spec, operation.get("requestBody"))
    if sent and status < 400 and request.body:
        yield from wrong(spec, openapi.schema_of(sent), json.loads(request.body), "sent")
    answer = openapi.resolved(spec, operation["responses"].get(str(status)))
    if answer is None:
        yield from [f"{rest}: {status} is not described"] if status < 400 else []
        return
    counts["validated"] += 1
    yield from wrong(spec, openapi.schema_of(answer), without_nulls(payload), f"answer {status}")


VALIDATORS: dict[int, Checked] = {}  # by the schema, which lives as long as `described` keeps it


def wrong(spec: Mapping[str, Any], schema: Any, value: Any, where: str) -> Iterator[str]:
    if not schema:  # nothing is described, and what is made anew each time has no lasting name
        return
    if id(schema) not in VALIDATORS:
        whole = {"components": spec.get("components", {}), "allOf": [schema]}
        VALIDATORS[id(schema)] = by_schema(Draft7Validator(whole))
    yield from (f"{where} {error}" for error in VALIDATORS[id(schema)].errors(value))


# The description of these forgets that they may be null, as the vendor's own samples show them.
NULLS = ("external_id", "external_source", "parent_order_product_id", "update_stock_behavior",
         "edit_order_stock_adjustment", "refund_order_stock_adjustment")  # fmt: skip


def without_nulls(told: Any) -> Any:
    if isinstance(told, list):
        return [without_nulls(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {name: without_nulls(v) for name, v in told.items() if not (v is None and name in NULLS)}


def unknown_parameters(spec: Mapping[str, Any], operation: Mapping[str, Any], request: Request) -> Iterator[str]:
    """A misspelt filter would be passed over without a word."""
    known = {openapi.resolved(spec, each)["name"] for each in operation.get("parameters", ())} | {"is_deleted"}
    known |= {"page", "limit"} if request.path.endswith(("/products", "/shipments", "/shipping_addresses")) else set()
    known |= {"status_id"} if request.path.endswith("/count") else set()  # described beside the operation
    names = [part.partition("=")[0] for part in request.query.split("&") if part]
    yield from (f"query {name} is not described" for name in names if name not in known)
