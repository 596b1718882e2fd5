"""What the program says when it cannot go on: each error is one sentence for a person."""

import re

_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")
_TOML_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_.-]+)["']?\s*=""")


def malformed_toml(source: str, text: str, error: ValueError) -> str:
    """What tomllib says of a text, with file and line, and the key there or the last before it."""
    lines = text.rstrip().split("\n")
    place = _TOML_PLACE.search(str(error))
    number = int(place[1]) if place and place[1] else len(lines)
    keys = [(at, found[1]) for at, one in enumerate(lines, 1) if (found := _TOML_KEY.match(one))]
    at, key = max((pair for pair in keys if pair[0] <= number), default=(0, ""))
    where = f" {'at' if at == number else 'after'} {key!a}" if key else ""
    return f"{source}:{number}: not TOML{where}: {_TOML_PLACE.sub('', str(error))}"


class CamcensusError(Exception):
    """Our failure, or the machine's: the verb ends with exit code 1."""

    exit_code = 1


class UsageError(CamcensusError):
    """What the user typed or wrote in a file cannot be done: exit code 2, nothing was sent."""

    exit_code = 2


class ScopeError(UsageError):
    """A target, zone or exclusion that will not be scanned, and why."""


class CatalogueError(CamcensusError):
    """A signature or vocabulary file that does not hold; names file, signature and key."""

    exit_code = 2


class StoreError(CamcensusError):
    """The database cannot be used; says which file and what to do."""


class SafetyError(CamcensusError):
    """A prober asked to send what `fingerprints/safety.toml` does not allow: a mistake of ours."""
