"""Every shop gets a connection of its own, with the shop's number; its secrets are sealed anew for their new row.

The seal of a secret names table, column, row and shop, so a moved value would not open: each is opened and sealed
again, all in this migration's one transaction. Whatever does not open is found first, and then nothing is moved. The
value as it was stays beside the new one (`moved_from`) until the shop has been checked.
"""

from django.core.management.base import CommandError
from django.core.management.color import no_style
from django.db import migrations

from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError

SHARED = ("account", "settings", "granted_scopes", "inbox_token")
HEALTH = (
    "next_slot_at", "throttled_until", "work_since", "work_until", "work_wants", "seconds_per_point", "bucket_size",
    "bucket_left", "last_success_at", "last_error_at", "last_error", "failures", "breaker_open_since",
    "breaker_probe_at", "token_lease_until", "hook_seen_at", "hooks_checked_at", "hooks_error", "hooks_standing",
)  # fmt: skip
OF_SHOP, OF_CONNECTION = "stores_storesecret", "stores_connectionsecret"
CURE = (
    "The database is as it was. Put every key that sealed them into VAULT_KEYS and start again; or start the version before"
    " and give the shop new credentials there."
)


def forwards(apps, schema_editor):
    Store, Health, Secret = (apps.get_model("stores", name) for name in ("Store", "StoreHealth", "StoreSecret"))
    Connection = apps.get_model("stores", "Connection")
    secrets = _opened(Secret.objects.select_related("store").order_by("store_id", "pk"))
    for store in Store.objects.order_by("pk"):
        Connection.objects.create(
            pk=store.pk,
            connector=store.platform,
            name=store.name,
            state="disconnected" if store.state == "disconnected" else "active",
            created_at=store.created_at,
            **{name: getattr(store, name) for name in SHARED},
        )
        Store.objects.filter(pk=store.pk).update(connection_id=store.pk)
    _count_on(schema_editor, Connection)
    new_health = apps.get_model("stores", "ConnectionHealth")
    for row in Health.objects.all():
        new_health.objects.create(connection_id=row.store_id, **{name: getattr(row, name) for name in HEALTH})
    for lost in Connection.objects.exclude(pk__in=new_health.objects.values("connection")):  # pages and limits read it
        new_health.objects.create(connection=lost)
    new_secret = apps.get_model("stores", "ConnectionSecret")
    for row, plain in secrets:
        new_secret.objects.create(
            connection_id=row.store_id,
            name=row.name,
            sealed=_sealed(OF_CONNECTION, row.name, row.store_id, plain),
            updated_at=row.updated_at,
            expires_at=row.expires_at,
            moved_from=bytes(row.sealed),
        )


def backwards(apps, schema_editor):
    """The shops as they were, with what has changed since. Refused when a shop cannot stand alone any more."""
    Store, Connection = apps.get_model("stores", "Store"), apps.get_model("stores", "Connection")
    secrets = apps.get_model("stores", "ConnectionSecret").objects.select_related("connection").order_by("pk")
    stores = list(Store.objects.select_related("connection").order_by("pk"))
    _check_alone(apps, stores)
    shop_of = {store.connection_id: store for store in stores}
    opened = [(shop_of[row.connection_id], row, plain) for row, plain in _opened_again(secrets, shop_of)]
    for store in stores:
        for name in SHARED:
            setattr(store, name, getattr(store.connection, name))
        store.connection_id = None
        store.save()
    old_health = apps.get_model("stores", "StoreHealth")
    for row in apps.get_model("stores", "ConnectionHealth").objects.filter(connection__in=list(shop_of)):
        kept = {name: getattr(row, name) for name in HEALTH}
        old_health.objects.create(store_id=shop_of[row.connection_id].pk, **kept)
    for store, row, plain in opened:
        apps.get_model("stores", "StoreSecret").objects.create(
            store_id=store.pk,
            name=row.name,
            sealed=_sealed(OF_SHOP, row.name, store.pk, plain),
            updated_at=row.updated_at,
            expires_at=row.expires_at,
        )
    Connection.objects.all().delete()


def _opened(rows):
    """Each row with its value in clear. Raises CommandError that names shop and field of all that do not open."""
    found, shut = [], []
    for row in rows:
        try:
            found.append((row, vault.unseal(row.sealed, bound_to=vault.bound(OF_SHOP, "sealed", row.name, row.store_id))))
        except VaultError as exc:
            shut.append(f"{row.store.name}: {row.name} ({_why(row.sealed, exc)})")
    _refuse(shut)
    return found


def _opened_again(rows, shop_of):
    """The same on the way back; a value that does not open is taken from what it was moved from, where that is left."""
    found, shut = [], []
    for row in rows:
        if row.connection_id not in shop_of:
            continue
        try:
            found.append((row, _open_either(row)))
        except VaultError as exc:
            shut.append(f"{row.connection.name}: {row.name} ({_why(row.sealed, exc)})")
    _refuse(shut)
    return found


def _open_either(row):
    bound = vault.bound(OF_CONNECTION, "sealed", row.name, row.connection_id)
    try:
        return vault.unseal(row.sealed, bound_to=bound)
    except VaultError:
        if not row.moved_from:
            raise
        return vault.unseal(row.moved_from, bound_to=vault.bound(OF_SHOP, "sealed", row.name, row.connection_id))


def _sealed(table, name, number, plain):
    return vault.seal(plain, bound_to=vault.bound(table, "sealed", name, number))


def _why(sealed, exc):
    """Which key is asked for, where the value says so."""
    try:
        return f"{exc}; it was sealed under the key {vault.key_id(bytes(sealed))}"
    except VaultError:
        return str(exc)


def _refuse(shut):
    if shut:
        raise CommandError(f"These stored secrets do not open, so the shops cannot be moved: {'; '.join(shut)}. {CURE}")


def _check_alone(apps, stores):
    """The version before knows one shop a connection, and no other connections."""
    shared = {store.name for store in stores if sum(s.connection_id == store.connection_id for s in stores) > 1}
    served = set(apps.get_model("stores", "StoreRole").objects.values_list("store__name", flat=True))
    if shared or served:
        names = ", ".join(sorted(shared | served))
        raise CommandError(f"These shops share a connection or have several, which the version before cannot: {names}.")


def _count_on(schema_editor, model):
    """Numbers were given by hand: the next one follows them."""
    for statement in schema_editor.connection.ops.sequence_reset_sql(no_style(), [model]):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("stores", "0017_connections")]

    operations = [migrations.RunPython(forwards, backwards)]
