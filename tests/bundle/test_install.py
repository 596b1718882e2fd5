"""The installer of the offline bundle: what it refuses, and what it leaves alone."""

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offline import build, install

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "README.txt": b"read me",
    "wheels/a-1-py3-none-any.whl": b"PK\x03\x04",
    "wheels/b.whl": b"b",
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A bundle of three files."""
    for name, content in FILES.items():
        path = tmp_path / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    build.write_sums(tmp_path / "bundle")
    return tmp_path / "bundle"


def test_what_the_builder_writes_the_installer_accepts(small: Path) -> None:
    assert install.verify(small) == len(FILES)


@given(st.sampled_from(sorted(FILES)), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_bit_in_any_file_is_refused_by_its_name(
    small: Path, name: str, data: st.DataObject
) -> None:
    content = bytearray(FILES[name])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    (small / name).write_bytes(content)
    with pytest.raises(install.InstallError, match=f"{name} is not what was packed"):
        install.verify(small)
    (small / name).write_bytes(FILES[name])


def test_a_file_too_many_and_one_too_few_are_refused(small: Path) -> None:
    (small / "wheels" / "c.whl").write_bytes(b"")
    (small / "README.txt").unlink()
    with pytest.raises(
        install.InstallError, match=r"README\.txt is missing; wheels/c\.whl does not"
    ):
        install.verify(small)


@pytest.mark.fuzz
@given(st.binary(max_size=300) | st.text("0123abc \n/", max_size=300).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_of_any_content_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / install.SUMS).write_bytes(content)
    try:
        found = dict(install.read_sums(tmp_path / install.SUMS))
    except install.InstallError:
        return
    assert all(len(digest) == 64 for digest in found.values())


def test_another_python_or_machine_is_told_what_the_bundle_is_for(small: Path) -> None:
    (small / "wheels" / "x-1-cp39-cp39-manylinux_2_17_riscv64.whl").write_bytes(b"")
    (small / "wheels" / "x-1-cp312-cp312-manylinux_2_17_aarch64.whl").write_bytes(b"")
    if sys.version_info[:2] == (3, 12):
        (small / "wheels" / "x-1-cp312-cp312-manylinux_2_17_aarch64.whl").unlink()
    with pytest.raises(install.InstallError, match=r"the bundle is for CPython .* and this is"):
        install.check_python(small)


def test_it_needs_neither_venv_nor_ensurepip_nor_anything_outside_the_standard_library() -> None:
    tree = ast.parse((ROOT / "offline" / "install.py").read_text(encoding="utf-8"))
    imported = {
        (alias.name if isinstance(node, ast.Import) else str(node.module)).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names - {"venv", "ensurepip", "distutils"}


def test_it_is_read_by_pythons_that_are_too_old_for_it() -> None:
    text = (ROOT / "offline" / "install.py").read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 7))


def environment(program: Path, name: str) -> Path:
    """What an installation leaves, without its content."""
    place = program / name
    install.make_environment(place)
    return place


def test_uninstall_takes_its_own_and_leaves_the_census(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program, link = tmp_path / "program", tmp_path / "bin" / "camcensus"
    place = environment(program, "one")
    install.point(link, place)
    (tmp_path / "census.db").write_bytes(b"census")
    (program / "notes.txt").write_bytes(b"of the user")
    for _ in range(2):  # the second time there is nothing left to do, and that is no mistake
        install.uninstall(program, link)
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert left == ["bin", "census.db", "program", "program/notes.txt"]
    assert "there is no camcensus in" in capsys.readouterr().out


def test_a_program_of_somebody_else_in_the_place_of_the_link_stays(tmp_path: Path) -> None:
    link = tmp_path / "camcensus"
    link.write_bytes(b"another")
    with pytest.raises(install.InstallError, match="move it away, or name another folder"):
        install.check_link(link, tmp_path / "program")
    install.uninstall(tmp_path / "program", link)
    assert link.read_bytes() == b"another"


def test_an_update_keeps_the_version_before_and_no_older_one(tmp_path: Path) -> None:
    program, link = tmp_path / "program", tmp_path / "bin" / "camcensus"
    first, second, third = (environment(program, name) for name in ("1", "2", "3"))
    install.point(link, second)
    assert install.current(link, program) == second
    install.leave_only(program, {third, second})
    install.point(link, third)
    assert install.current(link, program) == third
    assert (second.exists(), first.exists()) == (True, False)


@pytest.mark.parametrize(
    ("typed", "word", "folder"),
    [
        ([], "install", "~/.local/share/camcensus"),
        (["uninstall"], "uninstall", "~/.local/share/camcensus"),
        (["uninstall", "/opt/x"], "uninstall", "/opt/x"),
        (["/opt/x"], "install", "/opt/x"),
        (["verify"], "verify", "~/.local/share/camcensus"),
    ],
)
def test_the_first_word_says_what_to_do(typed: list[str], word: str, folder: str) -> None:
    wanted = install.read_arguments(typed)
    assert (wanted.word, wanted.folder) == (word, Path(folder).expanduser())


@pytest.mark.parametrize(
    ("typed", "said"),
    [(["unistall"], "write a folder as ./unistall"), (["/a", "/b"], "one folder, not 2: /a /b")],
)
def test_a_mistyped_word_is_no_folder_to_install_into(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        install.read_arguments(typed)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_builder_reads_every_pin_of_its_lock() -> None:
    text = (ROOT / "requirements" / "bundle.txt").read_text(encoding="utf-8")
    found = build.pins("bundle.txt")
    assert len(found) == sum(line[:1].isalpha() for line in text.splitlines()) > 40
    assert "".join(found.values()).count("sha256:") == text.count("sha256:")
