"""A graph in arrays, and what is asked of it: components, ways, odds, lengths.

These modules know numbers alone, no story and no text, and would serve any decision process.
"""
