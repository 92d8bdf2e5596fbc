"""Whether the viewer's chains are whole, by the last looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cancellations.selectors.audit import chains
from stores.models import ChainCheck, User


@dataclass(frozen=True)
class Seal:
    """What the last looks at the viewer's chains said, together. `checked_at`: the oldest of them."""

    shops: int
    has_system: bool
    entries: int  # now
    checked: int
    checked_at: datetime | None
    under_way: int  # entries walked by looks that go on
    broken: list[ChainCheck]
    never: int  # chains nobody has looked at to the end

    @property
    def newer(self) -> int:
        return max(self.entries - self.checked, 0)

    @property
    def goes_on(self) -> bool:
        return self.under_way > 0


def seal(viewer: User) -> Seal:
    """One query."""
    mine = list(chains(viewer).filter(seq__gt=0))
    looks = [chain.look for chain in mine if hasattr(chain, "look")]
    ended = [look for look in looks if look.checked_at]
    return Seal(
        shops=sum(chain.store_id is not None for chain in mine),
        has_system=any(chain.store_id is None for chain in mine),
        entries=sum(chain.seq for chain in mine),
        checked=sum(look.checked for look in ended),
        checked_at=min((look.checked_at for look in ended if look.checked_at), default=None),
        under_way=sum(max(look.seq, 1) for look in looks if look.finished_at is None),
        broken=[look for look in looks if look.first_bad is not None],
        never=len(mine) - len(ended),
    )
