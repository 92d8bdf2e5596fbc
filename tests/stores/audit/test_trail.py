from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from stores.audit import actions, trail
from stores.audit.actions import Action
from stores.kernel.context import request_id
from stores.kernel.money import Money
from stores.kernel.security import vault
from stores.models import AuditChain, AuditEvent, Store, User
from tests import make

TRIED = actions.declare(Action("trial.done", "{actor} tried {what}", personal=("words",)))
MOVED = actions.declare(Action("trial.moved", "{actor} moved money", moves_money=True))


@pytest.fixture
def store(db):
    return make.store("Acrylic Studio")


def record(action: Action = TRIED, **facts: Any) -> AuditEvent:
    with transaction.atomic():
        return trail.record(action, **({"actor": "rescind", "target": "cancellation:c1"} | facts))


def test_an_event_follows_the_one_before(store):
    first = record(store=store, what="one")
    second = record(store=store, what="two")

    chain = AuditChain.objects.get(store=store)
    assert (first.seq, first.prev) == (1, "0" * 64)
    assert (second.seq, second.prev) == (2, first.hash)
    assert (chain.name, chain.seq, chain.head) == (str(store.uuid), 2, second.hash)


def test_an_entry_that_was_rolled_back_is_followed_by_nobody(store):
    first = record(store=store, what="one")
    with suppress(ZeroDivisionError), transaction.atomic():
        trail.record(TRIED, actor="rescind", target="cancellation:c1", store=store, what="lost")
        raise ZeroDivisionError

    second = record(store=store, what="two")

    assert (second.seq, second.prev) == (2, first.hash)
    assert AuditChain.objects.get(store=store).head == second.hash


class WrittenBeside(dict[str, Any]):
    """Another thread writes to the chain for the first time between two questions of this one."""

    def __contains__(self, name: object) -> bool:
        was_known = super().__contains__(name)
        self.setdefault(str(name), (0, 1, "0" * 64))
        return was_known

    def get(self, name: str, default: Any = None) -> Any:
        return super().__getitem__(name) if name in self else default


def test_the_first_entry_of_another_thread_is_followed(store, monkeypatch):
    monkeypatch.setattr(trail, "_ends", WrittenBeside())

    assert record(store=store, what="one").seq == 1
    assert record(store=store, what="two").seq == 2


def test_what_another_process_wrote_meanwhile_is_followed(store, monkeypatch):
    record(store=store, what="one")
    as_this_process_knows = dict(trail._ends)
    second = record(store=store, what="two, by another")
    monkeypatch.setattr(trail, "_ends", as_this_process_knows)

    third = record(store=store, what="three")

    assert (third.seq, third.prev) == (3, second.hash)


def test_shops_and_the_system_have_chains_of_their_own(store):
    assert [record(store=store).seq, record().seq, record().seq] == [1, 1, 2]
    assert AuditChain.objects.get(name="system").store is None


def test_the_hash_is_the_formula_by_another_implementation(store):
    event = record(store=store, before={"units": 3}, after={"units": 1}, what="é\u2028")

    body = rfc8785.dumps({"before": {"units": 3}, "after": {"units": 1}, "what": "é\u2028"})
    covered: dict[str, Any] = {
        "chain": str(store.uuid),
        "seq": 1,
        "at": event.at,
        "actor": "rescind",
        "kind": "trial.done",
        "object": "cancellation:c1",
        "prev": "0" * 64,
        "body_digest": sha256(body).hexdigest(),
    }
    assert event.body.encode() == body
    assert event.hash == sha256(b"audit1\n" + rfc8785.dumps(covered)).hexdigest()


def test_facts_are_written_as_text_and_integers(store):
    event = record(
        store=store, money=Money(Decimal("47.98"), "USD"), share=Decimal("1.50"), at=datetime(2026, 11, 21, tzinfo=UTC)
    )

    assert json.loads(event.body) == {
        "money": {"is": "Money", "amount": "47.98", "currency": "USD"},
        "share": "1.50",
        "at": "2026-11-21T00:00:00Z",
    }


def test_personal_facts_stand_only_as_a_keyed_digest(store):
    event = record(store=store, words="Ms Rossi was rude")

    assert "Rossi" not in event.body
    assert vault.is_digest_of(json.loads(event.body)["words"]["digest"], "Ms Rossi was rude")


def test_a_person_and_the_request_are_named_by_id(store):
    person = User.objects.create_user("ana@example.com", name="Ana Duarte")
    token = request_id.set("req-12345678")

    event = record(store=store, actor=person)

    request_id.reset(token)
    assert event.actor == f"person:{person.uuid}"
    assert json.loads(event.body) == {"request_id": "req-12345678"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"actor": "somebody"},
        {"actor": "person:1"},
        {"target": "no colon"},
        {"target": "cancellation:" + "x" * 200},
        {"amount": 1.5},
        {"amount": float("nan")},
        {"amount": 2**53},
        {"words_": {"ключ": 1}},
        {"text": "\ud800"},
        {"thing": object()},
        {"request_id": "mine"},
    ],
    ids=lambda wrong: next(iter(wrong)) + " " + repr(next(iter(wrong.values())))[:20],
)
def test_what_cannot_be_recorded_raises_and_leaves_nothing(wrong, store):
    with pytest.raises(ValueError, match=r"."):
        record(store=store, **wrong)

    assert not AuditEvent.objects.exists()


def test_an_undeclared_action_raises(store):
    with pytest.raises(ValueError, match="undeclared"), transaction.atomic():
        trail.record(Action("trial.never_declared", "x"), actor="rescind", target="a:b", store=store)


def test_a_name_is_declared_once_and_dotted():
    with pytest.raises(ValueError, match="twice"):
        actions.declare(Action("trial.done", "again"))
    with pytest.raises(ValueError, match="not an action name"):
        actions.declare(Action("Trial", "x"))


def test_sentences_survive_missing_facts_and_dropped_actions():
    assert actions.sentence("trial.done", actor="Ana", facts={"what": "paint"}) == "Ana tried paint"
    assert actions.sentence("trial.done", actor="Ana", facts={}) == "Ana tried …"
    assert actions.sentence("gone.away", actor="Ana", facts={}) == "Ana: gone.away"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded():
    with pytest.raises(RuntimeError):
        trail.record(TRIED, actor="rescind", target="a:b")


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_recorded_does_not_happen():
    @transaction.atomic
    def connect() -> None:
        make.store("Never")
        trail.record(TRIED, actor="rescind", target="a:b", amount=0.1)

    with pytest.raises(ValueError, match="canonical"):
        connect()

    assert not Store.objects.exists()


texts = st.text(st.characters(exclude_categories=["Cs"]))
bodies = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), bodies))
def test_canonical_text_is_rfc_8785(body):
    assert trail.canonical(body).encode() == rfc8785.dumps(body)
