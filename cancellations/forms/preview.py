"""What a person chose on the order page, as they typed it and as a CancelRequest.

Not a Django form: an order of 1,000 lines has several fields a line, named by the line's id. Shape is checked
here, each error at its field; whether the wish makes sense is the planner's to say. Nothing typed is lost.

units.<line>  stock.<line> ("" | keep | back | at:<location>)  restock  notify  reason  reason_was  refund
part.<payment>  amount (one sum, split over the payments)  shipping  despite_dispute  note  fill (all | none)  page
find (narrows the lines that are shown)
Whatever is none of these choices is refused at its field: nothing is trimmed, dropped or taken for something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _

from cancellations.planning import amounts
from cancellations.planning.reasons import HABITS
from stores.canonical.order import LineItem, Location, Order
from stores.canonical.request import CancelRequest, Reason, RefundChoice
from stores.kernel import numbers, plain_text
from stores.kernel.errors import InputRejected
from stores.kernel.money import Money

E = TypeVar("E", Reason, RefundChoice)
NOTE_LIMIT = 2000  # characters
FIND_LIMIT = 100  # characters
NO_STOCK = "keep"
BACK = "back"
AT = "at:"
FILLS = ("", "all", "none")
MOST_PAGES = 10_000


class PreviewForm:
    """`data`: the POST, or nothing for a fresh page. After construction `errors` and `request` are there."""

    def __init__(self, order: Order, data: Mapping[str, str] | None = None, *, can_restock: bool = True) -> None:
        self.order = order
        self.is_bound = data is not None
        self.data: Mapping[str, str] = data or {}
        self.can_restock = can_restock
        self.errors: dict[str, str] = {}
        self.fill = self._one_of("fill", FILLS)
        self.page = self._page()
        self.find = self.text("find")[:FIND_LIMIT]
        self.reason = self._choice("reason", Reason, Reason.CUSTOMER)  # stands in until one is chosen: `has_reason`
        self.refund = self._choice("refund", RefundChoice, RefundChoice.FULL)
        self.restock, self.notify = self._habits()
        self.note = self._note()
        self.despite_dispute = self._despite_dispute()
        self.lines = self._lines()
        self.request = self._request()

    # --- as typed, for the page ----------------------------------------------------------------
    def text(self, name: str) -> str:
        return self.data.get(name, "")

    def units_text(self, line: LineItem) -> str:
        """What stands in the chooser: what was typed, what *Everything* filled in, else 0."""
        typed = self.text(f"units.{line.id}")
        if f"units.{line.id}" in self.errors:
            return typed
        return format(self.lines.get(line.id, Decimal(0)).normalize(), "f")

    def stock_text(self, line: LineItem) -> str:
        return self.text(f"stock.{line.id}")

    @property
    def has_reason(self) -> bool:
        """Somebody chose one; without it nothing can be confirmed."""
        return bool(self.text("reason"))

    @property
    def changed_reason(self) -> bool:
        """The first or another reason was chosen: its habits replaced the ticks."""
        was = self.data.get("reason_was")
        return self.has_reason and was is not None and was != self.reason.value

    # --- reading -------------------------------------------------------------------------------
    def _choice(self, name: str, kind: type[E], default: E) -> E:
        typed = self.text(name)
        if not typed:
            return default
        try:
            return kind(typed)
        except ValueError:
            self.errors[name] = _("Choose one of the list.")
            return default

    def _one_of(self, name: str, allowed: Sequence[str]) -> str:
        typed = self.text(name)
        if typed in allowed:
            return typed
        self.errors[name] = _("Choose one of the list.")
        return ""

    def _page(self) -> int:
        """Of the lines; the first when none is named."""
        try:
            number = numbers.units(self.text("page") or "1", field="page")
        except InputRejected as exc:
            self.errors["page"] = exc.user_message
            return 1
        return min(int(number), MOST_PAGES) or 1

    def _habits(self) -> tuple[bool, bool]:
        """The two ticks: as left by the person, or as the newly chosen reason presets them."""
        habit = HABITS[self.reason]
        self._choice("reason_was", Reason, self.reason)
        ticked = bool(self._one_of("restock", ("", "on")))
        restock = ticked if self.is_bound else self.can_restock
        notify = bool(self._one_of("notify", ("", "on")))
        if self.changed_reason:
            restock = self.can_restock if habit.restock is None else habit.restock and self.can_restock
            notify = notify if habit.notify is None else habit.notify
        return restock, notify

    def _note(self) -> str:
        note = self.text("note").replace("\r\n", "\n").strip()
        if found := plain_text.control_in(note):
            self.errors["note"] = _("Take out the control character %(code)s.") % {"code": found}
        if len(note) > NOTE_LIMIT:
            self.errors["note"] = _("At most %(most)s characters.") % {"most": NOTE_LIMIT}
        return note

    def _despite_dispute(self) -> bool:
        """Ticked; it needs a reason, which the person who approves will read."""
        ticked = bool(self._one_of("despite_dispute", ("", "on"))) and self.refund is not RefundChoice.NONE
        if ticked and not self.note.strip() and "note" not in self.errors:
            self.errors["note"] = _("Say why the money goes back although the payment is disputed.")
        return ticked

    def _lines(self) -> dict[str, Decimal]:
        match self.fill:
            case "all":
                return {line.id: line.cancellable for line in self.order.lines if line.cancellable > 0}
            case "none":
                return {}
        chosen = {}
        for line in self.order.lines:
            field = f"units.{line.id}"
            if (typed := self.text(field)) and (units := self._units(typed, field, line)):
                chosen[line.id] = units
        return chosen | self._foreign_lines()

    def _units(self, typed: str, field: str, line: LineItem) -> Decimal:
        try:
            return numbers.units(typed, field=field, step=line.unit_step)
        except InputRejected as exc:
            self.errors[field] = exc.user_message
            return Decimal(0)

    def _foreign_lines(self) -> dict[str, Decimal]:
        """Lines that are not this order's go on to the planner, which refuses them by name."""
        known = {line.id for line in self.order.lines}
        asked = (name.removeprefix("units.") for name in self.data if name.startswith("units."))
        return {line_id: Decimal(1) for line_id in asked if line_id not in known}

    def _request(self) -> CancelRequest:
        self._check_stocks()
        stocks = dict(self._stocks())
        return CancelRequest(
            lines=self.lines,
            refund=self.refund,
            part=self._part() if self.refund is RefundChoice.PART else {},
            shipping=self._money("shipping") if self.refund is not RefundChoice.NONE else None,
            keep_stock=frozenset(line_id for line_id, how in stocks.items() if how == NO_STOCK),
            restock_at={i: how.removeprefix(AT) for i, how in stocks.items() if how.startswith(AT)},
            notify=self.notify,
            despite_dispute=self.despite_dispute,
            reason=self.reason,
            note=self.note,
        )

    def _check_stocks(self) -> None:
        """Of every line that is named, chosen or not; whether the platform can do it is the planner's to say."""
        lines = {line.id for line in self.order.lines}
        allowed = ("", NO_STOCK, BACK, *(f"{AT}{place.id}" for place in known_places(self.order)))
        for name in self.data:
            if name.startswith("stock."):
                self._one_of(name, allowed)
                if name.removeprefix("stock.") not in lines:
                    self.errors[name] = _("This order has no such line.")

    def _stocks(self) -> Iterator[tuple[str, str]]:
        """What becomes of each chosen line's units; a line without a word of its own follows the tick."""
        for line_id in self.lines:
            how = self.text(f"stock.{line_id}")
            yield line_id, how or (BACK if self.restock else NO_STOCK)

    def _part(self) -> dict[str, Money]:
        parents = amounts.parents_of(self.order, None)
        named = {i: m for i in parents if (m := self._money(f"part.{i}")) is not None}
        named |= {i: Money(Decimal(1), self.order.customer_currency) for i in self._foreign_payments(parents)}
        whole = self._money("amount")
        if whole is None or any(named.values()):
            return named
        try:
            return amounts.split(whole, list(parents.values()))
        except ValueError:
            self.errors["amount"] = _("More than can be given back.")
            return {}

    def _foreign_payments(self, parents: Mapping[str, object]) -> Iterator[str]:
        for name in self.data:
            if name.startswith("part.") and name.removeprefix("part.") not in parents:
                yield name.removeprefix("part.")

    def _money(self, field: str) -> Money | None:
        """None for an empty field."""
        typed = self.text(field)
        if not typed:
            return None
        try:
            return numbers.money(typed, self.order.customer_currency, field=field)
        except InputRejected as exc:
            self.errors[field] = exc.user_message
            return None


