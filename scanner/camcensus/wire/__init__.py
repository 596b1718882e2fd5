"""Bytes to messages and back: pure functions, one module per protocol.

Every reader takes bytes as a device sent them, and either returns a message or raises
`MalformedError`; nothing else gets out, whatever the bytes are.
"""


class MalformedError(ValueError):
    """The bytes are not a message of this protocol; the text says what is wrong with them."""
