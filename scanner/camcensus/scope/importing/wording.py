"""What the names in an export say about policy: guesses, by the words of `zone-names.toml`."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from camcensus.data import data_folder
from camcensus.scope.importing.entries import Said
from camcensus.scope.words import Policy

FILE = "zone-names.toml"
_MOST_WORDS = 3  # in one row of words
_WORD = re.compile(r"[a-z]+|[0-9]+")
# Where a word ends without a blank: theatreMonitors, BMSPlant.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class NameRule:
    """A row of `zone-names.toml`."""

    tag: str
    policy: Policy
    words: frozenset[str]
    why: str
    matches: tuple[str, ...]
    rejects: tuple[str, ...]

    def word_in(self, text: str) -> str:
        """The first of its words that the text holds, "" if none."""
        return self.first_of(_phrases(text))

    def first_of(self, phrases: Iterable[str]) -> str:
        """The first phrase that is one of its words, "" if none."""
        begins = tuple(word.removesuffix("*") for word in self.words if word.endswith("*"))
        return next((one for one in phrases if one in self.words or one.startswith(begins)), "")


@dataclass(frozen=True, slots=True)
class Guess:
    """What a text suggests: the rule, the word of it, and where that was said."""

    rule: NameRule
    word: str
    said: Said

    @property
    def reason(self) -> str:
        """The reason that a zone gets which is closed for it."""
        return f"{self.said.how} {self.said.text!r} in the import; look at it"


def guesses(said: Iterable[Said]) -> tuple[Guess, ...]:
    """What the texts suggest, the strictest first; one guess for a rule."""
    found: dict[NameRule, Guess] = {}
    for text in said:
        phrases = _phrases(text.text)
        for rule in name_rules():
            if word := rule.first_of(phrases):
                found.setdefault(rule, Guess(rule, word, text))
    return tuple(sorted(found.values(), key=lambda guess: -guess.rule.policy.strictness))


@cache
def name_rules() -> tuple[NameRule, ...]:
    """The rows of the shipped file; `CatalogueError` names what is wrong with it."""
    return tuple(read_rules((data_folder("fingerprints") / FILE).read_bytes()))


def read_rules(content: bytes) -> Iterator[NameRule]:
    """The rows of a file like `zone-names.toml`; `CatalogueError` names place and fault."""
    from camcensus.identify.loader import read_rows

    for table in read_rows(FILE, content, "name"):
        policy = table.text("policy")
        if policy not in set(Policy):
            table.fail("policy", f"{policy!r} is none of {', '.join(Policy)}")
        words = table.texts("words")
        for word in words:
            if " ".join(_words_of(word)) != word.removesuffix("*"):
                table.fail("words", f"{word!r} is not of words in small letters without accents")
        rule = NameRule(
            tag=table.text("tag"),
            policy=Policy(policy),
            words=frozenset(words),
            why=table.text("why"),
            matches=table.texts("matches"),
            rejects=table.texts("rejects"),
        )
        table.close()
        yield rule


def _phrases(text: str) -> tuple[str, ...]:
    """The words of a text and what they make together, up to three in a row.

    Once as written and once with humps as gaps: VoIP is one word, theatreMonitors two.
    """
    found: dict[str, None] = {}
    for words in (_words_of(text), _words_of(_HUMP.sub(" ", text))):
        for length in range(1, _MOST_WORDS + 1):
            for start in range(len(words) - length + 1):
                found[" ".join(words[start : start + length])] = None
    return tuple(found)


def _words_of(text: str) -> tuple[str, ...]:
    apart = unicodedata.normalize("NFKD", text)
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return tuple(_WORD.findall(letters.casefold()))
