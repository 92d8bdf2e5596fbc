"""Checks REST exchanges against a vendor's OpenAPI description: the path, what was sent, and what was answered.

    world.watchers.append(openapi.checker("modern-dropship/seller-orders.derived.openapi.json"))

Does nothing, counted as skipped, when VENDOR_SPECS is unset. Nothing of a vendor's is kept here.
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

from jsonschema import Draft7Validator

from sandbox.core.messages import Request
from tests.sandbox.checked import Checked, by_schema

counts: Counter[str] = Counter()  # validated, skipped
Unwrap = Callable[[Any], Any]
# By the description, which lives as long as its reader keeps it.
ROUTES: dict[int, list[tuple[re.Pattern[str], Any]]] = {}
VALIDATORS: dict[tuple[int, str], Checked] = {}


@cache
def described(file: str) -> Mapping[str, Any] | None:
    """The description, with its `nullable` in JSON Schema's words; None without VENDOR_SPECS."""
    root = os.environ.get("VENDOR_SPECS", "")
    if not root:
        return None
    found: Mapping[str, Any] = nullable(json.loads((Path(root) / file).read_text()))
    return found


def nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [nullable(one) for one in node]
    if not isinstance(node, dict):
        return node
    told = {name: nullable(value) for name, value in node.items()}
    if told.pop("nullable", False) is True and isinstance(told.get("type"), str):
        told["type"] = [told["type"], "null"]
        if "enum" in told:
            told["enum"] = [*told["enum"], None]
    return told


def problems(file: str, request: Request, status: int, payload: Any, *, unwrap: Unwrap) -> Iterator[str]:
    """What is wrong with an exchange; a path nobody described is only wrong when it was answered."""
    spec = described(file)
    if spec is None:
        counts["skipped"] += 1
        return
    operation = operation_of(spec, request)
    if operation is None:
        if status < 400:
            yield f"{request.method} {request.path} is not described"
        return
    counts["validated"] += 1
    sent = resolved(spec, operation.get("requestBody"))
    if sent and status < 400 and request.body:
        yield from wrong(spec, schema_of(sent), json.loads(request.body), "sent")
    answers = operation.get("responses", {})
    answer = resolved(spec, answers.get(str(status)) or answers.get("default"))
    if answer is None:
        yield from [f"{request.path}: {status} is not described"] if status != 429 else []
        return
    yield from wrong(spec, schema_of(answer), unwrap(payload) if status < 400 else payload, f"answer {status}")


def operation_of(spec: Mapping[str, Any], request: Request) -> Mapping[str, Any] | None:
    """By the end of the path, since servers differ in how it begins; the longest template wins."""
    if id(spec) not in ROUTES:
        templates = sorted(spec["paths"], key=len, reverse=True)
        ROUTES[id(spec)] = [(pattern_of(template, begin=".*"), spec["paths"][template]) for template in templates]
    for pattern, methods in ROUTES[id(spec)]:
        found = methods.get(request.method.lower())
        if found is not None and pattern.fullmatch(request.path):
            operation: Mapping[str, Any] = found
            return operation
    return None


def pattern_of(template: str, *, begin: str = "") -> re.Pattern[str]:
    """Of a path with names in braces."""
    return re.compile(begin + re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(template)))


def resolved(spec: Mapping[str, Any], node: Any) -> Any:
    while isinstance(node, Mapping) and "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def schema_of(node: Mapping[str, Any]) -> Any:
    for kind, media in node.get("content", {}).items():
        if "json" in kind:
            return media.get("schema", {})
    return {}


def wrong(spec: Mapping[str, Any], schema: Any, value: Any, where: str) -> Iterator[str]:
    name = id(spec), json.dumps(schema)
    if name not in VALIDATORS:
        VALIDATORS[name] = by_schema(Draft7Validator({"components": spec.get("components", {}), "allOf": [schema]}))
    yield from (f"{where} {error}" for error in VALIDATORS[name].errors(value))


def checker(file: str, *, unwrap: Unwrap = lambda payload: payload) -> Callable[[Request, int, Any], None]:
    """For `world.watchers`. `unwrap`: takes the envelope off where the description has none."""

    def check(request: Request, status: int, payload: Any) -> None:
        found = list(problems(file, request, status, payload, unwrap=unwrap))
        assert not found, found

    return check
