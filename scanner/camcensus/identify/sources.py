"""The files of a catalogue: ours, and over them a folder of the user's own that goes before."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from camcensus.errors import CatalogueError
from camcensus.identify.loader import read_file, read_head, read_vocabulary, read_words
from camcensus.identify.signatures import Head, Signature, SignatureFile

HEAD = "catalogue.toml"
VOCABULARY = "vocabulary.toml"
WORDS = "words.toml"
_FOLDERS = ("makers", "kinds")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name below the folder, where it lies, and whether it is the user's own."""

    name: str
    place: str
    own: bool
    content: bytes


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the files say, one over the other."""

    version: str
    names: Mapping[str, str]
    renamed: Mapping[str, str]
    files: tuple[SignatureFile, ...]


def read_folder(folder: Path, *, own: bool = False) -> tuple[Source, ...]:
    """Every file of a folder that a catalogue is made of, in the order in which they count.

    Raises:
        CatalogueError: a file cannot be read, or the folder holds nothing that is ours to read.
    """
    paths = [folder / VOCABULARY] if not own or (folder / VOCABULARY).exists() else []
    optional = (folder / WORDS,) if own else (folder / HEAD, folder / WORDS)
    paths += [path for path in optional if path.exists()]
    for name in _FOLDERS:
        paths += sorted((folder / name).glob("*.toml"))
    if not paths:
        raise CatalogueError(f"{folder}: has neither makers/*.toml nor kinds/*.toml to read")
    try:
        return tuple(_source(folder, path, own=own) for path in paths)
    except OSError as error:
        raise CatalogueError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _source(folder: Path, path: Path, *, own: bool) -> Source:
    name = path.relative_to(folder).as_posix()
    return Source(name, str(path) if own else name, own, path.read_bytes())


def read_sources(sources: Iterable[Source]) -> Knowledge:
    """The files, read and laid over each other; `CatalogueError` names what does not hold."""
    ours = [source for source in sources if not source.own]
    theirs = [source for source in sources if source.own]
    heads = [read_head(one.place, one.content) for one in ours if one.name == HEAD]
    names: dict[str, str] = {}
    for one in (*ours, *theirs):
        if one.name == VOCABULARY:
            names |= read_vocabulary(one.place, one.content)
    words: dict[str, str] = {}
    for one in (*ours, *theirs):
        if one.name == WORDS:
            words |= read_words(one.place, one.content)
    files = {file.name: file for file in _files(ours, names, words)}
    for file in files.values():
        if file.withdraw:
            raise CatalogueError(f"{file.name}: withdraw: is for a folder of your own")
    for file in _files(theirs, names, words):
        files[file.name] = _over(files[file.name], file) if file.name in files else file
    head = heads[0] if heads else Head("0", ())
    return Knowledge(
        version=_version(head.version, ours, theirs),
        names=names,
        renamed=dict(head.renamed),
        files=tuple(files.values()),
    )


def _files(
    sources: Iterable[Source], names: Mapping[str, str], words: Mapping[str, str]
) -> Iterator[SignatureFile]:
    for one in sources:
        if one.name not in {HEAD, VOCABULARY, WORDS}:
            yield read_file(one.name, one.content, names, place=one.place, words=words)


def _over(ours: SignatureFile, own: SignatureFile) -> SignatureFile:
    """One file over another: lists grow, what bears a name of ours takes its place."""
    known = {signature.id for signature in ours.signatures}
    for name in own.withdraw:
        if name not in known:
            raise CatalogueError(f"{own.place}: withdraw: {name!r} is no signature of {ours.name}")
    gone = {signature.id for signature in own.signatures} | set(own.withdraw)
    kept = tuple(signature for signature in ours.signatures if signature.id not in gone)
    return replace(
        ours,
        coverage=own.coverage or ours.coverage,
        aliases=_both(ours.aliases, own.aliases),
        oui=_both(ours.oui, own.oui),
        mac_prefixes=_both(ours.mac_prefixes, own.mac_prefixes),
        facts=tuple((dict(ours.facts) | dict(own.facts)).items()),
        relations=_both(ours.relations, own.relations),
        signatures=kept + own.signatures,
    )


def _both(ours: tuple[T, ...], own: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*ours, *own)))


def check_ids(signatures: Iterable[Signature], renamed: Mapping[str, str]) -> None:
    """An id stands for one signature, and an old one for the one that took its place."""
    seen: dict[str, Signature] = {}
    for signature in signatures:
        other = seen.setdefault(signature.id, signature)
        if other is not signature:
            raise CatalogueError(f"{signature.place}: {signature.id}: id: also in {other.place}")
        if signature.id.endswith(".mac.owner"):
            raise CatalogueError(f"{signature.place}: {signature.id}: id: is reserved, use oui")
    for old, new in renamed.items():
        if old in seen:
            raise CatalogueError(f"{HEAD}: renamed: {old}: is in use in {seen[old].place}")
        if new and new not in seen:
            raise CatalogueError(f"{HEAD}: renamed: {old}: there is no signature {new!r}")


def _version(released: str, ours: Iterable[Source], own: Iterable[Source]) -> str:
    """The release of the catalogue, what its files hold, and what the user's own hold."""
    mark = f"{released}+{_digest(ours)}"
    own = tuple(own)
    return f"{mark}.own.{_digest(own)}" if own else mark


def _digest(sources: Iterable[Source]) -> str:
    digest = hashlib.sha256()
    for one in sources:
        digest.update(f"{one.name}\0{len(one.content)}\0".encode())
        digest.update(one.content)
    return digest.hexdigest()[:12]
