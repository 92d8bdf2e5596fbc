"""What WooCommerce can do, in words a merchant understands, and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Mapping

from stores.canonical.capabilities import Capabilities, assisted, composed, impossible, native
from stores.canonical.recipe import Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock
from stores.canonical.request import Reason
from stores.connectors.roles import Scope
from stores.platforms.woocommerce.messages import _

CAPABILITIES = Capabilities(
    import_orders=native(_("All orders are copied, in the order in which they were last changed.")),
    list_units=composed(_("The list tells the sum of refunds; their units and shipments are seen when opened.")),
    list_money=native(_("The list tells the total after refunds and the state of payment.")),
    search_orders=native(_("Rescind searches its own copy, since a search in WooCommerce is slow for the shop.")),
    receive_events=native(
        _("WooCommerce tells us of changes, sometimes minutes late; Rescind asks every minute as well.")
    ),
    read_order=native(_("The order, its refunds and what its payment method can do are read live.")),
    cancel_order=composed(
        _(
            "What is refunded goes back first; then the order is set to cancelled. "
            "That always puts back in stock what the order had taken."
        )
    ),
    cancel_lines=composed(
        _("WooCommerce cannot cancel part of an order: Rescind refunds these units. Tell the warehouse not to ship.")
    ),
    cancel_rest=composed(
        _("What has not left is refunded; the order itself stays as it is. Only shops that record shipments tell this.")
    ),
    cancel_while_packing=impossible(
        _("WooCommerce does not say whether a unit is being packed. Ask the warehouse before you cancel.")
    ),
    refund_quote=composed(
        _(
            "Rescind computes the amount from the order's unrounded lines, to the digits of the shop's prices; from "
            "version 11.1 on WooCommerce's own preview is heard as well, and the smaller counts."
        )
    ),
    refund=native(
        _("Money goes back through the payment method where it can; for bank transfer or cash it is only recorded.")
    ),
    refund_part=native(_("Any amount up to what was paid and not yet given back.")),
    refund_shipping=native(_("All of it, part of it, or none.")),
    cancel_without_refund=native(
        _("A whole order can be set to cancelled without giving money back; part of an order cannot.")
    ),
    disputes=impossible(
        _("WooCommerce does not tell of disputes: look at the payment provider before money goes back.")
    ),
    labels=native(
        _(
            "Labels bought with WooCommerce Shipping are told where they stand in the order's own data (a shop may "
            "keep them at its fulfilments instead); others are not. They stay paid until voided there."
        )
    ),
    void_authorisation=assisted(
        _("Whether cancelling releases an authorisation depends on the payment plugin: look at the payment provider.")
    ),
    restock=native(_("Said once for each refund; only units that the order had taken from stock go back.")),
    restock_at_location=impossible(_("WooCommerce counts one stock for the whole shop.")),
    keep_stock=native(
        _("A paid order ends as refunded instead of cancelled, and its stock stays. Unpaid orders always restock.")
    ),
    notify_customer=impossible(
        _("Its mails cannot be switched per order: the shop's own mail settings decide whether the customer is told.")
    ),
    staff_note=native(
        _(
            "A hidden field of the refund or the order carries the reason. Customers read the refund's visible reason "
            "in their order: it says only that items were cancelled, and a short reference of Rescind's."
        )
    ),
    find_again=native(
        _("Rescind's mark in the refund, its reason and a hidden field, shows after a lost answer what was done.")
    ),
    idempotency=impossible(
        _("WooCommerce would refund a second time: after a lost answer a person decides whether it is sent again.")
    ),
    undo=impossible(_("A refund stays paid. Deleting its record would bring back neither money nor stock.")),
)
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.FIRST, restocks=Restock.ALWAYS),
    units=Refund(per=Per.ORDER, stock=RefundStock.ONE_SWITCH, closes=True),
)
SCOPES = (
    Scope("read", _("Nothing works without reading orders."), is_vital=True),
    Scope(
        "write",
        _("No order can be cancelled or refunded."),
        is_vital=True,
        needed_for=("CancelOrder", "RefundOrder"),
    ),
)
REASONS: Mapping[Reason, str] = {
    Reason.CUSTOMER: "Customer changed their mind",
    Reason.OUT_OF_STOCK: "Out of stock",
    Reason.FRAUD: "Suspected fraud",
    Reason.PAYMENT_DECLINED: "Payment declined",
    Reason.DUPLICATE: "Duplicate order",
    Reason.ADDRESS: "Address problem",
    Reason.PRICE_ERROR: "Wrong price",
    Reason.STAFF_ERROR: "Staff error",
    Reason.OTHER: "Other",
}
