"""One link before the reader's eyes: each claim turns false on its own, and only then."""

from __future__ import annotations

from hashlib import sha256

import pytest

from stores.audit import checkpoints, proof, trail
from stores.audit.proof import Proof
from stores.models import AuditChain, AuditEvent, Checkpoint
from tests import make
from tests.rigs.audit import unguarded
from tests.stores.audit.test_trail import record

pytestmark = pytest.mark.django_db
FALSE = "f" * 64


@pytest.fixture
def chain(db: None) -> AuditChain:
    """Four entries, signed at two and three."""
    store = make.store("Acrylic Studio")
    for number in range(1, 5):
        record(store=store, number=number)
        if number in (2, 3):
            checkpoints.take(AuditChain.objects.get(store=store))
    return AuditChain.objects.get(store=store)


def of(chain: AuditChain, seq: int) -> Proof:
    return proof.of(AuditEvent.objects.select_related("chain").get(chain=chain, seq=seq))


def claims(chain: AuditChain, seq: int) -> str:
    """Those that do not hold, in a word each; "" for a link that is whole."""
    found = of(chain, seq)
    names = ("holds", "follows", "is_followed", "is_signed")
    return " ".join(name for name in names if not getattr(found, name))


def test_a_link_nobody_touched_holds_in_every_way(chain):
    assert [claims(chain, seq) for seq in (1, 2, 3)] == ["", "", ""]
    assert [of(chain, seq).is_whole for seq in (1, 2, 3, 4)] == [True] * 4


def test_each_is_signed_by_the_first_statement_at_or_after_it(chain):
    found = [of(chain, seq).checkpoint for seq in (1, 2, 3, 4)]

    assert [checkpoint and checkpoint.seq for checkpoint in found] == [2, 2, 3, None]
    assert not of(chain, 4).is_signed


def test_the_digest_and_the_hash_are_computed_anew(chain):
    event = AuditEvent.objects.get(chain=chain, seq=2)
    with unguarded():
        AuditEvent.objects.filter(pk=event.pk).update(hash=FALSE)

    found = of(chain, 2)

    assert (found.body_digest, found.computed) == (sha256(event.body.encode()).hexdigest(), event.hash)


@pytest.mark.parametrize(
    ("seq", "change", "broken"),
    [
        (2, {"actor": "console"}, ["", "holds", "", ""]),
        (2, {"prev": FALSE}, ["is_followed", "holds follows", "", ""]),
        (1, {"prev": FALSE}, ["holds follows", "", "", ""]),
        (2, {"hash": FALSE}, ["", "holds is_followed is_signed", "follows", ""]),
        (4, {"hash": FALSE}, ["", "", "", "holds is_followed"]),
        (1, {"hash": FALSE}, ["holds is_followed", "follows", "", ""]),
    ],
    ids=["a word", "what it follows", "the first follows nothing", "its hash", "the hash of the last", "of the first"],
)
def test_a_change_is_seen_at_the_entry_and_at_its_neighbours(chain, seq, change, broken):
    with unguarded():
        AuditEvent.objects.filter(chain=chain, seq=seq).update(**change)

    found = [claims(chain, each) for each in (1, 2, 3, 4)]

    assert [words.removesuffix("is_signed").strip() if n == 3 else words for n, words in enumerate(found)] == broken
    assert [of(chain, n).is_whole for n in (1, 2, 3, 4)] == [not words for words in broken]


def test_an_entry_before_one_that_is_gone_is_not_followed_and_the_next_follows_nothing(chain):
    with unguarded():
        AuditEvent.objects.filter(chain=chain, seq=3).delete()

    assert claims(chain, 2) == "is_followed"
    assert claims(chain, 4) == "follows is_signed"


@pytest.mark.parametrize(
    "change",
    [{"signature": "AAAA"}, {"signature": "no base64"}, {"text": "{}"}, {"key_id": "t9"}, {"head": FALSE}],
    ids=lambda change: "".join(change) + str(len("".join(change.values()))),
)
def test_a_statement_that_is_not_true_signs_nothing(chain, change):
    with unguarded():
        Checkpoint.objects.filter(chain=chain, seq=2).update(**change)

    assert claims(chain, 2) == "is_signed"
    assert not of(chain, 2).is_whole
    assert claims(chain, 3) == ""


def test_a_rewritten_last_entry_is_not_the_head_that_was_signed(chain):
    with unguarded():
        event = AuditEvent.objects.select_related("chain").get(chain=chain, seq=3)
        event.actor = "console"
        event.hash = trail.link_hash(event)
        event.save()

    assert claims(chain, 3) == "is_followed is_signed"


def test_a_statement_whose_columns_were_made_to_fit_signs_nothing(chain):
    """The signed text still names the head that was there."""
    with unguarded():
        event = AuditEvent.objects.select_related("chain").get(chain=chain, seq=2)
        event.actor = "console"
        event.hash = trail.link_hash(event)
        event.save()
        Checkpoint.objects.filter(chain=chain, seq=2).update(head=event.hash)

    assert claims(chain, 2) == "is_followed is_signed"


@pytest.mark.parametrize("part", ["chain", "seq"])
def test_a_true_statement_of_another_end_signs_nothing(part, chain):
    other = Checkpoint.objects.get(chain=chain, seq=3)
    if part == "chain":
        record(number=0)
        other = checkpoints.take(AuditChain.objects.get(name="system")) or other
    with unguarded():
        Checkpoint.objects.filter(chain=chain, seq=2).update(text=other.text, signature=other.signature)

    assert claims(chain, 2) == "is_signed"
