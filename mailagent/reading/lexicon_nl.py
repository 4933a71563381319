"""Dutch: the plain phrases only, over folded text (lower case, no accents)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

DUTCH = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.88,
                r"\b(?:hebben|heb|is|zijn|werd|heeft) (?:\S+ ){0,9}(?:betaald|overgemaakt|voldaan|afgeschreven|overgeboekt)\b",
            ),
            (
                0.85,
                r"\b(?:al|reeds|gisteren|vandaag|zojuist|vanmorgen) (?:\S+ ){0,3}(?:betaald|overgemaakt|voldaan)\b",
            ),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.86,
                r"\b(?:zullen|zal|gaan|ga|wordt|worden) (?:\S+ ){0,9}(?:betalen|overmaken|betaald|overgemaakt|voldoen|voldaan)\b|\b(?:betaal|betalen|maak|maken) (?:\S+ ){0,6}(?:morgen|maandag|dinsdag|woensdag|donderdag|vrijdag|volgende|eind|op \d|voor)\b|\bbetaalrun\b|\bbetaling (?:volgt|gaat|staat (?:klaar|gepland|ingepland))",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:termijn\w*|betalingsregeling|in (?:\d|twee|drie|vier|vijf|zes) (?:keer|delen|termijnen)|per maand|gespreid\w*|spreiden|uitstel|langere betaaltermijn)\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.88,
                r"\b(?:betwist\w*|niet (?:akkoord|correct|geleverd|besteld|juist|compleet)|nooit (?:besteld|geleverd|ontvangen)|klacht|defect|kapot|beschadigd|verkeerde (?:prijs|aantal|bedrag)|creditnota|creditfactuur|crediteren|dubbel (?:gefactureerd|in rekening)|betalen (?:wij|we|ik) niet|fout (?:in|op) de factuur|klopt niet)\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.88,
                r"\b(?:kopie (?:van de )?factuur|factuur (?:\S+ ){0,5}(?:niet ontvangen|opnieuw|nogmaals|sturen|mailen|toesturen)|geen factuur|nooit (?:ontvangen|gekregen)|niet (?:ontvangen|gevonden)|duplicaat|ordernummer|inkoopnummer|kunt u (?:\S+ ){0,4}(?:sturen|mailen))\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.88,
                r"\b(?:verkeerde (?:persoon|adres|afdeling|bedrijf)|niet (?:meer )?(?:werkzaam|de juiste|verantwoordelijk)|werk\w* (?:hier|daar) niet meer|uit dienst|wend u tot|geen klant)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:faillissement|failliet\w*|curator|surseance\w*|schuldsanering|wsnp|whoa|bewindvoerder|schuldeisers)\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.88,
                r"\b(?:avg|gdpr|privacy|advocaat|stop (?:met|deze)|geen (?:mails?|berichten|herinneringen) meer|lastig\w*|aangifte|juridisch\w*|afmelden|uitschrijven)\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.9,
                r"\b(?:betalingsspecificatie|betaaladvies|betalingsadvies|betaalspecificatie|remittance)\b",
            ),
        ),
        Intent.QUESTION: (
            (
                0.7,
                r"\b(?:waarom|waarvoor|welke|wat is|hoe|wie|kunt u (?:aangeven|bevestigen|uitleggen))\b.*\?",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: r"\b(?:niet|nog niet|nooit|geen|niets) (?:\S+ ){0,3}(?:betaald|overgemaakt|betaling|betalen|voldaan)\b|\bonbetaald|\bvergeten",
        Guard.FAILED: r"\b(?:geweigerd|teruggekomen|mislukt|gestorneerd|teruggeboekt|geblokkeerd)\b",
        Guard.FUTURE: r"\b(?:zullen|zal|gaan|wordt|worden|morgen|volgende|binnenkort|eind)\b",
        Guard.CONDITION: r"\b(?:als|zodra|indien|wanneer|tot(?:dat)?|mits|na (?:ontvangst|akkoord))\b",
        Guard.PARTIAL: r"\b(?:deel\w*|gedeeltelijk|helft|rest\w*|minus|behalve|aanbetaling)\b",
        Guard.OBLIGATION: r"\b(?:zou|moet\w*|volgens mij|misschien|waarschijnlijk|denk|blijkbaar)\b",
        Guard.CORRECTION: r"\b(?:credit\w*|corrig\w+|correct\w+|herstel\w*|reparatie|vervang\w+)\b",
        Guard.NO_DISPUTE: r"\b(?:niet|geen|niets|zonder) (?:\S+ ){0,3}(?:betwist\w*|klacht\w*)|(?:klacht|creditnota|geschil|dossier) (?:\S+ ){0,8}(?:opgelost|afgehandeld|gesloten|aangekomen|ontvangen)\b",
    },
)
