"""The only sockets that touch a scanned network; every send needs a permit and an allowed shape."""

from camcensus.net.exchange import Net
from camcensus.net.reply import Reply
from camcensus.net.safety import Safety, load_safety

__all__ = ["Net", "Reply", "Safety", "load_safety"]
