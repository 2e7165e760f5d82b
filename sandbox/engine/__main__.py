"""`python -m sandbox.engine`."""

from sandbox.engine.builtin import main

if __name__ == "__main__":
    main()
