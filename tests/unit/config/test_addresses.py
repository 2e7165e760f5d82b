"""Each wrong address is told by what is wrong with this one, with an example of a right one, and never quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.words.config_faults import ConfigError

SECRET = "k3yofthep0rtal99"
NEEDED = {
    "CAMUNDA_BASE_URL": "http://engine/engine-rest",
    "BITRIX_WEBHOOK_URL": f"https://portal.example/rest/1/{SECRET}/",
}
ENGINE, TOKEN, COCKPIT = "CAMUNDA_BASE_URL", "CAMUNDA_AUTH_OAUTH2_TOKEN_URL", "CAMUNDA_COCKPIT_URL"
WEBHOOK, PROXY = "BITRIX_WEBHOOK_URL", "BITRIX_PROXY"
CLIENT = {"CAMUNDA_AUTH_OAUTH2_CLIENT_ID": "w", "CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET": "s3cr3ts3cr3t"}
FORMS = {
    ENGINE: "it must look like http://engine:8080/engine-rest",
    TOKEN: "it must look like https://sso.example/realms/",
    COCKPIT: "it must look like http://engine:8080/camunda/app/cockpit/default",
    WEBHOOK: "it must look like https://PORTAL/rest/USER_NUMBER/SECRET/",
    PROXY: "it must look like http://proxy:3128 or http://user:password@proxy:3128",
}
COMMON = {
    "localhost:8080/engine-rest/cockpit": "does not begin with http",
    '"http://engine/engine-rest/cockpit"': "no quote or other sign may stand before it",
    "ftp://engine/engine-rest/cockpit": "does not begin with http",
    "http://eng ine/engine-rest/cockpit": "has a blank inside",
    "http:///engine-rest/cockpit": "names no server after //",
    "http://engine:99999/cockpit": "has a wrong port",
    "http://engine:port/cockpit": "has a wrong port",
    "http://engine:0/cockpit": "has a wrong port",
    "http://eng..ine/cockpit": "names a server as none can be called",
    "http://999.1.1.1/cockpit": "names a server as none can be called",
    "http://[1:2:3]/cockpit": "names a server as none can be called",
    "http://::1:8080/cockpit": "holds an IPv6 address without brackets: write it in brackets, like http://[::1]",
    "http://fe80::1/cockpit": "holds an IPv6 address without brackets",
    "http://[::1/cockpit": "names a server as none can be called",
    f"http://{'x' * 64}/cockpit": "names a server as none can be called",
}
OF_ONE = [
    (ENGINE, "http://engine/engine-rest?x=1", "has a ?: remove it and what follows"),
    (ENGINE, "http://engine/app/#/welcome", "has a #, as a page in the browser has"),
    (ENGINE, f"http://me:{SECRET}@engine/engine-rest", "set it in camunda.auth_username and camunda.auth_password"),
    (TOKEN, f"https://me:{SECRET}@sso/token", "set client_id and client_secret"),
    (TOKEN, "https://sso/token?x=1", "has a ?"),
    (COCKPIT, "http://demo@engine/app/cockpit/default", "holds a user name or the sign @: remove it"),
    (COCKPIT, "http://engine:8080/engine-rest", "has no /cockpit in its path"),
    (WEBHOOK, f"https://portal.example/rest/1/{SECRET}/?auth=1", "has a ?"),
    (WEBHOOK, f"https://me@portal.example/rest/1/{SECRET}/", "holds a user name"),
    (WEBHOOK, SECRET, "copy it from the webhook's page"),
    (PROXY, "https://proxy:3128", "proxies by https:// and socks:// are not supported"),
    (PROXY, f"http://me:{SECRET}/1@proxy:3128", "written otherwise: @ : / ? # % as %40 %3A %2F %3F %23 %25"),
    (PROXY, f"http://me:{SECRET}@1@proxy:3128", "written otherwise"),
    (PROXY, f"http://me:{SECRET}#1@proxy:3128", "written otherwise"),
    (PROXY, "http://proxy:3128/path", "has a path after the server's name"),
    (PROXY, "proxy:3128", "env takes that of HTTPS_PROXY or HTTP_PROXY"),
]


def fault_of(variable: str, said: str) -> str:
    environ = NEEDED | (CLIENT if variable == TOKEN else {}) | {variable: said}
    with pytest.raises(ConfigError) as caught:
        load(None, environ, language="en")
    (fault,) = caught.value.problems
    for text in (fault.line("en"), fault.line("ru")):
        assert f"{variable})" in text
        assert SECRET not in text
    return fault.phrase.en


@pytest.mark.parametrize("variable", FORMS)
@pytest.mark.parametrize("said", COMMON)
def test_what_is_wrong_is_told_alike_for_each_address(variable: str, said: str) -> None:
    text = fault_of(variable, said)
    assert COMMON[said] in text
    assert FORMS[variable] in text
    assert "user name" not in text


@pytest.mark.parametrize(("variable", "said", "words"), OF_ONE)
def test_what_only_one_of_them_may_not_hold_comes_with_its_cure(variable: str, said: str, words: str) -> None:
    assert words in fault_of(variable, said)


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (ENGINE, "http://[::1]:8080/engine-rest"),
        (ENGINE, "HTTP://engine.example./engine-rest/"),
        (ENGINE, "http://[fe80::1%25eth0]:8080/engine-rest"),
        (TOKEN, "https://sso_1.example:443/token"),
        (COCKPIT, "http://engine:8080/camunda/app/cockpit/default/#/dashboard?x"),
        (PROXY, "http://me:p%40ss@proxy.example"),
    ],
)
def test_what_can_be_called_is_taken(variable: str, said: str) -> None:
    assert load(None, NEEDED | (CLIENT if variable == TOKEN else {}) | {variable: said})


@pytest.mark.parametrize("path", ["camunda.base_url", "bitrix.webhook_url", "bitrix.proxy", "camunda.cockpit_url"])
def test_an_address_that_is_no_text_is_told_as_such(path: str, tmp_path: Path) -> None:
    group, _, name = path.partition(".")
    (file := tmp_path / "config.yaml").write_text(f"{group}: {{{name}: [1]}}", encoding="utf-8")
    environ = {variable: said for variable, said in NEEDED.items() if variable != f"{group}_{name}".upper()}
    with pytest.raises(ConfigError) as caught:
        load(file, environ, language="en")
    (fault,) = caught.value.problems
    assert fault.line("en").startswith(f"{path} (config.yaml, line 1): must be text")


def test_a_proxy_of_the_environment_is_told_with_the_variable_that_holds_it() -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, NEEDED | {PROXY: "env", "HTTPS_PROXY": f"socks5://me:{SECRET}@proxy:1080"}, language="en")
    (fault,) = caught.value.problems
    assert fault.line("en").startswith("bitrix.proxy (variable HTTPS_PROXY): does not begin with http://")
    assert SECRET not in fault.line("ru")
