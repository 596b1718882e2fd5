from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.identify import settle
from camcensus.identify.settle import CERTAINTY_CAP, KIND_MINIMUM, MINIMUM
from camcensus.types import Claim, Evidence, Field, Identity, Kind


def claim(
    attribute: str,
    value: str,
    certainty: float,
    field: Field = Field.HTTP_SERVER,
    text: str = "seen",
) -> Claim:
    return Claim(f"test.{field}", attribute, value, certainty, Evidence(field, text))


def test_nothing_claimed_is_nothing_known() -> None:
    assert settle([]) == Identity()


def test_what_one_protocol_repeats_counts_once_at_its_best() -> None:
    once = settle([claim("maker", "acme", 0.6)])
    repeated = settle(
        [
            claim("maker", "acme", 0.6),
            claim("maker", "acme", 0.6, Field.HTTP_TITLE),
            claim("maker", "acme", 0.5, Field.HTTP_REALM),
        ]
    )

    assert repeated.certainty.maker == once.certainty.maker == pytest.approx(0.6)


def test_protocols_that_agree_add_up_to_a_cap() -> None:
    two = settle([claim("maker", "acme", 0.6), claim("maker", "acme", 0.5, Field.TLS_SUBJECT)])
    many = settle(
        [
            claim("maker", "acme", 1.0),
            claim("maker", "acme", 0.9, Field.TLS_SUBJECT),
            claim("maker", "acme", 0.9, Field.RTSP_SERVER),
        ]
    )

    assert two.certainty.maker == pytest.approx(0.8)
    assert many.certainty.maker == CERTAINTY_CAP


def test_a_clear_winner_is_weakened_by_its_rival() -> None:
    identity = settle([claim("maker", "acme", 0.9), claim("maker", "bolt", 0.6, Field.TLS_SUBJECT)])

    assert (identity.maker, identity.conflicts) == ("acme", ())
    assert identity.certainty.maker == pytest.approx(0.9 * 0.4 / 0.46)


def test_two_that_are_as_good_are_left_open() -> None:
    identity = settle([claim("maker", "acme", 0.9), claim("maker", "bolt", 0.8, Field.TLS_SUBJECT)])

    assert (identity.maker, identity.certainty.maker) == (None, 0.0)
    assert identity.conflicts == ("maker",)
    assert len(identity.claims) == 2


def test_maker_and_brand_settle_apart() -> None:
    identity = settle([claim("maker", "acme", 0.9), claim("brand", "bolt", 0.9, Field.HTTP_TITLE)])

    assert (identity.maker, identity.brand, identity.conflicts) == ("acme", "bolt", ())


def test_no_brand_claimed_is_no_brand() -> None:
    assert settle([claim("maker", "acme", 0.9)]).brand is None


def test_too_little_is_not_reported() -> None:
    identity = settle([claim("maker", "acme", MINIMUM - 0.01)])

    assert (identity.maker, identity.conflicts) == (None, ())


def test_too_little_is_no_conflict_either() -> None:
    identity = settle([claim("maker", "acme", 0.1), claim("maker", "bolt", 0.1)])

    assert (identity.maker, identity.conflicts) == (None, ())


def test_a_kind_that_is_a_guess_is_unknown() -> None:
    assert settle([claim("kind", "camera", KIND_MINIMUM - 0.01)]).kind is Kind.UNKNOWN


def test_many_weak_words_do_not_contest_a_strong_one() -> None:
    fields = (Field.WSD_SCOPE, Field.MDNS_SERVICE, Field.SSDP_SERVER, Field.RTSP_SERVER)
    weak = [claim("kind", "camera", 0.5, field) for field in fields]
    strong = claim("kind", "encoder", 0.93, Field.MDNS_INSTANCE)

    assert settle([*weak, strong]).kind is Kind.ENCODER
    assert settle([*weak, claim("kind", "encoder", 0.6, Field.MDNS_INSTANCE)]).kind is Kind.CAMERA


def test_two_kinds_of_video_need_a_clear_lead() -> None:
    clear = settle([claim("kind", "camera", 0.6), claim("kind", "nvr", 0.9, Field.SADP_FIELD)])
    close = settle([claim("kind", "camera", 0.8), claim("kind", "nvr", 0.9, Field.SADP_FIELD)])

    assert (clear.kind, clear.conflicts) == (Kind.NVR, ())
    assert (close.kind, close.conflicts) == (Kind.UNKNOWN, ("kind",))


def test_a_printer_is_not_called_a_camera_because_two_say_video() -> None:
    identity = settle(
        [
            claim("kind", "not-video", 0.9),
            claim("kind", "camera", 0.7, Field.WSD_SCOPE),
            claim("kind", "nvr", 0.7, Field.TLS_SUBJECT),
        ]
    )

    assert (identity.kind, identity.conflicts) == (Kind.UNKNOWN, ("kind",))


