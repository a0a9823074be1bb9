from server.integrations.identities import Way, account_of

KEY = bytes(32)


def test_a_platform_that_is_called_like_a_provider_speaks_for_none_of_its_accounts() -> None:
    there = ("https://accounts.example", "1")

    assert account_of(Way.LTI, *there, KEY) != account_of(Way.OIDC, *there, KEY)


def test_an_account_is_the_same_each_time_and_of_one_issuer() -> None:
    first, again = [account_of(Way.OIDC, "https://a.example", "1", KEY) for _ in range(2)]

    assert first == again
    assert first != account_of(Way.OIDC, "https://b.example", "1", KEY)
