from pathlib import Path

import pytest

from server.integrations.oidc.settings import BadProvidersError, read_providers

GOOD = '[[provider]]\nid = "uni"\nname = "Uni"\nissuer = "https://uni.example"\nclient_id = "c"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "oidc.toml"
    path.write_text(text)
    return path


def test_a_secret_is_read_from_its_own_file_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "uni.secret").write_text("hush\n")
    [one] = read_providers(written(tmp_path, f'{GOOD}client_secret_file = "uni.secret"\n'))

    assert (one.id, one.client_secret, one.trusts_email) == ("uni", "hush", False)
    assert "hush" not in repr(one)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[provider", "TOML"),
        ("", "list"),
        ('provider = ["uni"]', "list"),
        (f"{GOOD}[other]\n", "list"),
        (GOOD + GOOD, "twice"),
        (f'{GOOD}colour = "red"\n', "unknown"),
        (GOOD.replace("https", "ftp"), "unknown"),
        (GOOD.replace('client_id = "c"\n', ""), "unknown"),
        (GOOD.replace('"uni"\n', '"Uni!"\n'), "unknown"),
        (f'{GOOD}client_secret_file = "none"\n', "client_secret_file"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(BadProvidersError, match=said):
        read_providers(written(tmp_path, text))


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadProvidersError, match="cannot be read: No such file"):
        read_providers(tmp_path / "none.toml")


def test_a_secret_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "uni.secret").write_bytes(b"\xff")
    with pytest.raises(BadProvidersError, match="client_secret_file"):
        read_providers(written(tmp_path, f'{GOOD}client_secret_file = "uni.secret"\n'))
