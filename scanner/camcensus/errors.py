"""What the program says when it cannot go on: each error is one sentence for a person."""


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
