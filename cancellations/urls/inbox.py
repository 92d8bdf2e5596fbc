from django.urls import path

from cancellations.intake import door

app_name = "inbox"
urlpatterns = [path("hooks/<str:token>", door.hook, name="hook")]
