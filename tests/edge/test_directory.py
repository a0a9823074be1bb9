"""What is known beside the rooms, over a real store."""

import sqlite3
from pathlib import Path

import pytest

from protocol.errors import ErrorCode
from protocol.ids import AccountId, RoomId
from server.edge.api_keys import TooManyKeysError
from server.edge.directory import StoreDirectory
from server.edge.ports import SITE, Scope
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore
from tests.edge.house import API_KEYS, House

ADA = AccountId("ada")


async def test_an_account_is_remembered_and_can_change(house: House) -> None:
    first, second = house.person("Ada", "ada@example.org"), house.person("Ada L", "al@example.org")

    assert await house.directory.account(ADA) is None
    await house.directory.remember(ADA, first)
    assert await house.directory.account(ADA) == first
    await house.directory.remember(ADA, second)
    assert await house.directory.account(ADA) == second


async def test_accounts_are_found_by_parts_of_name_and_address(house: House) -> None:
    for name in ("Ada", "Adam", "Zoë"):
        email = f"{name.lower().replace('ë', 'e')}@example.org"
        await house.directory.remember(AccountId(email), house.person(name, email))

    async def found(query: str) -> list[str]:
        return [one.name for one in await house.directory.search(query, 10, None)]

    assert await found("ADA") == ["Ada", "Adam"]
    assert await found("dam@") == ["Adam"]
    assert await found("zoe") == ["Zoë"]
    assert await found("nobody") == []
    assert await found("") == []
    # The index is there by now; it has to follow.
    await house.directory.remember(ADA, house.person("Adaeze", "adaeze@example.org"))
    assert await found("adae") == ["Adaeze"]


async def test_people_are_found_by_those_who_are_known_from_the_same_place(house: House) -> None:
    known = house.directory
    await known.remember(AccountId("i_a"), house.person("Sam A", "a@a.example"), "lti_one")
    await known.remember(AccountId("i_b"), house.person("Sam B", "b@b.example"), "lti_two")
    await known.remember(AccountId("c"), house.person("Sam C", "c@c.example"))

    async def found(*places: str) -> list[str]:
        return [one.name for one in await known.search("sam", 10, frozenset(places))]

    assert await found() == []
    assert await found("lti_one") == ["Sam A"]
    assert await found("lti_two", SITE) == ["Sam B", "Sam C"]
    # The same person comes from another place as well, while the index is there.
    await known.remember(AccountId("i_a"), house.person("Sam A", "a@a.example"), "lti_two")
    await known.remember(AccountId("i_a"), house.person("Sam A", "a@a.example"), None)
    assert await found("lti_two") == ["Sam A", "Sam B"]
    assert await known.known_from(AccountId("i_a")) == {"lti_one", "lti_two"}
    await known.forget(AccountId("i_a"))
    assert await known.known_from(AccountId("i_a")) == frozenset()


async def test_where_accounts_of_before_are_known_from_is_taken_by_their_ids(house: House) -> None:
    person = house.person("Ada", "ada@example.org")
    for account in ("ada", "i_ada"):
        await house.directory.remember(AccountId(account), person, None)

    assert await house.directory.known_from(ADA) == {SITE}
    assert await house.directory.known_from(AccountId("i_ada")) == frozenset()
    assert await house.directory.known_from(AccountId("nobody")) == frozenset()
    found = await house.directory.search("ada", 10, frozenset({SITE}))
    assert [one.account_id for one in found] == ["ada"]


async def test_whoever_was_erased_is_neither_known_nor_found(house: House) -> None:
    person = house.person("Ada", "ada@example.org")
    await house.directory.remember(ADA, person)
    assert await house.directory.search("ada", 10, None)

    await house.sealer.erase(person.id)

    assert await house.directory.account(ADA) is None
    assert await house.directory.search("ada", 10, None) == []


async def test_a_thing_is_spent_once(house: House) -> None:
    until = house.clock() + 1_000

    assert await house.directory.spend("token 1", until)
    assert not await house.directory.spend("token 1", until)
    assert await house.directory.spend("token 2", until)


async def test_entries_come_page_by_page(house: House) -> None:
    await house.make_entry()

    assert await house.directory.entries("", 10) == [house.room]
    assert await house.directory.entries(house.room, 10) == []
    assert await house.directory.entries("", 0) == []


async def test_a_key_works_until_it_is_revoked(house: House) -> None:
    made = await house.directory.create_key("lms", ["read", "tokens"])

    known = await house.directory.api_key(made.key)

    assert known is not None
    assert (known.id, known.name) == (made.id, "lms")
    assert known.scopes == {Scope.READ, Scope.TOKENS}
    assert await house.directory.keys() == [known]
    assert await house.directory.revoke_key(made.id)
    assert await house.directory.api_key(made.key) is None
    assert not await house.directory.revoke_key(made.id)
    assert await house.directory.keys() == []


async def test_a_site_has_so_many_keys_and_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.edge.directory.MAX_KEYS", 2)
    made = [await house.directory.create_key(name, ["read"]) for name in ("one", "two")]

    with pytest.raises(TooManyKeysError) as refused:
        await house.directory.create_key("three", ["read"])
    ours = await house.directory.create_key("this machine", ["read"], is_ours=True)
    for one in (made[0], ours):
        await house.directory.revoke_key(one.id)
    again = await house.directory.create_key("three", ["read"])

    assert refused.value.code is ErrorCode.TOO_LARGE
    assert {one.id for one in await house.directory.keys()} == {made[1].id, again.id}


async def test_there_are_no_keys_of_unknown_scope(house: House) -> None:
    with pytest.raises(ValueError, match="everything"):
        await house.directory.create_key("lms", ["everything"])


async def test_the_file_holds_no_name_address_or_key(tmp_path: Path) -> None:
    path = tmp_path / "usher.sqlite3"
    async with SqliteStore.open(path) as store:
        sealer = Sealer(store, MasterKeys.of(("k1", b"m" * 32)))
        directory = await StoreDirectory.opened(store, sealer, API_KEYS, lambda: 7)
        person = House.person("Canary Lovelace", "canary@example.org")
        await directory.remember(ADA, person)
        made = await directory.create_key("lms", ["read"])

    connection = sqlite3.connect(path)
    dump = "\n".join(connection.iterdump()).lower()
    connection.close()
    assert b"canary".hex() not in dump
    assert made.key.rpartition("_")[2] not in dump
    assert made.key.rpartition("_")[2].encode().hex() not in dump


async def test_there_is_no_record_of_a_session_that_never_was(house: House) -> None:
    session = await house.make_entry()

    assert await house.directory.attendance(RoomId(house.room), session) is None
