"""A certificate authority of a test's own, made with openssl: it signs for servers and for clients."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CONFIG = """[ca]
default_ca = here
[here]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""
OF_THE_SIGNED = """[here]
x509_extensions = signed
[signed]
basicConstraints = CA:FALSE
authorityKeyIdentifier = keyid
"""
KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
LONG_AGO = "-startdate 20200101000000Z -enddate 20200201000000Z"


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate and its key, in PEM."""

    certificate: Path
    key: Path

    def put(self, other: Pair) -> None:
        """Replace the files of the other pair with these, each at once."""
        for ours, place in ((self.key, other.key), (self.certificate, other.certificate)):
            new = place.with_suffix(".new")
            shutil.copy(ours, new)
            new.replace(place)


class Authority:
    """Keeps its files in `folder`; `certificate` is the one to trust."""

    def __init__(self, folder: Path, name: str = "Test authority") -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self.certificate, self._key = folder / "ca.crt", folder / "ca.key"
        self._config = signing_config(folder, OF_THE_SIGNED)
        subject = ["-subj", f"/CN={name}", "-keyout", str(self._key), "-out", str(self.certificate)]
        _openssl(f"req -x509 {KEY} -days 30 -addext keyUsage=critical,keyCertSign,cRLSign", *subject)

    def issue(self, name: str, *, ended: bool = False, days: int = 20) -> Pair:
        """Sign for this name: as a server's, `localhost` and 127.0.0.1. `ended`: it ran out years ago."""
        made = Pair(self._folder / f"{name}.crt", self._folder / f"{name}.key")
        request = str(self._folder / f"{name}.csr")
        hosts = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        _openssl(f"req -new {KEY} -subj /CN={name} -keyout {made.key} -out {request}", *hosts)
        files = f"-config {self._config} -cert {self.certificate} -keyfile {self._key} -in {request} -out"
        _openssl(f"ca -batch -notext {LONG_AGO if ended else f'-days {days}'} {files} {made.certificate}")
        made.key.chmod(0o600)
        return made


def signing_config(folder: Path, more: str = "") -> Path:
    """What `openssl ca` reads; what it writes about the certificates that it signs is kept beside it."""
    config = folder / "ca.cnf"
    config.write_text(CONFIG.format(folder=folder) + more)
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01")
    return config


def _openssl(command: str, *more: str) -> None:
    done = subprocess.run(["openssl", *command.split(), *more], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
