"""Whole pages at 100,000 orders, beside the framework's own admin over the same rows, through the whole WSGI stack.

On the database of `DATABASE_URL`, SQLite where there is none. No shop is asked: what is measured is ours. Each page
and the admin's take turns, so that a busy machine is as hard on both; `cpu` is this process alone.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches

from cancellations.models import Cancellation
from sandbox.benches import full_desk
from sandbox.benches.frame import Figure, percentile, stopwatch
from sandbox.benches.ground import Ground, ground
from stores.models import OrderRecord, User

ORDERS = (10_000, 100_000)  # quick, whole
TIMES = (7, 25)
ADMIN = "/stock-admin/stores/orderrecord/"


@dataclass(frozen=True)
class Page:
    """`beside`: the admin's page that does the same; "": it has none."""

    name: str
    address: str
    beside: str = ""


def run(quick: bool, orders: int = 0) -> Iterator[Figure]:
    """Bar: the order list, each of its filters and an order's page below 1.5 times the admin's."""
    if not apps.is_installed("django.contrib.admin"):
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {"ADMIN_SITE": "true"})  # noqa: S606  ourselves
    which = 0 if quick else 1
    with ground() as place:
        with stopwatch() as seconds:
            full_desk.fill(place, orders or ORDERS[which])
        yield Figure("pages", "orders", OrderRecord.objects.count(), "orders", {
            "cancellations": Cancellation.objects.count(), "filled in": round(seconds(), 1)})  # fmt: skip
        client = _client(place)
        for page in _pages():
            yield from _measure(client, page, TIMES[which])


def _client(place: Ground) -> Client:
    """The owner, who sees all shops, and may use the admin."""
    User.objects.filter(pk=place.person.pk).update(is_owner=True, is_staff=True, is_superuser=True)
    settings.ROOT_URLCONF = "sandbox.benches.stock_admin"
    clear_url_caches()
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=place.person.pk))
    return client


def _pages() -> Sequence[Page]:
    order = OrderRecord.objects.order_by("-placed_at")[1000]
    quiet = OrderRecord.objects.filter(store__name="Shop 1").select_related("store").first()
    done = Cancellation.objects.filter(state="done").order_by("-created_at")[10]
    number = done.order.number_folded
    shop, events, cancellations = (
        order.store,
        "/stock-admin/stores/auditevent/",
        "/stock-admin/cancellations/cancellation/",
    )
    return (
        Page("order list", "/orders", ADMIN),
        Page("next page", f"/orders?after=older-{int(order.placed_at.timestamp())}000000-{order.pk}", f"{ADMIN}?p=20"),
        Page("all can be cancelled", "/orders?cancellable=all", f"{ADMIN}?cancellable__exact=all"),
        Page("partly shipped", "/orders?fulfilment=partial", f"{ADMIN}?fulfilment__exact=partial"),
        Page("authorised", "/orders?payment=authorised", f"{ADMIN}?payment__exact=authorised"),
        Page("disputed", "/orders?disputed=1", f"{ADMIN}?is_disputed__exact=1"),
        Page("total range, few", "/orders?total_from=123.40&total_to=123.60"),
        Page("total range, most", "/orders?total_from=10"),
        Page("placed in a month", "/orders?placed_from={0}-01&placed_to={0}-28".format(f"{order.placed_at:%Y-%m}")),
        Page("one shop", f"/orders?shop={shop.uuid}"),
        Page("two filters", "/orders?cancellable=all&payment=authorised"),
        Page("number found", f"/orders?q={order.number_folded}", f"{ADMIN}?q={order.number_folded}"),
        Page("number begins", f"/orders?q=%23{order.number_folded[:4]}"),
        Page("name found often", "/orders?q=raman", f"{ADMIN}?q=raman"),
        Page("address found once", f"/orders?q={order.customer_email}", f"{ADMIN}?q={order.customer_email}"),
        Page("nothing found", "/orders?q=nobody+such", f"{ADMIN}?q=nobody+such"),
        Page("order", f"/orders/{order.uuid}", f"{ADMIN}{order.pk}/change/"),
        Page("cancellations", "/cancellations", cancellations),
        *(Page(f"cancellations {show}", f"/cancellations?show={show}", f"{cancellations}?state__exact={show}")
          for show in ("done", "awaiting_approval", "refused", "running")),
        Page("cancellations that differ", "/cancellations?show=differs", f"{cancellations}?differs__exact=1"),
        Page("cancellations to look at", "/cancellations?show=look"),
        Page("cancellation by reference", f"/cancellations?q={done.reference}"),
        Page("cancellation by number", f"/cancellations?q={number}", f"{cancellations}?q={number}"),
        Page("cancellations by name", "/cancellations?q=raman", f"{cancellations}?q=raman"),
        Page("cancellation", f"/cancellations/{done.uuid}", f"{cancellations}{done.pk}/change/"),
        Page("audit", "/audit", events),
        Page("audit about a cancellation", f"/audit?about={done.reference}", f"{events}?q={done.uuid}"),
        Page("audit about an order", f"/audit?about={number}"),
        Page("audit of a shop", f"/audit?shop={quiet.store.uuid if quiet else shop.uuid}"),
        Page("audit of an action", "/audit?action=cancellation.confirmed"),
        Page("audit, money moved", "/audit?money=on"),
        Page("audit, failed", "/audit?failed=on"),
        Page("shops", "/shops"),
    )  # fmt: skip


def _measure(client: Client, page: Page, times: int) -> Iterator[Figure]:
    ours: list[float] = []
    busy: list[float] = []
    theirs: list[float] = []
    for turn in range(times + 2):  # two to warm up
        cpu = time.process_time()
        ours.append(_seconds(client, page.address))
        busy.append(time.process_time() - cpu)
        if page.beside and (turn < 5 or sum(theirs) < 10):
            theirs.append(_seconds(client, page.beside))
    middle = 1000 * percentile(ours[2:], 0.5)
    notes = {"p95": 1000 * percentile(ours[2:], 0.95), "cpu": 1000 * percentile(busy[2:], 0.5)}
    if theirs:
        admin = 1000 * percentile(theirs[2:], 0.5)
        notes |= {"admin": admin, "ratio": middle / admin}
    yield Figure("pages", page.name, middle, "ms", {name: round(value, 2) for name, value in notes.items()})


def _seconds(client: Client, address: str) -> float:
    began = time.perf_counter()
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return time.perf_counter() - began
