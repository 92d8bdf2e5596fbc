"""Addresses of the ground floor. Those of shops stand in cancellations/urls/shops.py: they show its rows too."""

from django.urls import include, path

from stores.views import start

urlpatterns = [
    path("", start.home, name="home"),
    path("start", start.first_steps, name="first_steps"),
    path("start/<str:token>", start.start, name="start"),
    path("join/<str:token>", start.join, name="join"),
    path("account/", include("stores.urls.account")),
    path("", include("stores.urls.people")),
]
