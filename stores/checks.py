"""Checks that explain a bad setting with an id and a hint."""
