"""Takes the pictures of the documentation: terminal, spreadsheet and page, from the virtual estate.

make.py FOLDER: needs Debian's chromium, libreoffice-calc-nogui, poppler-utils and tmux, and
works in a private network without a way out. `make screenshots` calls it.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

NEEDED = {
    "chromium": "chromium",
    "pdftoppm": "poppler-utils",
    "soffice": "libreoffice-calc-nogui",
    "tmux": "tmux",
}
ALONE = ("unshare", "--user", "--map-root-user", "--net")
COLUMNS, ROWS = 112, 34
ANSWERS = (("Look for cameras on which?", "1"), ("Name of this site", "Oakfield"), ("Start?", ""))
LONGEST_S = 240
TERMINAL = (
    "<!DOCTYPE html><meta charset=utf-8><style>html{{background:#16202b}}body{{margin:18px}}"
    "pre{{font:15px/1.35 'DejaVu Sans Mono',monospace;color:#e6edf3}}</style><pre>{code}</pre>"
)


def main() -> int:
    """0 when every picture is taken."""
    missing = [package for name, package in NEEDED.items() if shutil.which(name) is None]
    if missing:
        print(f"apt-get install {' '.join(missing)}", file=sys.stderr)
        return 1
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="friday-") as name:
        work = Path(name)
        asked, ended = terminal(work)
        picture(shown(asked, work / "asked.html"), folder / "start.png", 1060, 210)
        picture(shown(ended, work / "ended.html"), folder / "terminal.png", 1060, 700)
        [sheet], [page] = work.glob("cameras-*.xlsx"), work.glob("cameras-*.html")
        spreadsheet(sheet, work, folder / "spreadsheet.png")
        picture(page, folder / "page.png", 1100, 1500)
    return 0


def terminal(work: Path) -> tuple[str, str]:
    """The guided start, answered: the screen with the questions, and the screen at its end."""
    camcensus = shlex.join([sys.executable, "-m", "camcensus"])
    inside = f"cd {shlex.quote(str(work))}; clear; exec {camcensus}"
    command = f"{camcensus} lab -- sh -c {shlex.quote(inside)}; echo the-end; sleep 60"
    tmux = ("tmux", "-S", str(work / "socket"), "-f", "/dev/null")
    size = ("-x", str(COLUMNS), "-y", str(ROWS))
    own = ("-e", f"XDG_DATA_HOME={work}", "-e", f"XDG_CONFIG_HOME={work}")
    subprocess.run([*tmux, "new-session", "-d", *size, *own, command], check=True)
    try:
        for question, answer in ANSWERS:
            asked = _wait(tmux, question)
            subprocess.run([*tmux, "send-keys", answer, "Enter"], check=True)
        ended = _wait(tmux, "the-end")
    finally:
        subprocess.run([*tmux, "kill-session"], check=True)
    return asked, ended.replace("the-end", "")


def _wait(tmux: tuple[str, ...], words: str) -> str:
    """The screen, with its colours, once it shows these words."""
    for _ in range(LONGEST_S * 4):
        capture = [*tmux, "capture-pane", "-e", "-p"]
        screen = subprocess.run(capture, check=True, capture_output=True, text=True).stdout
        if words in screen:
            time.sleep(0.3)
            return subprocess.run(capture, check=True, capture_output=True, text=True).stdout
        time.sleep(0.25)
    raise SystemExit(f"the terminal never showed {words!r}:\n{screen}")


def shown(screen: str, path: Path) -> Path:
    """A screen as a page, in its colours."""
    with path.with_suffix(".txt").open("w") as unread:
        console = Console(record=True, width=COLUMNS, file=unread)
        console.print(Text.from_ansi(screen.rstrip()))
    page = console.export_html(inline_styles=True, code_format=TERMINAL)
    path.write_text(page, "utf-8")
    return path


def spreadsheet(path: Path, work: Path, image: Path) -> None:
    """The first sheet as LibreOffice prints it, without the margins of the paper."""
    profile = f"-env:UserInstallation=file://{work}/profile"
    convert = ("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(work))
    subprocess.run([*ALONE, *convert, str(path)], check=True, capture_output=True)
    window = ("-r", "120", "-x", "70", "-y", "70", "-W", "1270", "-H", "290")
    one = ("-f", "1", "-l", "1", "-singlefile", "-png")
    pdf = str(work / f"{path.stem}.pdf")
    subprocess.run(["pdftoppm", *one, *window, pdf, str(image.with_suffix(""))], check=True)


def picture(page: Path, image: Path, width: int, height: int) -> None:
    """A page as Chromium draws it."""
    with tempfile.TemporaryDirectory() as profile:
        options = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"),
            *("--hide-scrollbars", f"--user-data-dir={profile}"),
            *(f"--window-size={width},{height}", f"--screenshot={image}"),
        )
        command = [*ALONE, "chromium", *options, page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
