"""By which reading of a shop's orders a plan was made, and whether Rescind reads them otherwise since.

The fingerprint covers the reading. Where only that has changed, the order is as it was: a plan somebody was shown is
shown again, with this difference; what has left already is finished by its stored bytes.
"""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import gettext as _

from cancellations.models import Cancellation, Preview
from cancellations.planning.fingerprint import fingerprint
from stores.canonical import codec
from stores.canonical.order import Order
from stores.platforms import registry


class Reader(Protocol):
    """A platform, its class or an opened one."""

    @property
    def key(self) -> str: ...
    @property
    def api_version(self) -> str: ...


def version_of(platform: Reader) -> str:
    """What the fingerprint covers besides the order."""
    return f"{platform.key} {platform.api_version}"


def has_changed(shown: Preview | Cancellation) -> bool:
    """Do the very facts it was made on have another fingerprint by the reading of today?

    False for a shop of a platform that this version does not know: nothing is read there; and for facts that cannot be
    read, of which nothing is known.
    """
    platform = registry.PLATFORMS.get(shown.store.platform)
    if platform is None:
        return False
    facts = shown.facts if isinstance(shown, Preview) else shown.preview.facts
    if not facts:  # forgotten, long after the end
        return False
    try:
        order = codec.loads(Order, facts)
    except ValueError:
        return False
    return fingerprint(order, version_of(platform)) != shown.fingerprint


def words() -> str:
    """Of a cancellation of which nothing has left."""
    return _("Reading changed: Rescind reads the orders of this shop otherwise since this plan was shown. "
             "Take it back and look at the new preview.")  # fmt: skip


def words_of_preview() -> str:
    return _("Reading changed: Rescind reads the orders of this shop otherwise since this preview. "
             "Look at the new one below.")  # fmt: skip


def words_of_new() -> str:
    return _("Reading changed: this is the same wish on the order as Rescind reads it now.")
