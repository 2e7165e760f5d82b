"""`python -m sandbox.portal`."""

from sandbox.portal.portal import main

if __name__ == "__main__":
    main()
