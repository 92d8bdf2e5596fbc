"""What a cancellation costs at Square, counted at the simulator: the figures may fall, and rise only with a reason.

Each send keeps its own read and guard, confirming its own comparison, and the end its own look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cancellations.services import submit
from sandbox.platforms.square.spec import Line
from tests.rigs.desk import Desk, desk_on

MUG = Line(title="Enamel mug", price="14.50", sku="MUG", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA", quantity=2)


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("square", tmp_path, monkeypatch) as made:
        yield made


def calls(desk: Desk) -> Counter[str]:
    return Counter(desk.world.counters()["requests"])


@pytest.mark.parametrize(("units", "preview", "confirm", "work"), [
    ((), 5, 5, 18),  # everything: cancel 4, refund 4, asked after 1, stock 5, verify 4
    ((1, 1), 5, 5, 14),  # without the cancel
], ids=["whole", "partial"])  # fmt: skip
def test_a_cancellation_costs_no_more_calls(desk, units, preview, confirm, work):
    record = desk.order(lines=[MUG, TEA])
    wish = desk.some(record, *units) if units else desk.everything(record)
    desk.travel(10)
    counts = [calls(desk)]

    seen = desk.preview(record, wish)
    counts.append(calls(desk))
    desk.travel(10)
    cancellation = submit.confirm(actor=desk.staff, seen=seen)
    counts.append(calls(desk))
    done = desk.work(cancellation)
    counts.append(calls(desk))

    assert (done.state, done.differs) == ("done", False)
    kinds = [after - before for before, after in pairwise(counts)]
    assert [kind.total() for kind in kinds] == [preview, confirm, work], kinds
