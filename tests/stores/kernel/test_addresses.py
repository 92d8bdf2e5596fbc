"""An address that only looks like another is refused, with the reason at its field."""

from __future__ import annotations

import pytest
from django.urls import reverse

from stores.kernel import addresses
from stores.kernel.errors import InputRejected
from stores.models import Invitation, Role
from stores.services import people

LOOK_ALIKES = {
    "Cyrillic a in the name": "\u0430na@example.com",
    "Cyrillic a in the domain": "ana@ex\u0430mple.com",
    "Kelvin sign, which lowers to k": "fran\u212a@example.com",
    "long s, which matches s": "\u017fam@example.com",
    "full width": "\uff41na@example.com",
    "zero width space": "ana\u200b@example.com",
    "right-to-left override": "ana\u202e@example.com",
    "combining dot": "an\u0307a@example.com",
    "no-break space": "ana\u00a0@example.com",
}


@pytest.mark.parametrize("address", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_an_address_that_only_looks_like_another_is_refused_by_its_letter(address):
    with pytest.raises(InputRejected, match=r"U\+[0-9A-F]{4} can look like another letter"):
        addresses.normal(address)


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@example.com", "a b@example.com", " ana@example.com",
                                     "ana@example.com ", "ana@example.com\n", "ana@example.com\0", "a" * 250 + "@x.io",
                                     "ana@@example.com", "ana@-example.com"])  # fmt: skip
def test_what_is_no_address_is_refused(address):
    with pytest.raises(InputRejected):
        addresses.normal(address)


@pytest.mark.parametrize(("given", "kept"), [("Ana@EXAMPLE.com", "ana@example.com"),
                                             ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example")])  # fmt: skip
def test_a_plain_address_has_one_spelling(given, kept):
    assert addresses.normal(given) == kept


@pytest.mark.django_db
@pytest.mark.parametrize("address", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_nobody_is_invited_at_an_address_that_only_looks_right(cast, browser_of, address):
    given = {"store": str(cast.shop_a.uuid), "email": address, "role": Role.STAFF.value}

    answer = browser_of(cast.admin_a).post(reverse("people:invite"), given)

    assert answer.status_code == 422
    assert "can look like another letter" in answer.content.decode()
    with pytest.raises(InputRejected):
        people.invite(actor=cast.admin_a, store=cast.shop_a, email=address, role=Role.STAFF)
    assert not Invitation.objects.exists()
