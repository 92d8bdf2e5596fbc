"""Tags and filters of every page, builtin: templates load nothing. docs/pages.md shows each in use. Read `desk` first.

`state_labels` has the word and tone of each state, `times` instants in a shop's zone. A state is a word and a shape,
never colour alone; what a tag prints is escaped here and nowhere else.
"""
