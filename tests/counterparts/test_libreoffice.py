"""LibreOffice opens the spreadsheet, and finds texts, numbers and dates but no formula."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from camcensus.export.inventory import Inventory, Listed
from camcensus.export.xlsx import COLUMNS, workbook
from camcensus.store import Owned
from export.samples import DEVICE, SEEN, TRICKY

pytestmark = pytest.mark.counterpart

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
ACTING = ("=1+1", "+49", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")')


def opened(path: Path, folder: Path) -> etree._Element:
    """The workbook as LibreOffice read it, as flat XML; it has no network."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    unshare = ["unshare", "--user", "--map-root-user", "--net"]
    convert = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(folder)]
    subprocess.run(
        [*unshare, *convert, str(path)],
        check=True,
        capture_output=True,
        timeout=100,
        env={**os.environ, "HOME": str(folder)},
    )
    return etree.parse(folder / f"{path.stem}.fods").getroot()


def test_libreoffice_finds_no_formula_and_typed_cells(tmp_path: Path) -> None:
    rows = [replace(DEVICE, name=text, serial=text, owned=Owned(note=text)) for text in TRICKY]
    rows += [replace(DEVICE, firmware=text, owned=Owned(room=text)) for text in ACTING]
    made = Inventory(("=north",), tuple(map(Listed, rows)), 0, (), (), SEEN, "1.2.3")
    path = tmp_path / "cameras.xlsx"
    path.write_bytes(workbook(made))
    tree = opened(path, tmp_path)
    cells = list(tree.iter(f"{{{TABLE}}}table-cell"))
    assert [one for one in cells if one.get(f"{{{TABLE}}}formula") is not None] == []
    kinds = {one.get(f"{{{OFFICE}}}value-type") for one in cells}
    assert kinds == {None, "string", "float", "date"}
    said = ["".join(map(str, one.itertext())).strip() for one in cells]
    for text in ACTING:
        assert said.count(text) >= 2, text
    assert [column.title for column in COLUMNS if column.title not in said] == []
