from django.urls import path

from cancellations.views import cancellations, decisions

app_name = "cancellations"
urlpatterns = [
    path("cancellations", cancellations.cancellation_list, name="list"),
    path("cancellations/<uuid:uuid>", cancellations.cancellation_detail, name="detail"),
    path("cancellations/<uuid:uuid>/steps", cancellations.cancellation_steps, name="steps"),
    path("cancellations/<uuid:uuid>/look", cancellations.cancellation_look, name="look"),
    path("cancellations/<uuid:uuid>/take-back", decisions.take_back, name="take_back"),
    path("cancellations/<uuid:uuid>/release", decisions.release, name="release"),
    path("cancellations/<uuid:uuid>/approve", decisions.approve, name="approve"),
    path("cancellations/<uuid:uuid>/let-stand", decisions.let_stand, name="let_stand"),
    path("cancellations/<uuid:uuid>/messages/<uuid:message>/again", decisions.send_again, name="send_again"),
    path("cancellations/<uuid:uuid>/steps/<int:position>/retry", decisions.retry, name="retry"),
    path("cancellations/<uuid:uuid>/steps/<int:position>/settle", decisions.settle, name="settle"),
]
