"""What a cancellation may become, and who hears of it: transitions, deadlines, limits, notices, the emergency stop.

Services and execution move a cancellation through `transitions` and nowhere else; neither imports the other. The
table of allowed moves stands in `cancellations.states`, below the models that name it. Read `transitions` first.
"""
