"""How people and machines of the story answer: Claire from her mail client, absences by themselves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from babel.dates import format_date

from mailagent.sandbox.acts import Author, Hush, Post
from mailagent.sandbox.clients import Client, write
from mailagent.sandbox.correspondence import Letter, read
from mailagent.sandbox.machines import arrived, automatic_answer
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.story import ACCOUNTANT, ZONE


def claire_answers(scene: Scene, asked: Post, text: str) -> Post:
    """The accountant answers from Thunderbird; all the daemon sees is the copy in Sent."""
    day = scene.calendar.add_working_days(asked.at.date(), 1)
    at = datetime.combine(day, time(9, 40), ZONE)
    question = read(asked.raw, asked.at)
    letter = Letter(ACCOUNTANT, question.reply_to, "", text, at, answers=question)
    until = scene.calendar.add_working_days(day, scene.story.company.policy.human_pause_days)
    raw = write(letter, Client.THUNDERBIRD)
    gist = "Claire answers personally"
    return Post(at, scene.debtor.ref, Author.STAFF, raw, gist, Hush(until), folder="Sent")


def machine_answers(scene: Scene, subject: str, text: str, gist: str, hush: Hush) -> Post:
    at = scene.mail.at.astimezone(ZONE) + timedelta(minutes=1)
    answer = automatic_answer(scene.mail, scene.debtor.contact, at, subject, text)
    raw = arrived(answer, at, ACCOUNTANT.address, "")
    return Post(at, scene.debtor.ref, Author.MACHINE, raw, gist, hush)


def in_words(day: date) -> str:
    """As people write it: "vendredi 13 mars"."""
    return format_date(day, "EEEE d MMMM", locale="fr")
