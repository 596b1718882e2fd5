from collections.abc import Callable
from pathlib import Path

import pytest

from camcensus.errors import CatalogueError
from camcensus.identify import Catalogue, load_catalogue
from camcensus.types import Evidence, Field

Load = Callable[[dict[str, str]], Catalogue]

HEAD = 'schema = 1\nmaker = "acme"\n'
SIGNATURE = """
[[signature]]
id = "acme.http.server"
field = "http.server"
pattern = '^AcmeCam/(?P<firmware>[0-9.]+)$'
certainty = 0.9
certainties = { kind = 0.6 }
maker = "acme"
kind = "camera"
why = "Its own web server."
source = "Acme manual"
matches = [{ value = "AcmeCam/2.1", firmware = "2.1", source = "Acme manual" }]
rejects = ["AcmeCam"]
"""


def test_a_signature_is_read_as_it_is_written(load: Load) -> None:
    (signature,) = load({"makers/acme.toml": HEAD + SIGNATURE}).signatures

    assert signature.id == "acme.http.server"
    assert signature.file == "makers/acme.toml"
    assert signature.constants == (("maker", "acme"), ("kind", "camera"))
    assert signature.certainty_of("maker") == 0.9
    assert signature.certainty_of("kind") == 0.6
    assert signature.constant("maker") == "acme"
    assert signature.constant("model") is None
    assert signature.matches[0].expect == (("firmware", "2.1"),)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ("schema = 1", "", "schema: is missing"),
        ("schema = 1", "schema = true", "schema: a whole number"),
        ('maker = "acme"\n\n', 'maker = "bolt"\n\n', "maker: 'bolt'"),
        ('maker = "acme"\n\n', 'makers = "acme"\n\n', "maker: is missing"),
        ('maker = "acme"\n\n', 'maker = "acme"\naliasses = []\n\n', "aliasses: is not a key"),
        ('maker = "acme"\n\n', 'maker = "acme"\naliases = "Acme"\n\n', "aliases: a list"),
        ('maker = "acme"\n\n', 'maker = "acme"\noui = [7]\n\n', "oui: a text"),
        ('maker = "acme"\n\n', 'maker = "acme"\nmac_prefixes = ["0012"]\n\n', "mac_prefixes"),
        ('maker = "acme"\n\n', 'maker = "acme"\nfacts = 7\n\n', "facts: a table"),
        ('http.server"\npattern', 'http.servers"\npattern', "acme.http.server: field"),
        ("certainty = 0.9", "certainty = 1.2", "acme.http.server: certainty: 1.2"),
        ("certainty = 0.9", 'certainty = "0.9"', "acme.http.server: certainty: a number"),
        ("certainty = 0.9", "", "acme.http.server: certainty: is missing"),
        ("{ kind = 0.6 }", "{ kind = 0.0 }", "certainties.kind"),
        ("{ kind = 0.6 }", "{ model = 0.6 }", "'model' is not claimed"),
        ('kind = "camera"', 'kind = "toaster"', "kind: 'toaster'"),
        ('kind = "camera"', 'kind = "unknown"', "kind: 'unknown'"),
        ('kind = "camera"', 'brand = "Bolt"', "brand: 'Bolt'"),
        ('kind = "camera"', 'firmware = "1"', "'firmware' is both"),
        ('kind = "camera"', "mac_owner = true", "mac_owner: needs a group"),
        ('kind = "camera"', "unanchored = 1", "unanchored: true or false"),
        ('kind = "camera"', 'colour = "red"', "acme.http.server: colour"),
        ("(?P<firmware>", "(?P<colour>", "group 'colour'"),
        ("(?P<firmware>", "(?P<firmware>(", "acme.http.server: pattern: missing )"),
        ("(?P<firmware>[0-9.]+)", "(?<=x)", "acme.http.server: pattern"),
        ('why = "Its own web server."', 'why = ""', "why: is empty"),
        ('firmware = "2.1"', 'colour = "2.1"', "colour"),
        ("matches = [{", "rejects_more = [{", "rejects_more: is not a key"),
        (
            '[{ value = "AcmeCam/2.1", firmware = "2.1", source = "Acme manual" }]',
            "[]",
            "acme.http.server: matches: is missing",
        ),
        (', source = "Acme manual" }', " }", "acme.http.server: matches: source: is missing"),
        ('firmware = "2.1"', 'mac = "AA-BB-CC-01-02-03"', "lower case with colons"),
        ('field = "http.server"', 'fields = ["http.server", "x"]', "fields: 'x' is no field"),
        ('field = "http.server"', 'fields = ["http.title", "http.title"]', "a field twice"),
        ('field = "http.server"', 'field = "x"\nfields = ["http.title"]', "server: field"),
        ('"acme.http.server"', '"bolt.http.server"', "must start with 'acme'"),
        ('"acme.http.server"', '"acme.mac.owner"', "is reserved"),
        ("[[signature]]", "[[signature]]\n[[signature]]", "id: is missing"),
        ("[[signature]]", "[signature]", "signature: a list"),
        ("[[signature]]", "signature = [7]\n[x]", "a table is wanted"),
        ("[[signature]]", "[[signature]", "not TOML"),
    ],
)
def test_a_slip_is_an_error_that_names_file_and_key(
    write: Callable[[dict[str, str]], Path], old: str, new: str, place: str
) -> None:
    text = HEAD + SIGNATURE
    assert old in text

    with pytest.raises(CatalogueError) as caught:
        load_catalogue(write({"makers/acme.toml": text.replace(old, new, 1)}))

    assert str(caught.value).startswith("makers/acme.toml:")
    assert place in str(caught.value)


