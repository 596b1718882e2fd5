from collections.abc import Callable

from camcensus.identify import Catalogue
from camcensus.identify.coverage import collisions, covered, page

Load = Callable[[dict[str, str]], Catalogue]

SIGNATURE = """
[[signature]]
id = "{maker}.{field}"
field = "{field}"
pattern = '^{word}/(?P<firmware>[0-9.]+)$'
certainty = 0.5
{claims}
why = "So it is."
source = "{source}"
matches = [{{ value = "AcmeCam/2.1", firmware = "2.1", source = "x" }}]
rejects = ["AcmeCam"]
"""


def signature(
    maker: str = "acme", field: str = "http.server", source: str = "Acme manual",
    word: str = "AcmeCam", claims: str = 'maker = "acme"',
) -> str:  # fmt: skip
    return SIGNATURE.format(maker=maker, field=field, source=source, word=word, claims=claims)


def thin(load: Load, *signatures: str) -> bool:
    text = 'schema = 1\nmaker = "acme"\n' + "".join(signatures)
    (row,) = covered(load({"makers/acme.toml": text}))
    return row.thin


def test_two_sourced_signatures_on_two_fields_are_not_thin(load: Load) -> None:
    assert not thin(load, signature(), signature(field="http.title"))
    assert thin(load)
    assert thin(load, signature())


def test_what_nobody_can_check_does_not_count(load: Load) -> None:
    assert thin(load, signature(), signature(field="http.title", source="unverified"))


def test_what_names_somebody_else_does_not_count(load: Load) -> None:
    assert thin(load, signature(), signature(field="http.title", claims='maker = "bolt"'))
    assert thin(load, signature(), signature(field="http.title", claims='kind = "camera"'))
    assert not thin(load, signature(), signature(field="http.title", claims='brand = "acme"'))


def test_a_signal_is_told_by_letters_small_where_nobody_could_check(load: Load) -> None:
    text = 'schema = 1\nmaker = "acme"\n' + signature(claims='maker = "acme"\nkind = "camera"')
    text += signature(field="rtsp.server", source="unverified", claims='brand = "acme"')

    (row,) = covered(load({"makers/acme.toml": text}))

    assert row.signals["web"] == "VKF"
    assert row.signals["RTSP"] == "lf"
    assert not row.signals["SNMP"]


BOLT = 'schema = 1\nmaker = "bolt"\n' + signature(
    "bolt", word="[A-Z][a-z]+Cam", claims='brand = "bolt"'
)
ACME = 'schema = 1\nmaker = "acme"\n' + signature()


def test_a_collision_names_who_claims_whose_example(load: Load) -> None:
    (found,) = [
        one
        for one in collisions(load({"makers/acme.toml": ACME, "makers/bolt.toml": BOLT}))
        if one.of == "acme.http.server"
    ]

    assert (found.signature, found.says, found.example) == (
        "bolt.http.server",
        "bolt",
        "AcmeCam/2.1",
    )
    assert found.known is None


def test_a_relation_explains_a_collision(load: Load) -> None:
    relation = (
        '[[relation]]\nrel = "relabels"\nto = "acme"\nconfidence = "documented"\nsource = "x"\n'
    )

    found = collisions(load({"makers/acme.toml": ACME, "makers/bolt.toml": BOLT + relation}))

    assert {one.known.rel for one in found if one.known} == {"relabels"}


def test_the_page_has_a_row_for_each_maker_and_counts_them(load: Load) -> None:
    text = "\n".join(page(load({"makers/acme.toml": ACME, "makers/bolt.toml": BOLT})))

    assert "0 makers and brands are known" in text
    assert "2 are thin" in text
    assert "| Acme | - | thin: 1 on 1 field |" in text
    assert "| Bolt & Co |" in text
