"""Checks Shoplazza exchanges: 2025-06 and newer against the vendor's registry, 2022-01 against its OpenAPI description.

    world.watchers.append(shoplazza_spec.checker())

Does nothing, counted as skipped, when VENDOR_SPECS is unset. Nothing of the vendor's is kept here.
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
from urllib.parse import parse_qs

from sandbox.core.messages import Request
from tests.sandbox import openapi
from tests.sandbox.checked import Checked

REGISTRY = "shoplazza/openapi-2026-01.registry-subset.json"
OLD = "shoplazza/openapi-2022-01.orders-subset.json"
PATH = re.compile(r"(?:/shoplazza/[^/]+)?/openapi/(?P<version>[^/]+)/(?P<rest>.*)")
KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
counts: Counter[str] = Counter()  # validated, skipped


@cache
def registry() -> tuple[list[Mapping[str, Any]], Mapping[str, Any]] | None:
    root = os.environ.get("VENDOR_SPECS", "")
    if not root:
        return None
    told = json.loads((Path(root) / REGISTRY).read_text())
    return [command for module in told["modules"] for command in module["commands"]], told["schemas"]


def printed(method: str, path: str, status: int) -> Any:
    """The example that the description of 2022-01 prints for an answer. Raises KeyError where it prints none."""
    spec = openapi.described(OLD)
    assert spec is not None, "VENDOR_SPECS is not set"
    answer = spec["paths"][f"/openapi/2022-01/{path}"][method.lower()]["responses"][str(status)]
    (media,) = answer["content"].values()
    told = next(iter(media["examples"].values()))["value"]
    return json.loads(told) if isinstance(told, str) else told


def checker() -> Callable[[Request, int, Any], None]:
    def check(request: Request, status: int, payload: Any) -> None:
        match = PATH.fullmatch(request.path)
        if match is None:  # another platform's
            return
        found = list(problems(request, match["version"], match["rest"], status, payload))
        assert not found, found

    return check


def problems(request: Request, version: str, rest: str, status: int, payload: Any) -> Iterator[str]:
    known = registry()
    if known is None:
        counts["skipped"] += 1
        return
    counts["validated"] += 1
    if version == "2022-01":
        yield from openapi.problems(OLD, request, status, payload, unwrap=lambda answer: answer)
        return
    schemas = known[1]
    command = command_of(request.method, rest)
    if command is None:
        yield from [f"{request.method} {rest} is not in the registry"] if status < 400 else refusal(status, payload)
        return
    if status >= 400:
        yield from refusal(status, payload)
        return
    yield from sent(command, schemas, request)
    if payload.get("code") != "Success" or "data" not in payload:
        yield "no envelope"
    elif "response_schema" in command:
        yield from shapes(command["response_schema"]).errors(payload["data"])


def refusal(status: int, payload: Any) -> Iterator[str]:
    """The three shapes of the vendor's pages: `errors` as a list or as field → list, or the text `error`; 406 may be
    blank."""
    match payload:
        case None if status == 406:
            return
        case {"error": str()} | {"errors": [str(), *_]}:
            return
        case {"errors": {**fields}} if fields and all(isinstance(said, list) for said in fields.values()):
            return
    yield f"a refusal {status} in no known shape: {payload}"


@cache
def shapes(name: str) -> Checked:
    return Checked(lambda value: shape((registry() or ([], {}))[1], name, value, "data"))


@cache
def routes() -> list[tuple[str, re.Pattern[str], Mapping[str, Any]]]:
    """The longest fixed path wins: `orders/count` before `orders/{order_id}`."""
    told = [(command["http"]["method"], command["http"]["path"], command) for command in (registry() or ([], {}))[0]]
    told.sort(key=lambda row: row[1].count("{"))
    return [(verb, openapi.pattern_of(path.removeprefix("/openapi/2026-01/")), found) for verb, path, found in told]


def command_of(method: str, rest: str) -> Mapping[str, Any] | None:
    for verb, pattern, command in routes():
        if verb == method and pattern.fullmatch(rest):
            return command
    return None


def sent(command: Mapping[str, Any], schemas: Mapping[str, Any], request: Request) -> Iterator[str]:
    """Every parameter is one the vendor knows (there, an unknown one is ignored); the body has its fields."""
    allowed = {parameter["name"] for parameter in command.get("parameters", ()) if parameter["in"] == "query"}
    yield from (f"query {name} is not known" for name in parse_qs(request.query) if name not in allowed)
    wanted = command.get("body") or {}
    if wanted.get("fields") and request.body:
        yield from fields(schemas, command["body"]["fields"], json.loads(request.body), "body")


def shape(schemas: Mapping[str, Any], name: str, value: Any, path: str) -> Iterator[str]:
    known = schemas.get(name, {}).get("fields")
    if known is None or name.startswith("google.protobuf"):
        return
    if not isinstance(value, dict):
        yield f"{path}: no object"
        return
    yield from fields(schemas, known, value, path)


def fields(schemas: Mapping[str, Any], known: list[Mapping[str, Any]], value: Any, path: str) -> Iterator[str]:
    table = {field["name"]: field for field in known}
    yield from (f"{path}.{name}: not in the registry" for name in value if name not in table)
    yield from (
        f"{path}.{name}: missing" for name, field in table.items() if field.get("required") and not value.get(name)
    )
    for name, field in table.items():
        if value.get(name) is not None:
            yield from one(schemas, field, value[name], f"{path}.{name}")


def one(schemas: Mapping[str, Any], field: Mapping[str, Any], value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, KINDS[field["type"]]) or (isinstance(value, bool) and field["type"] != "boolean"):
        yield f"{path}: {value!r} is no {field['type']}"
    elif isinstance(value, list):
        inner = field.get("items", {})
        most = field.get("max_length", len(value))
        if not field.get("min_length", 0) <= len(value) <= most:
            yield f"{path}: {len(value)} of them"
        for place, item in enumerate(value):
            yield from one(schemas, inner, item, f"{path}[{place}]") if "type" in inner else ()
    elif not is_allowed(field, value):
        yield f"{path}: {value!r} is not allowed"
    elif field["type"] == "object" and field.get("schema"):
        yield from shape(schemas, field["schema"], value, path)


def is_allowed(field: Mapping[str, Any], value: Any) -> bool:
    is_number = field["type"] in ("integer", "number")
    fits = not is_number or field.get("minimum", value) <= value <= field.get("maximum", value)
    return fits and value in field.get("enum", (value,))
