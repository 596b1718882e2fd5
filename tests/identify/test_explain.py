from camcensus.identify import explain
from camcensus.types import Certainty, Claim, Evidence, Field, Identity, Kind


def test_nothing_known_is_said_in_one_sentence() -> None:
    assert explain(Identity()) == [
        "Nothing that it answered is known to us, so we say nothing about it."
    ]


def test_every_attribute_says_what_it_rests_on() -> None:
    header = Evidence(Field.HTTP_SERVER, "AcmeCam/2.1")
    identity = Identity(
        kind=Kind.UNKNOWN,
        maker="acme",
        firmware="2.1",
        certainty=Certainty(maker=0.9),
        claims=(
            Claim("acme.1", "maker", "acme", 0.9, header, "Its own web server."),
            Claim("acme.1", "firmware", "2.1", 0.7, header),
            Claim("acme.1", "kind", "camera", 0.1, header),
            Claim("acme.1", "model", "X", 0.5, header),
            Claim("bolt.1", "model", "Y", 0.5, Evidence(Field.HTTP_TITLE, "Y\x1b[31m" + "y" * 99)),
        ),
        conflicts=("model",),
    )

    assert explain(identity, {"acme": "Acme"}) == [
        "The maker is Acme (strong, 0.90), because:",
        '  http.server "AcmeCam/2.1" says Acme (strong, 0.90; acme.1). Its own web server.',
        "The model is left open, because these contradict each other:",
        '  http.server "AcmeCam/2.1" says X (weak, 0.50; acme.1).',
        f'  http.title "Y?[31m{"y" * 74}..." says Y (weak, 0.50; bolt.1).',
        "The firmware is 2.1, because:",
        '  http.server "AcmeCam/2.1" says 2.1 (fair, 0.70; acme.1).',
        "The kind of device is left open, because this is too little to go by:",
        '  http.server "AcmeCam/2.1" says camera (weak, 0.10; acme.1).',
    ]
