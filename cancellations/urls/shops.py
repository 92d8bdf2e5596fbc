from django.urls import path

from cancellations.views import shops as detail
from stores.views import calendar, capabilities, served, shops, unreadable

app_name = "shops"
urlpatterns = [
    path("shops", shops.shop_list, name="list"),
    path("shops/calendar", calendar.calendar, name="calendar"),
    path("shops/connect", shops.choose, name="connect"),
    path("shops/connect/<slug:platform>", shops.connect, name="connect_to"),
    path("shops/connect/<slug:platform>/test", shops.test_new, name="test_new"),
    path("shops/<uuid:uuid>", detail.shop_detail, name="detail"),
    path("shops/<uuid:uuid>/progress", shops.progress, name="progress"),
    path("shops/<uuid:uuid>/unreadable", unreadable.read_again, name="read_again"),
    path("shops/<uuid:uuid>/settings", shops.settings, name="settings"),
    path("shops/<uuid:uuid>/credentials", shops.rekey, name="rekey"),
    path("shops/<uuid:uuid>/credentials/test", shops.test_known, name="test_known"),
    path("shops/<uuid:uuid>/connections/attach", served.attach, name="attach"),
    path("shops/<uuid:uuid>/connections/<int:row>/detach", served.detach, name="detach"),
    path("shops/<uuid:uuid>/pause", shops.pause, name="pause"),
    path("shops/<uuid:uuid>/resume", shops.resume, name="resume"),
    path("shops/<uuid:uuid>/remove", shops.remove, name="remove"),
    path("shops/<uuid:uuid>/disconnect", shops.disconnect, name="disconnect"),
    path("capabilities", capabilities.capabilities, name="capabilities"),
]
