"""`python -m server.cli` is `usher`."""

from server.cli.root import main

if __name__ == "__main__":
    main()
