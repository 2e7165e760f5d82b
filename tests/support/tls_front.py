"""nginx before an engine or a portal: it speaks TLS, and lets in whom the test wants."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.ports import free_port
from tests.support.authority import Pair
from tests.support.engine_admin import wait_until
from tests.support.tools import checked, tool

MAIN = """pid {folder}/pid;
error_log {folder}/errors;
daemon off;
master_process off;
events {{}}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {shown.certificate};
        ssl_certificate_key {shown.key};
        client_max_body_size 50m;
        {more}
        location / {{
            {guard}
            proxy_pass {upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_read_timeout 100s;
        }}
    }}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def tls_front(
    folder: Path, upstream: str, shown: Pair, *, clients: Path | None = None, more: str = "", guard: str = ""
) -> Iterator[str]:
    """Yields the `https://` address that leads to the host of `upstream`.

    `clients`: the authority of those who are let in; None: everybody. `more`: lines for the server, `guard`: for its
    requests.
    """
    folder.mkdir()
    port = free_port()
    wanted = f"ssl_client_certificate {clients}; ssl_verify_client on;" if clients else ""
    parts = urlsplit(upstream)
    text = MAIN.format(
        folder=folder,
        port=port,
        shown=shown,
        more=wanted + more,
        guard=guard,
        upstream=f"{parts.scheme}://{parts.netloc}",
        temporary=" ".join(f"{kind}_temp_path {folder}/{kind};" for kind in TEMPORARY),
    )
    config = folder / "nginx.conf"
    config.write_text(text, "utf-8")
    options = ["-p", str(folder), "-c", str(config), "-e", str(folder / "errors")]
    checked("nginx", "-t", *options)
    process = subprocess.Popen([tool("nginx"), *options])
    try:
        wait_until(lambda: process.poll() is not None or _listens(port), "nginx listens")
        assert process.poll() is None, (folder / "errors").read_text("utf-8")
        yield f"https://localhost:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
