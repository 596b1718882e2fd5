"""`python -m camcensus` and the `camcensus` command."""

from camcensus.cli import main

if __name__ == "__main__":
    main()