def test_a_signature_may_look_at_several_fields(load: Load) -> None:
    both = 'fields = ["http.server", "ssdp.server"]'
    acme = load({"makers/acme.toml": HEAD + SIGNATURE.replace('field = "http.server"', both)})

    for field in (Field.HTTP_SERVER, Field.SSDP_SERVER):
        assert acme.identify([Evidence(field, "AcmeCam/2.1")]).maker == "acme"
    assert acme.identify([Evidence(Field.HTTP_TITLE, "AcmeCam/2.1")]).maker is None


def test_a_signature_that_claims_nothing_is_an_error(load: Load) -> None:
    text = SIGNATURE.replace('maker = "acme"\nkind = "camera"\n', "")
    text = text.replace("(?P<firmware>[0-9.]+)", "x").replace("certainties = { kind = 0.6 }", "")

    with pytest.raises(CatalogueError, match="claims nothing"):
        load({"makers/acme.toml": HEAD + text})


def test_an_id_used_twice_is_an_error(load: Load) -> None:
    with pytest.raises(CatalogueError, match=r"also in makers/acme\.toml"):
        load({"makers/acme.toml": HEAD + SIGNATURE + SIGNATURE})


def test_an_alias_that_stands_for_another_maker_is_an_error(load: Load) -> None:
    with pytest.raises(CatalogueError, match="'BOLT & co' already stands for 'bolt'"):
        load({"makers/acme.toml": HEAD + 'aliases = ["BOLT & co"]'})


def test_an_alias_without_a_letter_is_an_error(load: Load) -> None:
    with pytest.raises(CatalogueError, match="aliases"):
        load({"makers/acme.toml": HEAD + 'aliases = ["--"]'})


def test_a_relation_is_of_closed_words(load: Load) -> None:
    relation = '[[relation]]\nrel = "relabels"\nto = "bolt"\nconfidence = "documented"\n'

    catalogue = load({"makers/acme.toml": HEAD + relation + 'source = "Acme manual"\n'})

    (file,) = catalogue.files
    assert [(one.rel, one.to) for one in file.relations] == [("relabels", "bolt")]
    with pytest.raises(CatalogueError, match="relation 1: to: 'dolt'"):
        load({"makers/acme.toml": HEAD + relation.replace("bolt", "dolt")})


@pytest.mark.parametrize("key", ['aliases = ["X"]', 'oui = ["X"]', 'mac_prefixes = ["00:01:02"]'])
def test_what_belongs_to_a_maker_is_refused_in_kinds(load: Load, key: str) -> None:
    with pytest.raises(CatalogueError, match="belong to makers/ only"):
        load({"kinds/printers.toml": f"schema = 1\n{key}"})


def test_an_owned_mac_needs_a_makers_file(load: Load) -> None:
    text = SIGNATURE.replace("acme.http", "printers.http").replace("<firmware>", "<mac>")
    text = text.replace("[0-9.]+", ".*").replace('kind = "camera"', "mac_owner = true")
    text = text.replace("certainties = { kind = 0.6 }", "").replace('firmware = "2.1", ', "")

    with pytest.raises(CatalogueError, match="mac_owner: needs a maker's file"):
        load({"kinds/printers.toml": f"schema = 1\n{text}"})


def test_a_folder_without_vocabulary_says_which_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"vocabulary.toml: cannot be read: No such file"):
        load_catalogue(tmp_path)


def test_the_version_changes_with_every_change_of_a_file(
    write: Callable[[dict[str, str]], Path],
) -> None:
    folder = write({"makers/acme.toml": HEAD + SIGNATURE})
    before = load_catalogue(folder).version
    again = load_catalogue(folder).version

    write({"makers/acme.toml": HEAD + SIGNATURE + "# looked at again\n"})

    assert before == again
    assert load_catalogue(folder).version != before


WORDS = "schema = 1\n[words]\nnumber = '[0-9]+(?:\\.[0-9]+)*'\n"


def test_a_word_stands_for_a_part_of_a_pattern(load: Load) -> None:
    own = HEAD + "[words]\nserver = 'AcmeCam|AcmeNvr'\n"
    text = SIGNATURE.replace(
        "AcmeCam/(?P<firmware>[0-9.]+)", "(?:{{server}})/(?P<firmware>{{number}})"
    )

    acme = load({"words.toml": WORDS, "makers/acme.toml": own + text})

    assert acme.signatures[0].pattern == r"^(?:AcmeCam|AcmeNvr)/(?P<firmware>[0-9]+(?:\.[0-9]+)*)$"
    assert acme.identify([Evidence(Field.HTTP_SERVER, "AcmeNvr/2.1")]).firmware == "2.1"


@pytest.mark.parametrize(
    ("words", "pattern", "said"),
    [
        ("", "{{nobody}}", "acme.http.server: pattern: no word {{nobody}} here or in words.toml"),
        ("[words]\nnumber = 'x'\n", "{{number}}", "words: number: is known to all files already"),
        ("[words]\nother = '('\n", "{{other}}", "words: other: "),
        ("[words]\nOther = 'x'\n", "x", "words: Other: a name is of small letters"),
        ("[words]\nother = 7\n", "x", "other: a text is wanted"),
    ],
)
def test_a_word_that_does_not_hold_is_named(
    load: Load, words: str, pattern: str, said: str
) -> None:
    text = SIGNATURE.replace("AcmeCam/", pattern)

    with pytest.raises(CatalogueError) as caught:
        load({"words.toml": WORDS, "makers/acme.toml": HEAD + words + text})

    assert str(caught.value).startswith("makers/acme.toml")
    assert said in str(caught.value)
