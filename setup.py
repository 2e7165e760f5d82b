"""Everything about the package is in setup.cfg, but for what only code can say: each build begins in an empty folder.

In `build/` setuptools packs what an earlier build has left there: modules long deleted would come along in the wheel.
"""

from tempfile import TemporaryDirectory

from setuptools import setup
from setuptools.command.build import build

FOLDER = TemporaryDirectory(prefix="camunda-bitrix-worker-")


class Build(build):
    def initialize_options(self) -> None:
        super().initialize_options()
        self.build_base = FOLDER.name


setup(cmdclass={"build": Build})
