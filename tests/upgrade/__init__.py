"""A version reads the database of the one before it: a stored copy, migrated and finished.

stored     the copy as it lies here: the desk's database, the outer world it spoke with, the exported checkpoints
make_copy  how a copy is made, under the code of the version that is being left
"""
