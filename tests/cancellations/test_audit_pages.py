from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cancellations.services import notes
from sandbox.platforms.shopify.spec import Line
from stores.audit import actions, checkpoints, keys, trail, verify, verify_audit
from stores.audit.actions import Action
from stores.kernel.money import Money
from stores.models import AuditEvent, Store
from tests import make
from tests.rigs.audit import unguarded
from tests.rigs.desk import Desk
from tests.rigs.people import Cast

MOVED = actions.declare(Action("try_out.moved", "{actor} moved {amount_of}", moves_money=True))
FAILED = actions.declare(Action("try_out.failed", "It failed", is_failure=True))
LIST = "/audit"


def record(store: Store | None, action: Action = MOVED, **facts: Any) -> AuditEvent:
    with transaction.atomic():
        return trail.record(action, **({"actor": "rescind", "target": "thing:t1", "store": store} | facts))


def text(response: Any) -> str:
    return "".join(part.decode() for part in response) if response.streaming else response.content.decode()


def kinds(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{LIST}?{query}")
    return [entry.event.kind for entry in response.context["entries"]]


@pytest.fixture
def admin(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.admin_a)


class TestWhoSees:
    def test_each_sees_the_chains_of_their_shops_and_the_owner_the_systems_too(self, cast, browser_of):
        record(cast.shop_a, target="thing:in_a")
        record(cast.shop_b, target="thing:in_b")
        record(None, target="thing:in_system")

        def seen(person: Any) -> set[str]:
            return {entry.event.object for entry in browser_of(person).get(LIST).context["entries"]}

        assert seen(cast.owner) >= {"thing:in_a", "thing:in_b", "thing:in_system"}
        assert seen(cast.staff_a) == seen(cast.admin_a) == seen(cast.auditor_a) == {"thing:in_a"}
        assert seen(cast.staff_b) == {"thing:in_b"}

    @pytest.mark.parametrize("who", ["staff_b", "stranger"])
    def test_a_foreign_entry_and_none_at_all_are_the_same_404(self, who, cast, browser_of):
        foreign = record(cast.shop_a)
        client = browser_of(cast.people[who])

        for chain, seq in ((foreign.chain.name, 1), (foreign.chain.name, 99), ("system", 1), ("no-such", 1)):
            assert client.get(f"/audit/{chain}/{seq}").status_code == 404

    def test_only_the_books_export(self, cast, browser_of):
        for name, status in (("owner", 200), ("admin_a", 200), ("auditor_a", 200), ("staff_a", 404), ("stranger", 404)):
            client = browser_of(cast.people[name])
            assert client.post("/audit.csv").status_code == status, name
            assert client.post("/audit/proof.jsonl").status_code == status, name

    def test_another_shop_cannot_be_asked_for_by_filter(self, cast, browser_of):
        record(cast.shop_a)

        response = browser_of(cast.staff_b).get(f"{LIST}?shop={cast.shop_a.uuid}")

        assert response.status_code == 422
        assert not response.context["entries"]

    def test_an_export_of_another_shop_is_empty(self, cast, browser_of):
        record(cast.shop_b)
        client = browser_of(cast.auditor_a)

        assert "event" not in text(client.post("/audit/proof.jsonl", {"shop": str(cast.shop_b.uuid)}))
        assert client.post("/audit.csv", {"shop": str(cast.shop_b.uuid)}).status_code == 302


class TestList:
    def test_an_entry_tells_who_what_on_what_and_the_change(self, cast, admin):
        record(
            cast.shop_a, actor=cast.staff_a, target=f"store:{cast.shop_a.uuid}", amount_of="paint",
            before={"refunded": Money(Decimal("0.00"), "USD"), "units": 3, "same": 1},
            after={"refunded": Money(Decimal("47.98"), "USD"), "units": 1, "same": 1},
        )  # fmt: skip

        page = text(admin.get(LIST))

        assert f"{cast.staff_a.name} moved paint" in page
        assert "Acrylic Studio" in page
        assert "<del>US$0.00</del> → <ins>US$47.98</ins>" in page
        assert "units <del>3</del> → <ins>1</ins>" in page
        assert "same" not in page.split("<tbody>")[1]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["try_out.failed", "try_out.moved"]),
            ("money=on", ["try_out.moved"]),
            ("failed=on", ["try_out.failed"]),
            ("action=try_out.failed", ["try_out.failed"]),
            ("person=console", ["try_out.failed"]),
            ("about=thing:11111111-1111-4111-8111-111111111111", ["try_out.moved"]),
            ("about=11111111-1111-4111-8111-111111111111", []),
            ("about=C-9999", []),
            ("since=2999-01-01", []),
            ("until=1999-01-01", []),
            ("since=1999-01-01&until=9999-12-31", ["try_out.failed", "try_out.moved"]),
        ],
    )
    def test_filters_narrow_it(self, query, found, cast, admin):
        record(cast.shop_a, MOVED, target="thing:11111111-1111-4111-8111-111111111111")
        record(cast.shop_a, FAILED, actor="console")

        assert kinds(admin, query) == found

    def test_a_person_and_a_shop_narrow_it(self, cast, browser_of):
        record(cast.shop_a, actor=cast.staff_a)
        record(cast.shop_b, FAILED, actor=cast.staff_b)
        owner = browser_of(cast.owner)

        assert kinds(owner, f"person=person:{cast.staff_a.uuid}") == ["try_out.moved"]
        assert kinds(owner, f"shop={cast.shop_b.uuid}") == ["try_out.failed"]

    @pytest.mark.parametrize("query", ["since=yesterday", "action=no.such", "shop=x", "person=x", "about=%00"])
    def test_a_wrong_filter_is_told_and_never_a_500(self, query, admin):
        assert admin.get(f"{LIST}?{query}").status_code == 422

    @pytest.mark.parametrize("after", ["x", "older-", "older-" + "9" * 30, "newer-0", "older-0"])
    def test_a_wrong_cursor_is_some_page(self, after, cast, admin):
        record(cast.shop_a)

        assert admin.get(f"{LIST}?after={after}").status_code == 200

    def test_pages_lead_back_and_forth_without_loss(self, cast, admin):
        for number in range(120):
            record(cast.shop_a, number=number)

        seen, after = [], ""
        while True:
            page = admin.get(f"{LIST}?after={after}").context["page"]
            seen += [json.loads(row.body)["number"] for row in page.rows]
            if not page.next:
                break
            after = page.next
        back = admin.get(f"{LIST}?after={page.previous}").context["page"]

        assert seen == list(range(119, -1, -1))
        assert [json.loads(row.body)["number"] for row in back.rows] == list(range(69, 19, -1))

    def test_the_number_of_queries_is_the_same_for_one_row_and_for_twenty(self, cast, admin):
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                admin.get(LIST)
            return len(caught)

        record(cast.shop_a, actor=cast.staff_a, target=f"person:{cast.staff_a.uuid}")
        queries()
        one = queries()
        for _ in range(20):
            record(cast.shop_a, actor=cast.admin_a, target=f"store:{cast.shop_a.uuid}")
        record(cast.shop_a, target=f"order:{make.order_record(store=cast.shop_a).uuid}")

        assert queries() <= one + 2  # one look-up for each new kind of thing named

    def test_limits_that_were_noted_in_minor_units_are_told_as_amounts(self, cast, admin):
        before = {"role": "staff", "limit_per_cancellation": 100_000, "limit_per_day": None}
        record(cast.shop_a, before=before, after=before | {"limit_per_cancellation": 25_000, "limit_per_day": 50_000})

        page = text(admin.get(LIST))

        assert "limit per cancellation <del>US$1,000.00</del> → <ins>US$250.00</ins>" in page
        assert "limit per day <del>as the role has it</del> → <ins>US$500.00</ins>" in page

    def test_the_words_of_whoever_asked_stand_below_the_sentence(self, cast, browser_of):
        asked = make.cancellation(record=make.order_record(store=cast.shop_a))
        asked.note = notes.keep("She called twice <today>", store=cast.shop_a)
        asked.save()
        record(cast.shop_a, target=f"cancellation:{asked.uuid}", note=asked.note.digest)

        here, elsewhere = (text(browser_of(person).get(LIST)) for person in (cast.auditor_a, cast.staff_b))

        assert "She called twice &lt;today&gt;" in here
        assert asked.note.digest not in here
        assert "She called" not in elsewhere

    def test_a_note_that_was_erased_or_does_not_open_breaks_nothing(self, cast, admin):
        asked = make.cancellation(record=make.order_record(store=cast.shop_a))
        asked.note = notes.keep("gone", store=cast.shop_a)
        asked.save()
        record(cast.shop_a, target=f"cancellation:{asked.uuid}", note=asked.note.digest)

        for sealed in (b"", b"spoilt"):
            type(asked.note).objects.filter(pk=asked.note.pk).update(sealed=sealed)
            assert admin.get(LIST).status_code == 200

    def test_a_fragment_comes_for_a_fragment(self, cast, admin):
        page = text(admin.get(LIST, headers={"HX-Request": "true"}))

        assert "<html" not in page
        assert 'id="results"' in page

    def test_an_order_and_a_cancellation_are_found_by_their_numbers(self, cast, admin):
        order = make.order_record(store=cast.shop_a, order=make.canonical_order(number="#1047"))
        record(cast.shop_a, target=f"order:{order.uuid}")

        assert kinds(admin, "about=%231047") == kinds(admin, "about=1047") == ["try_out.moved"]
        assert kinds(admin, "about=1048") == []


