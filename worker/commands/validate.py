"""`validate`: whether `run` would start with these settings, as far as can be known without the network."""

from __future__ import annotations

from worker.commands import console
from worker.commands.check.ledger import file_fault, gone
from worker.commands.origins import introduce
from worker.config.settings import Settings
from worker.words.phrase import Phrase

CONFIGURATION_IS_GOOD = Phrase("Настройки в порядке.", "The configuration is good.")
GOOD_BUT_FOR_WARNINGS = Phrase(
    "С этими настройками `run` запустится. Проверьте то, что отмечено WARN.",
    "`run` would start with this configuration. Look at what is marked WARN.",
)
GOOD_BUT_FOR_THE_LEDGER = Phrase(
    "Остальное в настройках в порядке, но здесь `run` с этим журналом не запустится.",
    "The rest of the configuration is good, but here `run` would not start with this ledger.",
)


def validate(settings: Settings) -> bool:
    """Print the verdict on settings that have no fault; False: with this ledger `run` would not start."""
    introduce(settings)
    language = settings.log.language
    if fault := file_fault(settings):
        for phrase in (fault, GOOD_BUT_FOR_THE_LEDGER):
            console.say(phrase.in_(language), console.Colour.BAD)
        return False
    doubts = [*gone(settings)]
    for doubt in doubts:
        console.say(doubt.line(language), console.Colour.DOUBTFUL)
    verdict = GOOD_BUT_FOR_WARNINGS if settings.warnings or doubts else CONFIGURATION_IS_GOOD
    console.say(verdict.in_(language), console.Colour.GOOD)
    return True
