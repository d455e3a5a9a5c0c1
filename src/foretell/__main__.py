"""`python -m foretell`: the same as the command `foretell`."""

from foretell.cli import main

if __name__ == "__main__":
    main()