class TestEntry:
    def test_all_columns_and_the_proof_stand_there(self, cast, admin):
        record(cast.shop_a), record(cast.shop_a, plan="f" * 64), record(cast.shop_a)
        event = AuditEvent.objects.get(chain__store=cast.shop_a, seq=2)

        response = admin.get(f"/audit/{event.chain.name}/2")

        page = text(response)
        for column in (event.at, event.actor, event.kind, event.object, event.prev, event.hash, event.chain.name):
            assert column in page
        assert response.context["proof"].is_whole
        assert f"/audit/{event.chain.name}/1" in page
        assert f"/audit/{event.chain.name}/3" in page

    @pytest.mark.parametrize(
        "change", [{"actor": "console"}, {"body": "not json"}, {"body": "[1]"}, {"at": "2026-01-01T00:00:00Z"}]
    )
    def test_a_changed_entry_says_so_and_still_shows(self, change, cast, admin):
        record(cast.shop_a), record(cast.shop_a)
        with unguarded():
            AuditEvent.objects.filter(seq=1, chain__store=cast.shop_a).update(**change)

        response = admin.get(f"/audit/{cast.shop_a.uuid}/1")

        assert response.status_code == 200
        assert not response.context["proof"].holds
        assert "This link is broken" in text(response)
        assert admin.get(LIST).status_code == 200

    def test_a_removed_neighbour_breaks_the_link(self, cast, admin):
        for _ in range(3):
            record(cast.shop_a)
        with unguarded():
            AuditEvent.objects.filter(seq=2, chain__store=cast.shop_a).delete()

        assert not admin.get(f"/audit/{cast.shop_a.uuid}/1").context["proof"].is_followed
        assert not admin.get(f"/audit/{cast.shop_a.uuid}/3").context["proof"].follows

    def test_a_signed_entry_names_its_checkpoint(self, cast, admin):
        record(cast.shop_a)
        checkpoints.take_all()

        assert "The chain was signed up to entry 1" in text(admin.get(f"/audit/{cast.shop_a.uuid}/1"))

    @pytest.mark.parametrize("seq", ["0", "999999999999999999999999"])
    def test_a_number_nobody_has_is_404(self, seq, cast, admin):
        assert admin.get(f"/audit/{cast.shop_a.uuid}/{seq}").status_code == 404

    def test_names_and_markup_are_text(self, cast, admin):
        record(cast.shop_a, amount_of="<script>x</script>", after={"<b>": "<i>"})

        for address in (LIST, f"/audit/{cast.shop_a.uuid}/1"):
            assert "<script>x" not in text(admin.get(address))
            assert "<i>" not in text(admin.get(address))


