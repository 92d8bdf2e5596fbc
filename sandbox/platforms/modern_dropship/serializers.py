"""An order as the API tells it: both versions' field names, and what nobody could verify by switch."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.platforms.modern_dropship.build import Body
from sandbox.platforms.modern_dropship.session import Session

RETAILERS = (
    ("6ad400000000000000000001", "fern-and-field", "Fern & Field"),
    ("6ad400000000000000000002", "nordic-pantry", "Nordic Pantry"),
    ("6ad400000000000000000003", "oak-house", "Oak House"),
)
# 2022-03-03 → 2021-01-01, by the vendor's page on migrating
OLD_NAMES = {
    "buyerOrderCode": "code", "sellerOrderCode": "parentCode", "sellerCompanyId": "companyId",
    "buyerCompanyId": "partner", "buyerCreatedDate": "date", "buyerEmail": "email",
}  # fmt: skip


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def order(session: Session, body: Body, version: str) -> dict[str, Any]:
    buyer = RETAILERS[body["retailer"]]
    head = {
        "buyerOrderCode": body["buyer_code"], "sellerOrderCode": body["seller_code"], "buyerCompanyId": buyer[1],
        "sellerCompanyId": session.shop["name"], "buyerEmail": body["person"]["email"],
        "buyerCreatedDate": iso(body["created_at"]),
    }  # fmt: skip
    common = {
        "_id": body["id"], "currency": body["currency"], "note": body["note"],
        "hasCancellations": any(one["cancelled"] for one in body["items"]), "fillTime": None, "shipTime": 0,
        "custom": [], "packingSlip": "", "items": [item(session, one) for one in body["items"]],
        "created": iso(body["created_at"]), "updated": iso(body["updated_at"]), "posted": body["is_posted"],
        "shipped": body["shipped_at"] is not None, "billed": body["is_billed"],
    }  # fmt: skip
    dates = {"shippedDate": body["shipped_at"], "postedDate": body["created_at"] if body["is_posted"] else None,
             "billedDate": body["shipped_at"] if body["is_billed"] else None}  # fmt: skip
    common |= {name: iso(at) for name, at in dates.items() if at is not None}
    if session.switch("fulfilments") == "told":
        common["fulfillments"] = [fulfilment(session, one, body) for one in body["fulfilments"]]
    return named(head, address(body["person"]), body, wanted(session, version)) | common


def wanted(session: Session, version: str) -> str:
    """Which column of names: new, old or both."""
    said = session.switch("names")
    return ("old" if version == "2021-01-01" else "new") if said == "by_version" else said


def named(head: Body, place: Body, body: Body, names: str) -> Body:
    new = head | {
        "shippingAddress": place, "billingAddress": place, "buyerCompanyObjectId": RETAILERS[body["retailer"]][0],
    }  # fmt: skip
    new["invoice"] = {"_id": f"{body['id'][:-2]}ff"} if body["is_billed"] else None
    old: Body = {OLD_NAMES[name]: value for name, value in head.items()}
    old |= {"addresses": [dict(place, type="shipping")], "tags": []}
    if body["is_billed"]:
        old["invoiceId"] = f"{body['id'][:-2]}ff"
    return {"new": new, "old": old, "both": old | new}[names]


def address(person: Body) -> Body:
    return {
        "name": f"{person['first']} {person['last']}".strip(), "addressOne": person["address"], "addressTwo": "",
        "city": person["city"], "state": person["state"], "country": person["country"], "zip": person["zip"],
        "company": "",
    }  # fmt: skip


def item(session: Session, one: Body) -> dict[str, Any]:
    """Whether a cancelled original keeps its whole quantity is not known."""
    reduced = one["cancelled"] and session.switch("split_original") == "reduced"
    shown: dict[str, Any] = {
        "_id": one["id"], "sellerVariantCode": one["code"], "quantity": one["taken"] if reduced else one["quantity"],
        "cancelled": one["cancelled"], "cancelledReason": one["reason"], "cancelledBy": one["by"],
    }  # fmt: skip
    return shown | ({"cancelledDate": iso(one["cancelled_at"])} if one["cancelled_at"] is not None else {})


def fulfilment(session: Session, one: Body, body: Body) -> dict[str, Any]:
    goods = {item["code"]: item for item in body["items"]}
    parts = [
        {
            "_id": f"{one['id'][:-3]}f{place:02x}", "orderItemId": part["item"], "sellerItemCode": part["code"],
            "sellerVariantCode": part["code"], "sku": part["code"], "title": goods[part["code"]]["title"],
            "type": "variant", "price": float(Decimal(goods[part["code"]]["price"])), "retailPrice": 0,
            "quantity": part["units"],
        }
        for place, part in enumerate(one["items"])
    ]  # fmt: skip
    return {
        "_id": one["id"], "carrier": one["carrier"], "trackingCode": one["tracking"],
        "trackingUrls": [f"https://track.example.com/{one['tracking']}"],
        "items": parts,
    }  # fmt: skip


def me(account: Body) -> dict[str, Any]:
    company = {"_id": account["company_id"], "name": account["title"], "commerceType": account["commerce_type"]}
    return {"user": {"_id": account["company_id"], "email": "owner@example.com"}, "company": company}


def partners() -> list[dict[str, Any]]:
    return [
        {"_id": ident, "buyerName": title, "buyerCompanyObjectId": ident, "sellerAssignedCode": code}
        for ident, code, title in RETAILERS
    ]
