"""A Shopify that answers the Admin GraphQL API from the world's file.

Read from the entrance inwards: answer.py (one request: parse, cost, bucket, execute), schema.py (our SDL, resolved by
views/), views/ (an order as the API tells it), totals.py and suggest.py (its money), cancel.py refund.py edit.py
captures.py stock.py fulfilment.py (what changes it), build.py seeds.py populate.py (where orders come from).

An order is one JSON body. Amounts are whole minor units of the customer's currency, the one that moves; the shop's
side is converted when it is told. Ids of an order's parts lie in the block after the order's own id, so any part
leads to its order without a table.
"""
