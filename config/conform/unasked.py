"""Why a doubt has no probe: by platform and number."""

from __future__ import annotations

from typing import Final

NO_PROBE: Final = "nobody has written a probe for it"
MONEY: Final = "it would move money, and a probe does not"
UNITS: Final = "only an order that is cancelled for it would show it"
PLUGIN: Final = "each payment provider or plug-in answers it for itself"
TOGETHER: Final = "two requests at the same moment would have to change one order"
LOAD: Final = "only running into the limit shows it, and the shop would feel that"
HOOKS: Final = "it shows in webhooks, which take time and an address"
VENDOR: Final = "no call tells it; the vendor has to"

REASONS: Final[dict[str, dict[str, str]]] = {
    "shopify": {
        "2": MONEY,
        "3": UNITS,
        "4": UNITS,
        "5": UNITS,
        "6": UNITS,
        "7": "only a change that is sent without its key, and again a day later, would show it",
        "9": TOGETHER,
    },
    "woocommerce": {"1": PLUGIN, "2": TOGETHER, "5": "the mail stands in a customer's inbox, not in an answer"},
    "magento": {"2": PLUGIN, "3": TOGETHER, "4": VENDOR, "5": MONEY},
    "square": {"1": LOAD, "2": UNITS, "4": MONEY},
    "bigcommerce": {"1": UNITS, "4": PLUGIN, "6": UNITS},
    "shoplazza": {
        "1": UNITS,
        "2": UNITS,
        "3": MONEY,
        "4": MONEY,
        "5": MONEY,
        "6": "it may give back the whole order, whatever was meant",
        "7": VENDOR,
        "8": LOAD,
        "9": HOOKS,
        "11": UNITS,
    },
    "modern_dropship": {
        "3": UNITS,
        "4": UNITS,
        "5": UNITS,
        "7": HOOKS,
        "8": UNITS,
        "9": VENDOR,
    },
}
