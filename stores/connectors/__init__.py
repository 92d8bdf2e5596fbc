"""What every connector shares, whatever it connects: how an effect is looked for, and who decides what was found.

`records`: what an adapter reads back. `judge`: the one place that says found, foreign, absent or unclear. An adapter
never judges: it reads, and knows our mark only as text that may stand somewhere. `refund_estimate`: what goes back, and
through which payment, where a platform computes nothing itself.
"""
