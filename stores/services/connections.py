"""Connecting shops, and what becomes of a connection.

`open_connector` is the one way to reach an account; `open_platform` is the same for the orders of a shop.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence

from django.conf import settings as defaults
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from stores.audit import shop_actions, trail
from stores.audit.actions import Action
from stores.connectors.roles import Access, Connector
from stores.kernel import clock, queue
from stores.kernel.credentials import Secret, Text
from stores.kernel.errors import CredentialsRejected, InputRejected, RemoteError
from stores.models import Connection, ConnectionHealth, ConnectionState, Store, StoreState, StoreSync, User
from stores.platforms import registry
from stores.services import admin_mail, credentials, platform_client, webhooks
from stores.services.circuit_breaker import DISCONNECTED
from stores.services.platform_client import open_connector, open_platform

__all__ = [
    "connect",
    "disconnect",
    "look_at_access",
    "lose_secrets",
    "open_connector",
    "open_platform",
    "pause",
    "prove",
    "reject_credentials",
    "rekey",
    "resume",
    "test_access",
]


logger = logging.getLogger(__name__)
_proven: set[int] = set()  # connections whose secrets stand on their own, as this process knows


def test_access(platform_key: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Access:
    """Read something harmless with values that are not stored yet.

    Raises InputRejected for a value with its field, CredentialsRejected, RemoteRefused or RemoteUnavailable.
    """
    _check(platform_key, settings, secrets)
    return platform_client.trial(platform_key, settings, secrets).check_access()


def connect(
    actor: User | str, platform_key: str, name: str, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> Store:
    """Try the credentials, keep them sealed, and begin the first import. Raises as `test_access`.

    One outside account is connected once, under whatever address or key it is reached: two connections would
    cancel and refund the same orders side by side.
    """
    _check_new(platform_key, settings)
    access = test_access(platform_key, settings, secrets)
    _check_vital(access)
    _check_account(platform_key, access)
    now = clock.now()
    called = name.strip() or access.shop_name
    with transaction.atomic():
        connection = _new(platform_key, called, settings, access)
        credentials.keep(connection, secrets, ends=access.ends)
        store = Store.objects.create(
            platform=platform_key,
            connection=connection,
            name=called,
            currency=access.currency,
            time_zone=access.time_zone,
            hold_seconds=defaults.HOLD_SECONDS,
            is_sandbox=platform_client.is_sandbox(settings.get("base_url", "")),
            created_at=now,
        )
        StoreSync.objects.create(store=store, next_attempt_at=now)
        _ring(store)
        admin_mail.of_change(store, _("%(who)s connected the shop.") % {"who": actor})
        trail.record(
            shop_actions.CONNECTED,
            actor=actor,
            target=_target(store),
            store=store,
            name=store.name,
            platform=platform_key,
            settings=sorted(settings),
            scopes=sorted(access.granted),
        )
    return store


def _new(connector: str, name: str, settings: Mapping[str, str], access: Access) -> Connection:
    """The row of an account that let us in just now, with its health."""
    connection = Connection.objects.create(
        connector=connector,
        account=access.account,
        name=name,
        settings=dict(settings),
        granted_scopes=list(access.granted),
        created_at=clock.now(),
    )
    ConnectionHealth.objects.create(
        connection=connection,
        last_success_at=clock.now(),
        seconds_per_point=1 / registry.get(connector).points_per_second,
        bucket_size=registry.get(connector).bucket_points,
    )
    return connection


def rekey(
    actor: User | str, store: Store, secrets: Mapping[str, str], settings: Mapping[str, str] | None = None
) -> Store:
    """Replace the credentials (and settings, where given) after trying them; a disconnected shop works again.

    Another shop of the same connection goes by them too; one that was disconnected stays so until it is asked for.
    """
    connection = store.connection
    wanted = dict(connection.settings if settings is None else settings)
    access = test_access(connection.connector, wanted, secrets)
    _check_vital(access)
    if connection.account and access.account != connection.account:
        raise InputRejected(
            "account", _("These credentials belong to another account. Connect it as a shop of its own.")
        )
    _check_account(connection.connector, access, but=connection)
    with transaction.atomic():
        _hold(connection)
        credentials.keep(connection, secrets, hook_secret=webhooks.secret_name(connection), ends=access.ends)
        connection.settings, connection.granted_scopes = wanted, list(access.granted)
        connection.state, connection.account = ConnectionState.ACTIVE, access.account
        connection.save(update_fields=["settings", "granted_scopes", "state", "account"])
        store.state, store.is_sandbox = StoreState.ACTIVE, platform_client.is_sandbox(wanted.get("base_url", ""))
        store.save(update_fields=["state", "is_sandbox"])
        ConnectionHealth.objects.filter(connection=connection).update(
            failures=0, breaker_open_since=None, breaker_probe_at=None, last_error="", hooks_checked_at=None
        )
        _wake(store)
        admin_mail.of_change(store, _("%(who)s gave the shop new credentials.") % {"who": actor})
        trail.record(
            shop_actions.REKEYED, actor=actor, target=_target(store), store=store, scopes=sorted(access.granted)
        )
    platform_client.forget_session(connection)
    return store


def pause(actor: User | str, store: Store) -> None:
    """Nothing is read or sent until somebody resumes it; steps under way wait."""
    with transaction.atomic():
        if _move(store, StoreState.ACTIVE, StoreState.PAUSED):
            trail.record(shop_actions.PAUSED, actor=actor, target=_target(store), store=store)
    platform_client.forget_session(store.connection)


def resume(actor: User | str, store: Store) -> None:
    with transaction.atomic():
        if _move(store, StoreState.PAUSED, StoreState.ACTIVE):
            _wake(store)
            trail.record(shop_actions.RESUMED, actor=actor, target=_target(store), store=store)
    platform_client.forget_session(store.connection)


def disconnect(actor: User | str, store: Store) -> None:
    """Take our webhooks down where the shop still answers, and destroy the secrets. Orders and audit stay.

    A connection that serves another shop, too, keeps both: only this shop leaves it.
    """
    is_alone = not _serves_others(store.connection, store)
    removed = webhooks.remove_all(store.connection, store_id=store.pk) if is_alone else 0
    with transaction.atomic():
        _hold(store.connection)
        if _move(store, store.state, StoreState.DISCONNECTED):
            if not _serves_others(store.connection, store):  # asked again: the other one may have left meanwhile, too
                Connection.objects.filter(pk=store.connection_id).update(state=ConnectionState.DISCONNECTED)
                credentials.keep(store.connection, {})
            StoreSync.objects.filter(store=store).update(next_attempt_at=None)
            admin_mail.of_change(store, _("%(who)s disconnected the shop.") % {"who": actor})
            trail.record(
                shop_actions.DISCONNECTED, actor=actor, target=_target(store), store=store, hooks_removed=removed
            )
    platform_client.forget_session(store.connection)


def _serves_others(connection: Connection, store: Store) -> bool:
    """Is there another shop that lives by it?"""
    return _lives_by(connection).exclude(pk=store.pk).exclude(state=StoreState.DISCONNECTED).exists()


def _lives_by(connection: Connection) -> QuerySet[Store]:
    """The shops that it serves, for their orders or in another role."""
    return Store.objects.filter(Q(connection=connection) | Q(roles__connection=connection)).distinct()


def reject_credentials(connection: Connection, exc: CredentialsRejected) -> None:
    """The account refused a fresh token: disconnected with its shops, whose steps wait for new credentials.

    Our own gate, shut because somebody disconnected one shop, says nothing of the account.
    """
    if exc.code != DISCONNECTED:
        _shut_out(connection, shop_actions.REJECTED)


def lose_secrets(connection: Connection) -> None:
    """A stored secret does not open (another key ring, a changed row): disconnected until it is entered again."""
    _shut_out(connection, shop_actions.SECRET_LOST)


def _shut_out(connection: Connection, action: Action) -> None:
    """The connection, and every shop whose orders it serves; each of them, and each that it serves in another role,
    has it in its own chain. Not where new secrets were entered meanwhile: it was the old ones that no longer fit."""
    words = _("%(account)s no longer lets Rescind in: it is disconnected until somebody enters new credentials.")
    said = words % {"account": connection.name}
    with transaction.atomic():
        _hold(connection)
        works = Connection.objects.filter(pk=connection.pk, state=ConnectionState.ACTIVE)
        if credentials.were_replaced(connection) or not works.update(state=ConnectionState.DISCONNECTED):
            return
        for store in _lives_by(connection).order_by("pk"):  # their chains in one order, whoever else writes to several
            is_own = store.connection_id == connection.pk
            if is_own and not _move(store, store.state, StoreState.DISCONNECTED):
                continue
            if is_own:
                StoreSync.objects.filter(store=store).update(next_attempt_at=None)
            admin_mail.of_change(store, said)
            target = _target(store) if is_own else f"connection:{connection.uuid}"
            trail.record(action, actor="rescind", target=target, store=store)
    platform_client.forget_session(connection)


def _hold(connection: Connection) -> None:
    """The rows of its shops, then its own, to the end of the transaction: as whoever lets an effect go, or stops all,
    takes them, and before any chain, so that nobody waits in a circle."""
    shops = Store.objects.filter(pk__in=_lives_by(connection).values("pk")).order_by("pk")
    for rows in (shops, Connection.objects.filter(pk=connection.pk)):
        list(rows.select_for_update(no_key=True).values_list("pk"))


def prove(connection: Connection, platform: Connector) -> None:
    """Drop what the secrets were moved from, once they have let us in. Asked once by each process.

    No trouble of this read is one of its caller's: the copies stay, and the next one asks again.
    """
    if connection.pk in _proven:
        return
    try:
        if credentials.has_moved(connection):
            platform.check_access()
            credentials.forget_moved(connection)
    except RemoteError as exc:
        logger.info(
            "Moved secrets are not proven yet", extra={"connection": connection.uuid, "kind": type(exc).__name__}
        )
        return
    _proven.add(connection.pk)


def look_at_access(store: Store) -> None:
    """The platform hinted that our app was removed or its rights changed: believed when a read shows it.

    Raises CredentialsRejected when we may no longer enter, else as any read.
    """
    connection = store.connection
    access = open_platform(store).check_access()
    credentials.forget_moved(connection)
    if sorted(access.granted) != sorted(connection.granted_scopes):
        with transaction.atomic():
            Connection.objects.filter(pk=connection.pk).update(granted_scopes=list(access.granted))
            trail.record(
                shop_actions.SCOPES_CHANGED,
                actor=f"platform:{store.platform}",
                target=_target(store),
                store=store,
                before={"scopes": sorted(connection.granted_scopes)},
                after={"scopes": sorted(access.granted)},
            )


def _move(store: Store, expected: str, state: StoreState) -> bool:
    """True when this call moved it; two people pressing at once leave one event."""
    moved = Store.objects.filter(pk=store.pk, state=expected).exclude(state=state).update(state=state)
    store.state = state if moved else store.state
    return bool(moved)


def _wake(store: Store) -> None:
    StoreSync.objects.filter(store=store).update(next_attempt_at=clock.now(), error="", tries=0)
    _ring(store)


def _ring(store: Store) -> None:
    queue.enqueue_on_commit("stores.sync", str(store.uuid))
    queue.enqueue_on_commit("stores.check_hooks", str(store.connection.uuid))


def _target(store: Store) -> str:
    return f"store:{store.uuid}"


def _check(platform_key: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Shape of what was entered, by the adapter's declaration."""
    declared = registry.get(platform_key).credentials
    for field in declared:
        value = (secrets if field.is_secret else settings).get(field.name, "")
        if field.required and not value:
            raise InputRejected(field.name, _("This is needed."))
        if value and field.pattern and not re.fullmatch(field.pattern, value):
            raise InputRejected(field.name, field.help or _("This does not look right."))
    _check_groups(declared, {**settings, **secrets})
    if base_url := settings.get("base_url", ""):
        platform_client.egress(base_url).check_url(base_url)


