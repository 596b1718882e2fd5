"""Build the offline bundle: our wheel, the wheels it needs, pip, hashes and the installer.

Everything comes from the pins of requirements/bundle.txt and build.txt, each file by its hash; pip
fetches it from wherever this machine fetches packages. The same pins give the same bytes.
"""

import argparse
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
# glibc 2.28 (RHEL 8, Debian 10) is the newest that any wheel here asks for.
GLIBC = ("2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")
LEGACY = ("manylinux2014", "manylinux2010", "manylinux1")  # what 2_17, 2_12 and 2_5 were called
SOURCE_ONLY = ("onvif-zeep",)  # its makers publish no wheel: it is built here, once
EPOCH = 1_577_836_800  # 2020-01-01: a bundle has no time of its own
_PIN = re.compile(r"^([a-z0-9-]+)==[^\n]*(?:\n    [^\n]*)*", re.MULTILINE)
_HASHES = re.compile(r"(?: *\\\n)? *--hash=\S+")


def main() -> None:
    """Write dist/camcensus-VERSION-offline.tar.gz, and its sum beside it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machine", choices=("x86_64", "aarch64"), default="x86_64")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "bundle"
        gather(folder, wanted.machine)
        [ours] = folder.glob("wheels/camcensus-*.whl")
        suffix = "" if wanted.machine == "x86_64" else f"-{wanted.machine}"
        name = f"camcensus-{ours.name.split('-')[1]}-offline{suffix}"
        archive = wanted.out / f"{name}.tar.gz"
        wanted.out.mkdir(parents=True, exist_ok=True)
        pack(folder, name, archive)
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest(archive)}  {archive.name}\n")
    print(f"{archive}: {archive.stat().st_size / 1e6:.0f} MB")


def gather(folder: Path, machine: str) -> None:
    """Everything of the bundle, in a folder."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    needed, tools = pins("bundle.txt"), pins("build.txt")
    published = [text for name, text in needed.items() if name not in SOURCE_ONLY]
    for version in PYTHONS:
        choice = tags(version, machine)
        pip("download", [*published, tools["pip"]], "--require-hashes", "--dest", wheels, *choice)
    into = ("--wheel-dir", wheels, "--no-cache-dir")
    pip("wheel", [needed[name] for name in SOURCE_ONLY], "--require-hashes", *into)
    pip("wheel", [str(ROOT)], *into)
    write_requirements(folder, needed)
    for path in (ROOT / "LICENSE", ROOT / "LICENSES.md", *ROOT.glob("offline/install.*")):
        shutil.copy(path, folder)
    shutil.copy(ROOT / "offline" / "README.txt", folder)
    write_sums(folder)


def pins(lock: str) -> dict[str, str]:
    """Each pin of a lock, its hashes included, by name."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return {found[1]: found[0] for found in _PIN.finditer(text)}


def tags(version: str, machine: str) -> list[str]:
    """What pip may choose for one CPython on one kind of machine."""
    platforms = [f"manylinux_{glibc}_{machine}" for glibc in GLIBC]
    platforms += [f"{name}_{machine}" for name in LEGACY]
    words = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", version]
    for abi in (f"cp{version.replace('.', '')}", "abi3", "none"):
        words += ["--abi", abi]
    for platform in platforms:
        words += ["--platform", platform]
    return words


def pip(verb: str, wanted: Iterable[str], *words: str | Path) -> None:
    """Run pip on a list of requirements; nothing that is not in the list comes along.

    What it builds has no time of its own. It ends the build if it fails.
    """
    surroundings = os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as listed:
        listed.write("\n".join(wanted) + "\n")
        listed.flush()
        quiet = ("-qq", "--progress-bar", "off", "--disable-pip-version-check")
        alone = ("--no-deps", "--no-build-isolation", "--requirement", listed.name)
        command = [sys.executable, "-m", "pip", verb, *quiet, *alone, *words]
        subprocess.run(command, check=True, env=surroundings)


def write_requirements(folder: Path, needed: dict[str, str]) -> None:
    """The same pins, with the hashes of the files that are here and of no others."""
    ours = next(folder.glob("wheels/camcensus-*.whl"))
    lines = [f"camcensus[xlsx]=={ours.name.split('-')[1]} --hash=sha256:{digest(ours)}"]
    for name, text in needed.items():
        pin = _HASHES.sub("", text).strip()
        found = sorted(folder.glob(f"wheels/{name.replace('-', '_')}-*.whl"))
        hashes = [f"--hash=sha256:{digest(path)}" for path in found]
        lines += [" ".join([pin, *hashes])] if hashes else []  # colorama is for Windows
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_sums(folder: Path) -> None:
    """SHA256SUMS, as `sha256sum -c` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{digest(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pack(folder: Path, name: str, archive: Path) -> None:
    """A tar whose bytes depend on what is in it alone; wheels are compressed already."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = EPOCH
        member.mode = 0o755 if member.isdir() or member.name.endswith("install.sh") else 0o644
        return member

    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=EPOCH) as stream,
        tarfile.open(mode="w", fileobj=stream, format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            tar.add(path, f"{name}/{path.relative_to(folder)}", recursive=False, filter=plain)


if __name__ == "__main__":
    main()
