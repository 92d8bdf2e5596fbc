"""The main job as a stranger does it: real processes, a real browser, a worker that is killed in the middle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sandbox.platforms.shopify.spec import Line, Person
from sandbox.world import World
from tests.rigs.stack import Stack

pytestmark = [pytest.mark.live, pytest.mark.browser]

PASSWORD = "a long and quiet password"
CONNECT = """
from django.conf import settings
from stores.models import User, Store
from stores.services import connections
owner = User.objects.create_user("olga@example.com", %r, name="Olga Marin", is_owner=True)
address = {"shop": "demo", "base_url": f"{settings.SANDBOX_URL}/shopify/demo"}
connections.connect(owner, "shopify", "Acrylic Studio", address, {"token": %r})
Store.objects.update(hold_seconds=0)
"""
# In one process of the product: each that starts to ask once costs a second of work.
WAIT_FOR_THE_ORDER = """
from stores.models import OrderRecord
from tests.rigs import processes
imported = OrderRecord.objects.filter(is_summary=True)
processes.until(lambda: imported.count() == 1, seconds=60, what="the order is imported")
"""


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context(viewport={"width": 1280, "height": 900}).new_page()


def world_of(stack: Stack) -> World:
    return World.open(stack.folder / "sandbox.sqlite3")


def set_up(stack: Stack) -> str:
    """A shop with one order of Priya's; its number."""
    world = world_of(stack)
    lines = [Line(title="Cadmium red, 60 ml", sku="AC-RED-60", quantity=3, price="12.90"), Line(title="Gesso, 1 l")]
    made = world.make_order("demo", lines=lines, person=Person(first="Priya", last="Raman"))
    shop = world.shop("demo")
    assert shop
    stack.shell(CONNECT % (PASSWORD, shop["static_token"]))
    world.close()
    stack.shell(WAIT_FOR_THE_ORDER)
    return made.name


def sign_in(page: Page, stack: Stack) -> None:
    page.goto(stack.url)
    page.locator("[name=login]").fill("olga@example.com")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()


def cancel_two_of_three(page: Page, number: str) -> None:
    """Find by a word of the name, choose two units of red, read what will happen, confirm."""
    page.keyboard.press("/")
    page.keyboard.type("raman")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text("Cadmium red, 60 ml")).to_be_visible()
    page.locator("tr", has_text="Cadmium red").locator("input[name^='units.']").fill("2")
    page.keyboard.press("Tab")
    page.locator("label.pill", has_text="Out of stock").click()
    button = page.get_by_role("button", name="Cancel 2 units")
    expect(button).to_be_enabled(timeout=15_000)
    button.click()
    page.wait_for_url("**/cancellations/**")


def effects(stack: Stack) -> int:
    world = world_of(stack)
    try:
        return len(world.effects(kind="refund"))
    finally:
        world.close()


def kill_the_worker_in_the_middle(stack: Stack, page: Page, number: str) -> None:
    """The worker dies by SIGKILL when it has read the shop's answer and stored nothing of it."""
    spent = Path(stack.folder) / "spent"
    stack.restart_worker(RESCIND_FAILPOINT="refund.answered", RESCIND_FAILPOINT_SPENT=str(spent))
    cancel_two_of_three(page, number)
    stack.until(spent.exists, what="the worker died in the middle")
    assert effects(stack) == 1
    stack.restart_worker()


def the_receipt_is_true(stack: Stack, page: Page) -> None:
    expect(page.get_by_text("As promised (")).to_be_visible(timeout=90_000)
    assert effects(stack) == 1
    page.reload()
    expect(page.locator("tr", has_text="Cadmium red, 60 ml").first).to_contain_text("3 → 1")
    page.locator("summary", has_text="Proof").click()
    page.get_by_role("link", name="All entries in the audit log").click()
    expect(page.get_by_text("Looked again and compared with the plan").first).to_be_visible()
    stack.manage("audit", "verify")  # a broken chain ends with an error


@pytest.mark.postgres
def test_a_killed_worker_leaves_one_refund_and_a_true_receipt(live_stack_with_short_leases, page):
    stack = live_stack_with_short_leases
    number = set_up(stack)
    sign_in(page, stack)

    kill_the_worker_in_the_middle(stack, page, number)

    the_receipt_is_true(stack, page)


@pytest.mark.prove
@pytest.mark.redis
def test_the_same_over_a_real_redis(live_stack_on_redis, page):
    number = set_up(live_stack_on_redis)
    sign_in(page, live_stack_on_redis)

    kill_the_worker_in_the_middle(live_stack_on_redis, page, number)

    the_receipt_is_true(live_stack_on_redis, page)
