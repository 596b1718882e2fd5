"""Installs camcensus from the folder this file is in; `install.sh` finds the Python for it.

Needs the standard library only, and of that neither venv nor ensurepip, which Debian packages
apart: the environment is written as PEP 405 describes it, and pip runs from its own wheel.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this far to be told so
    sys.exit(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed")

import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

BUNDLE = Path(__file__).resolve().parent
SUMS = "SHA256SUMS"
MARK = "camcensus-offline"  # the file that says a folder is of our making, and complete
OLDEST_GLIBC = (2, 28)
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")
_BUILT = re.compile(r"-(cp3\d+)-cp3\d+-\S*_(x86_64|aarch64)\.whl")


class InstallError(Exception):
    """Why it cannot be done, and what to do, in a sentence."""


def main(arguments: list[str]) -> int:
    """Do what one command line says; 0 if it was done."""
    wanted = read_arguments(arguments)
    program, link = wanted.folder / "program", wanted.bin / "camcensus"
    try:
        if wanted.word == "fits":
            check_python(BUNDLE)
        elif wanted.word == "verify":
            say(f"{verify(BUNDLE)} files are as they were packed")
        elif wanted.word == "uninstall":
            uninstall(program, link)
        else:
            install(BUNDLE, program, link)
    except InstallError as error:
        print(f"install.sh: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"install.sh: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def read_arguments(arguments: list[str]) -> argparse.Namespace:
    """The word, the folder and the folder of the link; argparse says what is wrong."""
    words = ("install", "verify", "uninstall", "fits")
    parser = argparse.ArgumentParser(
        prog="sh install.sh",
        usage="sh install.sh [install | verify | uninstall] [FOLDER] [--bin DIR]",
        description="Installs camcensus from this folder, compares its files with SHA256SUMS, or "
        "takes the program away again; the census and the settings stay.",
    )
    parser.add_argument("words", nargs="*", metavar="FOLDER", help="~/.local/share/camcensus")
    parser.add_argument(
        "--bin", type=Path, default=Path("~/.local/bin"), metavar="DIR",
        help="where the link to the program goes (~/.local/bin)",
    )  # fmt: skip
    wanted = parser.parse_args(arguments)
    rest = list(wanted.words)
    wanted.word = rest.pop(0) if rest and rest[0] in words else "install"
    if len(rest) > 1:
        parser.error(f"one folder, not {len(rest)}: {' '.join(rest)}")
    if rest and "/" not in rest[0]:
        parser.error(f"{rest[0]} is neither a word nor a folder; write a folder as ./{rest[0]}")
    wanted.folder = full(Path(rest[0] if rest else "~/.local/share/camcensus"))
    wanted.bin = full(wanted.bin)
    return wanted


def full(path: Path) -> Path:
    """The path from the root, `~` and `..` resolved, so that a link to it holds anywhere."""
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links on the way stay


def say(sentence: str) -> None:
    """One line for the person who watches."""
    print(sentence, flush=True)


def check_python(bundle: Path) -> None:
    """Raise unless this Python and machine are those that the wheels are built for."""
    names = "\n".join(path.name for path in bundle.glob("wheels/*"))
    built = set(_BUILT.findall(names))
    versions = sorted({f"3.{tag[3:]}" for tag, _ in built}, key=lambda text: int(text[2:]))
    machines = sorted({machine for _, machine in built})
    own = f"cp{sys.version_info.major}{sys.version_info.minor}", platform.machine()
    libc, version = platform.libc_ver()
    recent = libc == "glibc" and tuple(map(int, version.split(".")[:2])) >= OLDEST_GLIBC
    if sys.implementation.name == "cpython" and own in built and recent:
        return
    raise InstallError(
        f"the bundle is for CPython {', '.join(versions)} on Linux {' or '.join(machines)} with "
        f"glibc {'.'.join(map(str, OLDEST_GLIBC))} or newer, and this is "
        f"{platform.python_implementation()} {platform.python_version()} on {platform.system()} "
        f"{platform.machine()}, {libc or 'no glibc'} {version}".rstrip()
    )


def verify(bundle: Path) -> int:
    """How many files are as SHA256SUMS says; raises if one is not, is missing, or is too many."""
    wanted = dict(read_sums(bundle / SUMS))
    there = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    faults = [f"{name} is missing" for name in sorted(wanted.keys() - there)]
    faults += [f"{name} does not belong here" for name in sorted(there - wanted.keys() - {SUMS})]
    faults += [
        f"{name} is not what was packed"
        for name in sorted(wanted.keys() & there)
        if digest(bundle / name) != wanted[name]
    ]
    if faults:
        more = f", and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise InstallError(
            f"{'; '.join(faults[:3])}{more}. Nothing was installed: unpack the bundle anew, or "
            "fetch it again"
        )
    return len(wanted)


def read_sums(path: Path) -> Iterator[tuple[str, str]]:
    """Name and SHA-256 of each file, from the form that sha256sum writes."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InstallError(f"{path} cannot be read ({error}): unpack the bundle anew") from None
    for number, line in enumerate(text.splitlines(), 1):
        found = _SUM.fullmatch(line)
        if found is None:
            raise InstallError(f"{path}:{number} is no line of sha256sum: unpack the bundle anew")
        yield found[2], found[1]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def install(bundle: Path, program: Path, link: Path) -> None:
    """The program below `program`, and the link to it; an interrupted run leaves the old one."""
    check_python(bundle)
    say(f"comparing the files with {SUMS}")
    say(f"{verify(bundle)} files are as they were packed")
    check_link(link, program)
    place = program / f"{digest(bundle / SUMS)[:12]}-cp3{sys.version_info.minor}"
    if (place / MARK).exists() and starts(place):
        say(f"{place} is there already and starts; nothing to install")
    else:
        fill(bundle, place)
    before = current(link, program)
    point(link, place)
    leave_only(program, {place, before or place})
    say(f"{link} starts it")
    if str(link.parent) not in os.environ.get("PATH", "").split(os.pathsep):
        say(f"{link.parent} is not in your PATH: add it, or type the whole {link}")
    say("go on with: camcensus doctor, then camcensus plan TARGET; neither sends anything")


