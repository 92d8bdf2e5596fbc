"""Channels by name. A new one: its file in `channels/` and a line here."""

from __future__ import annotations

from notifications.channels.mail import Mail
from notifications.contract import Channel

CHANNELS: dict[str, type[Channel]] = {Mail.key: Mail}
