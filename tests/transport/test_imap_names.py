"""Mailbox names, as servers write them and as people do."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.transport.imap_names import (
    DRAFTS,
    SENT,
    Folder,
    decoded_name,
    keyword_atom,
    quoted,
    wire_name,
    with_use,
)


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", '"INBOX"'),
        ("Boîte de réception (1)", '"Bo&AO4-te de r&AOk-ception (1)"'),
        ('the "big" one', '"the \\"big\\" one"'),
        ("back\\slash", '"back\\\\slash"'),
        ("R&D", '"R&-D"'),
        ("a\r\nA1 LOGOUT", '"a&AA0ACg-A1 LOGOUT"'),  # a line end cannot escape
    ],
)
def test_names_are_encoded_then_quoted(name: str, wire: str) -> None:
    assert wire_name(name) == wire


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_every_name_survives_the_wire(name: str) -> None:
    wire = wire_name(name)
    assert wire.isascii()
    assert wire.isprintable()
    unquoted = wire[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    assert decoded_name(unquoted.encode()) == name


def test_a_name_that_breaks_the_rules_is_shown_as_it_came() -> None:
    assert decoded_name(b"&1~~~-") == "&1~~~-"
    assert decoded_name("é".encode("latin-1")) == "é"


@pytest.mark.parametrize("text", ["é", "a\nb", "\x7f", "\0"])
def test_what_fits_in_no_quoted_string_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        quoted(text)


@pytest.mark.parametrize("keyword", ["", "two words", "a)b", "\\Seen", "a]", "é"])
def test_a_keyword_is_an_atom_and_never_a_system_flag(keyword: str) -> None:
    with pytest.raises(ValueError, match="keyword"):
        keyword_atom(keyword)
    assert keyword_atom("$MailagentDone") == "$MailagentDone"


def folder(name: str, special: str = "", *, selectable: bool = True) -> Folder:
    return Folder(name, special, selectable, delimiter="/")


@pytest.mark.parametrize(
    "name",
    [
        *("Sent", "Sent Items", "Éléments envoyés", "Messages envoyés", "Gesendet"),
        *("Gesendete Elemente", "Enviados", "Posta inviata", "Verzonden items", "Itens enviados"),
    ],
)
def test_sent_is_found_by_its_usual_names(name: str) -> None:
    others = [folder("INBOX"), folder("Archives"), folder("Sent before 2020")]
    for spelled in (name, name.upper(), f"INBOX/{name}", normalize("NFD", name)):
        assert with_use([*others, folder(spelled)], SENT, ()) == folder(spelled)


@pytest.mark.parametrize(
    "name",
    ["Drafts", "Brouillons", "Entwürfe", "Borradores", "Bozze", "Concepten", "Rascunhos"],
)
def test_drafts_are_found_by_their_usual_names(name: str) -> None:
    assert with_use([folder("INBOX"), folder(name)], DRAFTS, ()) == folder(name)


def test_what_the_server_says_counts_before_names() -> None:
    told = folder("Post/Ausgang", "\\Sent")
    assert with_use([folder("Sent"), told], SENT, ("Sent",)) == told


def test_given_names_count_before_usual_names() -> None:
    assert with_use([folder("Sent"), folder("Outgoing")], SENT, ("Outgoing",)) == folder("Outgoing")


def test_the_nearest_folder_of_that_name_is_taken() -> None:
    old = folder("Archives/2019/Sent")
    assert with_use([old, folder("INBOX/Sent")], SENT, ()) == folder("INBOX/Sent")


def test_a_folder_that_holds_no_mail_is_not_taken() -> None:
    assert with_use([folder("Sent", "\\Sent", selectable=False)], SENT, ()) is None
    assert with_use([folder("INBOX")], SENT, ()) is None
