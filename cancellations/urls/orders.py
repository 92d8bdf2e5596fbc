from django.urls import path

from cancellations.views import order, orders_list

app_name = "orders"
urlpatterns = [
    path("orders", orders_list.order_list, name="list"),
    path("orders.csv", orders_list.order_export, name="export"),
    path("orders/<uuid:uuid>", order.order_detail, name="detail"),
    path("orders/<uuid:uuid>/live", order.order_live, name="live"),
    path("orders/<uuid:uuid>/preview", order.order_preview, name="preview"),
    path("orders/<uuid:uuid>/confirm", order.order_confirm, name="confirm"),
]
