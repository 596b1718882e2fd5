"""Bytes to text, and text to something a terminal or a log can show without harm."""

import codecs
import re
import unicodedata

_CHARSETS = {
    "big5": "big5",
    "cp1251": "cp1251",
    "cp1252": "cp1252",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "gb18030": "gb18030",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",  # the WHATWG reading: servers that say one mean the other
    "iso-8859-15": "iso8859_15",
    "iso-8859-2": "iso8859_2",
    "iso-8859-9": "iso8859_9",
    "koi8-r": "koi8_r",
    "latin1": "cp1252",
    "shift-jis": "shift_jis",
    "shift_jis": "shift_jis",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "windows-1254": "cp1254",
}
_UNASSIGNED = re.compile("[\ue000-\uf8ff]")  # what gb18030 makes of bytes that are no Chinese
_MARKS_IN_A_RUN = 8  # no script needs more; thousands make NFC quadratic and a terminal unreadable
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0")


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`: utf-8, else the declared charset if known, else gb18030, else latin-1.

    Text cut inside a character keeps everything before the cut.
    """
    wanted = _CHARSETS.get(declared.strip(" \t\"'").lower()) if declared else None
    for codec in ("utf-8", wanted, "gb18030"):
        text = None if codec is None else _try(data, codec)
        if text is not None and not (codec == "gb18030" and _UNASSIGNED.search(text)):
            return text.removeprefix("\ufeff")
    return data.decode("latin-1")


def _try(data: bytes, codec: str) -> str | None:
    """`data` in this codec; a character cut off at the end becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        text = decoder.decode(data, final=False)
    except UnicodeError:  # also utf-16 without its byte order mark
        return None
    if not decoder.getstate()[0]:
        return text
    # A lone high byte after plain ASCII is latin-1 (`Caf\xe9`), not a cut character.
    return None if text.isascii() else text + "\ufffd"


def printable(text: str) -> str:
    r"""`text` for a terminal or a log: NFC, with what is invisible or steers as `\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        shown.append(_escape(char) if _is_hidden(char) or marks > _MARKS_IN_A_RUN else char)
    return unicodedata.normalize("NFC", "".join(shown))


def _is_hidden(char: str) -> bool:
    return (
        unicodedata.category(char) in _HIDDEN_CATEGORIES
        or char in _BLANK_LETTERS
        or "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
    )


def _escape(char: str) -> str:
    point = ord(char)
    if point <= 0xFF:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"
