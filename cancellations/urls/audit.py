from django.urls import path

from cancellations.views import audit as views

app_name = "audit"
urlpatterns = [
    path("audit", views.audit_list, name="list"),
    path("audit.csv", views.audit_csv, name="export"),
    path("audit/proof.jsonl", views.audit_proof, name="proof"),
    path("audit/seal", views.audit_seal_line, name="seal"),
    path("audit/check", views.audit_check, name="check"),
    path("audit/<str:chain>/<int:seq>", views.audit_detail, name="detail"),
]
