from django.urls import path

from cancellations.views import order, orders_list

app_name = "orders"
urlpatterns = [
    path("orders", orders_list.order_list, name="list"),
    path("orders.csv", orders_list.order_export, name="export"),
    path("orders/found", orders_list.order_found, name="found"),
    path("orders/shops", orders_list.order_shops, name="shops"),
    path("orders/paste", orders_list.order_paste, name="paste"),
    path("orders/choose", orders_list.order_choose, name="choose"),
    path("orders/views", orders_list.save_view, name="save_view"),
    path("orders/views/<uuid:uuid>/forget", orders_list.forget_view, name="forget_view"),
    path("orders/<uuid:uuid>", order.order_detail, name="detail"),
    path("orders/<uuid:uuid>/live", order.order_live, name="live"),
    path("orders/<uuid:uuid>/present", order.order_present, name="present"),
    path("orders/<uuid:uuid>/others", order.order_others, name="others"),
    path("orders/<uuid:uuid>/preview", order.order_preview, name="preview"),
    path("orders/<uuid:uuid>/confirm", order.order_confirm, name="confirm"),
    path("orders/<uuid:uuid>/forget", order.order_forget, name="forget"),
]
