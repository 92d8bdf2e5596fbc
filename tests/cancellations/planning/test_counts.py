"""Stock counted before and after a call: what is an excess, and what other cancellations of ours explain."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning import counts
from cancellations.planning.reports import OwnMove
from tests import make


def moves(said):
    """OwnMoves of "<item>@<place>:<units>;…"."""
    parts = (re.split("[@:]", part) for part in said.split(";") if part)
    return tuple(OwnMove(stock_item_id=item, location_id=place, units=Decimal(n)) for item, place, n in parts)


@pytest.mark.parametrize(
    ("told", "own", "units"),
    [
        pytest.param("123@1:97:100:3", "", 0, id="as asked"),
        pytest.param("123@1:97:103:3", "", 3, id="three more than asked"),
        pytest.param("123@1:97:103:3", "123@1:3", 0, id="another cancellation of ours"),
        pytest.param("123@1:97:103:3", "123@1:2", 1, id="another one explains two of three"),
        pytest.param("123@1:97:103:3", "124@1:3", 3, id="another one of other goods"),
        pytest.param("123@1:97:103:3", "123@2:3", 3, id="another one at another place"),
        pytest.param("123@1:97:103:3", "123@:3", 0, id="a cancel of ours, at any place"),
        pytest.param("123@:97:103:3", "123@2:3", 0, id="all places counted together"),
        pytest.param("123@1:97:98:3", "", 0, id="goods were sold meanwhile"),
        pytest.param("123@1:97:100:0", "", 3, id="none was to move"),
        pytest.param("123@1:97:96:-1", "", 0, id="taken out as asked"),
        pytest.param("123@1:97:98:-1", "", 1, id="one came back instead"),
        pytest.param("123@1:97:103:3;124@1:5:9:4", "", 3, id="one of two"),
        pytest.param("", "", 0, id="nothing was counted"),
    ],
)
def test_excess(told, own, units):
    answer = replace(make.answer(stock=make.counts(told)), own_moves=moves(own))

    assert counts.excess(answer) == units
