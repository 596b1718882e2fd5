"""Answers of eight makers' discovery protocols, written down byte by byte from their layouts."""


def _text(words: str, size: int) -> str:
    return words.encode().ljust(size, b"\0").hex()


def _hex(*parts: str) -> bytes:
    return bytes.fromhex("".join(parts))


BOSCH_BINARY = _hex(
    "9939a427", "0c1e2d05",  # magic, transaction
    "00075f0a1b2c", "03ff",  # MAC, unknown
    "c6120409", "ffffff00", "c6120401",  # address, mask, gateway
    "00030071",  # unknown
)  # fmt: skip
BOSCH_XML = (
    b'<?xml version="1.0" encoding="UTF-8"?><root xmlns="OEMExt00:device-1-0"><device>'
    b"<deviceType>OEMExt00:device:deviceID0</deviceType>"
    b"<friendlyName>FLEXIDOME IP starlight 8000i</friendlyName><unitName>Yard</unitName>"
    b"<serialNumber>044512345678010042</serialNumber><physAddress>00-07-5F-0A-1B-2C</physAddress>"
    b"<unitIPAddress>198.18.4.9</unitIPAddress><RCPPort>1756</RCPPort><HTTPPort>80</HTTPPort>"
    b"<HTTPSPort>443</HTTPSPort></device></root>"
)
HANWHA = _hex(
    "0b", "ad2cda75c66ee0faa85d6cb798fa9b814f11",  # an answer, whatever was in memory
    _text("00:09:18:0A:1B:2C", 18), _text("198.18.4.9", 16),
    _text("255.255.255.0", 16), _text("198.18.4.1", 16),
    "00" * 24, _text("XNV-6080R", 10), "00" * 14, _text("http://198.18.4.9/index.htm", 39),
    "ee" * 90,
)  # fmt: skip
VIVOTEK = _hex(
    "01", "4a5d8f1c",  # session, magic
    "01", "10", _text("Vivotek-FD8136-1", 16), "02", "06", "0002d10a1b2c",
    "03", "04", "c6120409", "04", "21",  # the fourth has one byte and no length
    "05", "01", "00", "06", "02", "5000", "08", "02", "656e", "09", "06", _text("FD8136", 6),
)  # fmt: skip
PANASONIC = _hex(
    "0001", "00ac", "0000", "bcc3420a1b2c", "00" * 46,  # to the list of values at 0x3A
    "0020", "0004", "c6120409", "0021", "0004", "ffffff00", "0022", "0004", "c6120401",
    "0025", "0002", "0050", "00a7", "000f", _text("WV-S2131L lobby", 15),
    "00a8", "000a", _text("WV-S2131L", 10), "00a9", "0004", _text("1.46", 4),
    "ffff", "1234",
)  # fmt: skip
SONY = (
    b"\x02MAC:54-42-49-0a-1b-2c\xffMODEL:SNC-EB630\xffSERIAL:500123\xffINFO:allinfo\xffDHCP:off"
    b"\xffIPADR:198.18.4.9\xffMASK:255.255.255.0\xffWEBPORT:80\xffTIME:2026-01-12 08:14:05"
    b"\xffSOFTVERSION:2.8.1\xff\x03"
)
UBIQUITI_CAMERA = _hex(
    "0100", "0055",  # first version, length
    "01", "0006", "68d79a0a1b2c", "02", "000a", "68d79a0a1b2c", "c6120409",
    "03", "0016", _text("UVC.S2L.v4.63.22.67.0", 22), "0a", "0004", "00010203",
    "0b", "0004", _text("Yard", 4), "0c", "000b", _text("UVC G3 Flex", 11),
    "16", "0007", _text("4.63.22", 7),
)  # fmt: skip
UBIQUITI_SWITCH = _hex(
    "0206", "0022", "02", "000a", "f09fc20a1b2c", "c612040a", "15", "0008", _text("USW-24-P", 8),
    "16", "0007", _text("6.2.14.", 7),
)  # fmt: skip
# `<P2P><D2C_S><uid>95270000YGAKNWKJ</uid></D2C_S></P2P>` under transaction 1000
REOLINK = bytes.fromhex(
    "3acf872a3500000001000000e8030000d34799de0f101f4f4bbf2868706d44067e1218e62d270ab4f7cbf695"
    "acbc36c2c699a55c797c026a1ce752661c76257b1d344fbe3c4e0dd6fe"
)
FOSCAM_TEXT = (
    _text("00626E0A1B2C", 13) + _text("Yard", 21) + "c6120409" + "ffffff00" + "c6120401"
    + "08080808" + "32000000" + "0b250236" + "02000a0f" + "0058"
)  # fmt: skip
FOSCAM = _hex("4d4f5f49", "0100", "00", "00" * 8, "40000000", "40000000", FOSCAM_TEXT)
_KEY = bytes.fromhex("0123456789abcdef")
FOSCAM_VEILED = _hex("4d4f5f49", "0100", "01", _KEY.hex(), "40000000", "40000000") + bytes(
    byte ^ _KEY[at % 8] for at, byte in enumerate(bytes.fromhex(FOSCAM_TEXT))
)