class TestSeal:
    def test_it_is_not_whole_before_anybody_looked(self, cast, admin):
        record(cast.shop_a)

        assert "Not checked yet" in text(admin.get(LIST))

    def test_check_again_counts_and_says_when(self, cast, admin):
        for _ in range(3):
            record(cast.shop_a)
        assert admin.post("/audit/check").status_code == 302
        record(cast.shop_a)

        page = text(admin.get(LIST))

        assert "Sealed and whole" in page
        assert "3 entries checked" in page
        assert "1 since" in page

    def test_a_broken_chain_names_its_first_bad_entry(self, cast, admin):
        for _ in range(3):
            record(cast.shop_a)
        with unguarded():
            AuditEvent.objects.filter(seq=2, chain__store=cast.shop_a).update(actor="console")

        page = text(admin.post("/audit/check", headers={"HX-Request": "true"}))

        assert "Broken" in page
        assert f'href="/audit/{cast.shop_a.uuid}/2"' in page
        assert "<html" not in page

    def test_a_long_chain_is_walked_by_a_worker(self, cast, admin, monkeypatch, committing):
        for _ in range(5):
            record(cast.shop_a)
        monkeypatch.setattr("cancellations.views.audit.LOOK_AT_MOST", -verify.SLICE)
        monkeypatch.setattr(verify, "LOOK_AT_CLOCK_EVERY", 2)

        with committing():
            page = text(admin.post("/audit/check", headers={"HX-Request": "true"}))
        assert "Checking" in page
        assert 'hx-get="/audit/seal"' in page
        verify.go_on(str(cast.shop_a.uuid))

        assert "5 entries checked" in text(admin.get("/audit/seal"))

    def test_a_look_needs_a_post(self, admin):
        assert admin.get("/audit/check").status_code == 405


