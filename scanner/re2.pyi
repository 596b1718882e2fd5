# What camcensus.identify.patterns uses of google-re2, which ships no types.
from collections.abc import Mapping

class error(Exception): ...  # noqa: N801, N818  # the library's own spelling

class Options:
    max_mem: int
    log_errors: bool

class _Match:
    def group(self, group: str) -> bytes | None: ...

class _Regexp:
    @property
    def groupindex(self) -> Mapping[str, int]: ...
    def search(self, text: bytes) -> _Match | None: ...

def compile(pattern: str, options: Options | None = None) -> _Regexp: ...  # noqa: A001  # as above

class Set:
    @classmethod
    def SearchSet(cls, options: Options | None = None) -> Set: ...  # noqa: N802  # as above
    def Add(self, pattern: str) -> int: ...  # noqa: N802  # as above
    def Compile(self) -> None: ...  # noqa: N802  # as above
    def Match(self, text: bytes) -> list[int] | None: ...  # noqa: N802  # as above
