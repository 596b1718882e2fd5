"""A folder of the user's own over ours: it extends, goes before, and takes out."""

from collections.abc import Callable
from pathlib import Path

import pytest

from camcensus.errors import CatalogueError
from camcensus.identify import Catalogue, load_catalogue
from camcensus.types import Evidence, Field, Kind

Write = Callable[[dict[str, str]], Path]

SIGNATURE = """
[[signature]]
id = "acme.http.server"
field = "http.server"
pattern = '^AcmeCam/(?P<firmware>[0-9.]+)$'
certainty = 0.9
maker = "acme"
why = "Its own web server."
source = "Acme manual"
matches = [{ value = "AcmeCam/2.1", firmware = "2.1", source = "Acme manual" }]
rejects = ["AcmeCam"]
"""
OURS = f'schema = 1\nmaker = "acme"\naliases = ["ACME GmbH"]\ncoverage = "thin"\n{SIGNATURE}'
SERVER = Evidence(Field.HTTP_SERVER, "AcmeCam/2.1")
HEAD = 'schema = 1\nversion = "2026.12"\n'


@pytest.fixture
def own(tmp_path: Path) -> Write:
    def make(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "own" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "own"

    return make


@pytest.fixture
def both(write: Write, own: Write) -> Callable[[dict[str, str]], Catalogue]:
    return lambda files: load_catalogue(write({"makers/acme.toml": OURS}), own(files))


Both = Callable[[dict[str, str]], Catalogue]
MINE = 'schema = 1\nmaker = "acme"\n'


def test_a_signature_of_the_same_id_takes_the_place_of_ours(both: Both) -> None:
    mine = MINE + SIGNATURE.replace("certainty = 0.9", "certainty = 0.4")

    catalogue = both({"makers/acme.toml": mine})

    assert catalogue.identify([SERVER]).certainty.maker == pytest.approx(0.4)
    assert [one.id for one in catalogue.signatures] == ["acme.http.server"]


def test_a_new_signature_stands_beside_ours(both: Both) -> None:
    more = SIGNATURE.replace("http.server", "http.title").replace("AcmeCam", "Acme view")

    catalogue = both({"makers/acme.toml": MINE + 'aliases = ["Akme"]\n' + more})

    assert catalogue.identify([SERVER, Evidence(Field.HTTP_TITLE, "Acme view/3")]).firmware is None
    assert len(catalogue.signatures) == 2
    assert (catalogue.brand("akme"), catalogue.brand("ACME GmbH")) == ("acme", "acme")


def test_a_signature_of_ours_can_be_taken_out(both: Both) -> None:
    catalogue = both({"makers/acme.toml": MINE + 'withdraw = ["acme.http.server"]\n'})

    assert catalogue.identify([SERVER]).maker is None


def test_a_maker_and_a_kind_that_we_do_not_know_can_be_added(both: Both) -> None:
    zeta = SIGNATURE.replace("acme", "zeta").replace("AcmeCam", "ZetaCam")
    lamps = SIGNATURE.replace("acme.http", "lamps.http").replace("AcmeCam", "Lamp")
    lamps = lamps.replace('maker = "acme"', 'kind = "not-video"')

    catalogue = both(
        {
            "vocabulary.toml": 'schema = 1\n[names]\nzeta = "Zeta"\n',
            "makers/zeta.toml": f'schema = 1\nmaker = "zeta"\ncoverage = "thin"\n{zeta}',
            "kinds/lamps.toml": f"schema = 1\n{lamps}",
        }
    )

    assert catalogue.identify([Evidence(Field.HTTP_SERVER, "ZetaCam/1")]).maker == "zeta"
    assert catalogue.identify([Evidence(Field.HTTP_SERVER, "Lamp/1")]).kind is Kind.NOT_VIDEO
    assert catalogue.names["zeta"] == "Zeta"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            MINE + SIGNATURE.replace("certainty = 0.9", "certainty = 9"),
            "acme.http.server: certainty",
        ),
        (MINE + SIGNATURE.replace("why", "wye"), "acme.http.server: why: is missing"),
        (MINE + SIGNATURE.replace("(?P<firmware>", "(?P<firmware>("), "acme.http.server: pattern"),
        (MINE + SIGNATURE.replace('field = "http.server"', 'field = "http.x"'), "server: field"),
        (MINE + SIGNATURE.replace('maker = "acme"', 'maker = "zeta"'), "server: maker: 'zeta'"),
        (MINE + SIGNATURE + SIGNATURE, "acme.http.server: id: also in"),
        (MINE + 'withdraw = ["acme.http.tilte"]\n', "withdraw: 'acme.http.tilte' is no signature"),
        (MINE + "colour = 1\n", "colour: is not a key"),
        ("schema = 1\n", "maker: is missing"),
    ],
)
def test_a_mistake_in_it_names_the_users_own_file(
    both: Both, tmp_path: Path, text: str, place: str
) -> None:
    with pytest.raises(CatalogueError) as caught:
        both({"makers/acme.toml": text})

    assert str(caught.value).startswith(str(tmp_path / "own" / "makers" / "acme.toml"))
    assert place in str(caught.value)


def test_only_the_users_own_may_take_out(write: Write) -> None:
    with pytest.raises(CatalogueError, match=r"makers/acme\.toml: withdraw: is for a folder"):
        load_catalogue(
            write({"makers/acme.toml": OURS.replace("coverage", 'withdraw = ["x"]\ncoverage')})
        )


def test_a_folder_without_signatures_is_refused(write: Write, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()

    with pytest.raises(CatalogueError, match="nothing: has neither makers/"):
        load_catalogue(write({"makers/acme.toml": OURS}), tmp_path / "nothing")


def test_the_version_tells_the_release_and_whose_files_count(write: Write, own: Write) -> None:
    ours = write({"makers/acme.toml": OURS, "catalogue.toml": HEAD})
    alone = load_catalogue(ours).version
    mine = load_catalogue(ours, own({"makers/acme.toml": MINE + SIGNATURE})).version

    assert alone.startswith("2026.12+")
    assert mine.startswith(f"{alone}.own.")


RENAMED = HEAD + '[renamed]\n"acme.old" = "acme.http.server"\n"acme.gone" = ""\n'


def test_an_old_id_leads_to_the_new_one(write: Write) -> None:
    catalogue = load_catalogue(write({"makers/acme.toml": OURS, "catalogue.toml": RENAMED}))

    assert dict(catalogue.renamed) == {"acme.old": "acme.http.server", "acme.gone": ""}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"acme.old"', '"acme.http.server"', "renamed: acme.http.server: is in use"),
        ('= "acme.http.server"', '= "acme.http.new"', "there is no signature 'acme.http.new'"),
        ('= ""', "= 7", "renamed: acme.gone: a text is wanted"),
        ("2026.12", "new", "version: 'new' is not like"),
        ("schema = 1", "schema = 2", "schema"),
        ("version", "release", "version: is missing"),
    ],
)
def test_a_slip_in_the_head_is_named(write: Write, old: str, new: str, said: str) -> None:
    assert old in RENAMED

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(
            write({"makers/acme.toml": OURS, "catalogue.toml": RENAMED.replace(old, new)})
        )

    assert str(caught.value).startswith("catalogue.toml:")
    assert said in str(caught.value)
