"""Units in a refund's reason: what is written is read again, and what others write is no record."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from stores.connectors import refund_record
from stores.kernel.errors import RemoteRefused
from tests.stores.platforms.rig import TAG


def written(note, tag, units, left):
    return refund_record.written(note, tag, units, left, is_settled=True, limit=192, too_many="too many")


UIDS = st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=20, unique=True)


@settings(max_examples=80, deadline=None)
@given(UIDS, st.data())
def test_what_is_written_is_read_again(uids, data):
    left = {uid: Decimal(data.draw(st.integers(1, 99))) for uid in uids}
    taken = {uid: Decimal(data.draw(st.integers(1, int(left[uid])))) for uid in uids if data.draw(st.booleans())}
    try:
        said = written("Customer changed their mind", TAG, taken, left)
    except RemoteRefused:
        assert len(taken) > 10
        return
    assert len(said) <= 192
    assert said.endswith(TAG)
    assert refund_record.read(said, left) == taken


def test_words_of_others_are_no_record():
    left = {"a": Decimal(3), "b": Decimal(1)}
    mark = refund_record.marks(list(left))["a"]
    for said in ("", "Returned Goods", f"{{{mark}}}", f"{{{mark}}} [op x] and more", "{all 9} [op 12345678]",
                 "{zzzz} [op 12345678]", "{a} [op 12345678]", f"{{{mark}*-1}} [op 12345678]"):  # fmt: skip
        assert refund_record.read(said, left) is None, said
    assert refund_record.read("x {} [op 12345678]", left) == {}
    assert refund_record.takes_none("x {} [op 12345678]")
    assert not refund_record.takes_none("by hand")


def test_a_line_that_came_later_with_the_same_mark_is_not_guessed_at(monkeypatch):
    monkeypatch.setattr(refund_record, "digest", lambda uid: "aaaabbbb" if uid == "b" else "aaaacccc")
    said = written("", TAG, {"a": Decimal(1)}, {"a": Decimal(1)})
    assert refund_record.read(said, {"a": Decimal(1), "b": Decimal(1)}) is None
    wider = written("", TAG, {"a": Decimal(1)}, {"a": Decimal(1), "b": Decimal(1)})
    assert refund_record.read(wider, {"a": Decimal(1), "b": Decimal(1)}) == {"a": Decimal(1)}