def test_not_video_wins_where_it_clearly_leads() -> None:
    identity = settle([claim("kind", "not-video", 0.95), claim("kind", "camera", 0.3)])

    assert identity.kind is Kind.NOT_VIDEO
    assert identity.certainty.kind == pytest.approx(0.95 * 0.7 / (1 - 0.95 * 0.3))


def test_the_more_exact_of_two_spellings_stands_for_both() -> None:
    identity = settle(
        [
            claim("model", "M1065", 0.9),
            claim("model", "m1065-LW", 0.8, Field.MDNS_INSTANCE),
            claim("firmware", "V5.6.2", 0.9),
            claim("firmware", "V5.6.2 build 190701", 0.8, Field.SADP_FIELD),
        ]
    )

    assert (identity.model, identity.firmware) == ("m1065-LW", "V5.6.2 build 190701")
    assert identity.certainty.model == pytest.approx(0.98)
    assert identity.conflicts == ()


def test_the_beginning_of_a_word_is_another_word() -> None:
    identity = settle([claim("model", "M106", 0.9), claim("model", "M1065", 0.9, Field.TLS_SAN)])

    assert (identity.model, identity.conflicts) == (None, ("model",))


def test_a_model_without_a_letter_or_digit_is_kept_as_it_is() -> None:
    assert settle([claim("model", "型号", 0.9)]).model == "型号"


def test_a_firmware_with_and_without_a_space_before_its_build_is_one() -> None:
    sadp = claim("firmware", "V5.6.2build 190701", 0.95, Field.SADP_FIELD)
    onvif = claim("firmware", "V5.6.2 build 190701", 0.8, Field.ONVIF_FIRMWARE)
    shorter = claim("firmware", "V5.6.2", 0.8, Field.ONVIF_FIRMWARE)

    assert settle([sadp, onvif]).conflicts == ()
    assert settle([sadp, shorter]).firmware == "V5.6.2build 190701"
    assert settle(
        [sadp, claim("firmware", "V5.6.3 build 190701", 0.9, Field.ONVIF_FIRMWARE)]
    ).conflicts


CLAIMS = st.lists(
    st.builds(
        claim,
        st.sampled_from(["maker", "brand", "model", "firmware", "serial", "mac"]),
        st.sampled_from(["a", "a b", "b", "c-1", "c"]),
        st.floats(0.01, 1),
        st.sampled_from(Field),
        st.sampled_from(["x", "y"]),
    )
    | st.builds(
        claim,
        st.just("kind"),
        st.sampled_from([kind.value for kind in Kind if kind is not Kind.UNKNOWN]),
        st.floats(0.01, 1),
        st.sampled_from(Field),
    ),
    max_size=10,
)


@given(CLAIMS)
def test_only_what_was_claimed_is_settled(claims: list[Claim]) -> None:
    identity = settle(claims)

    for attribute in ("maker", "brand", "model", "firmware", "serial", "mac", "kind"):
        value = getattr(identity, attribute)
        if value not in {None, Kind.UNKNOWN}:
            assert any((one.attribute, one.value) == (attribute, value) for one in claims)
            assert attribute not in identity.conflicts


@given(CLAIMS, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(claims: list[Claim], order: Random) -> None:
    shuffled = [*claims, *claims]
    order.shuffle(shuffled)

    assert settle(shuffled) == settle(claims)


@given(CLAIMS, st.floats(0, 1))
def test_a_weaker_repeat_on_the_same_channel_never_raises_certainty(
    claims: list[Claim], part: float
) -> None:
    repeats = [
        claim(one.attribute, one.value, max(one.certainty * part, 0.001), one.evidence.field, "z")
        for one in claims
    ]

    before, after = settle(claims), settle([*claims, *repeats])

    assert after.certainty == before.certainty
    assert after.kind == before.kind


@given(CLAIMS)
def test_certainties_stay_below_the_cap_and_above_the_minimum(claims: list[Claim]) -> None:
    certainty = settle(claims).certainty

    for value in (certainty.kind, certainty.maker, certainty.brand, certainty.model):
        assert value == 0 or MINIMUM <= value <= CERTAINTY_CAP


@given(CLAIMS, st.floats(0.01, 1))
def test_a_contradiction_never_makes_a_maker_more_certain(
    claims: list[Claim], certainty: float
) -> None:
    before = settle(claims)
    after = settle([*claims, claim("maker", "other", certainty, Field.SIP_SERVER)])

    if after.maker == before.maker and before.maker is not None:
        assert after.certainty.maker <= before.certainty.maker + 1e-9
