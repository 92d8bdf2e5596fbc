"""Checks WooCommerce exchanges against small schemas of our own: the vendor publishes none for wc/v3.

Derived from what its REST documentation and source say of the answers that matter here (orders, refunds, the preview of
11.1, errors, webhooks) and of the bodies a client may send. Nothing of the vendor's is kept here.

    world.watchers.append(woocommerce_spec.checker())
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema import Draft7Validator

from sandbox.core.messages import Request
from tests.sandbox.checked import Checked, by_schema

Schema = Mapping[str, Any]
AMOUNT: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
ID: Schema = {"type": "integer", "minimum": 1}
TIME: Schema = {"type": ["string", "null"], "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def every(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def whole(_closed: bool = False, **fields: Schema) -> Schema:
    """An object that must have all of these; closed: and nothing else."""
    found = {"type": "object", "required": list(fields), "properties": fields}
    return found | ({"additionalProperties": False} if _closed else {})


META = every(whole(id=ID, key=TEXT, value={}))
TAX = whole(id=ID, total=TEXT)
ITEM = whole(id=ID, total=AMOUNT, total_tax=AMOUNT, taxes=every(TAX), meta_data=META)
LINE = {"allOf": [ITEM, whole(name=TEXT, product_id=COUNT, variation_id=COUNT, quantity=COUNT, sku=TEXT,
                              subtotal=AMOUNT, subtotal_tax=AMOUNT, price={"type": "number"})]}  # fmt: skip
ORDER = whole(
    id=ID, number=TEXT, status=TEXT, currency={"type": "string", "pattern": "^[A-Z]{3}$"}, version=TEXT,
    prices_include_tax=FLAG, date_created=TIME, date_created_gmt=TIME, date_modified=TIME, date_modified_gmt=TIME,
    date_paid_gmt=TIME, date_completed_gmt=TIME, total=AMOUNT, total_tax=AMOUNT, cart_tax=AMOUNT, shipping_total=AMOUNT,
    shipping_tax=AMOUNT, discount_total=AMOUNT, discount_tax=AMOUNT, customer_id=COUNT, customer_note=TEXT,
    billing=whole(first_name=TEXT, email=TEXT), shipping=whole(first_name=TEXT), payment_method=TEXT,
    payment_method_title=TEXT, transaction_id=TEXT, needs_payment=FLAG, meta_data=META, line_items=every(LINE),
    shipping_lines=every(ITEM), fee_lines=every(ITEM), coupon_lines=every({}), tax_lines=every(whole(rate_id=ID)),
    refunds=every(whole(id=ID, reason=TEXT, total={"type": "string", "pattern": "^-"})),
)  # fmt: skip
BACK = {"allOf": [whole(id=ID, quantity={"type": "integer", "maximum": 0}, meta_data=META, taxes=every(TAX)),
                  whole(total={"type": "string", "pattern": r"^(-|0)"})]}  # fmt: skip
REFUND = whole(
    id=ID, date_created_gmt=TIME, amount=TEXT, reason=TEXT, refunded_by=COUNT, refunded_payment=FLAG, meta_data=META,
    line_items=every(BACK), shipping_lines=every(BACK), fee_lines=every(BACK), tax_lines=every({}),
)  # fmt: skip
ROW = whole(id=ID, name=TEXT, quantity=COUNT, subtotal=AMOUNT, tax=AMOUNT, total=AMOUNT)
GROUP = whole(True, subtotal=AMOUNT, tax=AMOUNT, items=every(ROW))
PREVIEW = whole(
    True, breakdown=whole(True, products=GROUP, shipping=GROUP, fees=GROUP), subtotal=AMOUNT, tax=AMOUNT, total=AMOUNT,
    max_refundable=AMOUNT,
)  # fmt: skip
HOOK = whole(id=ID, name=TEXT, status={"enum": ["active", "paused", "disabled"]}, topic=TEXT, delivery_url=TEXT)
ERROR = whole(True, code=TEXT, message=TEXT, data={"anyOf": [{"type": "integer"}, whole(status=ID)]})

# What we send: every field said, none that WooCommerce does not know.
REFUND_TAX = whole(True, id=ID, refund_total=AMOUNT)
SENT_REFUND = whole(
    True, amount=AMOUNT, reason=TEXT, api_refund=FLAG, api_restock=FLAG,
    line_items=every(whole(True, id=ID, quantity=COUNT, refund_total=AMOUNT, refund_tax=every(REFUND_TAX))),
    meta_data=every(whole(True, key=TEXT, value=TEXT)),
)  # fmt: skip
SENT_STATUS = whole(True, status={"const": "cancelled"}, meta_data=every(whole(True, key=TEXT, value=TEXT)))
BY_UNITS = whole(True, line_item_id=ID, quantity=ID)
BY_AMOUNT = whole(True, line_item_id=ID, refund_total=AMOUNT)
SENT_PREVIEW = whole(
    True, line_items={"type": "array", "minItems": 1, "items": {"oneOf": [BY_UNITS, BY_AMOUNT]}}
)  # fmt: skip
PLAIN: Schema = {"type": "string", "pattern": "^[A-Za-z0-9]+$"}
SENT_HOOK = whole(True, name=TEXT, topic=TEXT, delivery_url=TEXT, secret=PLAIN)

# (method, end of the path, answer, what we send)
ROUTES: tuple[tuple[str, str, Schema, Schema | None], ...] = (
    ("GET", r"/orders", every(ORDER), None),
    ("GET", r"/orders/\d+", ORDER, None),
    ("PUT", r"/orders/[1-9]\d*", ORDER, SENT_STATUS),
    ("GET", r"/orders/\d+/refunds", every(REFUND), None),
    ("POST", r"/orders/\d+/refunds", REFUND, SENT_REFUND),
    ("POST", r"/orders/\d+/refunds/preview", PREVIEW, SENT_PREVIEW),
    ("GET", r"/payment_gateways/\w+", whole(id=TEXT, method_supports=every(TEXT)), None),
    ("GET", r"/webhooks", every(HOOK), None),
    ("POST", r"/webhooks", HOOK, SENT_HOOK),
    ("DELETE", r"/webhooks/\d+", HOOK, None),
)
VALIDATORS: dict[int, Checked] = {}  # by the schema
checked: list[str] = []  # the routes that were seen, by method and end of path


def checker(*, ours: bool = True) -> Callable[[Request, int, Any], None]:
    """ours: what is sent is checked as well, as the adapter writes it."""

    def check(request: Request, status: int, payload: Any) -> None:
        path = request.path.partition("/wp-json/wc/v3")[2]
        for method, pattern, answer, sent in ROUTES:
            if isinstance(payload, bytes):  # a page of the host's
                continue
            if path and request.method == method and re.fullmatch(pattern, path):
                checked.append(f"{method} {pattern}")
                problems = wrong(answer if status < 400 else ERROR, payload)
                if ours and sent and request.body:
                    problems += wrong(sent, json.loads(request.body))
                assert not problems, problems

    return check


def wrong(schema: Schema, value: Any) -> list[str]:
    if id(schema) not in VALIDATORS:
        VALIDATORS[id(schema)] = by_schema(Draft7Validator(schema))
    return list(VALIDATORS[id(schema)].errors(value))
