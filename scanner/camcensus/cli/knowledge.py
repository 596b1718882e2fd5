"""The catalogue in force: ours, and over it the folder that the settings or the command name."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from camcensus.identify import Catalogue


def catalogue_in_force(
    config: Path | None = None, signatures: Path | None = None, folder: Path | None = None
) -> "Catalogue":
    """Every signature that counts for this command; `CatalogueError` names what does not hold."""
    from camcensus.identify import load_catalogue

    return load_catalogue(folder, own_folder(config, signatures))


def own_folder(config: Path | None = None, signatures: Path | None = None) -> Path | None:
    """The user's own folder of signatures, if there is one."""
    from camcensus.config import load_settings

    named = None if signatures is None else str(signatures)
    return load_settings({"config": config, "signatures": named}).own_signatures
