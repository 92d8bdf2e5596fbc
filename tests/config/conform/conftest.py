from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.rigs.desk import Desk, desk_on


@pytest.fixture
def opened(db, tmp_path, monkeypatch) -> Iterator:
    """`opened(platform)`: the desk of a sandbox shop, closed at the end."""
    with ExitStack() as held:

        def desk(platform: str) -> Desk:
            return held.enter_context(desk_on(platform, tmp_path, monkeypatch))

        yield desk
