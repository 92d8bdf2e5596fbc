"""What has left, and what else is worth a look: returns, disputes, risk."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stores.canonical.order import Remark, Shipment
from stores.platforms.shopify import fields
from stores.platforms.shopify.fields import Node

EFFECTIVE = frozenset({"SUCCESS", "OPEN", "PENDING"})  # these block a whole cancel
OPEN_RETURNS = frozenset({"REQUESTED", "OPEN"})
WON_DISPUTE = "WON"  # the money stayed; a status that nobody knows stands against a refund
PAID_BY_BANK = frozenset(
    {"LOST", "ACCEPTED", "CHARGE_REFUNDED", "PREVENTED"}
)  # prevented: refunded before it was filed
LABELLED = frozenset({"LABEL_PURCHASED", "LABEL_PRINTED"})
RISKY = frozenset({"CANCEL", "INVESTIGATE"})


def to_shipment(raw: Node) -> Shipment:
    status = fields.text(raw, "status")
    shown = fields.text(raw, "displayStatus") or status
    return Shipment(
        id=fields.ident(raw),
        name=fields.text(raw, "name"),
        status=shown.replace("_", " ").capitalize(),
        created_at=fields.when(raw, "createdAt"),
        units=fields.units(raw, "totalQuantity"),
        location=fields.text(fields.maybe(raw, "location") or {}, "name"),
        tracking=tuple(filter(None, (_tracking(node) for node in fields.items(raw, "trackingInfo")))),
        lines=tuple(
            (fields.ident(fields.node(line, "lineItem")), fields.units(line, "quantity"))
            for line in fields.items(raw, "fulfillmentLineItems")
            if line.get("quantity") is not None
        ),
        is_effective=status in EFFECTIVE,
    )


def _tracking(raw: Node) -> str:
    return " ".join(filter(None, (fields.text(raw, "company"), fields.text(raw, "number"))))


def to_remarks(raw: Node) -> Iterator[Remark]:
    if fields.text(raw, "returnStatus") != "NO_RETURN":
        yield from _returns(raw)
    yield from to_disputes(raw)
    for parcel in fields.items(raw, "fulfillments"):
        if fields.text(parcel, "displayStatus") in LABELLED and fields.text(parcel, "status") in EFFECTIVE:
            yield _label(parcel)
    advice = fields.text(fields.maybe(raw, "risk") or {}, "recommendation")
    if advice in RISKY:
        said = (
            _("Shopify advises to cancel: high risk.") if advice == "CANCEL" else _("Shopify advises to investigate.")
        )
        yield Remark(kind="risk", text=said, is_open=True)


def to_disputes(raw: Node) -> Iterator[Remark]:
    """These a listing tells, too."""
    for dispute in fields.items(raw, "disputes"):
        state = fields.text(dispute, "status")
        kind = _("Chargeback") if fields.text(dispute, "initiatedAs") == "CHARGEBACK" else _("Inquiry")
        stops = state != WON_DISPUTE
        is_open = stops and state not in PAID_BY_BANK
        text = f"{kind}: {state.replace('_', ' ').lower()}"
        yield Remark(kind="dispute", text=text, is_open=is_open, stops_refund=stops)


def _label(raw: Node) -> Remark:
    """A label of Shopify's own: its units count as shipped, although no carrier may have seen them yet."""
    track = ", ".join(filter(None, map(_tracking, fields.items(raw, "trackingInfo"))))
    name = " ".join(filter(None, (fields.text(raw, "name"), f"({track})" if track else "")))
    return Remark(kind="label", text=_("A shipping label was bought for %(name)s") % {"name": name})


def _returns(raw: Node) -> Iterator[Remark]:
    """`returns` is read on its own, only for orders that have one; without the right only its existence is known."""
    if raw.get("returns") is None:
        is_open = fields.text(raw, "returnStatus") in ("RETURN_REQUESTED", "IN_PROGRESS")
        yield Remark(kind="return", text=_("A return exists; the app may not read it."), is_open=is_open)
        return
    for node in fields.items(raw, "returns"):
        state = fields.text(node, "status")
        count = fields.units(node, "totalQuantity")
        one, many = _("Return %(name)s: %(state)s, 1 unit"), _("Return %(name)s: %(state)s, %(units)s units")
        words = (one if count == 1 else many) % {
            "name": fields.text(node, "name"),
            "state": state.lower(),
            "units": count,
        }
        yield Remark(kind="return", text=words, is_open=state in OPEN_RETURNS)
