"""The emergency stop: press it (never a step-up), ask that it is lifted, lift it (step-up, and a second person).

It keeps back effects: what would change an order, stock or money. Reads, look-ups, previews, messages about what has
happened and webhooks go on. It is a row of the database and nothing else, so it works while the queue is stuck.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from cancellations import actions
from cancellations.lifecycle import emergency_stop
from cancellations.models import EVERYWHERE, EmergencyStop
from cancellations.selectors import stops
from stores.audit import trail
from stores.audit.actions import Action
from stores.kernel import clock
from stores.kernel.errors import InputRejected, NotAllowed
from stores.models import Store, User
from stores.selectors import access
from stores.services import admin_mail

Actor = User | str


def check(store: Store) -> None:
    """Raises InputRejected with the words of the stop that keeps this shop's effects back."""
    if stop := stops.in_force(store.pk):
        raise InputRejected("", stop.words)


def press(*, actor: Actor, store: Store | None = None) -> EmergencyStop:
    """From the commit on nothing leaves: the shop, or (None) the installation. Pressed twice it is one stop.

    Takes the rows that a sender holds until its send is let go, in one order. Raises NotAllowed.
    """
    _allow(actor, "effects.stop", store)
    place = EVERYWHERE if store is None else str(store.pk)
    with transaction.atomic():
        shops = _locked(store)
        stop, made = EmergencyStop.objects.get_or_create(
            place=place, ended_at=None,
            defaults={"store": store, "pressed_by": _person(actor), "pressed_at": clock.now()},
        )  # fmt: skip
        EmergencyStop.objects.filter(pk=stop.pk).update(asked_by=None, asked_at=None)
        if made:
            admin_mail.of_stop(store, stop.words)
            _record(actions.EFFECTS_STOPPED, actor, shops, store)
    return stop


def press_all(*, actor: User) -> None:
    """The one button: an owner's stops the installation, an admin's every shop where they are admin.

    All from one commit on: mails leave after it, and a mail server that hangs must not stand between two shops.
    """
    if actor.is_owner:
        press(actor=actor)
        return
    with transaction.atomic():
        mine = access.stores_for(actor, "effects.stop").values("pk")
        shops = list(Store.objects.select_for_update(no_key=True).filter(pk__in=mine).order_by("pk"))
        if not shops:
            raise NotAllowed
        for store in shops:
            press(actor=actor, store=store)


def resume(*, actor: Actor, stop: EmergencyStop) -> bool:
    """True: lifted. False: asked for, and somebody else must confirm it, since there is somebody else who may.

    Raises NotAllowed, InputRejected when it was lifted meanwhile.
    """
    if isinstance(actor, User) and not stops.may_resume(actor, stop):
        raise NotAllowed
    with transaction.atomic():
        shops, row = _locked(stop.store), _fresh(stop)
        if isinstance(actor, User) and not _is_second(actor, row) and stops.has_second(actor, row):
            _ask(actor, row, shops)
            return False
        _end(actor, row, shops)
    return True


def keep_stopped(*, actor: User, stop: EmergencyStop) -> None:
    """No to somebody who asked that it ends. Raises NotAllowed."""
    _allow(actor, "effects.stop", stop.store)
    with transaction.atomic():
        shops, row = _locked(stop.store), _fresh(stop)
        if row.asked_at is not None:
            EmergencyStop.objects.filter(pk=row.pk).update(asked_by=None, asked_at=None)
            _record(actions.KEPT_STOPPED, actor, shops, row.store)


# --- parts -------------------------------------------------------------------------------------------
def _is_second(actor: User, stop: EmergencyStop) -> bool:
    """Somebody else asked within a day; they must still be one who may."""
    return (who := stops.asker(stop)) is not None and who != actor


def _ask(actor: User, stop: EmergencyStop, shops: list[Store]) -> None:
    EmergencyStop.objects.filter(pk=stop.pk).update(asked_by=actor, asked_at=clock.now())
    words = _("%(who)s asks that the emergency stop is lifted. A second person must confirm it, or say no.")
    admin_mail.of_stop(stop.store, words % {"who": actor})
    _record(actions.RESUME_ASKED, actor, shops, stop.store)


def _end(actor: Actor, stop: EmergencyStop, shops: list[Store]) -> None:
    now = clock.now()
    EmergencyStop.objects.filter(pk=stop.pk).update(ended_at=now, ended_by=_person(actor))
    emergency_stop.wake(stop.store, now=now)
    who = actor if isinstance(actor, User) else _("The console")
    words = _("%(who)s lifted the emergency stop. What waited goes on where no other stop stands.")
    admin_mail.of_stop(stop.store, words % {"who": who})
    _record(actions.EFFECTS_RESUMED, actor, shops, stop.store)


def _fresh(stop: EmergencyStop) -> EmergencyStop:
    row = EmergencyStop.objects.select_for_update(of=("self",)).select_related("asked_by", "store").get(pk=stop.pk)
    if row.ended_at is not None:
        raise InputRejected("", _("It was lifted already."))
    return row


def _locked(store: Store | None) -> list[Store]:
    """The shops concerned, always in one order: before any chain, so that nobody waits in a circle."""
    rows = Store.objects.select_for_update(no_key=True).order_by("pk")
    return list(rows if store is None else rows.filter(pk=store.pk))


def _allow(actor: Actor, action: str, store: Store | None) -> None:
    if isinstance(actor, User) and not (actor.is_owner if store is None else access.can(actor, action, store)):
        raise NotAllowed


def _person(actor: Actor) -> User | None:
    return actor if isinstance(actor, User) else None


def _record(action: Action, actor: Actor, shops: Iterable[Store], store: Store | None) -> None:
    """On the chain of each shop concerned: its admins read no other. The installation's on the system's as well."""
    for shop in shops:
        trail.record(action, actor=actor, target=f"store:{shop.uuid}", store=shop, everywhere=store is None)
    if store is None:
        trail.record(action, actor=actor, target="installation:all")
