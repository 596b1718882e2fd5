"""How often the catalogue is right, measured on answers whose device is known; nothing is sent.

A corpus is a folder of JSON Lines: `positive*.jsonl` holds video devices, `negative*.jsonl`
everything else. A line is what `identify` takes, with `expect` (`vendor`, `model`, `firmware`,
`device_kind` or `device_kind_any`; what is missing is not scored) and `evidence`, its grade.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from camcensus.errors import UsageError
from camcensus.identify import Catalogue
from camcensus.listen.exchanges import read_line
from camcensus.types import Identity, Kind
from camcensus.wire import MalformedError

NAMED = 0.5
"""From this confidence on, a name counts as an accusation of what is no camera."""
UNLABELLED = frozenset({"unspecified", "web-app-or-device"})
FAVICONS = "favicon-hash-list"
BEHIND_LOGIN = "behind a login"
_KINDS = {"video-encoder": Kind.ENCODER.value}
_Z = 1.959964  # of the normal distribution, for an interval that holds in 95 of 100 cases


@dataclass(frozen=True, slots=True)
class Case:
    """One answer, and what is known of the device that gave it."""

    id: str
    protocol: str
    grade: str
    line: str
    video: bool
    vendor: str | None
    model: str | None
    firmware: str | None
    kinds: tuple[str, ...]

    @property
    def unlabelled(self) -> bool:
        """Whether nobody knows what it is but that it is not meant as a camera."""
        return not self.video and not UNLABELLED.isdisjoint(self.kinds)


@dataclass(frozen=True, slots=True)
class Score:
    """What became of one case; each word is `right`, `wrong`, `silent`, or "" if not scored."""

    case: Case
    vendor: str
    model: str
    firmware: str
    kind: str
    said: str
    confidence: float


def read_corpus(place: Path) -> Iterator[Case]:
    """The cases of a folder, or of one file of it; `UsageError` names the line that is none."""
    paths = [place] if place.is_file() else sorted(place.glob("*.jsonl"))
    paths = [path for path in paths if path.name.startswith(("positive", "negative"))]
    if not paths:
        raise UsageError(f"{place} holds no positive*.jsonl and no negative*.jsonl to measure on")
    for path in paths:
        video = path.name.startswith("positive")
        with path.open(encoding="utf-8", errors="surrogateescape") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _case(f"{path}:{number}", line, video=video)


def _case(place: str, line: str, *, video: bool) -> Case:
    try:
        row = json.loads(line)
        expect = row["expect"]
        kinds = expect.get("device_kind_any") or [expect.get("device_kind", "")]
        grade = str(row.get("evidence", "recorded"))
        return Case(
            id=str(row["id"]),
            protocol=str(row.get("protocol", "several")),
            grade=BEHIND_LOGIN if row.get("auth_required") else grade,
            line=line,
            video=video,
            vendor=expect.get("vendor"),
            model=expect.get("model"),
            firmware=expect.get("firmware"),
            kinds=tuple(_KINDS.get(kind, kind) for kind in kinds if kind),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{place} is no line of a corpus: {error!r}") from None


def measure(cases: Iterable[Case], catalogue: Catalogue) -> list[Score]:
    """Each case named, and held against what is known of it."""
    return [_score(case, catalogue) for case in cases]


def _score(case: Case, catalogue: Catalogue) -> Score:
    try:
        evidence = read_line(case.line).evidence
    except MalformedError as error:
        return Score(case, "silent", "silent", "silent", "silent", f"unreadable: {error}", 0.0)
    identity = catalogue.identify(evidence)
    names = [name for name in (identity.maker, identity.brand) if name]
    said = [catalogue.names.get(name, name) for name in names]
    judge = _positive if case.video else _negative
    return Score(
        case=case,
        vendor=_judge(case.vendor, said),
        model=_judge(case.model, [identity.model] if identity.model else []),
        firmware=_judge(case.firmware, [identity.firmware] if identity.firmware else []),
        kind=judge(case, identity),
        said=" / ".join(dict.fromkeys(said)) or "nobody",
        confidence=identity.confidence,
    )


def _judge(wanted: str | None, said: Iterable[str]) -> str:
    found = {_fold(one) for one in said}
    if wanted is None:
        return ""
    if not found:
        return "silent"
    return "right" if _fold(wanted) in found else "wrong"


def _positive(case: Case, identity: Identity) -> str:
    if not case.kinds:
        return ""
    if identity.kind is Kind.UNKNOWN:
        return "silent"
    return "right" if identity.kind in case.kinds else "wrong"


def _negative(case: Case, identity: Identity) -> str:
    """Right is "no video device", which of the unlabelled nobody can know."""
    if identity.kind is Kind.UNKNOWN:
        return "silent"
    if identity.kind is Kind.NOT_VIDEO:
        return "" if case.unlabelled else "right"
    return "wrong"


def _fold(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def interval(right: int, of: int) -> tuple[float, float]:
    """Wilson's score interval of a share, 95 % (E. B. Wilson, JASA 22, 1927)."""
    if not of:
        return 0.0, 1.0
    share, weight = right / of, _Z * _Z / of
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * ((share * (1 - share) + weight / 4) / of) ** 0.5 / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Bin:
    """Names given with a certainty between two bounds: how many of them were right."""

    low: float
    high: float
    named: int
    right: int
    stated: float  # the mean of the certainties stated

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the truth lies, in 95 of 100 cases."""
        return interval(self.right, self.named)

    @property
    def honest(self) -> bool:
        """Whether what was stated does not promise more than the interval allows."""
        return self.stated <= self.interval[1]


def calibration(scores: Iterable[Score]) -> list[Bin]:
    """How often the names were right, by how sure they were said to be."""
    named = [one for one in scores if one.case.video and one.vendor in {"right", "wrong"}]
    bounds = (0.0, 0.5, 0.7, 0.9, 0.95, 1.01)
    found = []
    for low, high in pairwise(bounds):
        inside = [one for one in named if low <= one.confidence < high]
        if inside:
            right = sum(one.vendor == "right" for one in inside)
            stated = sum(one.confidence for one in inside) / len(inside)
            found.append(Bin(low, min(high, 1.0), len(inside), right, stated))
    return found


def tally(scores: Iterable[Score], attribute: str) -> Counter[str]:
    """How many were right, wrong and silent about an attribute."""
    words = (str(getattr(one, attribute)) for one in scores)
    return Counter(word for word in words if word)


def confusions(scores: Iterable[Score]) -> list[tuple[str, str, list[str]]]:
    """What was taken for whom: who it was, who was said, and the cases; the most first."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in scores:
        if one.case.video and one.vendor in {"wrong", "silent"}:
            found.setdefault((str(one.case.vendor), one.said), []).append(one.case.id)
    return [
        (*pair, cases) for pair, cases in sorted(found.items(), key=lambda x: (-len(x[1]), x[0]))
    ]


def accused(scores: Iterable[Score]) -> list[Score]:
    """What is no video device and was called one, or bears a name that it should not."""
    return [one for one in scores if not one.case.video and _accusation(one)]


def _accusation(score: Score) -> bool:
    named = score.confidence >= NAMED and score.said != "nobody"
    if score.case.unlabelled:
        return score.kind == "wrong" or named
    return score.kind == "wrong" or (named and score.vendor == "wrong")


def grouped(scores: Iterable[Score]) -> Mapping[tuple[str, str], list[Score]]:
    """The scores of video devices by grade and protocol."""
    found: dict[tuple[str, str], list[Score]] = {}
    for one in scores:
        if one.case.video:
            found.setdefault((one.case.grade, one.case.protocol), []).append(one)
    return dict(sorted(found.items()))
