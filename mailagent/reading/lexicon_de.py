"""German: the plain phrases only, over folded text (lower case, no accents)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

GERMAN = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.88,
                r"\b(?:haben|habe|wurde|wurden|ist|sind|hab) (?:\S+ ){0,9}(?:uberwiesen|bezahlt|gezahlt|beglichen|angewiesen|abgebucht|uberweisen|eingezahlt|veranlasst|ausgeglichen)\b",
            ),
            (
                0.85,
                r"\b(?:bereits|schon|heute|gestern|soeben) (?:\S+ ){0,3}(?:uberwiesen|bezahlt|gezahlt|beglichen|angewiesen)\b",
            ),
            (
                0.8,
                r"\b(?:zahlung|uberweisung)\b(?: \S+){0,6} (?:ist (?:raus|erfolgt)|erfolgte|ging|wurde (?:ausgefuhrt|veranlasst|getatigt))\b",
            ),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.87,
                r"\b(?:werden|werde|wird) (?:\S+ ){0,9}(?:uberweisen|bezahlen|zahlen|begleichen|uberwiesen|bezahlt|beglichen|anweisen|angewiesen|ausgleichen)\b",
            ),
            (
                0.86,
                r"\b(?:uberweise|zahle|begleiche|zahlen|uberweisen) (?:\S+ ){0,6}(?:morgen|am \d|am (?:mo|di|mi|do|fr)|bis|nachste|ende|heute abend|diese woche)",
            ),
            (
                0.85,
                r"\b(?:zahllauf|zahlungslauf|sie erhalten (?:das geld|die zahlung|den betrag)|zahlung (?:erfolgt|geht|kommt|folgt)|uberweisung (?:geht|folgt|erfolgt))\b",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:raten\w*|ratenzahlung|teilzahlung\w*|stundung|stunden|zahlungsaufschub|zahlungsziel|in (?:\d|zwei|drei|vier|funf|sechs) (?:raten|teilen)|monatlich|pro monat|aufschub|fristverlangerung)\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.88,
                r"\b(?:reklam\w+|widersprech\w*|widerspruch|bestreit\w+|strittig|mangel\w*|defekt\w*|beschadigt\w*|falsch\w* (?:preis|menge|betrag|berechnet|rechnung)|nicht (?:geliefert|bestellt|korrekt|vereinbart|erbracht)|nie (?:bestellt|erhalten|geliefert)|gutschrift|doppelt (?:berechnet|abgerechnet)|rechnung (?:ist )?(?:falsch|fehlerhaft)|zahlen wir nicht|storn\w+|kurz\w+ (?:wir|den|die)|einbehalt\w*)\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.88,
                r"\b(?:rechnungskopie|kopie der rechnung|duplikat|rechnung (?:\S+ ){0,5}(?:nicht (?:erhalten|bekommen|vor)|erneut|noch ?mals?|schicken|zusenden|senden)|keine rechnung|liegt (?:uns|mir) nicht vor|nie (?:erhalten|bekommen|angekommen)|bestellnummer|noch ?mal (?:schicken|senden|zuschicken)|als pdf)\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.88,
                r"\b(?:falsche[rn]? (?:adresse|ansprechpartner|empfanger|person|abteilung)|nicht (?:mehr )?(?:zustandig|der richtige|die richtige)|nicht mehr (?:bei|im|in|fur)|ausgeschieden|verlassen|wenden sie sich (?:bitte )?an|kein kunde|nicht unser)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:insolvenz\w*|zahlungsunfahig\w*|glaubiger\w*|konkurs\w*|sanierungsverfahren|privatinsolvenz|eigenverwaltung|forderungsanmeldung|tabelle anmelden)\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.88,
                r"\b(?:dsgvo|datenschutz\w*|(?:unterlassen|horen) sie|anwalt\w*|rechtsanwalt\w*|belastig\w+|anzeige|keine (?:weiteren )?(?:mails?|mahnungen|nachrichten)|abmeld\w+|loschen sie|nicht (?:mehr|weiter) (?:kontaktieren|anschreiben))\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.9,
                r"\b(?:zahlungsavis|avis|zahlungsmitteilung|sammeluberweisung|belegnummer|valuta)\b",
            ),
        ),
        Intent.QUESTION: (
            (
                0.7,
                r"\b(?:warum|wofur|welche[rsnm]?|was ist|wieso|konnen sie (?:mir|uns|bitte)|wie (?:hoch|setzt|kommt))\b.*\?",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: r"\b(?:nicht|noch nicht|nie|keine|kein|nichts) (?:\S+ ){0,3}(?:bezahlt|uberwiesen|gezahlt|beglichen|zahlung|zahlen)\b|\bunbezahlt|\bubersehen|\bvergessen",
        Guard.FAILED: r"\b(?:zuruckgewiesen|zuruckgekommen|zuruckgebucht|fehlgeschlagen|abgelehnt|rucklastschrift|gesperrt|storniert)\b",
        Guard.FUTURE: r"\b(?:werden|werde|wird|morgen|nachste\w*|demnachst|bald|kommende\w*|ende)\b",
        Guard.CONDITION: r"\b(?:wenn|sobald|falls|sofern|nach (?:erhalt|eingang|prufung|klarung)|bis (?:die|der|das|sie)|erst)\b",
        Guard.PARTIAL: r"\b(?:teil\w*|rest\w*|halfte|abzuglich|abzug|ausser|anzahlung)\b",
        Guard.OBLIGATION: r"\b(?:sollte\w*|musste\w*|angeblich|wohl|vielleicht|vermutlich|glaube|prufe\w*|eigentlich|ob)\b",
        Guard.CORRECTION: r"\b(?:gutschrift|korrig\w+|korrekt\w+|reparatur|nachbesser\w+|ersatz\w*|geklart)\b",
        Guard.NO_DISPUTE: r"\b(?:nicht|kein\w*|nichts|ohne) (?:\S+ ){0,3}(?:reklam\w+|bestritten|bestreit\w+|strittig|beanstand\w+)|(?:reklamation|gutschrift|streitfall|vorgang) (?:\S+ ){0,5}(?:erledigt|geklart|abgeschlossen|eingebucht|erhalten)\b",
    },
)
