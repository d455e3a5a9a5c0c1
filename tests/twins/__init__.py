"""Slow and obvious twins of what is fast: they compute by definition, in exact numbers."""
