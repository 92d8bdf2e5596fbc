from __future__ import annotations

import base64
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.core.management import CommandError, call_command
from django.db import models

from cancellations.models import Attempt, Cancellation, Inbox, Preview, PrivateNote, Step
from stores.kernel.security import vault
from stores.models import ConnectionSecret
from tests import make

OLD, NEW = (f"{name}:{base64.b64encode(name.encode() * 8).decode()}" for name in ("key1", "key2"))
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ring(settings: Any) -> None:
    settings.VAULT_KEYS = OLD


@pytest.fixture
def attempt(db: None) -> Attempt:
    order, actor = make.order_record(), make.person()
    about: dict[str, Any] = {"store": order.store, "order": order, "created_at": make.NOW}
    seen = Preview.objects.create(actor=actor, **about)
    cancellation = Cancellation.objects.create(preview=seen, requester=actor, units=1, money_minor=0, **about)
    step = Step.objects.create(cancellation=cancellation, connection=order.store.connection, position=1, kind="refund")
    return Attempt(step=step, generation=1, fence=1, key="k", method="POST", path="/", created_at=make.NOW)


@pytest.fixture
def sealed(attempt: Attempt) -> list[tuple[models.Model, str]]:
    """One row of each table that holds sealed values."""
    store = attempt.step.cancellation.store
    rows: list[tuple[Any, str]] = [
        (ConnectionSecret(connection=store.connection, name="api_token", updated_at=make.NOW), "sealed"),
        (PrivateNote(store=store, digest="-", created_at=make.NOW), "sealed"),
        (attempt, "body"),
        (Inbox(store=store, endpoint="e", event_key="1", received_at=make.NOW), "body"),
    ]
    for row, column in rows:
        setattr(row, column, vault.seal(b"quiet words", bound_to=row.bound_to))
        row.save()
    return rows


def rotate(*options: str) -> str:
    told = StringIO()
    call_command("vault", "rotate", *options, stdout=told)
    return told.getvalue()


def test_every_sealed_row_opens_without_the_old_key_afterwards(sealed, settings):
    settings.VAULT_KEYS = f"{NEW},{OLD}"
    told = rotate()
    settings.VAULT_KEYS = NEW

    assert told.count("1 sealed again") == 4
    for row, column in sealed:
        row.refresh_from_db()
        assert vault.unseal(getattr(row, column), bound_to=row.bound_to) == b"quiet words"


def test_what_a_secret_was_moved_from_is_sealed_again_with_it(sealed, settings):
    row = sealed[0][0]
    row.moved_from = vault.seal(b"as it was", bound_to=row.moved_from_bound_to)
    row.save()

    settings.VAULT_KEYS = f"{NEW},{OLD}"
    assert "stores_connectionsecret: 2 sealed again" in rotate()
    settings.VAULT_KEYS = NEW

    row.refresh_from_db()
    assert vault.unseal(row.moved_from, bound_to=row.moved_from_bound_to) == b"as it was"


def test_a_second_run_changes_nothing(sealed, settings):
    settings.VAULT_KEYS = f"{NEW},{OLD}"
    rotate()

    assert rotate().count("0 sealed again, 1 were current") == 4


def test_rows_are_taken_in_batches(db, settings):
    store = make.store()
    for name in "abc":
        row = ConnectionSecret(connection=store.connection, name=name, updated_at=make.NOW)
        row.sealed = vault.seal(b"x", bound_to=row.bound_to)
        row.save()
    settings.VAULT_KEYS = f"{NEW},{OLD}"

    assert "stores_connectionsecret: 3 sealed again" in rotate("--batch", "2")


def test_rows_that_do_not_open_stay_and_are_told(sealed, settings):
    ConnectionSecret.objects.update(name="moved")
    PrivateNote.objects.update(sealed=b"")
    settings.VAULT_KEYS = f"{NEW},{OLD}"

    told = StringIO()
    with pytest.raises(CommandError, match="1 rows do not open"):
        call_command("vault", "rotate", stdout=told)

    assert "stores_connectionsecret: 0 sealed again, 0 were current, 0 erased, 1 unreadable" in told.getvalue()
    assert "cancellations_privatenote: 0 sealed again, 0 were current, 1 erased, 0 unreadable" in told.getvalue()


def test_a_wrong_key_under_the_name_of_the_right_one_is_not_taken_for_current(sealed, settings):
    """What a typing error in VAULT_KEYS looks like: same id, other bytes."""
    kept = Authenticator.objects.create(user=make.person(), type="totp", data={"secret": encrypt("JBSWY3DP")})
    settings.VAULT_KEYS = OLD.split(":")[0] + ":" + NEW.split(":")[1]

    told = StringIO()
    with pytest.raises(CommandError, match="5 rows do not open"):
        call_command("vault", "rotate", stdout=told)

    for row in [*(row for row, _column in sealed), kept]:
        assert f"does not open: {row._meta.db_table} {row.pk}\n" in told.getvalue()
    assert "Every row opens" not in told.getvalue()


def test_second_factors_are_sealed_again_too(db, settings):
    kept = Authenticator.objects.create(user=make.person(), type="totp", data={"secret": encrypt("JBSWY3DP")})
    settings.VAULT_KEYS = f"{NEW},{OLD}"

    assert "mfa_authenticator: 1 sealed again" in rotate()

    settings.VAULT_KEYS = NEW
    kept.refresh_from_db()
    assert decrypt(kept.data["secret"]) == "JBSWY3DP"
