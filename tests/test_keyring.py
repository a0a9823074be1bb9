import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from server.keyring import (
    FILE_NAME,
    Keyring,
    KeyringError,
    changed,
    load_or_make,
    with_front,
    with_new,
    without,
)


def test_the_first_start_makes_keys_that_only_their_owner_can_read(tmp_path: Path) -> None:
    load_or_make(tmp_path / FILE_NAME)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_the_second_start_finds_the_same_keys(tmp_path: Path) -> None:
    first, second = load_or_make(tmp_path / FILE_NAME), load_or_make(tmp_path / FILE_NAME)
    assert first.derived("links") == second.derived("links")
    assert first.person_key == second.person_key


def test_of_servers_that_start_at_once_all_find_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starters:
        rings = list(starters.map(load_or_make, [tmp_path / FILE_NAME] * 8))
    assert len({ring.person_key for ring in rings}) == 1
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]


def test_keys_for_different_purposes_have_nothing_in_common(tmp_path: Path) -> None:
    ring = load_or_make(tmp_path / FILE_NAME)
    assert len({*ring.derived("links"), *ring.derived("tickets"), ring.person_key}) == 3


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_or_make(tmp_path / FILE_NAME)
    (tmp_path / FILE_NAME).chmod(0o640)
    with pytest.raises(KeyringError, match="chmod 600"):
        load_or_make(tmp_path / FILE_NAME)


@pytest.mark.parametrize("content", ["", "[]", '{"keys": [], "person": ""}', '{"keys": 3}'])
def test_what_is_no_key_file_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyringError, match=FILE_NAME):
        load_or_make(tmp_path / FILE_NAME)


def test_a_new_key_in_front_signs_and_the_old_one_still_verifies(tmp_path: Path) -> None:
    old = load_or_make(tmp_path / FILE_NAME)
    path = tmp_path / FILE_NAME
    content = json.loads(path.read_text())
    content["keys"].insert(0, {"id": "new", "secret": "A" * 43 + "="})
    path.write_text(json.dumps(content))
    ring = load_or_make(tmp_path / FILE_NAME)
    assert ring.derived("links")[0] != old.derived("links")[0]
    assert ring.derived("links")[1] == old.derived("links")[0]
    assert ring.person_key == old.person_key


def test_printing_a_ring_shows_no_secret(tmp_path: Path) -> None:
    ring = load_or_make(tmp_path / FILE_NAME)
    secrets = [line["secret"] for line in json.loads((tmp_path / FILE_NAME).read_text())["keys"]]
    assert all(secret not in repr(ring) and secret[:8] not in repr(ring) for secret in secrets)
    assert all(repr(key.secret)[2:10] not in repr(ring) for key in ring.keys)


def ids(ring: Keyring) -> list[str]:
    return [key.id for key in ring.keys]


def test_a_key_is_added_behind_brought_to_the_front_and_taken_out(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    old = load_or_make(path)
    [first] = ids(old)
    added = changed(path, with_new)
    assert (ids(added)[0], len(added.keys)) == (first, 2)
    second = ids(added)[1]
    rotated = changed(path, lambda ring: with_front(ring, second))
    assert ids(rotated) == [second, first]
    assert rotated.derived("links")[1] == old.derived("links")[0]
    assert ids(changed(path, lambda ring: without(ring, first))) == [second]
    assert load_or_make(path).person_key == old.person_key
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]


def test_the_key_that_signs_and_a_key_that_is_not_there_cannot_be_taken_out(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    ring = load_or_make(path)
    for key_id, said in ((ids(ring)[0], "signs"), ("none", "There is no key")):
        with pytest.raises(KeyringError, match=said):
            changed(path, partial(without, key_id=key_id))
    with pytest.raises(KeyringError, match="There is no key"):
        changed(path, lambda now: with_front(now, "none"))
    assert load_or_make(path) == ring
