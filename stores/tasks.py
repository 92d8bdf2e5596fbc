"""Celery tasks of the ground floor: import, sync, hooks. Tasks take uuids and call one service."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="stores.sync", acks_late=True, ignore_result=True)
def copy_orders(store_uuid: str) -> None:
    """Continue copying the shop's orders. Safe to run twice."""
    from stores.services import sync

    sync.advance(store_uuid)


@shared_task(name="stores.check_hooks", acks_late=True, ignore_result=True)
def check_hooks(connection_uuid: str) -> None:
    """Look whether our webhooks still stand, and repair them."""
    from stores.models import Connection
    from stores.services import webhooks

    for connection in Connection.objects.filter(uuid=connection_uuid):
        webhooks.check(connection)


@shared_task(name="stores.fetch_rates", acks_late=True, ignore_result=True)
def fetch_rates(_source: str) -> None:
    """Read the day's exchange rates. Safe to run twice."""
    from stores.services import rates

    rates.fetch()


@shared_task(name="stores.audit_round", acks_late=True, ignore_result=True)
def audit_round(chain: str) -> None:
    """Sign and walk one audit chain, as far as that is due. Safe to run twice."""
    from stores.audit import rounds

    rounds.go(chain)


@shared_task(name="stores.look_at_chain", acks_late=True, ignore_result=True)
def look_at_chain(chain: str) -> None:
    """Go on with an unfinished look at an audit chain; ring again while there is more."""
    from stores.audit import verify

    verify.go_on(chain)
