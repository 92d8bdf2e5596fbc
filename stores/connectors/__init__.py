"""What every connector shares, whatever it connects: what it can be to us, how an effect is looked for, who decides.

`roles`: what an outside account can be (a source of orders, a refunder, a ledger, a channel): read it first.
`registry`: all of them by key. `webhooks`: how deliveries are believed and read. `rows`: a listing, row by row.
`rest`: the call, for whoever speaks REST. `errors`: what a vendor's refusals prove, as a table. `oauth1`: signatures
of OAuth 1.0a. `oauth2`: tokens by client credentials. `graphql`: calls of a GraphQL API, what its errors let us know,
pages of a connection. `fields`: looks into an answer that a schema describes. `sentences`: what several say in the
same words.
`commands`: what is asked of a command before it leaves, and how its numbers are written. `order_totals`: units, totals
and state of payment that follow from what is told. `refunds`: a refund of one sum. `refund_record`:
units in a refund's reason.
`records`: what an adapter reads back. `judge`: the one place that says found, foreign, absent or unclear. An adapter
never judges: it reads, and knows our mark only as text that may stand somewhere. `refund_estimate`: what goes back, and
through which payment, where a platform computes nothing itself.
"""
