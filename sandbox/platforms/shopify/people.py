"""Invented people, places and goods for orders in bulk; every address ends in example.com."""

from __future__ import annotations

FIRST = (
    "Ada", "Amir", "Anouk", "Beata", "Carlos", "Chloe", "Daan", "Elif", "Enzo", "Farah", "Greta", "Hugo", "Ines",
    "Jakub", "Kofi", "Lars", "Leila", "Marta", "Mateo", "Mei", "Nadia", "Niko", "Oskar", "Petra", "Rafael", "Sanna",
    "Sofia", "Tariq", "Viola", "Yusuf",
)  # fmt: skip
LAST = (
    "Abbott", "Andersen", "Bauer", "Bianchi", "Castillo", "Chandra", "Dubois", "Eriksen", "Ferreira", "Fischer",
    "Gonzalez", "Haddad", "Ivanova", "Jansen", "Kowalski", "Larsen", "Mbeki", "Moretti", "Nakamura", "Novak",
    "Okafor", "Peeters", "Quinn", "Rahman", "Schmidt", "Silva", "Takahashi", "Ulrich", "Varga", "Wong",
)  # fmt: skip
PLACES = (
    ("Harbour Lane", "Portsmouth", "03801", "US"),
    ("Maple Street", "Burlington", "05401", "US"),
    ("Canal Road", "Providence", "02903", "US"),
    ("Orchard Avenue", "Ithaca", "14850", "US"),
    ("Mill Lane", "Leeds", "LS1 4DY", "GB"),
    ("Lindenweg", "Freiburg", "79098", "DE"),
)
PRODUCTS = (
    ("Enamel mug", "Blue", "14.50", "MUG-BLU", "Northwind Goods"),
    ("Enamel mug", "White", "14.50", "MUG-WHT", "Northwind Goods"),
    ("Mountain tea", "100 g", "8.90", "TEA-100", "Hillside Tea"),
    ("Smoked tea", "250 g", "17.40", "TEA-250", "Hillside Tea"),
    ("Desk lamp", "Brass", "89.00", "LAMP-BR", "Lumen Works"),
    ("Reading lamp", "Black", "64.00", "LAMP-BK", "Lumen Works"),
    ("Linen shirt", "S", "59.00", "SHIRT-S", "Common Thread"),
    ("Linen shirt", "M", "59.00", "SHIRT-M", "Common Thread"),
    ("Wool scarf", "Grey", "42.00", "SCARF-GR", "Common Thread"),
    ("Notebook", "Dotted", "11.20", "NOTE-DOT", "Paper & Co"),
    ("Fountain pen", "Fine", "36.00", "PEN-F", "Paper & Co"),
    ("Walnut tray", "", "48.50", "TRAY-WAL", "Northwind Goods"),
    ("Beeswax candle", "Tall", "9.75", "CANDLE-T", "Northwind Goods"),
    ("Canvas bag", "Olive", "33.00", "BAG-OLV", "Common Thread"),
)
