from django.urls import path

from cancellations.views import cancellations as views

app_name = "cancellations"
urlpatterns = [
    path("cancellations", views.cancellation_list, name="list"),
    path("cancellations/<uuid:uuid>", views.cancellation_detail, name="detail"),
    path("cancellations/<uuid:uuid>/steps", views.cancellation_steps, name="steps"),
    path("cancellations/<uuid:uuid>/take-back", views.take_back, name="take_back"),
    path("cancellations/<uuid:uuid>/release", views.release, name="release"),
    path("cancellations/<uuid:uuid>/approve", views.approve, name="approve"),
    path("cancellations/<uuid:uuid>/let-stand", views.let_stand, name="let_stand"),
    path("cancellations/<uuid:uuid>/steps/<int:position>/retry", views.retry, name="retry"),
    path("cancellations/<uuid:uuid>/steps/<int:position>/settle", views.settle, name="settle"),
]
