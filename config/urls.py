from django.urls import include, path

from config import views

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler429 = "config.views.too_often"  # allauth asks for it
handler500 = "config.views.broken"

urlpatterns = [
    path("alive", views.alive, name="alive"),
    path("shops/practice/<slug:platform>", views.practice_shop, name="practice_shop"),
    path("", include("stores.urls")),
    path("", include("cancellations.urls")),
]
