"""Evidence to identity: a catalogue of signatures, the claims they make, and how these settle.

Pure: the same evidence and the same catalogue give the same identity, in any order.
"""

from camcensus.identify.catalogue import Catalogue, load_catalogue
from camcensus.identify.explain import explain, explain_relabel
from camcensus.identify.platform import Relabel
from camcensus.identify.settle import settle
from camcensus.identify.signatures import Signature, SignatureFile

__all__ = [
    "Catalogue",
    "Relabel",
    "Signature",
    "SignatureFile",
    "explain",
    "explain_relabel",
    "load_catalogue",
    "settle",
]
