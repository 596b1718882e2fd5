"""Evidence to identity: a catalogue of signatures, the claims they make, and how these settle.

Pure: the same evidence and the same catalogue give the same identity, in any order.
"""

from camcensus.identify.catalogue import Catalogue, load_catalogue
from camcensus.identify.explain import explain
from camcensus.identify.settle import settle
from camcensus.identify.signatures import Signature, SignatureFile

__all__ = ["Catalogue", "Signature", "SignatureFile", "explain", "load_catalogue", "settle"]
