"""HTML pages that are one file: no script, nothing fetched, every text escaped.

A page may be mailed, put on a share and printed. Its content security policy (W3C CSP 3) allows
the one style sheet, by its hash, and nothing else; so a device's text could do nothing even if it
were taken for markup.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from camcensus.wire.text import printable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def render(template: str, values: Mapping[str, object]) -> str:
    """The page of a template in `export/templates`, its values escaped; ends with a line break.

    A value `marking` stands at the head and foot of every sheet of paper.
    """
    marking = _css_string(str(values.get("marking", "")))
    sheet = _environment().get_template("page.css").render(marking=marking)
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(sheet)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template(template)
    return page.render(values, sheet=sheet, policy=policy)


def _css_string(text: str) -> "Markup":
    """Text for between the quotes of a CSS string: all but letters and digits as its number."""
    from markupsafe import Markup

    safe = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in printable(text))
    return Markup("".join(safe))  # noqa: S704  # nothing but letters, digits, \ and blanks


def _digest(sheet: str) -> str:
    """The hash of a style sheet as CSP Level 3, section 2.3.1, wants it."""
    return b64encode(sha256(sheet.encode()).digest()).decode()


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("camcensus.export", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )


def _finalize(value: object) -> object:
    """A value as it is printed: device text without control and direction characters."""
    # Markup is what a template made itself, such as the output of a macro; it is no plain str.
    return printable(value) if type(value) is str else value