def fill(bundle: Path, place: Path) -> None:
    """A new environment with everything in it, marked when it is complete."""
    say(f"installing into {place}")
    shutil.rmtree(place, ignore_errors=True)
    try:
        make_environment(place)
        run_pip(bundle, place)
        (place / MARK).write_text("made by install.sh; uninstall removes it\n", encoding="ascii")
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def make_environment(place: Path) -> None:
    """An empty virtual environment (PEP 405)."""
    python = Path(sys.executable).resolve()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (place / "lib" / f"python{version}" / "site-packages").mkdir(parents=True)
    (place / "lib64").symlink_to("lib")  # some distributions put what is compiled there
    (place / "bin").mkdir()
    (place / "bin" / "python").symlink_to(python)
    settings = (
        f"home = {python.parent}\ninclude-system-site-packages = false\nversion = {version}\n"
    )
    (place / "pyvenv.cfg").write_text(settings, encoding="utf-8")


def run_pip(bundle: Path, place: Path) -> None:
    """Install from the wheels alone, each by its hash, with the pip that came along; try it."""
    wheels = bundle / "wheels"
    pip = next(wheels.glob("pip-*.whl"))
    words: list[str | Path] = [
        *("install", "--quiet", "--no-index", "--find-links", wheels, "--require-hashes"),
        *("--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check"),
        *("--root-user-action", "ignore", "--requirement", bundle / "requirements.txt"),
    ]
    command = [place / "bin" / "python", "-I", pip / "pip", "--isolated", *words]
    surroundings = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    if subprocess.run(command, env=surroundings, check=False).returncode:
        raise InstallError("pip could not install; its reason is above. Nothing was changed")
    if not starts(place):
        raise InstallError(f"{place}/bin/camcensus does not start. Nothing was changed")


def starts(place: Path) -> bool:
    """Whether the program there says its version."""
    try:
        done = subprocess.run(
            [place / "bin" / "camcensus", "--version"], stdout=subprocess.DEVNULL, check=False
        )
    except OSError:  # the Python it was made with is gone
        return False
    return done.returncode == 0


def check_link(link: Path, program: Path) -> None:
    """Raise if something that is not ours stands where the link goes."""
    if os.path.lexists(link) and current(link, program) is None:
        raise InstallError(
            f"{link} is there and not of this installation: move it away, or name another folder "
            "for the link with --bin DIR"
        )


def current(link: Path, program: Path) -> Path | None:
    """The environment below `program` that the link leads to, `None` if to none."""
    if not link.is_symlink():
        return None
    place = link.readlink().parent.parent
    return place if place.parent == program else None


def point(link: Path, place: Path) -> None:
    """Let the link lead there, in one step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    new = link.with_name(f".camcensus.{os.getpid()}")
    new.symlink_to(place / "bin" / "camcensus")
    new.replace(link)


def leave_only(program: Path, kept: set[Path]) -> None:
    """Remove older environments of ours; the one before stays, a sweep may still run from it."""
    for place in program.iterdir():
        if place not in kept and (place / "pyvenv.cfg").exists():
            shutil.rmtree(place)


def uninstall(program: Path, link: Path) -> None:
    """Take away what `install` made, and nothing else."""
    if current(link, program):
        link.unlink()
        say(f"removed {link}")
    ours = [place for place in program.glob("*") if (place / "pyvenv.cfg").exists()]
    for place in ours:
        shutil.rmtree(place)
        say(f"removed {place}")
    if not ours:
        say(f"there is no camcensus in {program}")
    if program.is_dir() and not any(program.iterdir()):
        program.rmdir()
    say(
        "the census and the settings were left: camcensus keeps them in ~/.local/share/camcensus "
        "and ~/.config/camcensus unless told otherwise"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
