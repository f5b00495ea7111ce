"""The only network client goes where the settings say, and nowhere else."""

import pytest
from identity_providers import forging_provider

from registry.outbound import (
    OriginsRejected,
    Outbound,
    OutboundFailed,
    OutboundRefused,
    allowed_origins,
    origin_of,
)

ELSEWHERE = [
    "http://evil.example/", "https://evil.example/", "https://login.example.org.evil.example/",
    "https://login.example.org@evil.example/", "https://evil.example/#login.example.org", "//login.example.org/",
    "https://login.example.org:444/", "http://login.example.org/", "file:///etc/passwd", "ftp://login.example.org/",
    "gopher://login.example.org/", "https://login.example.org\\@evil.example/", "https://[::ffff:169.254.169.254]/",
    "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:22/", "http://localhost/", "https://", "", "x",
    "https://user@login.example.org/", "https://login.example.org:99999/", "http://0x7f000001/", "https://2130706433/",
    "https://[fe80::1%25eth0]/", "https://\uff4cogin.example.org/",
]  # fmt: skip


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("allowed", [frozenset[str](), frozenset({"https://login.example.org"})])
def test_what_is_not_allowed_is_not_asked(url: str, allowed: frozenset[str]) -> None:
    outside = Outbound(allowed)

    with pytest.raises(OutboundRefused):
        outside.get_json(url)
    with pytest.raises(OutboundRefused):
        outside.post_form(url, {"secret": "x"})
    with pytest.raises(OutboundRefused):
        outside.post(url, b"{}", {})


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://login.example.org/a?b", "https://login.example.org"),
        ("https://LOGIN.example.org:443/", "https://login.example.org"),
        ("https://login.example.org:8443", "https://login.example.org:8443"),
        ("http://127.0.0.1:9400/x", "http://127.0.0.1:9400"),
        ("http://[::1]:9400/x", "http://[::1]:9400"),
        ("http://login.example.org", None),
    ],
)
def test_an_origin_is_https_or_on_this_machine(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


def test_answers_are_read_and_secrets_are_in_no_message() -> None:
    with forging_provider() as forger:
        outside = Outbound(frozenset({forger.issuer}))
        url = f"{forger.issuer}/.well-known/openid-configuration"

        assert outside.get_json(url)["issuer"] == forger.issuer
        with pytest.raises(OutboundFailed, match="404") as caught:
            outside.get_json(f"{forger.issuer}/missing?code=geheim")
        assert "geheim" not in str(caught.value)


def test_a_redirect_is_not_followed() -> None:
    with forging_provider() as other, forging_provider(redirect_to=f"{other.issuer}/token") as forger:
        outside = Outbound(frozenset({forger.issuer, other.issuer}))

        with pytest.raises(OutboundFailed, match="307"):
            outside.post_form(f"{forger.issuer}/token", {})
        assert other.requests == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with forging_provider() as forger, forging_provider() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.issuer)
        Outbound(frozenset({forger.issuer})).get_json(f"{forger.issuer}/jwks")

        assert proxy.requests == []


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(OutboundFailed, match=r"127\.0\.0\.1:1"):
        Outbound(frozenset({"http://127.0.0.1:1"})).get_json("http://127.0.0.1:1/x?code=c")


def test_a_list_of_origins_is_read_and_every_bad_entry_named() -> None:
    assert allowed_origins(None, "REGISTRY_X") == frozenset()
    assert allowed_origins("https://a.example, http://127.0.0.1:9 ,", "REGISTRY_X") == {
        "https://a.example",
        "http://127.0.0.1:9",
    }
    with pytest.raises(OriginsRejected) as caught:
        allowed_origins("https://a.example,https://b.example/path,http://c.example,*", "REGISTRY_X")
    assert [each.value for each in caught.value.violations] == ["https://b.example/path", "http://c.example", "*"]
