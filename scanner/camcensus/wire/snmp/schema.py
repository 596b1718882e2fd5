"""The messages of SNMP in ASN.1, for pyasn1: RFC 1157 (version 1) and RFC 3416 (version 2c).

Import it where it is needed: it brings pyasn1.
"""

from pyasn1.type import namedtype, tag, univ

_N = namedtype.NamedType


def _application(number: int) -> tag.Tag:
    return tag.Tag(tag.tagClassApplication, tag.tagFormatSimple, number)


def _context(number: int, form: int = tag.tagFormatSimple) -> tag.Tag:
    return tag.Tag(tag.tagClassContext, form, number)


class Value(univ.Choice):  # type: ignore[misc]  # pyasn1 has no types
    """What a binding may hold: RFC 3416, 3, with the application types of RFC 2578, 2."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's word
        _N("integer", univ.Integer()),
        _N("string", univ.OctetString()),
        _N("object", univ.ObjectIdentifier()),
        _N("address", univ.OctetString().subtype(implicitTag=_application(0))),
        _N("counter", univ.Integer().subtype(implicitTag=_application(1))),
        _N("unsigned", univ.Integer().subtype(implicitTag=_application(2))),
        _N("ticks", univ.Integer().subtype(implicitTag=_application(3))),
        _N("arbitrary", univ.OctetString().subtype(implicitTag=_application(4))),
        _N("counter64", univ.Integer().subtype(implicitTag=_application(6))),
        _N("unspecified", univ.Null("")),
        _N("no-such-object", univ.Null("").subtype(implicitTag=_context(0))),
        _N("no-such-instance", univ.Null("").subtype(implicitTag=_context(1))),
        _N("end-of-view", univ.Null("").subtype(implicitTag=_context(2))),
    )


class Binding(univ.Sequence):  # type: ignore[misc]  # pyasn1 has no types
    """One object and its value."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's word
        _N("name", univ.ObjectIdentifier()), _N("value", Value())
    )


class Bindings(univ.SequenceOf):  # type: ignore[misc]  # pyasn1 has no types
    """The objects of one message."""

    componentType = Binding()  # noqa: N815 - pyasn1's word


class Pdu(univ.Sequence):  # type: ignore[misc]  # pyasn1 has no types
    """The one form that questions and answers share."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's word
        _N("request-id", univ.Integer()),
        _N("error-status", univ.Integer()),
        _N("error-index", univ.Integer()),
        _N("bindings", Bindings()),
    )


class Pdus(univ.Choice):  # type: ignore[misc]  # pyasn1 has no types
    """A get and its response; nothing here can say "set"."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's word
        _N("get", Pdu().subtype(implicitTag=_context(0, tag.tagFormatConstructed))),
        _N("response", Pdu().subtype(implicitTag=_context(2, tag.tagFormatConstructed))),
    )


class Message(univ.Sequence):  # type: ignore[misc]  # pyasn1 has no types
    """What one datagram holds."""

    componentType = namedtype.NamedTypes(  # noqa: N815 - pyasn1's word
        _N("version", univ.Integer()),
        _N("community", univ.OctetString()),
        _N("data", Pdus()),
    )
