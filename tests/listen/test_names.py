import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.listen.names import canonical


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("CN=a,O=b,C=GB", "CN=a,O=b,C=GB"),
        ("C=GB,O=b,CN=a", "CN=a,O=b,C=GB"),
        ("C = GB, O = b, CN = a", "CN=a,O=b,C=GB"),
        ("/C=GB/O=b/CN=a", "CN=a,O=b,C=GB"),
        ("serialNumber=1,CN=a,OU=c", "SERIALNUMBER=1,CN=a,OU=c"),
        (r"CN=a,O=Example Co.\, Ltd.", r"CN=a,O=Example Co.\, Ltd."),
        ("CN=a,O=Example Co.,Ltd.,C=GB", r"CN=a,O=Example Co.\,Ltd.,C=GB"),
        ("CN=a, O=Example Co., Ltd.", r"CN=a,O=Example Co.\, Ltd."),
        ("no name at all", "no name at all"),
        ("", ""),
    ],
)
def test_a_name_is_read_however_a_tool_wrote_it(written: str, wanted: str) -> None:
    assert canonical(written) == wanted


@given(st.text(max_size=64))
def test_any_text_is_a_name_or_stays_as_it_is(text: str) -> None:
    assert "=" in canonical(text) or canonical(text) == text


def test_naming_evidence_brings_no_part_that_sends() -> None:
    program = (
        "import sys, camcensus.listen.exchanges;"
        "print(*(name for name in ('asyncio', 'camcensus.net', 'camcensus.scope')"
        " if name in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )

    assert done.stdout.strip() == ""
