"""Make a copy of a database with cancellations in every state, for the tests of the next version.

    DJANGO_SETTINGS_MODULE=tests.settings python -m tests.upgrade.make_copy FOLDER

Run under the code of the version that is being left, with the keys of tests/settings. It writes rescind.sqlite3,
world.sqlite3, the checkpoints in audit/, the chains in audit.jsonl with their key and cases.json into FOLDER;
`stored.pack` makes one file of them. What a test must know is in cases.json: {"at", "cases": [{"name", "uuid",
"platform", "kind"}]}. version_1 was made at 698f606, with the names that its files had.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import django

django.setup()

import time_machine  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from cancellations.execution import executor  # noqa: E402
from cancellations.intake import inbox_writer  # noqa: E402
from cancellations.models import Attempt, Cancellation, Preview, Step  # noqa: E402
from cancellations.services import decide, emergency, preview, submit  # noqa: E402
from sandbox import colleagues, connections  # noqa: E402
from sandbox.benches.subjects import SUBJECTS, Subject  # noqa: E402
from sandbox.world import World  # noqa: E402
from stores.kernel import clock  # noqa: E402
from stores.kernel.errors import RemoteThrottled  # noqa: E402
from stores.kernel.failpoints import Crash, armed  # noqa: E402
from stores.models import Membership, OrderRecord, Role, Store  # noqa: E402
from stores.services import addressee, orders, platform_client  # noqa: E402
from tests import make  # noqa: E402
from tests.rigs.desk import connected  # noqa: E402

T = TypeVar("T")
BEGIN = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
HOLD_SECONDS = 600
MOST = 10_000_000  # minor units
LOST = ("drop_before", "drop_after")


def main(folder: Path) -> None:
    folder.mkdir(parents=True)
    settings.AUDIT_EXPORT_DIR = str(folder / "audit")
    connection.settings_dict["NAME"] = str(folder / "rescind.sqlite3")
    call_command("migrate", verbosity=0)
    with time_machine.travel(BEGIN, tick=False) as traveller:
        cases = Making(folder, traveller).everything()
        call_command("audit", "checkpoint", verbosity=0)
        call_command("audit", "verify")
        call_command("audit", "export", out=folder / "audit.jsonl")
        call_command("audit", "key", stdout=(folder / "key.txt").open("w"))
        kept = {"at": datetime.now(UTC).isoformat(), "cases": cases}
    (folder / "cases.json").write_text(json.dumps(kept, indent=1) + "\n")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


class Making:
    """Four shops, three people, and one cancellation for each way to stand."""

    def __init__(self, folder: Path, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller
        clock.wait = self.travel
        self.world = World.open(str(folder / "world.sqlite3"))
        self.owner = make.person("owner@example.com", name="Olga Ortiz", is_owner=True)
        self.admin = make.person("admin@example.com", name="Adam Ito")
        self.staff = make.person("staff@example.com", name="Ana Duarte")
        self.shops: dict[str, Store] = {}
        for platform in ("shopify", "woocommerce", "square", "magento"):
            shop = connected(self.world, platform=platform)
            make.membership(self.admin, shop, Role.ADMIN)
            make.membership(self.staff, shop, Role.STAFF, limit_per_day=MOST)
            self.shops[platform] = shop
        self.cases: list[dict[str, str]] = []

    def everything(self) -> list[dict[str, str]]:
        for subject in self.subjects():
            self.of_subject(subject)
        self.at_work()
        self.ended()
        self.travel(3600)
        self.not_begun()
        Membership.objects.filter(person=self.staff).update(limit_per_cancellation=MOST)
        return self.cases

    def subjects(self) -> Iterator[Subject]:
        told = {("square", "cancel"), ("square", "edit")}  # by others already
        yield from (s for s in SUBJECTS if s.platform in self.shops and (s.platform, s.kind) not in told)

    def subject(self, platform: str, kind: str) -> Subject:
        return next(s for s in self.subjects() if (s.platform, s.kind) == (platform, kind))

    def of_subject(self, subject: Subject) -> None:
        """One for each state that this kind of step can be left in by a worker that died."""
        for point in ("between", "intended", "sent", "answered"):
            made = self.confirm(subject, f"died at {point}")
            with suppress(Crash), armed(f"{subject.kind}.{point}"):
                self.send(made, subject.kind)
        if subject.polls:
            self.send(self.confirm(subject, "accepted"), subject.kind)
        for fault in LOST:
            made = self.confirm(subject, f"lost: {fault}")
            self.world.fault(fault, on=subject.operation)
            self.send(made, subject.kind)
        made = self.confirm(subject, "throttled")
        self.world.fault("too_many", on=subject.operation, retry_after=300)
        self.send(made, subject.kind)
        self.world.clear_faults()

    def at_work(self) -> None:
        """In front of a person, refused in part, and about to be looked at again."""
        refund = self.subject("woocommerce", "refund")
        made = self.confirm(refund, "asks a person")
        self.world.fault("drop_before", on=refund.operation)
        self.finish(made, hours=50)
        for platform in ("shopify", "square"):
            restock = self.subject(platform, "restock")
            made = self.confirm(restock, "refused in part")
            self.world.fault("error_before", on=restock.operation, times=50, status=422)
            self.finish(made, hours=3)
            self.world.clear_faults()
        for point in ("before_verify", "seen"):
            made = self.confirm(self.subject("shopify", "refund"), f"verify.{point}")
            with suppress(Crash), armed(f"verify.{point}"):
                self.finish(made, hours=3)

    def ended(self) -> None:
        refund = self.subject("shopify", "refund")
        for platform in self.shops:
            self.finish(self.confirm(self.subject(platform, "refund"), "done"), hours=3)
        made = self.confirm(refund, "done, differs")
        with suppress(Crash), armed("verify.before_verify"):
            self.finish(made, hours=3)
        colleagues.refund_one(self.world, "shopify", made.order.external_id)
        self.finish(made, hours=3)
        made = self.confirm(self.subject("shopify", "edit"), "refused")
        self.world.fault("error_before", on="orderEditCommit", times=50, status=422)
        self.finish(made, hours=3)
        self.world.clear_faults()
        made = self.confirm(refund, "withdrawn", hold=HOLD_SECONDS)
        decide.take_back(actor=self.staff, cancellation=made)
        made = self.confirm(refund, "expired", second_person=True)
        self.travel(25 * 3600)
        decide.expire(made)

    def not_begun(self) -> None:
        """On hold, waiting for approval, previewed; and what came in or is to go out."""
        for platform in self.shops:
            refund = self.subject(platform, "refund")
            self.confirm(refund, "held", hold=HOLD_SECONDS)
            self.confirm(refund, "awaits approval", second_person=True)
            made = self.confirm(refund, "approved", second_person=True)
            Store.objects.filter(pk=made.store_id).update(hold_seconds=HOLD_SECONDS)
            made.store.refresh_from_db()
            decide.approve(actor=self.admin, cancellation=made, fingerprint=made.fingerprint)
            self.previewed(refund)
        heads = {
            "shopify": {"X-Shopify-Topic": "orders/updated"},
            "woocommerce": {"X-WC-Webhook-Topic": "order.updated"},
        }
        for platform, headers in heads.items():
            record = self.record(self.subject(platform, "refund"))
            body = json.dumps({"id": int(record.external_id.rsplit("/", 1)[-1])}).encode()
            to = addressee.find(self.shops[platform].connection.inbox_token)
            assert to is not None
            inbox_writer.receive(to, headers, body)
        stop = emergency.press(actor=self.admin, store=self.shops["square"])
        emergency.resume(actor="console", stop=stop)

    # --- how -----------------------------------------------------------------------------------------
    def confirm(self, subject: Subject, name: str, *, hold: int = 0, second_person: bool = False) -> Cancellation:
        shop = self.shops[subject.platform]
        Store.objects.filter(pk=shop.pk).update(hold_seconds=hold)
        mine = Membership.objects.filter(person=self.staff, store=shop)
        mine.update(limit_per_cancellation=1 if second_person else MOST)
        seen = self.previewed(subject)
        made = self.patiently(lambda: submit.confirm(actor=self.staff, seen=seen))
        case = {"name": name, "uuid": str(made.uuid), "platform": subject.platform, "kind": subject.kind}
        self.cases.append(case)
        return Cancellation.objects.get(pk=made.pk)

    def previewed(self, subject: Subject) -> Preview:
        record = self.record(subject)
        wish = replace(subject.wish(orders.order_of(record)), note="Rang: changed her mind")
        return self.patiently(lambda: preview.make(actor=self.staff, record=record, request=wish))

    def record(self, subject: Subject) -> OrderRecord:
        shop = Store.objects.get(pk=self.shops[subject.platform].pk)
        lines = [connections.line(subject.platform, quantity=3, price="10.00")]
        made = connections.make_order(self.world, subject.platform, "demo", lines=lines, **subject.order)
        order = self.patiently(lambda: platform_client.open_platform(shop).read_order(made))
        return orders.save(shop, order, clock.now())

    def send(self, cancellation: Cancellation, kind: str) -> None:
        """Until a step of this kind has been sent once; what comes before it is finished."""
        self.finish(cancellation, hours=3, until=kind)

    def finish(self, cancellation: Cancellation, *, hours: float, until: str = "") -> None:
        """This one alone, from due moment to due moment."""
        end = clock.now() + timedelta(hours=hours)
        sent = Attempt.objects.filter(step__cancellation=cancellation, step__kind=until).exclude(sent_at=None)
        while True:
            executor.advance(cancellation.uuid)
            if until and sent.exists():
                return
            steps = [(s.next_attempt_at, s.lease_until) for s in Step.objects.filter(cancellation=cancellation)]
            due = min((max(at, leased or at) for at, leased in steps if at), default=None)
            if due is None or due > end:
                return
            self.travel((due - clock.now()).total_seconds() + 0.001)

    def patiently(self, act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except RemoteThrottled as exc:
                self.travel((exc.retry_after or 1.0) + 0.001)

    def travel(self, seconds: float) -> None:
        self.traveller.shift(timedelta(seconds=max(seconds, 0.001)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
