"""What of a story's state can still matter: read off its code, before anything is explored.

`routes` is where code leads, `flow` where values go; `liveness` puts together what the future can
read. Nothing here runs a story.
"""
