"""Words a person wrote: sealed rows of their own, named elsewhere by uuid and keyed digest."""

from __future__ import annotations

from collections.abc import Iterable

from cancellations.models import PrivateNote
from stores.kernel import clock
from stores.kernel.security import vault
from stores.models import Store


def _bound(uuid: object, store_id: int) -> str:
    return f"cancellations_privatenote|sealed|{uuid}|{store_id}"


def keep(text: str, *, store: Store) -> PrivateNote | None:
    """Store `text`; None for nothing to store."""
    if not text.strip():
        return None
    note = PrivateNote(store=store, created_at=clock.now(), digest=vault.digest(text))
    note.sealed = vault.seal(text.encode(), bound_to=_bound(note.uuid, store.pk))
    note.save()
    return note


def read(note: PrivateNote | None) -> str:
    """The words again; "" when there are none or they were erased."""
    if note is None or not note.sealed:
        return ""
    return vault.unseal(bytes(note.sealed), bound_to=_bound(note.uuid, note.store_id)).decode()


def forget(ids: Iterable[int]) -> None:
    """Remove notes that nothing names any more."""
    PrivateNote.objects.filter(pk__in=list(ids)).delete()
