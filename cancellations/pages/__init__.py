"""What builds a page: rows and plans into the figures and sentences that a template shows.

Pages read, and may ask for a preview; they change nothing. Views call one of these and render. `order` and
`cancellation` gather the two large pages, `decisions` adds what this viewer may do. Read `order` first.
"""