class TestExports:
    def test_the_table_holds_every_column_and_no_formula(self, cast, admin):
        record(cast.shop_a, amount_of="=HYPERLINK(1)", before={"a": 1}, after={"a": 2})

        head, row, *_ = csv.reader(io.StringIO(text(admin.post("/audit.csv")), newline=""))

        found = dict(zip(head, row, strict=True))
        event = AuditEvent.objects.get(chain__store=cast.shop_a, seq=2 if found["seq"] == "2" else 1)
        assert found["hash"] == event.hash
        assert found["chain"] == str(cast.shop_a.uuid)
        rows = text(admin.post("/audit.csv", {"action": "try_out.moved"}))
        assert "a: 1 → 2" in rows
        assert not any(cell.startswith("=") for line in csv.reader(io.StringIO(rows)) for cell in line)

    def test_a_thousand_and_one_rows_lose_none(self, cast, admin):
        with transaction.atomic():
            for number in range(1001):
                trail.record(FAILED, actor="rescind", target="thing:t1", store=cast.shop_a, number=number)

        rows = list(csv.reader(io.StringIO(text(admin.post("/audit.csv", {"failed": "on"})), newline="")))

        assert len(rows) == 1002

    def test_an_export_is_itself_recorded(self, cast, admin):
        record(cast.shop_a)
        admin.post("/audit.csv", {"shop": str(cast.shop_a.uuid)})
        admin.post("/audit/proof.jsonl")

        noted = AuditEvent.objects.filter(kind="audit.exported").order_by("pk")
        expected = [(str(cast.shop_a.uuid), "csv"), ("system", "proof")]
        assert [(event.chain.name, json.loads(event.body)["form"]) for event in noted] == expected

    def test_the_proof_is_verified_by_the_script_alone(self, cast, browser_of, tmp_path):
        record(cast.shop_a), record(cast.shop_b), record(None)
        checkpoints.take_all()

        (tmp_path / "proof.jsonl").write_text(text(browser_of(cast.owner).post("/audit/proof.jsonl")))

        command = [sys.executable, "-I", verify_audit.__file__, str(tmp_path / "proof.jsonl")]
        done = subprocess.run(
            [*command, f"--key={keys.public_texts()[0]}"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.count("whole") == 3


class TestStory:
    """A cancellation that really ran, against the sandbox."""

    @pytest.fixture
    def owner(self, desk: Desk, browser_of: Callable[..., Client]) -> Client:
        order = desk.order(lines=[Line(quantity=3, price="10.00")])
        done = desk.work(desk.confirm(order, desk.some(order, 2)))
        assert done.state == "done"
        return browser_of(make.person(is_owner=True))

    def test_it_is_told_from_confirmation_to_receipt(self, owner):
        told = kinds(owner, "about=C-2001")[::-1] or kinds(owner)[::-1]

        assert told[0] == "cancellation.confirmed"
        assert told[-1] == "cancellation.done"
        assert told.index("step.intent") < told.index("step.outcome")

    def test_the_end_says_what_changed(self, owner):
        (done,) = owner.get(f"{LIST}?action=cancellation.done").context["entries"]

        changes = {what: (before, after) for what, before, after in done.changes}
        assert changes["state"] == ("verifying", "done")
        assert changes["units"] == ("3", "1")
        assert changes["refunded"] == ("US$0.00", "US$22.00")  # two units of 10.00 and their tax

    def test_money_moved_is_what_gave_money_back(self, owner):
        found = owner.get(f"{LIST}?money=on").context["entries"]

        assert {entry.event.kind for entry in found} == {"cancellation.done", "step.outcome"}
        assert all(entry.body.get("kind") != "verify" for entry in found)

    def test_nothing_failed(self, owner):
        assert kinds(owner, "failed=on") == []
