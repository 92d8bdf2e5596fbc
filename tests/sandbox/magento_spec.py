"""Checks Magento exchanges against the vendor's admin schema (Swagger 2): the path, what was sent, what was answered.

Does nothing, counted as skipped, when VENDOR_SPECS is unset. What `fields` trimmed away is not missed.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator

from sandbox.core.messages import Request
from tests.sandbox.checked import Checked, by_schema
from tests.sandbox.openapi import pattern_of

FILE = "magento/admin-schema-2.4.9.trimmed.json"
API = re.compile(r"(?:/magento/[^/]+)?/rest/[a-z0-9_]+(?P<path>/V1/.*)")
ERROR = {"$ref": "#/definitions/error-response"}
counts: Counter[str] = Counter()  # validated, skipped


@cache
def described() -> Mapping[str, Any] | None:
    root = os.environ.get("VENDOR_SPECS", "")
    if not root:
        return None
    found: dict[str, Any] = strict(json.loads((Path(root) / FILE).read_text()))
    found["definitions"]["error-parameters"] = {"type": ["array", "object"]}  # as ErrorProcessor.php hands them on
    return found


def strict(node: Any, *, where: str = "") -> Any:
    """Fields nobody described are mistakes of ours, as Magento drops them."""
    if isinstance(node, list):
        return [strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    told = {name: strict(value, where=name) for name, value in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        told["additionalProperties"] = False
    return told


@cache
def validator(pointer: str, is_trimmed: bool) -> Checked:
    spec = described()
    assert spec is not None
    schema = json.loads(pointer)
    whole = {"definitions": spec["definitions"], "allOf": [schema]}
    return by_schema(Draft4Validator(without_required(whole) if is_trimmed else whole))


def without_required(node: Any) -> Any:
    if isinstance(node, list):
        return [without_required(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {k: without_required(v) for k, v in node.items() if not (k == "required" and isinstance(v, list))}


def problems(request: Request, path: str, status: int, payload: Any) -> Iterator[str]:
    if described() is None:
        counts["skipped"] += 1
        return
    operation = operation_of(request.method, path)
    if isinstance(payload, bytes):  # a page of what stands in front of the shop
        yield from [] if status in (429, 503) else [f"a page at {status}"]
        return
    if operation is None:
        yield from [f"{request.method} {path} is not described"] if status < 400 else wrong(ERROR, payload, "refusal")
        return
    counts["validated"] += 1
    if status < 400:
        yield from unknown_parameters(operation, request)
    sent = next((p["schema"] for p in operation.get("parameters", ()) if p["in"] == "body"), None)
    if status >= 400:  # what was sent may be wrong on purpose
        sent = None
    elif sent is None and request.body:
        yield "a body was sent where none is described"
    if sent is not None and request.body:
        yield from wrong(sent, json.loads(request.body), "sent", is_trimmed=False)
    answer = operation["responses"].get(str(status)) or operation["responses"].get("default")
    yield from wrong(answer["schema"], payload, f"answer {status}", is_trimmed="fields=" in request.query)


def wrong(schema: Any, value: Any, where: str, *, is_trimmed: bool = False) -> Iterator[str]:
    yield from (f"{where} {error}" for error in validator(json.dumps(schema), is_trimmed).errors(value))


@cache
def routes() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    paths = (described() or {})["paths"]
    return [(pattern_of(template), paths[template]) for template in sorted(paths, key=lambda name: name.count("{"))]


def unknown_parameters(operation: Mapping[str, Any], request: Request) -> Iterator[str]:
    """A criterion that nobody knows is passed over there. Described is the first of a list; `fields` trims any."""
    known = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"} | {"fields"}
    names = {re.sub(r"\[\d+\]", "[0]", name) for name, _ in parse_qsl(request.query)}
    yield from (f"query {name} is not described" for name in sorted(names - known))


def operation_of(method: str, path: str) -> Mapping[str, Any] | None:
    for pattern, methods in routes():
        found = methods.get(method.lower())
        if found is not None and pattern.fullmatch(path):
            operation: Mapping[str, Any] = found
            return operation
    return None


def checker() -> Callable[[Request, int, Any], None]:
    """For `world.watchers`; other platforms' exchanges pass by."""

    def check(request: Request, status: int, payload: Any) -> None:
        match = API.fullmatch(request.path)
        if match is None:
            return
        found = list(problems(request, match["path"], status, payload))
        assert not found, found

    return check
