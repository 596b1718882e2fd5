"""What goes wrong on a command line, each as one sentence for a person."""

import errno
import os
import re
import sys

import typer

_PARSER = re.compile(r", unable to parse string as .*", re.DOTALL)


def mistyped(error: typer.TyperException) -> str:
    """What of the command line cannot be read, and where to read what can be."""
    said = error.format_message().removesuffix(".")
    said = _PARSER.sub("", said).replace("Input should be", "it should be")
    said = said.replace("No such command", "there is no verb").replace(". Did", "; did")
    context = getattr(error, "ctx", None)
    help_of = context.command_path if context is not None else "camcensus"
    return f"{said[:1].lower()}{said[1:]}; see {help_of} --help"


def machine_says(error: OSError) -> str:
    """What the operating system refused, and to what."""
    if error.errno == errno.ENOSPC:
        return "the disk is full: free space, then start again; what was stored is kept"
    what = f"{error.filename}: " if error.filename else ""
    return f"{what}{error.strerror or error}; `camcensus doctor` looks at this machine"


def let_go_of_stdout() -> None:
    """The reader of our output went away: nothing more is said, also when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
