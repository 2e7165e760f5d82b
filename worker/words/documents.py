"""The documentation that comes with the program, in both languages: its pages and sections, and how texts name them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from worker import PROGRAM
from worker.words.phrase import LANGUAGES, Language, Phrase, PhraseError
from worker.words.printable import one_line

FOLDER = files("worker") / "docs"
"""In the sources a link to `docs`; the package holds the pages themselves."""
INDEX = "README"
OF_THE_LIST = ("", "docs", INDEX.lower(), "index", "list", "contents")
ADDRESS = "://"
"""It may be the webhook's: it is not repeated."""
LONGEST = 60
FENCE = re.compile(r" *```")
HEADING = re.compile(r"(#+) (.*)")
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
NOT_READ = re.compile(r"^(\*\[[^\]]+\]\([^)]+\)\*|<!-- .* -->)\n\n?", re.MULTILINE)
"""The link to the other language, and the marks of what is generated."""
ROW = re.compile(r"\| \[([^\]]+)\]\(([\w-]+)(?:\.ru)?\.md\) \| (.*) \|")
PAGES_ARE = Phrase(
    f"Страницы документации; одну из них печатает {PROGRAM} docs СТРАНИЦА, её раздел — СТРАНИЦА#раздел:",
    f"The pages of the documentation; {PROGRAM} docs PAGE prints one of them, PAGE#section a section of it:",
)
NO_PAGE = Phrase(
    f"страницы «{{name}}» нет{{meant}}. Все страницы: {PROGRAM} docs",
    f"there is no page “{{name}}”{{meant}}. All pages: {PROGRAM} docs",
)
NO_SECTION = Phrase(
    "на странице {page} нет раздела «{name}». Её разделы: {all}", "page {page} has no section “{name}”. It has: {all}"
)
COMMAND = re.compile(rf"{PROGRAM} docs (?P<page>[\w-]+)(?:#(?P<section>[\w-]+))?")
"""As `see` writes it."""
IN_SOURCES = Phrase("{path} в исходном коде", "{path} in the source code")


class NoSuchPage(PhraseError):
    """There is no page or section of this name."""


@dataclass(frozen=True, slots=True)
class _Section:
    """`line`: the number of its heading."""

    line: int
    level: int
    title: str

    @property
    def anchor(self) -> str:
        return _anchor(self.title)


def see(page: str, section: str = "") -> str:
    """The command that prints a page, or one section of it by its English anchor: how every text names it."""
    return f"{PROGRAM} docs {page}{'#' if section else ''}{section}"


LOST = see("ledger", "when-it-is-lost")
"""Where it is said what to do without the ledger there was."""


def document(asked: str, language: Language) -> str:
    """A page, or the section after its `#`: a heading or an anchor, of either language. Empty: the list of pages.

    A page by its name, its file, or its title in either language; the list also by its own file. Raises `NoSuchPage`.
    """
    asked = "…" if ADDRESS in asked else asked.strip()
    typed, _, wanted = (part.strip() for part in asked.partition("#"))
    name = _named(typed)
    if name in OF_THE_LIST and not wanted:
        return _contents(language)
    if name not in _names():
        raise NoSuchPage(NO_PAGE.format(name=one_line(typed or asked, LONGEST), meant=_meant(name, wanted)))
    lines = _text(name, language).splitlines()
    if wanted:
        first, end = _place(name, _anchor(wanted), language)
        lines = lines[first:end]
    return PICTURE.sub(r"\1", LINK.sub(_without_files(name, language), "\n".join(lines).rstrip()))


def _named(typed: str) -> str:
    """The page that a file of it, or its title in either language, names."""
    name = typed.lower().rstrip("/").rpartition("/")[2].removesuffix(".md").removesuffix(".ru")
    return _titles().get(name, name.replace(" ", "-"))


def _meant(name: str, section: str) -> str:
    """In brackets, what was probably meant: where a section of this name is, otherwise a page of a close name."""
    anchor = _anchor(section or name)
    of_section = [f"{page}#{anchor}" for page in _names() if anchor in _anchors(page)]
    found = of_section or difflib.get_close_matches(name, _names(), 1)
    return f" ({', '.join(found)}?)" if found else ""


@cache
def _anchors(page: str) -> frozenset[str]:
    """Of its sections, in both languages."""
    return frozenset(one.anchor for language in LANGUAGES for one in _sections(_text(page, language)) if one.level > 1)


@cache
def _titles() -> Mapping[str, str]:
    """The pages by what the list calls them, in both languages."""
    return {title.lower(): name for language in LANGUAGES for title, name, _ in ROW.findall(_text(INDEX, language))}


def _contents(language: Language) -> str:
    """Every page's name, with what it is about and for whom."""
    rows = ROW.findall(_text(INDEX, language))
    width = max(len(name) for _, name, _ in rows)
    return "\n".join([PAGES_ARE.in_(language), *(f"  {name:{width}}  {title} — {whom}" for title, name, whom in rows)])


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for _, name, _ in ROW.findall(_text(INDEX, "en")))


def _text(name: str, language: Language) -> str:
    ending = "" if language == "en" else ".ru"
    return NOT_READ.sub("", (FOLDER / f"{name}{ending}.md").read_text(encoding="utf-8"))


def _place(name: str, anchor: str, language: Language) -> tuple[int, int | None]:
    """The first line of a section, and that after its last. Both languages have the same sections in the same order."""
    sections = list(_sections(_text(name, language)))
    others = _sections(_text(name, "ru" if language == "en" else "en"))
    for here, there in zip(sections, others, strict=True):
        if anchor in (here.anchor, there.anchor):
            after = (one.line for one in sections if one.line > here.line and one.level <= here.level)
            return here.line, next(after, None)
    known = ", ".join(one.anchor for one in sections[1:])
    raise NoSuchPage(NO_SECTION.format(page=name, name=anchor, all=known or "—"))


def _sections(text: str) -> Iterator[_Section]:
    in_code = False
    for number, line in enumerate(text.splitlines()):
        in_code ^= bool(FENCE.match(line))
        if not in_code and (found := HEADING.fullmatch(line)):
            yield _Section(number, len(found[1]), found[2])


def _anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _without_files(page: str, language: Language) -> Callable[[re.Match[str]], str]:
    """Turns a link to a file, which a terminal cannot follow, into the page's name or the place in the sources."""

    def shown(link: re.Match[str]) -> str:
        title, path, anchor = link[1], link[2], link[3] or ""
        if path.startswith("../"):
            return f"{title} ({IN_SOURCES.format(path=path.removeprefix('../')).in_(language)})"
        name = path.removesuffix(".md").removesuffix(".ru") or page
        return f"{title} (docs {name}{anchor})"

    return shown
