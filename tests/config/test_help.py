from __future__ import annotations

import pytest
from django.urls import reverse

from stores.platforms import registry

pytestmark = pytest.mark.django_db


def test_everybody_at_the_desk_finds_the_words_the_owners_and_the_platforms_by_their_own_names(cast, browser_of):
    for person in (cast.staff_a, cast.auditor_a):
        page = browser_of(person).get(reverse("help")).content.decode()

        assert "<dt>Hold</dt>" in page
        assert cast.owner.name in page
        assert all(registry.get(key).label in page for key in registry.PLATFORMS)


def test_each_page_leads_to_the_help(cast, browser_of):
    assert f'href="{reverse("help")}"' in browser_of(cast.staff_a).get(reverse("orders:list")).content.decode()
