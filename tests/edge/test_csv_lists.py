"""Lists of people to invite, with every fault named."""

import pytest

from protocol.commands import MANY
from protocol.http import CsvFault
from server.edge.csv_lists import MAX_ROWS, SENTENCES, Before, preview


def test_rows_without_headings_are_email_first_name_last_name() -> None:
    found = preview("ada@example.org,Ada,Lovelace\nbob@example.org")

    assert [(row.email, row.first_name, row.last_name) for row in found.rows] == [
        ("ada@example.org", "Ada", "Lovelace"),
        ("bob@example.org", "", ""),
    ]
    assert (found.good, found.bad) == (2, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Last name;First name;E-Mail\nLovelace;Ada;ada@example.org",
        "\ufeffemail\tfirst_name\tlast_name\tnotes\nada@example.org\tAda\tLovelace\tnone",
        'FirstName,surname,"Email Address"\r\n\r\n"Ada","Lovelace"," ada@EXAMPLE.org "\r\n',
    ],
    ids=["semicolons", "tabs and a mark", "quotes and empty lines"],
)
def test_headings_say_which_column_is_which(text: str) -> None:
    [row] = preview(text).rows

    assert (row.email, row.first_name, row.last_name, row.error) == (
        "ada@example.org",
        "Ada",
        "Lovelace",
        None,
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("ada@", "This is not an e-mail address."),
        (",Ada,Lovelace", "The e-mail address is missing."),
        ("ada@example.org\nADA@Example.org", "This address stands in line 1 already."),
        (f"ada@example.org,{'A' * 121}", "A name has more than 120 characters."),
        ('"ada@example.org', "The quotation marks of this row do not match."),
        ('"ada@example.org"x', "The quotation marks of this row do not match."),
    ],
)
def test_each_fault_is_named_in_its_row(text: str, error: str) -> None:
    found = preview(text)

    assert found.rows[-1].error == error
    assert found.bad == 1


def test_lines_are_those_of_the_file() -> None:
    rows = preview("email\n\nada@example.org\nwrong\n").rows

    assert [(row.line, row.error is None) for row in rows] == [(3, True), (4, False)]


def test_not_more_are_good_than_can_be_invited_at_once() -> None:
    found = preview("\n".join(f"p{number}@example.org" for number in range(MANY + 2)))

    assert (found.good, found.bad) == (MANY, 2)


def test_an_endless_list_is_not_read_to_its_end() -> None:
    found = preview("x\n" * 100_000)

    assert len(found.rows) == MAX_ROWS + 1
    assert found.rows[-1].error == "The list is too long; its end was not read."


def test_nothing_at_all_is_an_empty_preview() -> None:
    assert preview("").rows == ()
    assert preview(" \n\n").rows == ()


def test_a_field_at_fault_is_not_shown_at_length() -> None:
    [row] = preview("x" * 100_000).rows

    assert len(row.email) == 254


def test_every_fault_has_its_sentence_and_a_name_for_programs() -> None:
    rows = preview("ada@\nbob@example.org\nBOB@example.org").rows

    assert [row.fault for row in rows] == [CsvFault.NOT_AN_EMAIL, None, CsvFault.REPEATED]
    assert [row.same_as for row in rows] == [None, None, 2]
    assert set(SENTENCES) == set(CsvFault)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Ada King Lovelace <ada@example.org>", ("Ada King", "Lovelace")),
        ("Ada <ada@example.org>", ("Ada", "")),
        ("<ada@example.org>", ("", "")),
        ("Ada King <ada@example.org>;Augusta;Byron", ("Augusta", "Byron")),
    ],
)
def test_an_address_may_bring_its_name_along(cell: str, name: tuple[str, str]) -> None:
    [row] = preview(cell).rows

    assert (row.email, row.first_name, row.last_name, row.error) == ("ada@example.org", *name, None)


def test_those_invited_before_are_marked_and_those_above_are_refused() -> None:
    known = {
        "ada@example.org": Before(may_change=True),
        "max@example.org": Before(may_change=False),
    }

    rows = preview("ada@example.org\nmax@example.org\nnew@example.org", known.get).rows

    assert [row.is_invited for row in rows] == [True, False, False]
    assert [row.fault for row in rows] == [None, CsvFault.NOT_YOURS, None]
