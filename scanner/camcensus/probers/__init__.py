"""The ways a camera makes itself known: `table.PROBERS` lists them, `evidence` reads their answers.

Nothing is imported here: what sends nothing (`identify`) reads `evidence` without any socket.
"""
