"""The bench's full desk: chains of the audit log only ever move on, also where a shop has nothing to note."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from sandbox.benches import full_desk
from stores.models import AuditChain, Store
from tests import make


@pytest.mark.django_db
def test_a_shop_without_cancellations_has_a_chain_all_the_same() -> None:
    for name in ("Noted", "Quiet"):
        make.store(name)
    done: Any = SimpleNamespace(uuid=uuid4())

    full_desk._note(done, [])
    full_desk._note(done, [])

    shops = set(Store.objects.values_list("pk", flat=True))
    assert set(AuditChain.objects.exclude(store=None).values_list("store_id", flat=True)) == shops
