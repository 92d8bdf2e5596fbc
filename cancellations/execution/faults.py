"""What an error tells: words that are safe for a person."""

from __future__ import annotations

import logging

from django.utils.translation import gettext as _

from cancellations.models import Step
from stores.kernel import database
from stores.kernel.errors import DeskError, OutcomeUnknown

logger = logging.getLogger(__name__)


def words(exc: Exception) -> str:
    if isinstance(exc, DeskError):
        return exc.user_message[:300]
    if database.is_away(exc):
        return _("Our own database was away for a moment.")
    return _("Something unexpected happened while this step was carried out.")


def reading_words(exc: Exception) -> str:
    """Of a read that failed: it says nothing of what was sent before it."""
    if isinstance(exc, OutcomeUnknown) and exc.user_message == OutcomeUnknown.default_message:
        return _("The shop cannot be read at the moment.")
    return words(exc)


def log(step: Step, exc: Exception) -> None:
    expected = isinstance(exc, DeskError) and not isinstance(exc, OutcomeUnknown)
    level = logging.INFO if expected else logging.WARNING
    logger.log(level, "step not done", exc_info=None if expected else exc,
               extra={"step": step.pk, "kind": type(exc).__name__, "code": str(getattr(exc, "code", ""))})  # fmt: skip
