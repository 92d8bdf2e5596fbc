"""What is asked of the product's rows. Each question takes the viewer and begins with what they may see.

Views, pages, forms and lifecycle ask; nothing here writes. `cancellations` finds and lists, `looks` is what waits for a
person, `audit` and `story` read the chain, `stops` the emergency stops. Read `cancellations` first.

`select_related` and `prefetch_related` stand here and nowhere else; lists go by keyset, without count and offset, and
ask as often for one row as for twenty.
"""
