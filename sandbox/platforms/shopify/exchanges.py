"""One GraphQL request and its answer, for whoever watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exchange:
    operation: str
    query: str
    variables: Mapping[str, Any]
    answer: Mapping[str, Any]
    version: str
