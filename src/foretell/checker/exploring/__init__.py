"""Every situation a story can come to, found and kept: `explore` goes the rounds.

It gives an `Exploration`: a graph in arrays, and notes beside it. What its parts are worth to any
reader is asked of the graph alone (`checker.graphs`).
"""
