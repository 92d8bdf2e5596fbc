"""Every address × every member of the cast × own and foreign shop. What is expected comes from the table of actions.

A new page is found through the URLconf. When this file fails for one: give its view `@may(...)`, or list it in
PUBLIC or OWN with the reason; when it has arguments, say in THINGS what they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cancellations.services import emergency
from notifications.models import Delivery
from stores.audit import people as names
from stores.audit import trail
from stores.models import Role, SavedView, Store, StoreRole, User
from stores.selectors import access
from stores.services import people
from tests import make
from tests.rigs.people import Cast

PUBLIC = {
    "alive": "a load balancer asks",
    "home": "leads everybody where they belong",
    "start": "the token is the key",
    "join": "the token is the key",
    "inbox:hook": "the signature is the key",
    "account_login": "the door",
    "account_logout": "harmless for strangers",
    "account_inactive": "says that one may not",
    "account_reset_password": "says the same whoever asks",
    "account_reset_password_done": "says the same whoever asks",
    "account_reset_password_from_key": "the key is the key",
    "account_reset_password_from_key_done": "says the same whoever asks",
}
OWN = {  # one's own account: any signed-in person, nobody else
    "account_reauthenticate",
    "account_change_password",
    "account_sessions",
    "account_sign_out_everywhere",
    "account_time_zone",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}
ROLES = {  # who is what, where; the owner is everything everywhere
    "admin_a": {"shop_a": Role.ADMIN},
    "staff_a": {"shop_a": Role.STAFF},
    "staff_b": {"shop_b": Role.STAFF},
    "auditor_a": {"shop_a": Role.AUDITOR},
}


# --- what the arguments of an address name, made afresh in one shop ------------------------------------
def _order(cast: Cast, shop: Store) -> dict[str, Any]:
    return {"uuid": make.order_record(store=shop).uuid}


def _cancellation(cast: Cast, shop: Store, **fields: Any) -> dict[str, Any]:
    record = make.order_record(store=shop)
    return {"uuid": make.cancellation(record=record, **fields).uuid}


def _step(cast: Cast, shop: Store) -> dict[str, Any]:
    return _cancellation(cast, shop, state="needs_operator") | {"position": 1}


def _message(cast: Cast, shop: Store) -> dict[str, Any]:
    named = _cancellation(cast, shop, state="done")
    told = {"about": named["uuid"], "subject": f"cancellation:{named['uuid']}", "store": shop, "created_at": make.NOW}
    row = Delivery.objects.create(key=f"k{named['uuid']}", channel="mail", kind="x", state="given_up", **told)
    return named | {"message": row.uuid}


def _event(cast: Cast, shop: Store) -> dict[str, Any]:
    with transaction.atomic():
        event = trail.record(names.JOINED, actor="console", target="person:x", store=shop, role="staff")
    return {"chain": event.chain.name, "seq": event.seq}


def _membership(cast: Cast, shop: Store) -> dict[str, Any]:
    return {"uuid": make.membership(make.person(), shop, Role.STAFF).uuid}


def _somebody(cast: Cast, shop: Store) -> dict[str, Any]:
    return {"uuid": make.membership(make.person(), shop, Role.STAFF).person.uuid}


def _invitation(cast: Cast, shop: Store) -> dict[str, Any]:
    invited, _ = people.invite(actor=cast.owner, store=shop, email="x@example.com", role=Role.STAFF)
    return {"uuid": invited.uuid}


def _shop(cast: Cast, shop: Store) -> dict[str, Any]:
    return {"uuid": shop.uuid}


def _attached(cast: Cast, shop: Store) -> dict[str, Any]:
    row = StoreRole.objects.create(store=shop, connection=make.connection(), role="books", method=str(shop.pk))
    return {"uuid": shop.uuid, "row": row.pk}


def _platform(cast: Cast, shop: Store) -> dict[str, Any]:
    return {"platform": "shopify"}


def _stop(cast: Cast, shop: Store) -> dict[str, Any]:
    return {"uuid": emergency.press(actor="console", store=shop).uuid}


def _view(cast: Cast, shop: Store) -> dict[str, Any]:
    made = SavedView.objects.create(name="Ours", is_shared=True, created_at=make.NOW)
    made.shops.add(shop)
    return {"uuid": made.uuid}


Thing = Callable[[Cast, Store], dict[str, Any]]
THINGS: dict[str, Thing] = {
    "orders:forget_view": _view,
    "orders:*": _order,
    "cancellations:retry": _step,
    "cancellations:settle": _step,
    "cancellations:send_again": _message,
    "cancellations:*": _cancellation,
    "audit:detail": _event,
    "stop:*": _stop,
    "practice_shop": _platform,
    "people:withdraw": _invitation,
    "people:end_sessions": _somebody,
    "people:*": _membership,
    "shops:connect_to": _platform,
    "shops:detach": _attached,
    "shops:test_new": _platform,
    "shops:*": _shop,
}
OF_NO_SHOP = (_platform,)


# --- the addresses -------------------------------------------------------------------------------------
def _routes(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _routes(pattern.url_patterns, space + inner)
        else:
            yield f"{space}{pattern.name}", pattern


ROUTES = dict(_routes(get_resolver().url_patterns))
GUARDED = {
    name: pattern.callback.__dict__["action"]
    for name, pattern in ROUTES.items()
    if pattern.callback.__dict__.get("action") in access.ACTIONS
}


def _thing(name: str) -> Thing | None:
    if not ROUTES[name].pattern.converters:
        return None
    found = THINGS.get(name) or THINGS.get(f"{name.split(':')[0]}:*")
    if found is None:
        pytest.fail(f"say in THINGS ({__file__}) what the arguments of {name} name")
    return found


def test_every_address_is_guarded_or_listed_with_its_reason():
    unlisted = sorted(set(ROUTES) - set(GUARDED) - set(PUBLIC) - OWN)

    assert not unlisted, f"give these views @may(...), or list them in PUBLIC or OWN of {__file__}: {unlisted}"


def test_every_address_has_a_name():
    nameless = [str(p.pattern) for name, p in ROUTES.items() if name.endswith("None")]

    assert not nameless


def test_nothing_is_listed_that_no_longer_stands():
    gone = (set(PUBLIC) | OWN) - set(ROUTES) - {"inbox:hook"}

    assert not gone


# --- the matrix ----------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(GUARDED))
def test_each_person_gets_what_the_table_of_actions_says(name, cast, browser_of, network):
    _no_shop_answers(network)
    thing, wrong = _thing(name), []
    for who, person in cast.people.items():
        for place in ("shop_a", "shop_b") if thing and thing not in OF_NO_SHOP else ("",):
            with transaction.atomic():
                kwargs = thing(cast, getattr(cast, place) if place else cast.shop_a) if thing else {}
                answer = _ask(browser_of(person), name, kwargs)
                transaction.set_rollback(True)
            wanted = _expected(who, GUARDED[name], place)
            if _met(answer) != wanted:
                wrong.append(f"{who} in {place or 'any shop'}: {wanted} wanted, got {answer.status_code}")

    assert not wrong


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(name for name in GUARDED if ROUTES[name].pattern.converters))
def test_a_role_in_one_shop_is_worth_nothing_in_another(name, cast, browser_of, network):
    """An auditor here who is staff there may not do here what staff may."""
    _no_shop_answers(network)
    thing = _thing(name)
    if thing is None or thing in OF_NO_SHOP:
        return
    two_hats = make.person("two.hats@example.com")
    make.membership(two_hats, cast.shop_a, Role.AUDITOR)
    make.membership(two_hats, cast.shop_b, Role.ADMIN)

    answer = _ask(browser_of(two_hats), name, thing(cast, cast.shop_a))

    allowed = Role.AUDITOR in access.ACTIONS[GUARDED[name]]
    assert _met(answer) == ("let in" if allowed else "not found")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(n for n in GUARDED if not ROUTES[n].pattern.converters))
def test_a_list_tells_nothing_of_a_foreign_shop(name, cast, browser_of):
    make.cancellation(record=make.order_record(store=cast.shop_b, order=make.canonical_order(number="#FOREIGN")))
    _event(cast, cast.shop_b)

    for who in ("admin_a", "staff_a", "auditor_a"):
        answer = _ask(browser_of(getattr(cast, who)), name, {})
        page = _body(answer)
        assert "Big Canvas" not in page, who
        assert "#FOREIGN" not in page, who
        assert "staff_b@example.com" not in page, who


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OWN))
def test_the_own_account_needs_somebody_signed_in(name, cast, browser_of):
    stranger = _ask(Client(), name, {})
    person = _ask(browser_of(cast.stranger), name, {})

    assert _met(stranger) in ("sign in", "not found", "forbidden")
    assert _met(person) in ("let in", "not found")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(GUARDED))
def test_a_second_factor_is_asked_on_every_page_where_it_is_required(name, cast, browser_of, settings):
    settings.SECOND_FACTOR = "required"
    thing = _thing(name)
    kwargs = thing(cast, cast.shop_a) if thing else {}

    answer = _ask(browser_of(cast.owner), name, kwargs)

    assert answer["Location"] == reverse("mfa_activate_totp")


def _ask(browser: Client, name: str, kwargs: dict[str, Any]) -> Any:
    """By GET; by POST where a page takes nothing else."""
    url = reverse(name, kwargs=kwargs)
    answer = browser.get(url)
    return browser.post(url, {}) if answer.status_code == 405 else answer


def _met(answer: Any) -> str:
    if answer.status_code == 404:
        return "not found"
    if answer.status_code == 403:
        return "forbidden"
    if answer.status_code == 401 or "/account/login/" in answer.get("Location", ""):
        return "sign in"
    return "let in" if answer.status_code < 500 or answer.status_code == 503 else "broken"


def _expected(who: str, action: str, place: str) -> str:
    """From the table of actions and ROLES, not from access.can: two ways that must agree."""
    if who == "anonymous":
        return "sign in"
    held = ROLES.get(who, {})
    worn = {role for where, role in held.items() if place in ("", where)}
    return "let in" if who == "owner" or worn & access.ACTIONS[action] else "not found"


def _body(answer: Any) -> str:
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def _no_shop_answers(network: Any) -> None:
    """The outer world is down: who may enter must not depend on it."""
    network.assert_all_requests_are_fired = False
    for method in ("GET", "POST"):
        network.add(method, re.compile(".*"), status=503)


def test_the_cast_is_what_this_file_believes(cast):
    found: dict[str, dict[str, Role]] = {}
    shops = {cast.shop_a.pk: "shop_a", cast.shop_b.pk: "shop_b"}
    for who, person in cast.people.items():
        if isinstance(person, User) and person.memberships.exists():
            found[who] = {shops[m.store_id]: Role(m.role) for m in person.memberships.all()}

    assert found == ROLES
    assert [who for who, person in cast.people.items() if getattr(person, "is_owner", False)] == ["owner"]