KEPT = ("refund", "amount", "shipping", "note")
BY_LINE = ("units.", "stock.", "part.")


def worth_keeping(form: PreviewForm) -> dict[str, str]:
    """What a draft keeps: everything chosen or typed, right or wrong; {} where nothing was."""
    typed = {name: text for name, text in form.data.items() if name.startswith(BY_LINE) and text not in ("", "0")}
    if form.fill:
        typed = {name: text for name, text in typed.items() if not name.startswith("units.")}
        typed |= {f"units.{line_id}": format(units.normalize(), "f") for line_id, units in form.lines.items()}
    typed |= {name: form.text(name) for name in KEPT if form.text(name)}
    if form.has_reason:
        typed |= {"reason": form.text("reason"), "reason_was": form.text("reason")}
    if not set(typed) - {"refund"} and form.refund is RefundChoice.FULL:
        return {}
    ticks = {"restock": form.restock, "notify": form.notify, "despite_dispute": form.despite_dispute}
    return typed | {name: "on" for name, is_on in ticks.items() if is_on}


def without_lines(typed: Mapping[str, str], order: Order) -> tuple[dict[str, str], int]:
    """A draft as far as it still fits the order, and how many of its lines are gone."""
    known = {line.id for line in order.lines}
    gone = {
        name.partition(".")[2]
        for name in typed
        if name.startswith(("units.", "stock.")) and name.partition(".")[2] not in known
    }
    return {name: text for name, text in typed.items() if name.partition(".")[2] not in gone}, len(gone)


def typed_of(request: CancelRequest) -> dict[str, str]:
    """What somebody types who wants this: `PreviewForm(order, typed_of(request)).request` is `request`."""
    ticks = {"notify": request.notify, "despite_dispute": request.despite_dispute}
    typed = {"reason": request.reason.value, "reason_was": request.reason.value, "refund": request.refund.value}
    typed |= {"note": request.note, "restock": "on"} | {name: "on" for name, is_on in ticks.items() if is_on}
    for line_id, units in request.lines.items():
        typed[f"units.{line_id}"] = format(units, "f")
        typed[f"stock.{line_id}"] = NO_STOCK if line_id in request.keep_stock else BACK
    typed |= {f"stock.{line_id}": f"{AT}{place}" for line_id, place in request.restock_at.items()}
    typed |= {f"part.{payment_id}": format(money.amount, "f") for payment_id, money in request.part.items()}
    return typed | ({} if request.shipping is None else {"shipping": format(request.shipping.amount, "f")})


def known_places(order: Order) -> Sequence[Location]:
    """Open places of the shop's own that this order speaks of: where units may go back to."""
    found = {p.location.id: p.location for line in order.lines for p in line.placements if p.location}
    return [place for place in found.values() if place.is_active and not place.is_service]
