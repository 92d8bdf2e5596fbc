from django.urls import include, path

from config import views

urlpatterns = [
    path("alive", views.alive, name="alive"),
    path("", include("stores.urls")),
    path("", include("cancellations.urls")),
]
