"""Checks Square exchanges against the vendor's published description, strictly: it knows every field that travels.

    world.watchers.append(vendor.check)

Square ignores fields it does not know, so the description alone would let a misspelt one pass. Does nothing, counted
as skipped, when VENDOR_SPECS is unset. Nothing of the vendor's is kept here.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from sandbox.core.messages import Request
from sandbox.platforms.square.simulator import SquareSimulator
from tests.sandbox import openapi
from tests.sandbox.checked import Checked, by_schema

FILE = "square/connect-2025-08-20.trimmed.openapi.json"
counts: Counter[str] = Counter()  # validated, skipped


@cache
def described() -> Mapping[str, Any] | None:
    root = os.environ.get("VENDOR_SPECS", "")
    return json.loads((Path(root) / FILE).read_text()) if root else None


@cache
def components(*, is_sent: bool) -> Any:
    """Every object closed; what only the platform writes is unknown in a request."""
    return closed(openapi.nullable((described() or {})["components"]), is_sent=is_sent)


def closed(node: Any, *, is_sent: bool) -> Any:
    if isinstance(node, list):
        return [closed(one, is_sent=is_sent) for one in node]
    if not isinstance(node, dict):
        return node
    told = {name: closed(value, is_sent=is_sent) for name, value in node.items()}
    if isinstance(told.get("properties"), dict) and "type" in told:
        known = told["properties"]
        kept = {name: one for name, one in known.items() if not (is_sent and one.get("readOnly"))}
        told |= {"properties": kept, "additionalProperties": False}
    return told


@cache
def validator(reference: str, *, is_sent: bool) -> Checked:
    whole = {"components": components(is_sent=is_sent), "allOf": [{"$ref": reference}]}
    return by_schema(Draft7Validator(whole))


def wrong(schema: Mapping[str, Any], value: Any, *, is_sent: bool) -> Iterator[str]:
    if "$ref" in schema:
        for error in validator(schema["$ref"], is_sent=is_sent).errors(value):
            yield f"{'sent' if is_sent else 'answer'} {error}"


def check(request: Request, status: int, payload: Any) -> None:
    place = SquareSimulator.where(request)
    if place is None:  # another platform's
        return
    if described() is None:
        counts["skipped"] += 1
        return
    found = list(problems(request, place[1], status, payload))
    assert not found, found
    counts["validated"] += 1


def problems(request: Request, path: str, status: int, payload: Any) -> Iterator[str]:
    if status != 200:
        if payload["errors"][0]["code"] == "VERSION_MISMATCH":  # named in the description's text, missing in its list
            return
        yield from wrong({"$ref": "#/components/schemas/Error"}, payload["errors"][0], is_sent=False)
        return
    operation = operation_of(request.method, path)
    if operation is None:
        yield f"{request.method} {path} is not described"
        return
    sent = operation.get("requestBody", {})
    if sent and request.body:
        yield from wrong(openapi.schema_of(sent), json.loads(request.body), is_sent=True)
    elif request.body and not sent and json.loads(request.body):
        yield f"{path} takes no body"
    yield from wrong(openapi.schema_of(operation["responses"]["200"]), payload, is_sent=False)


@cache
def routes() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    """Fixed paths win over those with an id."""
    paths = (described() or {})["paths"]
    return [(openapi.pattern_of(template), paths[template]) for template in sorted(paths, key=lambda p: p.count("{"))]


def operation_of(method: str, path: str) -> Mapping[str, Any] | None:
    for pattern, methods in routes():
        found = methods.get(method.lower())
        if found is not None and pattern.fullmatch(path):
            operation: Mapping[str, Any] = found
            return operation
    return None
