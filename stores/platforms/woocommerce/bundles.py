"""Lines that were sold together, as the extensions for bundles and composites write them: container and parts.

`bundled_by`, `composite_parent`: a part's container, "" for none; `bundled_items`, `composite_children`: its parts.
A container may be a part itself, so that all of a tree is one bundle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node

PARENTS = ("bundled_by", "composite_parent")
CHILDREN = ("bundled_items", "composite_children")


@dataclass(frozen=True)
class Bundle:
    id: str
    title: str


def of(order: Node) -> Mapping[str, Bundle]:
    """Line id → its bundle; lines that were sold alone are left out. Raises Misread."""
    lines = {json_readers.ident(raw, "id"): raw for raw in json_readers.nodes(order, "line_items")}
    parents = {part: whole for part, whole in _pairs(lines) if part in lines and whole in lines and part != whole}
    roots = {line: _root(line, parents) for line in lines if line in parents or line in parents.values()}
    return {line: Bundle(root, json_readers.text(lines[root], "name")) for line, root in roots.items()}


def _pairs(lines: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """(part, container), said by either."""
    for ident, raw in lines.items():
        yield from ((ident, whole) for name in PARENTS if (whole := json_readers.text(raw, name)))
        yield from ((part, ident) for name in CHILDREN for part in _parts(raw, name))


def _parts(raw: Node, name: str) -> list[str]:
    found = raw.get(name)
    if found is None or found == "":
        return []
    if not isinstance(found, list):
        raise Misread(name)
    return [json_readers.text({name: part}, name) for part in found]


def _root(line: str, parents: Mapping[str, str]) -> str:
    """The outermost container; where lines name each other in a circle, any of it that all of them reach."""
    seen: list[str] = []
    while line in parents and line not in seen:
        seen.append(line)
        line = parents[line]
    return min(seen[seen.index(line) :]) if line in seen else line
