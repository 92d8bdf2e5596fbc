"""The doorbell: tells a worker that something is due. The database is the queue; a lost ring costs one sweep."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task: str, *args: Any) -> None:
    """Ring after the commit; by name, so that services never import tasks. Never raises."""
    transaction.on_commit(lambda: _ring(task, args), robust=True)


def _ring(task: str, args: tuple[Any, ...]) -> None:
    try:
        current_app.send_task(task, args, retry=False, ignore_result=True)
    except Exception:  # noqa: BLE001  a broker that is down never turns a stored confirmation into an error
        logger.warning("doorbell not rung", extra={"task": task})
