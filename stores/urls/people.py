from django.urls import path

from stores.views import people, rates

app_name = "people"
urlpatterns = [
    path("people", people.people_list, name="list"),
    path("people/invite", people.invite, name="invite"),
    path("people/invitations/<uuid:uuid>/withdraw", people.withdraw, name="withdraw"),
    path("people/rates", rates.exchange_rates, name="rates"),
    path("people/<uuid:uuid>", people.change, name="change"),
    path("people/<uuid:uuid>/sessions", people.end_sessions, name="end_sessions"),
    path("people/<uuid:uuid>/remove", people.remove, name="remove"),
]
