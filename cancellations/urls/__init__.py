"""Addresses of the desk by namespace: one module each, the intake's among them. Only `config.urls` includes them.

Read `orders` first. Names end in what is shown, addresses hold uuids and search words, never a name or a mail address.
Those of accounts and people stand in `stores.urls`; a page stands in the highest app whose data it shows.
"""

from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("cancellations.urls.audit")),
    path("", include("cancellations.urls.orders")),
    path("", include("cancellations.urls.cancellations")),
    path("", include("cancellations.urls.shops")),
    path("", include("cancellations.urls.stop")),
    path("", include("cancellations.urls.inbox")),
]
