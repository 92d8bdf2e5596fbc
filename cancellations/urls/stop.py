from django.urls import path

from cancellations.views import stop as views

app_name = "stop"
urlpatterns = [
    path("stop", views.stop_page, name="page"),
    path("stop/now", views.press, name="press"),
    path("stop/<uuid:uuid>/resume", views.resume, name="resume"),
    path("stop/<uuid:uuid>/keep", views.keep, name="keep"),
]
