"""static/js/desk.js in a real Chromium, on pages put together from the components, under the product's strict CSP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django_htmx
import pytest
from django.conf import settings
from django.template import Context, Template
from playwright.sync_api import BrowserContext, Page, Route, expect

STATIC = Path(__file__).resolve().parents[2] / "static"
HTMX = Path(django_htmx.__file__).parent / "static"
ORIGIN = "http://localhost:1"  # answered by the route below, never by a socket; a secure context, so that copying works
CSP = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items())

LINES = """<form id="form" method="post" action="/sent" data-once data-guard>
{% include "components/_qty.html" with name="a" value=1 max=2 label="Red" %}
{% include "components/_qty.html" with name="b" value=0 max=1.5 step=0.5 label="Cloth" %}
{% include "components/_qty.html" with name="c" value=0 max=0 label="Shipped" disabled=True %}
<button name="fill" value="all" data-fill="max">Everything</button>
<button name="fill" value="none" data-fill="0">Nothing</button>
<button>Send</button></form>"""

ROWS = """<section data-selection><table>
<thead><tr><th><input type="checkbox" data-select-all aria-label="All"></th></tr></thead>
<tbody>{% for n in "123" %}<tr data-row><td><input type="checkbox" data-select aria-label="Select {{ n }}"></td>
<td><a href="/order/{{ n }}">#{{ n }}</a></td></tr>{% endfor %}</tbody></table>
<p data-when-selected hidden><b data-selected-count></b> selected</p></section>"""


@pytest.fixture
def desk(open_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """`desk(source, answers={"/x": (status, html)})`: a page of the desk around a template. CSP complaints fail."""
    complaints: list[str] = []

    def hear(text: str) -> None:
        if "Content Security Policy" in text:
            complaints.append(text)

    def make(source: str, answers: dict[str, tuple[int, str]] | None = None, **context: object) -> Page:
        page = open_context(permissions=["clipboard-read", "clipboard-write"]).new_page()
        frame = '{% extends "base.html" %}{% block content %}' + source + "{% endblock %}"
        html = Template(frame).render(Context({"nav": [], "orders_url": "/orders", **context}))
        page.route("**/*", lambda route: answer(route, html, answers or {}))
        page.on("console", lambda said: hear(said.text))
        page.goto(f"{ORIGIN}/")
        return page

    yield make
    assert complaints == []


def answer(route: Route, html: str, answers: dict[str, tuple[int, str]]) -> None:
    path = route.request.url.removeprefix(ORIGIN).split("?")[0]
    asset = next((root / path.removeprefix("/static/") for root in (STATIC, HTMX) if is_asset(root, path)), None)
    if asset:
        return route.fulfill(path=asset)
    status, body = answers.get(path, (200, html))
    route.fulfill(status=status, body=body, content_type="text/html", headers={"Content-Security-Policy": CSP})


def is_asset(root: Path, path: str) -> bool:
    return path.startswith("/static/") and (root / path.removeprefix("/static/")).is_file()


def test_quantities_stop_at_their_limits(desk: Callable[..., Page]) -> None:
    page = desk(LINES)
    more = page.locator(".qty").first.locator("[data-step='1']")

    for _ in range(3):
        more.click()
    page.locator(".qty").nth(1).locator("[data-step='1']").click()

    expect(page.get_by_label("Red")).to_have_value("2")
    expect(page.get_by_label("Cloth")).to_have_value("0.5")


def test_everything_and_nothing_leave_locked_lines_alone(desk: Callable[..., Page]) -> None:
    page = desk(LINES)

    page.get_by_role("button", name="Everything").click()
    all_of_it = [page.get_by_label(name).input_value() for name in ("Red", "Cloth", "Shipped")]
    page.get_by_role("button", name="Nothing").click()

    assert all_of_it == ["2", "1.5", "0"]
    expect(page.get_by_label("Red")).to_have_value("0")


def test_a_change_by_button_is_a_change_for_the_preview(desk: Callable[..., Page]) -> None:
    form = '<form hx-get="/effects" hx-target="#effects" hx-trigger="change delay:50ms">' + LINES.split("\n")[1]
    page = desk(form + '</form><p id="effects"></p>', {"/effects": (200, "2 units leave")})

    page.locator("[data-step='1']").click()

    expect(page.locator("#effects")).to_have_text("2 units leave")


def test_a_form_pressed_twice_is_sent_once(desk: Callable[..., Page]) -> None:
    page = desk(LINES)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))

    page.evaluate("() => { const b = [...document.querySelectorAll('#form button')].pop(); b.click(); b.click(); }")
    page.wait_for_url("**/sent")

    assert sent.count("POST") == 1


def test_keys_find_the_box_walk_the_rows_and_open_the_list(desk: Callable[..., Page]) -> None:
    page = desk(ROWS)

    page.keyboard.press("/")
    expect(page.get_by_label("Search orders")).to_be_focused()
    page.keyboard.type("j?")
    expect(page.get_by_label("Search orders")).to_have_value("j?")
    page.keyboard.press("Escape")
    for key in "jjkx":
        page.keyboard.press(key)

    expect(page.get_by_role("link", name="#1")).to_be_focused()
    expect(page.get_by_label("Select 1")).to_be_checked()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_selecting_all_counts_and_shows_what_needs_a_choice(desk: Callable[..., Page]) -> None:
    page = desk(ROWS)

    page.get_by_label("All").check()

    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_label("Select 2").uncheck()
    expect(page.get_by_text("2 selected")).to_be_visible()
    assert page.get_by_label("All").evaluate("box => box.indeterminate")


def test_a_countdown_ends_on_the_servers_clock_and_asks_for_the_next_state(desk: Callable[..., Page]) -> None:
    source = """<div id="hold" hx-get="/hold" hx-trigger="desk:elapsed" hx-swap="outerHTML">
    {% include "components/_countdown.html" with until=until %}</div>"""

    page = desk(source, {"/hold": (200, "<p>Running</p>")}, until=datetime.now(UTC) + timedelta(seconds=3))

    expect(page.get_by_role("timer")).to_have_text("1 sec")
    expect(page.get_by_text("Running")).to_be_visible()


def test_relative_times_stay_true(desk: Callable[..., Page]) -> None:
    page = desk('{% when at None "ago" %}', at=datetime.now(UTC) - timedelta(seconds=57))

    expect(page.locator("time")).to_have_text("1 min ago")


def test_copying_puts_the_text_on_the_clipboard_and_says_so(desk: Callable[..., Page]) -> None:
    page = desk('{% include "components/_copy.html" with text="C-2041: done" label="Copy summary" %}')

    page.get_by_role("button", name="Copy summary").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "C-2041: done"


def test_a_rejected_form_is_swapped_in_and_takes_the_focus(desk: Callable[..., Page]) -> None:
    again = '<div role="alert" tabindex="-1" data-focus>Please correct this first.</div>'
    page = desk('<form hx-post="/x" hx-target="this"><button>Go</button></form>', {"/x": (422, again)})

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_role("alert")).to_be_focused()


def test_a_question_opens_over_the_page_and_closes_again(desk: Callable[..., Page]) -> None:
    question = Template('{% include "components/_confirm.html" with title="Take it back?" action="/x" back_url="/" %}')
    link = '<a href="/ask" hx-get="/ask" hx-target="#dialog-body">Take back</a>'
    page = desk(link, {"/ask": (200, question.render(Context()))})

    page.get_by_role("link", name="Take back").click()

    expect(page.get_by_role("dialog", name="Take it back?")).to_be_visible()
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [(200, "<!doctype html><title>Sign in</title>", "You have been signed out."), (500, "", "That did not work.")],
    ids=["the session ended", "our mistake"],
)
def test_an_answer_that_is_no_fragment_keeps_the_input(
    desk: Callable[..., Page], status: int, body: str, words: str
) -> None:
    form = '<form hx-post="/x"><input aria-label="Note" name="note"><button>Go</button></form>'
    page = desk(form, {"/x": (status, body)})
    page.get_by_label("Note").fill("asked by e-mail")

    page.get_by_role("button", name="Go").click()

    expect(page.get_by_role("status")).to_contain_text(words)
    expect(page.get_by_label("Note")).to_have_value("asked by e-mail")


@pytest.mark.parametrize(("status", "opened"), [(200, 2), (404, 2), (400, 1), (503, 1)])
def test_a_page_whose_fragment_never_comes_opens_itself_again_once_at_most(
    desk: Callable[..., Page], status: int, opened: int
) -> None:
    """Signed out, or gone: the page itself says so. What the server refuses would be refused for ever."""
    page = desk('<div hx-get="/x" hx-trigger="load">Reading</div>', {"/x": (status, "<!doctype html><p>No</p>")})
    expect(page.get_by_role("status")).to_contain_text("That did not work.")

    asked = page.evaluate("performance.getEntriesByType('navigation')[0].type")
    tries = page.evaluate("(sessionStorage.getItem('opened-again') || '').length > 0")

    assert asked == "navigate"
    assert tries == (opened == 2)
    expect(page.get_by_text("Reading")).to_be_visible()


@pytest.mark.parametrize("by", ["", 'hx-post="/x"'], ids=["a plain form", "a fragment"])
def test_a_form_older_than_the_sign_in_carries_the_new_token(desk: Callable[..., Page], by: str) -> None:
    box = '<input type="hidden" name="csrfmiddlewaretoken" value="old">'
    page = desk(f'<form method="post" action="/x" {by}>{box}<button>Go</button></form>')
    page.evaluate("document.cookie = 'csrf=fresh'")

    with page.expect_request("**/x") as sent:
        page.get_by_role("button", name="Go").click()

    assert sent.value.post_data == "csrfmiddlewaretoken=fresh"


def test_without_script_the_menu_opens_and_dead_buttons_are_gone(
    open_context: Callable[..., BrowserContext],
) -> None:
    page = open_context(java_script_enabled=False, viewport={"width": 390, "height": 800}).new_page()
    nav = [{"label": "Orders", "url": "/orders", "icon": "orders"}]
    html = Template('{% extends "base.html" %}{% block content %}' + LINES + "{% endblock %}").render(
        Context({"nav": nav})
    )
    page.route("**/*", lambda route: answer(route, html, {}))
    page.goto(f"{ORIGIN}/")

    page.get_by_text("Menu").click()

    expect(page.get_by_role("link", name="Orders")).to_be_visible()
    expect(page.locator("[data-step='1']").first).to_be_hidden()
    expect(page.get_by_role("button", name="Everything")).to_be_visible()
