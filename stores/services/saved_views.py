"""Questions to the order list that people keep under a name, for themselves or for those of their shops."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qs

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.audit import trail
from stores.audit.actions import Action, declare
from stores.kernel import clock
from stores.kernel.errors import InputRejected
from stores.models import SavedView, Store, User

MOST = 30  # of one person
SHARED = declare(Action("views.shared", gettext_lazy("{actor} shared a view of the order list")))
UNSHARED = declare(Action("views.withdrawn", gettext_lazy("{actor} took a shared view of the order list away")))


def save(*, actor: User, name: str, query: str, is_shared: bool, stores: Sequence[Store]) -> SavedView:
    """Under a name that stands already it replaces one's own of that name. Raises InputRejected."""
    if not name.strip():
        raise InputRejected("name", _("Give the view a name."))
    known = SavedView.objects.filter(owner=actor)
    if not known.filter(name=name).exists() and known.count() >= MOST:
        raise InputRejected("name", _("You keep %(most)s views already. Delete one first.") % {"most": MOST})
    with transaction.atomic():
        fields = {"query": query, "is_shared": is_shared, "created_at": clock.now()}
        view, _made = SavedView.objects.update_or_create(owner=actor, name=name, defaults=fields)
        view.shops.set(_named(query, stores) if is_shared else [])
        if is_shared:
            trail.record(SHARED, actor=actor, target=f"view:{view.uuid}", shops=view.shops.count())
    return view


def forget(*, actor: User, view: SavedView) -> None:
    """One's own; a shared one of somebody who left, any owner of the installation. Raises InputRejected."""
    if view.owner_id != actor.pk and not (actor.is_owner and view.is_shared):
        raise InputRejected("view", _("Only who made this view can delete it."))
    with transaction.atomic():
        target, was_shared = f"view:{view.uuid}", view.is_shared
        view.delete()
        if was_shared:
            trail.record(UNSHARED, actor=actor, target=target)


def leave(person: User) -> None:
    """Somebody works in no shop any more: what was theirs alone goes, what they shared stays."""
    SavedView.objects.filter(owner=person, is_shared=False).delete()
    SavedView.objects.filter(owner=person).update(owner=None)


def _named(query: str, stores: Sequence[Store]) -> list[Store]:
    """The shops that the view asks for; all that its maker sees where it names none."""
    named = set(parse_qs(query).get("shop", []))
    return [store for store in stores if not named or str(store.uuid) in named]
