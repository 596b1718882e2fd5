"""With what policy an entry becomes a zone, for what reason, and what a person must look at."""

from dataclasses import dataclass
from typing import NamedTuple

from camcensus.scope.addresses import PRIVATE
from camcensus.scope.importing.entries import Entry
from camcensus.scope.importing.wording import Guess
from camcensus.scope.ranges import RangeSet
from camcensus.scope.words import Policy


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of rows that say nothing of it, and whether public networks are theirs."""

    site: str = ""
    policy: Policy = Policy.PROBE
    allow_public: bool = False


class Verdict(NamedTuple):
    """The policy and reason of a zone; `check` is "" if nobody has to look at it."""

    policy: Policy
    reason: str
    check: str = ""


def judge(entry: Entry, found: tuple[Guess, ...], wishes: Wishes) -> Verdict:
    """What becomes of an entry, of whose names `found` has the strictest guess first.

    A policy that the row states counts; else the stricter of its names and of what the user says.
    """
    fallback = wishes.policy
    guess = found[0] if found else None
    if entry.doubt:
        reason = f"{entry.doubt} (in the import); look at it"
        check = f"{entry.doubt}: closed until somebody decides."
        return Verdict(Policy.DO_NOT_PROBE, reason, check)
    if entry.policy is not None:
        return _as_written(entry, guess, entry.policy)
    if guess and guess.rule.policy.strictness > fallback.strictness:
        also = "".join(f" It also says {o.word!r}." for o in found if o.rule.policy.sends)
        check = f'guessed from "{guess.word}": {guess.rule.why}.{also}'
        return Verdict(guess.rule.policy, entry.reason or guess.reason, check)
    if fallback.sends and not wishes.allow_public and _public(entry):
        reason = "public addresses in the import; look at it"
        check = "public addresses: are they yours? (--allow-public)"
        return Verdict(Policy.DO_NOT_PROBE, reason, check)
    if fallback is Policy.DO_NOT_PROBE and not entry.reason:
        return Verdict(fallback, "do-not-probe was asked for at the import")
    return Verdict(fallback, entry.reason)


def _as_written(entry: Entry, guess: Guess | None, policy: Policy) -> Verdict:
    """A policy that the row states holds, whatever its names say; they are told."""
    if policy is Policy.DO_NOT_PROBE and not entry.reason:
        reason = guess.reason if guess else "do-not-probe in the import, which gives no reason"
        return Verdict(policy, reason, "the import gives no reason for do-not-probe.")
    if guess and guess.rule.policy.strictness > policy.strictness:
        check = f'{policy} in the import, but it says "{guess.word}": {guess.rule.why}.'
        return Verdict(policy, entry.reason, check)
    return Verdict(policy, entry.reason)


def _public(entry: Entry) -> bool:
    return bool(RangeSet.of(entry.networks).minus(PRIVATE))
