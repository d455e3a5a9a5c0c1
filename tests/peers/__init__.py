"""Other implementations of ink, to compare with: inkjs so far."""
