"""A Shopify that answers the Admin GraphQL API from the world's file.

simulator  the Python door      router  who may ask      answer  one request: parse, cost, run, and who watches
schema     our SDL, resolved by root and views/: an order as the API tells it
values, totals, suggest         ids and money as Shopify writes them, and an order's money
cancel, refund, edit, stock, stock_changes, fulfilment      what changes it
build, shops, spec, seeds       where shops and orders come from
session, index (with its tables), search, listing, idempotency, cost, subscriptions, webhooks, switches, staff

Read simulator, then answer. An order is one JSON body. Amounts are whole minor units of the customer's currency, the
one that moves; the shop's side is converted when it is shown. Ids of an order's parts lie in the block after the
order's own id, so any part leads to its order without a table.
"""
