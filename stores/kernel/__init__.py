"""What everything stands on and what knows nothing of shops: money, errors, clock, numbers, keyset pages, the doorbell.

Anybody may import it; it imports nobody of ours. Read `errors` first: its classes say what we *know*, and that decides
what happens next. `http/` is the only place that speaks HTTP, `security/` seals, signs and redacts.

There is one clock and one source of randomness (`clock`), and one parser of numbers (`numbers`): crash tests, frozen
time and every figure a person types depend on nobody going around them.
"""
