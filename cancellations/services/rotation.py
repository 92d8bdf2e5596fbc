"""Seal everything again under the first key of the ring, so that an old key can leave it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models

from cancellations.models import Attempt, Inbox, OrderDraft, PrivateNote
from notifications.models import Delivery, DeliveryAttempt
from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError
from stores.models import ConnectionSecret
from stores.services.sign_in import DeskSecondFactor

# Model, column, what its binding needs joined, the property that gives the binding.
SEALED: tuple[tuple[type[models.Model], str, tuple[str, ...], str], ...] = (
    (ConnectionSecret, "sealed", (), "bound_to"),
    (ConnectionSecret, "moved_from", (), "moved_from_bound_to"),
    (PrivateNote, "sealed", (), "bound_to"),
    (OrderDraft, "sealed", (), "bound_to"),
    (Attempt, "body", ("step__cancellation",), "bound_to"),
    (Inbox, "body", (), "bound_to"),
    (Delivery, "command", (), "bound_to"),
    (DeliveryAttempt, "body", ("delivery",), "bound_to"),
)


@dataclass
class Count:
    """Of one table. `unreadable`: rows that do not open; they stay and need the key that sealed them."""

    table: str
    resealed: int = 0
    current: int = 0
    blank: int = 0
    unreadable: list[int] = field(default_factory=list)


def rotate(*, batch: int = 500) -> Iterator[Count]:
    """Re-seal table by table, `batch` rows at a time, each on its own. Can be stopped and run again at any time."""
    counts: dict[str, Count] = {}
    for model, column, joined, binding in SEALED:
        count, last = counts.setdefault(model._meta.db_table, Count(model._meta.db_table)), 0
        while rows := list(_rows(model, column, joined, last)[:batch]):
            for row in rows:
                _one(model, column, row, getattr(row, binding), count)
            last = rows[-1].pk
    yield from counts.values()
    yield _second_factors()


def _rows(model: type[models.Model], column: str, joined: tuple[str, ...], last: int) -> models.QuerySet[Any]:
    rows = model._default_manager.filter(pk__gt=last, **{f"{column}__isnull": False}).order_by("pk")
    return rows.select_related(*joined) if joined else rows


def _one(model: type[models.Model], column: str, row: Any, bound_to: str, count: Count) -> None:
    sealed = bytes(getattr(row, column))
    if not sealed:  # erased
        count.blank += 1
        return
    try:
        fresh = vault.reseal(sealed, bound_to=bound_to)
    except VaultError:
        count.unreadable.append(row.pk)
        return
    if fresh is None:
        count.current += 1
    else:  # only over what was read: a secret that was entered anew in between stays
        count.resealed += model._default_manager.filter(pk=row.pk, **{column: sealed}).update(**{column: fresh})


def _second_factors() -> Count:
    """allauth keeps its secrets as text in a JSON column, sealed through our adapter."""
    count = Count(Authenticator._meta.db_table)
    for row in Authenticator.objects.order_by("pk").iterator():
        sealed = {name: text for name, text in row.data.items() if name in ("secret", "seed")}
        try:
            fresh = {name: _reseal_text(text) for name, text in sealed.items()}
        except (VaultError, ValueError):
            count.unreadable.append(row.pk)
            continue
        changed = {name: text for name, text in fresh.items() if text}
        count.current += not changed
        if changed:  # only over what was read
            rows = Authenticator.objects.filter(pk=row.pk, data=row.data)
            count.resealed += rows.update(data=row.data | changed)
    return count


def _reseal_text(text: str) -> str:
    """The text form under the first key; "" when it is already. Raises VaultError or ValueError."""
    fresh = vault.reseal(base64.b64decode(text, validate=True), bound_to=DeskSecondFactor.BOUND_TO)
    return base64.b64encode(fresh).decode() if fresh else ""
