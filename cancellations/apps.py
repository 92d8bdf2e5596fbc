from django.apps import AppConfig


class CancellationsConfig(AppConfig):
    name = "cancellations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cancellations import tasks  # noqa: F401
