"""A Shopify that answers the Admin GraphQL API from the world's file.

simulator  the Python door and its own tables      router  who may ask      answer  one request: parse, cost, run
schema     our SDL, resolved by root and views/: an order as the API tells it
totals, suggest, payments, money                   an order's money
cancel, refund, edit, captures, stock_changes, fulfilment      what changes it
build, spec, seeds, populate, shops                where orders come from
session, index, search, listing, idempotency, rate_limits, cost, subscriptions, webhooks

An order is one JSON body. Amounts are whole minor units of the customer's currency, the one that moves; the shop's
side is converted when it is shown. Ids of an order's parts lie in the block after the order's own id, so any part
leads to its order without a table.
"""
