from django.apps import AppConfig
from django.utils.translation import get_language, gettext, ngettext, to_locale

from stores.kernel import i18n


class StoresConfig(AppConfig):
    name = "stores"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        i18n.use(one=gettext, many=ngettext, locale=lambda: to_locale(get_language() or "en-gb"))
        from stores import checks, checks_of_database, tasks  # noqa: F401
        from stores.audit import people, refusals  # noqa: F401
        from stores.connectors import registry
        from stores.platforms.registry import ADAPTERS

        registry.register(*ADAPTERS)
