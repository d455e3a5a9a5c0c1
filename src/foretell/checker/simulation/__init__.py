"""Random readers: the machine run over and over, from the start or from where exploring stopped."""
