"""The version after reads orders otherwise: what was only shown is shown again, what has left is finished."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cancellations.forms import preview as forms
from cancellations.lifecycle import readings
from cancellations.models import Cancellation, Preview
from cancellations.services import decide, preview, submit
from stores.kernel.errors import InputRejected, StalePlan
from tests.upgrade.conftest import Upgrade

PLATFORMS = ("shopify", "woocommerce", "square", "magento")
PROVED = [pytest.param(key, marks=pytest.mark.prove) for key in PLATFORMS[1:]]
SENT = ("died at intended", "died at sent", "died at answered", "lost: drop_before", "lost: drop_after", "throttled")


@pytest.fixture
def anew(upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch) -> Upgrade:
    """Migrated, and every platform is read by another version."""
    upgrade.forward()
    monkeypatch.setattr(readings, "version_of", lambda platform: f"{platform.key} of tomorrow")
    return upgrade


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", ["held", "approved"])
def test_what_was_on_hold_is_shown_again_and_nothing_is_sent(anew, name, platform, browser_of) -> None:
    row = anew.named(name, platform)

    anew.work(row)

    assert (row.state, anew.effects(row)) == ("needs_operator", [])
    assert row.trouble.startswith("Nothing was sent. Reading changed:")
    decide.take_back(actor=anew.person("staff"), cancellation=row)
    assert_can_be_asked_again(anew, row, browser_of)


def assert_can_be_asked_again(anew: Upgrade, row: Cancellation, browser_of: Callable[..., Client]) -> None:
    """From its page to the same wish on the order as it is read now, with the difference; confirmed, it is done."""
    browser, staff = browser_of(anew.person("staff")), anew.person("staff")
    link = f"/orders/{row.order.uuid}?again={row.uuid}"
    assert link in browser.get(f"/cancellations/{row.uuid}").content.decode()
    page = browser.get(link).content.decode()
    assert "Reading changed" in page
    assert "as it is read now" in page

    seen = Preview.objects.filter(order=row.order, actor=staff, cancellation=None).latest("pk")
    assert preview.is_same_wish(preview.request_of(seen), preview.request_of(row.preview))
    made = submit.confirm(actor=staff, seen=seen)
    anew.work(made)

    assert made.state == "done", made.trouble
    assert [effect.kind for effect in anew.effects(made)].count("refund") == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_waits_for_approval_cannot_be_approved_unseen(anew, platform, browser_of) -> None:
    row, admin = anew.named("awaits approval", platform), anew.person("admin")

    with pytest.raises(InputRejected, match="Reading changed"):
        decide.approve(actor=admin, cancellation=row, fingerprint=row.fingerprint)

    row.refresh_from_db()
    assert (row.state, anew.effects(row)) == ("awaiting_approval", [])
    assert "Reading changed" in browser_of(admin).get(f"/cancellations/{row.uuid}").content.decode()
    decide.take_back(actor=admin, cancellation=row)
    assert_can_be_asked_again(anew, row, browser_of)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_preview_is_shown_again_with_the_difference(anew, platform, browser_of) -> None:
    seen = Preview.objects.get(cancellation=None, store__platform=platform)
    with pytest.raises(StalePlan, match="Reading changed"):
        submit.confirm(actor=anew.person("staff"), seen=seen)

    typed = forms.typed_of(preview.request_of(seen)) | {"preview": str(seen.uuid)}
    page = browser_of(anew.person("staff")).post(f"/orders/{seen.order.uuid}/confirm", typed)

    assert page.status_code == 409
    assert "as it is read now" in page.content.decode()
    assert not Cancellation.objects.filter(order=seen.order).exists()


def test_what_was_due_and_never_sent_is_shown_again(anew) -> None:
    row = anew.named("died at between")

    anew.work(row)

    assert (row.state, anew.effects(row)) == ("needs_operator", [])
    assert "Reading changed" in row.trouble


@pytest.mark.parametrize(
    "platform", ["shopify", *(pytest.param(key, marks=pytest.mark.prove) for key in PLATFORMS[1:])]
)
@pytest.mark.parametrize("name", SENT)
def test_what_has_left_is_finished(anew, name, platform) -> None:
    row = anew.named(name, platform)

    anew.work(row)
    for step in anew.questions(row):  # no key protects it, or the key's life is over: a person has looked
        assert "Reading changed" not in row.trouble
        decide.retry(actor=anew.person("admin"), step=step, reason="Looked at the shop: nothing is there")
    anew.work(row)

    assert (row.state, row.differs) == ("done", False), row.trouble
    assert [effect.kind for effect in anew.effects(row)].count("refund") == 1


def test_an_order_that_moved_as_well_is_said_to_have_moved(anew) -> None:
    row = anew.named("held")
    anew.world.staff(row.order.external_id).refund("3.00")

    anew.work(row)

    assert row.trouble.startswith("Nothing was sent. The order changed since the preview")