def _check_groups(declared: Sequence[Text | Secret], given: Mapping[str, str]) -> None:
    """Of alternatives (client id and secret, or a token) one must be complete; the one begun is asked for first."""
    groups: dict[str, list[Text | Secret]] = {}
    for field in declared:
        if field.group:
            groups.setdefault(field.group, []).append(field)
    lacking = {name: [f for f in group if not given.get(f.name)] for name, group in groups.items()}
    if not lacking or not all(lacking.values()):
        return
    begun = [name for name, fields in lacking.items() if len(fields) < len(groups[name])]
    wanted = _(" or ").join(_(" and ").join(str(f.label) for f in group) for group in groups.values())
    first = lacking[begun[0] if begun else next(iter(lacking))][0]
    raise InputRejected(first.name, _("Enter %(wanted)s.") % {"wanted": wanted})


def _check_new(connector: str, settings: Mapping[str, str]) -> None:
    shop = settings.get("shop", "")
    twin = Connection.objects.filter(connector=connector, settings__shop=shop).first() if shop else None
    if twin:
        raise InputRejected("shop", _known_as(twin))


def _check_account(connector: str, access: Access, *, but: Connection | None = None) -> None:
    """The platform says which account it is, whatever address or key leads there."""
    others = Connection.objects.filter(connector=connector, account=access.account)
    if but is not None:
        others = others.exclude(pk=but.pk)
    twin = others.first() if access.account else None
    if twin:
        raise InputRejected("account", _known_as(twin))


def _known_as(twin: Connection) -> str:
    """By the name of its shop: that is what people see."""
    shop = twin.stores.order_by("pk").values_list("name", flat=True).first()
    words = _("This shop is connected already, as %(name)s. Give it new credentials there.")
    return words % {"name": shop or twin.name}


def _check_vital(access: Access) -> None:
    vital = [scope for scope in access.missing if scope.is_vital]
    if vital:
        names = ", ".join(scope.name for scope in vital)
        raise InputRejected("scopes", _("The shop must grant %(names)s first.") % {"names": names})
