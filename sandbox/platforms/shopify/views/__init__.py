"""An order, its parts and its shop as the API tells them: each method is a field of the SDL in snake case."""
