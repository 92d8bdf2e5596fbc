"""Kernel tests that need the real connection code: `unmocked` takes the HTTP fake away, not the socket guard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses


@pytest.fixture
def unmocked(network: responses.RequestsMock) -> Iterator[None]:
    network.stop(allow_assert=False)
    yield
    network.start()
