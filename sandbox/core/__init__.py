"""The simulators' kit: the world and its file, HTTP without and with sockets, and what every vendor has. Knows none.

world, store, ledger         the world, its file, a row for each effect: the oracle of every crash test
messages, router, http_server, control_api      the doors          faults, fault_replies, switches   what goes wrong
base_simulator, records, staff, people          one platform's shops, records, colleagues, orders in bulk
exchange, routes, auth, rate_limits, paging, idempotency, webhooks      what a REST API is made of
graphql                      and a GraphQL one

Read `world`, then `base_simulator`, then `exchange`. Simulators are handed to a world; nothing here imports one.
"""
