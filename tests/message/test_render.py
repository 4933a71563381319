"""Rendered mails: right words in each language, data never run, bad templates named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest

from mailagent.core.money import Money
from mailagent.core.sequence import Channel, Step
from mailagent.errors import TemplateError
from mailagent.message.mail_context import InvoiceLine
from mailagent.message.render import Templates
from mailagent.message.samples import sample_contexts
from mailagent.resources import resource_folder

STEPS = (
    Step("d-3", -3, Channel.EMAIL, "before_due", "courteous"),
    Step("d+3", 3, Channel.EMAIL, "first_reminder", "courteous"),
    Step("d+10", 10, Channel.EMAIL, "second_reminder"),
    Step("d+20", 20, Channel.EMAIL, "firm_reminder", "firm"),
    Step("d+40", 40, Channel.EMAIL, "formal_notice", "formal", task=Channel.LETTER),
)
LANGUAGES = ("en", "fr")
ALL = [
    pytest.param(language, step, context, id=f"{language}-{step.id}-{number}")
    for language in LANGUAGES
    for step in STEPS
    for number, context in enumerate(sample_contexts(language, step))
]
templates = Templates(resource_folder("templates"))


def single(language="fr", step=STEPS[1], **changes):
    return replace(sample_contexts(language, step)[0], **changes)


def several(language="fr", step=STEPS[1], **changes):
    return replace(sample_contexts(language, step)[4], **changes)


def render(context):
    return templates.render(context.language, context.step.template, context)


def squeeze(text):
    return re.sub(r"\s+", " ", text)


def test_shipped_templates_have_no_fault():
    assert templates.languages() == LANGUAGES
    assert (
        templates.names("fr") == templates.names("en") == tuple(sorted(s.template for s in STEPS))
    )
    assert templates.check(LANGUAGES, STEPS) == ()


@pytest.mark.parametrize(("language", "step", "context"), ALL)
def test_html_says_what_the_text_says(language, step, context):
    rendered = templates.render(language, step.template, context)
    html = squeeze(unescape(re.sub(r"<[^>]*>", " ", rendered.html)))
    for paragraph in rendered.text.split("\n\n"):
        if paragraph.startswith("- "):
            continue  # a list of invoices in the text, a table in the HTML
        for line in paragraph.splitlines():
            assert squeeze(line) in html


@pytest.mark.parametrize(("language", "step", "context"), ALL)
def test_mails_are_tidy(language, step, context):
    rendered = templates.render(language, step.template, context)
    for part in (rendered.subject, rendered.text):
        assert "  " not in part
        assert " \n" not in part
        assert "\n\n\n" not in part
        assert "None" not in part
        assert "{" not in part
    assert "\n" not in rendered.subject
    assert len(rendered.subject) < 120
    if language == "fr":
        words = f"{rendered.subject}\n{rendered.text}\n{unescape(rendered.html)}"
        words = re.sub(r'style="[^"]*"', "", words)
        assert not re.search(r"[ \w][:;?!](?=\s|$)", words), "a no-break space is missing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_formal_notice_says_so(language):
    said = {
        step.id: "mise en demeure" in f"{r.subject} {r.text}".lower()
        or "formal notice" in f"{r.subject} {r.text}".lower()
        for step in STEPS
        for r in [render(several(language, step))]
    }
    assert said == {"d-3": False, "d+3": False, "d+10": False, "d+20": False, "d+40": True}


def test_one_invoice_is_singular_and_several_are_plural():
    assert "la facture ci-dessous" in render(single()).text
    assert "Total" not in render(single()).text
    assert "des factures ci-dessous" in render(several()).text
    assert "Total à régler\u00a0: 600,50\u00a0€ et 987,65\u00a0$US" in render(several()).text


def test_a_part_payment_is_acknowledged():
    line = InvoiceLine(
        number="FA-1",
        issued_on=date(2026, 2, 13),
        due_on=date(2026, 3, 15),
        total=Money(120_000, "EUR"),
        balance=Money(70_000, "EUR"),
        paid=Money(50_000, "EUR"),
        credited=Money(0, "EUR"),
    )
    text = render(single(invoices=(line,))).text
    assert (
        "reste dû 700,00\u00a0€ sur 1\u00a0200,00\u00a0€ TTC (déjà réglé\u00a0: 500,00\u00a0€)"
        in text
    )
    assert "règlement partiel" in text


@pytest.mark.parametrize(
    ("language", "asked"), [("fr", "bien vouloir le régler"), ("en", "We ask you to pay it by")]
)
def test_of_part_paid_invoices_the_balance_is_asked_for(language, asked):
    firm = STEPS[3]
    part_paid = several(language, firm).invoices[0]
    both = (part_paid, replace(part_paid, number="FA-2"))
    for invoices in (both[:1], both):
        assert asked in render(several(language, firm, invoices=invoices)).text


def test_a_credit_note_is_no_payment():
    line = replace(
        single().invoices[0], balance=Money(110_000, "EUR"), credited=Money(10_000, "EUR")
    )
    text = render(single(invoices=(line,))).text
    assert "(avoir\u00a0: 100,00\u00a0€)" in text
    assert "partiel" not in text


def test_a_broken_promise_is_no_oversight():
    text = render(single(broken_promise=date(2026, 3, 1))).text
    assert "annoncé un règlement pour le 1er\u00a0mars 2026" in text
    assert "oubli" not in text
    assert "oubli" in render(single()).text


def test_an_invoice_not_yet_due_is_not_called_overdue():
    later = replace(single().invoices[0], number="FA-9", due_on=single().today + timedelta(days=3))
    rendered = render(single(invoices=(*single().invoices, later)))
    assert "de la facture ci-dessous" in rendered.text
    assert "Pour mémoire, la facture suivante arrive prochainement à échéance" in rendered.text
    assert "FA-9" in rendered.subject


def test_the_formal_notice_grants_eight_days_unless_told_otherwise():
    context = single(step=STEPS[4])
    assert "dans un délai de 8\u00a0jours" in render(context).text
    later = replace(context, deadline=context.today + timedelta(days=15))
    assert "dans un délai de 15\u00a0jours" in render(later).text


@pytest.mark.parametrize("step", STEPS[3:], ids=lambda step: step.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_french_law_is_quoted_only_for_french_creditors(language, step):
    french, foreign = (sample_contexts(language, step)[n] for n in (0, 3))
    assert "441-10" in render(french).text
    for part in (render(foreign).text, render(foreign).html):
        assert "441-10" not in part
        assert "1344" not in part
        assert "40" not in part.replace("0042", "").replace("04 72", "").split("IBAN")[0]


def test_the_registered_letter_is_announced_only_when_one_is_sent():
    assert "lettre recommandée" in render(single(step=STEPS[4])).text
    without = replace(STEPS[4], task=None)
    assert "lettre recommandée" not in render(single(step=without)).text


def test_figures_follow_the_language():
    assert "1\u00a0200,00\u00a0€" in render(single()).text
    assert "€1,200.00" in render(single("en")).text
    assert "15\u00a0mars 2026" in render(single()).text
    assert "15\u00a0March 2026" in render(single("en")).text


@pytest.mark.parametrize(
    ("currency", "written"), [("JPY", "120\u00a0000\u00a0JPY"), ("TND", "120,000\u00a0TND")]
)
def test_minor_digits_follow_the_currency(currency, written):
    line = single().invoices[0]
    none = Money(0, currency)
    amount = Money(120_000, currency)
    line = replace(line, total=amount, balance=amount, paid=none, credited=none)
    assert written in render(single(invoices=(line,))).text


@pytest.mark.parametrize(
    "evil",
    [
        "{{7*7}}",
        "{% for x in y %}",
        "{# gone #}",
        "${7*7}",
        "{{ cycler.__init__.__globals__ }}",
        "%(x)s {0}",
    ],
)
@pytest.mark.parametrize("step", [STEPS[1], STEPS[4]], ids=lambda step: step.id)
def test_data_is_never_a_template(evil, step):
    line = replace(single().invoices[0], number=f"FA {evil}")
    rendered = render(single(step=step, customer=evil, contact=evil, invoices=(line,)))
    assert f"FA {evil}" in rendered.subject
    assert rendered.text.count(evil) >= 2
    assert unescape(rendered.html).count(evil) >= 2


def test_data_is_escaped_in_html_and_cannot_break_lines():
    evil = "<script>x</script>\r\n\r\nBcc: a@b.fr\u2028\u202eEvil"
    rendered = render(single(contact=evil))
    assert "<script>" not in rendered.html
    assert "Bonjour <script>x</script> Bcc: a@b.fr Evil,\n" in rendered.text


def test_a_folder_of_ones_own_replaces_single_files(tmp_path):
    own = tmp_path / "fr" / "first_reminder"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("À régler {{ subject_token }}")
    mine = Templates(tmp_path)
    rendered = mine.render("fr", "first_reminder", single())
    assert rendered.subject == "À régler [FA-2026-0042]"
    assert rendered.text == render(single()).text
    assert mine.check(LANGUAGES, STEPS) == ()


@pytest.mark.parametrize(
    ("part", "source", "why"),
    [
        ("body.txt", "{{ nobody }}", "'nobody' is undefined"),
        ("body.txt", "{{ company.secret }}", "no attribute 'secret'"),
        ("body.txt", "{% if %}", "line 1"),
        ("body.txt", "{{ broken_promise }}", "NoneType"),
        ("body.txt", "{{ totals }}", "tuple"),
        ("body.txt", "{{ broken_promise|long_date }}", "body.txt"),
        ("body.txt", "{{ company.__class__.__mro__ }}", "unsafe"),
        ("body.txt", "{{ ''.__class__ }}", "unsafe"),
        ("body.txt", "{% include 'absent.txt' %}", "absent.txt"),
        ("body.txt", "{% include '../../../etc/passwd' %}", "passwd"),
        ("body.txt", "Bonjour", "the IBAN is missing from the text"),
        ("subject.txt", "Facture", "does not end with the invoice numbers"),
        ("subject.txt", "{{ totals|map('money')|listed }} {{ subject_token }}", "shows an amount"),
        ("subject.txt", "Mise en demeure {{ subject_token }}", "mise en demeure"),
        ("body.html", "<img src='http://x/p.gif'>", "loads or runs"),
        ("body.html", "<p style='background: url(x)'>", "loads or runs"),
        ("body.html", "{{ customer|safe }}", "unescaped"),
    ],
)
def test_bad_templates_are_named(tmp_path, part, source, why):
    own = tmp_path / "fr" / "first_reminder"
    own.mkdir(parents=True)
    (own / part).write_text(source)
    problems = Templates(tmp_path).check(["fr"], STEPS)
    assert any(why in problem.why for problem in problems), problems
    assert {problem.what for problem in problems} == {"d+3"}
    assert all(problem.hint for problem in problems)


def test_a_formal_notice_must_say_what_it_is(tmp_path):
    for part in ("subject.txt", "body.txt", "body.html"):
        own = tmp_path / "fr" / "formal_notice"
        own.mkdir(parents=True, exist_ok=True)
        shipped = resource_folder("templates") / "fr" / "first_reminder" / part
        (own / part).write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    (problem,) = Templates(tmp_path).check(["fr"], STEPS)
    assert "formal notice" in problem.why


def test_missing_template_is_an_error():
    with pytest.raises(TemplateError, match=r"nothing/subject\.txt"):
        templates.render("fr", "nothing", single())
    with pytest.raises(TemplateError, match="xx/first_reminder"):
        templates.render("xx", "first_reminder", single())


def test_without_a_folder_of_ones_own_the_shipped_templates_serve():
    assert Templates(Path("/nowhere")).languages() == LANGUAGES


def test_languages_can_be_asked_for_one_template(tmp_path):
    (tmp_path / "de" / "own_step").mkdir(parents=True)
    (tmp_path / "de" / "own_step" / "subject.txt").write_text("x")
    mine = Templates(tmp_path)
    assert mine.languages() == ("de", *LANGUAGES)
    assert mine.languages("own_step") == ("de",)
    assert mine.languages("first_reminder") == LANGUAGES
    assert mine.names("de") == ("own_step",)
