"""argparse in the language of the person who calls: help, usage, and errors in the arguments."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from worker import PROGRAM
from worker.commands.guesses import of_first, of_leftovers, quoted
from worker.words import command_line as words
from worker.words.foreign import translated
from worker.words.phrase import Language, Phrase, PhraseError, unchanged

EXIT_USAGE = 2
OF_COMMANDS = ("-c", "--config", "--log-level")
_OF_AN_ARGUMENT = re.compile(r"argument (?P<name>[^:]+): (?P<words>.*)", re.DOTALL)
_NUMBER = re.compile(r"-[0-9.]")
_OPTION = re.compile(r"-[^0-9. ][^ ]*$")
_WRONGLY_GIVEN = re.compile(
    r"the following arguments are required|one of the arguments .* is required|argument \w+: invalid"
)
"""What may be because an option that there is none was taken for something else."""
_NO_VALUE = re.compile(r"expected (one|at least one) argument")
_ADDRESS = re.compile(r"\S*://\S*")
"""It may be the webhook's: no message repeats it."""


class BadArgument(PhraseError):
    """A value on the command line that cannot be used."""


class _Once(argparse.Action):
    """Takes an option's value. An option that is given again is refused: argparse would forget the first value."""

    def __call__(self, _: Any, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        given: set[str] = namespace.__dict__.setdefault("given", set())
        if option and self.dest in given:
            raise argparse.ArgumentError(self, "given twice")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


class Parser(argparse.ArgumentParser):
    """An argument parser whose every word is in `language`."""

    def __init__(self, language: Language, told: Callable[[Phrase], object] | None = None, **about: Any) -> None:
        """`told`: is given what is wrong with the arguments, in place of the terminal."""
        self._language, self._told = language, told
        self._commands: Mapping[str, Parser] = {}
        self.given: Sequence[str] = ()
        about |= {"add_help": False, "formatter_class": partial(_Formatter, language)}
        super().__init__(**about)
        self._negative_number_matcher = _NUMBER  # `-1d` is a value, as `-1` is; no option begins so
        self.register("action", None, _Once)
        self._positionals.title = words.ARGUMENTS.in_(language)
        self._optionals.title = words.OPTIONS.in_(language)
        self.add_argument("-h", "--help", action="help", help=words.HELP["help"].in_(language))

    def error(self, message: str) -> NoReturn:
        """Print the usage and argparse's message, and exit with code 2."""
        message, strange = _ADDRESS.sub("…", message), self._strange()
        if strange and _WRONGLY_GIVEN.match(message):
            phrase = of_leftovers([strange], self.prog.rpartition(" ")[2], self.options)
        elif match := _OF_AN_ARGUMENT.fullmatch(message):
            inner = translated(match["words"], {**words.ARGPARSE, r"(?P<same>.*)": unchanged("{same}")})
            if strange and _NO_VALUE.match(match["words"]):
                inner = words.JOINED.format(words=inner, option=match["name"].rpartition("/")[2], value=quoted(strange))
            phrase = words.OF_AN_ARGUMENT.format(name=match["name"], words=inner)
        else:
            phrase = translated(message, words.ARGPARSE)
        self.refuse(phrase)

    def _strange(self) -> str | None:
        """The first argument that begins like an option and is none."""
        return next((one for one in self.given if _OPTION.match(one) and not self._has(one)), None)

    def _has(self, given: str) -> bool:
        """Whether it is an option of this command, shortened or with its value."""
        whole = given.partition("=")[0]
        return given[:2] in self.options or any(one.startswith(whole) for one in self.options)

    def refuse(self, phrase: Phrase) -> NoReturn:
        """Print the usage and what is wrong, and exit with code 2."""
        if self._told:
            self._told(phrase)
            self.exit(EXIT_USAGE)
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, words.ERROR.format(program=self.prog, words=phrase).in_(self._language))

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what no command takes, with what was probably meant.

        An option of a command before the command too: argparse would take its value for the command.
        """
        if args and args[0].startswith(OF_COMMANDS):
            self.error("options before the command")
        if args and args[0] not in (*self._commands, *self.options):
            self.refuse(of_first(args[0], self._commands, self._commands["run"].options))
        if args and args[0] in self._commands:
            self._commands[args[0]].given = args[1:]
        found, left = self.parse_known_args(args, namespace)
        if left:
            command = self._commands[args[0]]
            command.refuse(of_leftovers(left, args[0], command.options))
        return found

    @property
    def options(self) -> Collection[str]:
        """All spellings of its options."""
        return self._option_string_actions

    def show_examples(self, command: str) -> None:
        """Show how the command is called, below its help."""
        if command in words.EXAMPLES:
            lines = words.EXAMPLES[command].in_(self._language).splitlines()
            called = (f"  {PROGRAM} {line}" for line in lines)
            self.epilog = "\n".join([words.EXAMPLES_ARE.in_(self._language), *called])

    def commands(self, metavar: str) -> argparse._SubParsersAction[Parser]:
        """Where commands are added: each gets a parser of the same language."""
        alike = partial(Parser, self._language, self._told)
        made: Any = self.add_subparsers(required=True, metavar=metavar, parser_class=alike)  # type: ignore[call-overload]
        self._commands = made.choices
        return made  # type: ignore[no-any-return]

    def read_by(self, read: Callable[[str], Any]) -> Callable[[str], Any]:
        """An argument's type: `read`, whose `BadArgument` is shown in the parser's language."""

        def reader(text: str) -> Any:
            try:
                return read(text)
            except BadArgument as error:
                raise argparse.ArgumentTypeError(error.phrase.in_(self._language)) from None

        reader.__name__ = read.__name__
        return reader


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, language: Language, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more)
        self._usage = words.USAGE.in_(language)

    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, self._usage if prefix is None else prefix)
