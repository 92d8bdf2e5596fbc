from django.urls import path

from cancellations.intake import webhooks

app_name = "inbox"
urlpatterns = [path("hooks/<str:token>", webhooks.hook, name="hook")]
