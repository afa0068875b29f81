"""`python -m splleed` is the `splleed` command."""

from .binary import main

main()
