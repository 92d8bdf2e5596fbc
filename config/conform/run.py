"""Walk the probes of one shop: what each learned, or why it learned nothing. Nothing here prints or writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from config.conform import bigcommerce, magento, modern_dropship, shopify, shoplazza, square, unasked, woocommerce
from config.conform.probe import Learned, Probe, Unseen
from config.conform.recorder import Exchange, Recorder
from stores.connectors.roles import Connector
from stores.kernel import plain_text
from stores.kernel.errors import DeskError
from stores.kernel.security import redaction

ODD = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)  # what nobody promised, found by a probe
LONGEST = 300
PROBES: dict[str, tuple[Probe, ...]] = {
    "shopify": shopify.PROBES,
    "woocommerce": woocommerce.PROBES,
    "square": square.PROBES,
    "magento": magento.PROBES,
    "bigcommerce": bigcommerce.PROBES,
    "shoplazza": shoplazza.PROBES,
    "modern_dropship": modern_dropship.PROBES,
}


@dataclass(frozen=True)
class Answered:
    """What became of one probe. `learned` None: nothing, and `why` says so."""

    probe: Probe
    learned: Learned | None
    why: str = ""
    seen: Sequence[Exchange] = ()


def walk(platform: str, opened: Connector, *, order_id: str = "", may_send: bool = False) -> Iterator[Answered]:
    """Reading probes first. order_id: what those that send may act on; without `may_send` they are not run."""
    probes = sorted(PROBES.get(platform, ()), key=lambda probe: bool(probe.sends))
    for probe in probes:
        if probe.sends and not may_send:
            yield Answered(probe, None, f"not asked: it sends {probe.sends}; --write --order ID allows it")
        else:
            yield asked(probe, opened, order_id)


def asked(probe: Probe, opened: Connector, order_id: str) -> Answered:
    recorder = Recorder(opened.connection.transport, may_send=bool(probe.sends))
    connector = type(opened)(replace(opened.connection, transport=recorder))
    try:
        found = probe.ask(connector, order_id if probe.sends else "")
        return Answered(probe, replace(found, said=_plain(found.said)), seen=recorder.seen)
    except Unseen as exc:
        return Answered(probe, None, _plain(str(exc)), recorder.seen)
    except (DeskError, *ODD) as exc:
        return Answered(probe, None, _plain(_words(exc)), recorder.seen)


def _words(exc: Exception) -> str:
    said: Any = getattr(exc, "user_message", "") or "the answer could not be read"
    code = getattr(exc, "code", "")
    return f"{said} ({code})" if code else str(said)


def _plain(words: str) -> str:
    """It is printed and kept, and a part of it may be the shop's: one line, without secrets and addresses."""
    return plain_text.one_line(redaction.text(words))[:LONGEST]


def not_asked(platform: str, doubts: dict[str, str]) -> list[tuple[str, str, str]]:
    """(number, doubt, reason) of those without a probe."""
    probed = {probe.doubt for probe in PROBES.get(platform, ())}
    reasons = unasked.REASONS.get(platform, {})
    return [(number, words, reasons.get(number, unasked.NO_PROBE)) for number, words in doubts.items()
            if number not in probed]  # fmt: skip
