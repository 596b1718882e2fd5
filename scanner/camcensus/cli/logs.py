"""Where log lines go: stderr, as text or JSON, with device text made harmless."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any


def set_up(log_format: str) -> None:
    """Send the program's log to stderr in this format; libraries speak up only when it matters."""
    import structlog

    renderer: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _harmless,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _harmless(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """One record is one line, and carries nothing that a terminal would obey."""
    from camcensus.wire.text import printable

    for key, value in event.items():
        if isinstance(value, str):
            event[key] = "\n".join(printable(line) for line in value.split("\n"))
    return event
