from __future__ import annotations

from tests.stores.services.clocks import frozen

__all__ = ["frozen"]
