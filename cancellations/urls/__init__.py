"""Pages of the desk by namespace: one module each."""

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
