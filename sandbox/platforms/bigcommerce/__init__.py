"""BigCommerce, simulated at the HTTP level: orders v2, payment actions v3, inventory, settings and webhooks.

An order is one record; money in it is decimal text.

simulator  the Python door      router  routes, rights, limits      refusals  how v2 and v3 say no, and XML
quotes     what a refund is worth          refunds  what becomes of one        statuses  status, void, archive
orders, listing, serializers               what is kept and read        inventory, webhooks   the other APIs
amounts, spec, build, seeds, switches, staff      orders in words and in bulk, doubts, people behind our back
Read simulator, router, quotes, refunds.
"""
