"""Celery tasks of the ground floor: import, sync, hooks. Tasks take uuids and call one service."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="stores.sync", acks_late=True, ignore_result=True)
def copy_orders(store_uuid: str) -> None:
    """Continue copying the shop's orders. Safe to run twice."""
    from stores.services import sync

    sync.advance(store_uuid)


@shared_task(name="stores.check_hooks", acks_late=True, ignore_result=True)
def check_hooks(store_uuid: str) -> None:
    """Look whether our webhooks still stand, and repair them."""
    from stores.models import Store
    from stores.services import hooks

    for store in Store.objects.filter(uuid=store_uuid):
        hooks.check(store)
