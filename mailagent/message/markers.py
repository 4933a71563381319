"""How mail programs introduce quoted mail, signatures and footers, in seven languages.

Tables only; `new_text` applies them line by line. No pattern nests quantifiers, and lines are cut
to a few hundred characters before they are compared.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_COMPARED = 400  # characters of a line that are looked at

# Header names of a quoted header block. Value: what the field means.
HEADER_NAMES = {
    "from": ("from", "de", "von", "da", "van", "expéditeur", "remitente", "absender", "mittente"),
    "sent": (
        *("sent", "date", "envoyé", "envoyé le", "gesendet", "datum", "enviado", "enviado el"),
        *(
            "fecha",
            "inviato",
            "data",
            "verzonden",
            "enviada",
            "enviada em",
            "enviado em",
            "enviados",
        ),
    ),
    "to": ("to", "à", "a", "an", "para", "aan", "destinataire", "destinataires", "pour"),
    "cc": ("cc", "copie", "copie à", "kopie", "copia", "cópia", "kopie (cc)"),
    "subject": (
        "subject",
        "objet",
        "sujet",
        "betreff",
        "asunto",
        "oggetto",
        "onderwerp",
        "assunto",
    ),
    "reply_to": ("reply-to", "répondre à", "antwort an", "responder a", "rispondi a"),
}
_MEANING = {name: meaning for meaning, names in HEADER_NAMES.items() for name in names}
_HEADER_LINE = re.compile(
    r"^[\s>*_|]{0,8}([A-Za-zÀ-ÿ][A-Za-zÀ-ÿ()\- ]{0,24}?)\s{0,3}[*_]{0,2}\s?[::]\s?[*_]{0,2}(?:\s|$)"
)


@lru_cache(maxsize=256)  # the same few lines are asked about again and again
def header_meaning(line: str) -> str:
    """What a line "Objet : ..." of a quoted header block means; empty when it is none."""
    match = _HEADER_LINE.match(line[:120])
    return _MEANING.get(match[1].strip().lower(), "") if match else ""


def header_value(line: str) -> str:
    """The text behind the colon of a header line."""
    match = _HEADER_LINE.match(line[:120])
    return line[match.end() :].strip().strip("*").strip() if match else ""


# First word(s) and verb of an attribution: "Le 3 mars 2025 à 10:12, Jean <j@x> a écrit :".
ATTRIBUTION_OPENERS = re.compile(
    r"^(?:>\s?)?(?:le|on|am|el|il|il giorno|op|em|a|no dia|den)\s.{0,60}\d|"
    r"^(?:>\s?)?\d{4}-\d\d-\d\d|^(?:>\s?)?\d{1,2}[./ ]\d{1,2}[./ ]\d{2,4}|"
    r"^(?:>\s?)?[^<>]{1,80}[<\[(][^<>\s]{1,80}@[^<>\s]{1,80}[>\])]|"
    r"^(?:>\s?)?[\w.\- ]{1,60} (?:a écrit|wrote|schrieb|escribió|ha scritto|schreef|escreveu)",
    re.IGNORECASE,
)
ATTRIBUTION_ENDS = re.compile(
    r"(?:a écrit|à écrit|wrote|writes|schrieb(?: (?:am|folgendes|\w{1,30}@?).{0,80})?|escribió|escribio|"
    r"ha scritto|scrive|schreef(?: .{0,120})?|geschreven|escreveu|napisał\(a\)|skrev(?: .{0,80})?|"
    r"a écrit le .{0,60}|wrote on .{0,60})\s{0,3}:\s{0,3}$|"
    r"<[^<>\s]{1,80}@[^<>\s]{1,80}>\s{0,3}:\s{0,3}$",
    re.IGNORECASE,
)

# Lines that say by themselves: from here on, old mail.
SEPARATOR = re.compile(
    r"^[>\s]{0,4}-{2,20}\s{0,3}(?:original message|original-nachricht|message d['’]origine|message original|"
    r"message initial|ursprüngliche nachricht|originalnachricht|urspr\. nachricht|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|origineel bericht|mensagem original|message transféré|"
    r"forwarded message|message transmis|weitergeleitete nachricht|mensaje reenviado|"
    r"messaggio inoltrato|doorgestuurd bericht|mensagem (?:encaminhada|reencaminhada)|"
    r"reply message|message réexpédié)\s{0,3}-{2,20}|"
    r"^[>\s]{0,4}(?:begin forwarded message|début du message (?:réexpédié|transféré)|"
    r"anfang der weitergeleiteten nachricht|inicio del mensaje reenviado|inizio messaggio inoltrato|"
    r"begin doorgestuurd bericht|início da mensagem (?:re)?encaminhada)\s?:|"
    r"^>?\s?message du \d\d/\d\d/\d{2,4} \d\d:\d\d\s*$",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s{0,3}(?:_{8,}|-{20,}|={20,}|\*{20,})\s*$")

# Everything from such a line to the end of what was written there is signature.
SIGNATURE_DELIMITER = re.compile(r"^(?:-- ?|–|—|--- ?|__|_{3,30}|\*{3,30})\s*$")
CLOSING = re.compile(
    r"^(?:(?:bien |très )?(?:cordialement|sincèrement|amicalement)|(?:bien|cordialement) à (?:vous|toi)|cdlt|cdt|crdlt|bàv|"
    r"(?:meilleures|sincères|cordiales) salutations|salutations(?: (?:distinguées|cordiales|sincères))?|bien respectueusement|"
    r"respectueusement|(?:bonne|belle) (?:journée|soirée|fin de journée|semaine)(?: à vous)?|"
    r"(?:veuillez|je vous prie|nous vous prions).{0,40}(?:agréer|recevoir|croire).{0,140}|"
    r"(?:with )?(?:kind|best|warm|warmest|kindest)(?: (?:regards|wishes))|regards|rgds|brgds|kr|br|"
    r"yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully|cheers|best|all the best|"
    r"(?:thanks|thank you|many thanks)(?: (?:and|&) (?:kind |best )?regards)|"
    r"(?:mit )?(?:freundlichen|besten|herzlichen|lieben) grüßen|mit freundlichen grüssen|(?:freundliche|beste|viele|liebe|schöne|herzliche) (?:grüße|grüsse|gruesse)|"
    r"mfg|lg|vg|gruß|gruss|hochachtungsvoll|(?:un )?(?:cordial |afectuoso )?saludos?|(?:un )?cordial saludo|saludos cordiales|atentamente|muy atentamente|"
    r"(?:cordiali|distinti|cari) saluti|cordialmente|saluti|un saluto|(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en)?|mvg|groet(?:en)?|"
    r"hoogachtend|(?:com os )?(?:melhores|cordiais) cumprimentos|cumprimentos|atenciosamente|att\.?|abraços?)"
    r"(?: (?:from|aus|de|d['’]|dal?|van|uit|desde) [\w\- ]{1,30})?\s{0,2}[.,;!]{0,3}\s*$",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"^(?:envoyé (?:de|depuis|à partir|via|par)\b|sent (?:from|with|via|on) (?:my|outlook|yahoo|mail|proton|samsung|the|a |an |gmail|superhuman|blackberry)|"
    r"(?:obtenir|obtenez|téléchargez?|télécharger|get) outlook|(?:von|gesendet (?:von|mit|aus)) .{0,40}(?:gesendet|iphone|ipad|outlook|handy|mail)|"
    r"diese nachricht wurde von meinem|enviado (?:desde|do|a partir|de|pelo) |obtener outlook|inviato da |scarica outlook|ottieni outlook|"
    r"(?:verstuurd|verzonden) (?:vanaf|vanuit|met|via|van) |outlook (?:voor|für|para|per|downloaden|holen)|obter (?:o )?outlook|"
    r"provenance : courrier|garanti sans virus|virus-free|virenfrei|libre de virus|mail\.ru|"
    r"sent from|télécharger orange mail|envoyé avec)",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"^(?:(?:ce (?:message|mail|courriel|courrier)|ce(?:t)? e-?mail|les informations contenues dans ce|l'information contenue dans)\b.{0,200}(?:confidenti|destin|pièces? jointe)|"
    r"this (?:e-?mail|message|communication|transmission)\b.{0,200}(?:confidential|intended|privileged|attachment)|"
    r"(?:the (?:information|contents?) (?:contained )?in this)\b.{0,200}(?:confidential|intended|privileged)|"
    r"(?:confidentiality|privileged|disclaimer|avis de confidentialité|confidentialité|aviso legal|vertraulichkeit)\b.{0,40}[:.]|"
    r"diese (?:e-?mail|nachricht)\b.{0,200}(?:vertraulich|bestimmt)|este (?:mensaje|correo|e-?mail|mensagem)\b.{0,200}confidencia|esta mensagem\b.{0,200}confidencia|"
    r"(?:questo messaggio|questa e-?mail|le informazioni contenute)\b.{0,200}(?:riservat|confidenzial)|dit (?:e-?mail)?bericht\b.{0,200}vertrouwelijk|"
    r"deze e-?mail\b.{0,200}vertrouwelijk|(?:pensez? à l['’]environnement|avant d['’]imprimer|n['’]imprimez|please consider the environment|think before you print)|"
    r"si vous (?:n['’]êtes pas le destinataire|avez reçu ce (?:message|mail|courriel) par erreur)|if you (?:are not the intended|have received this (?:e-?mail|message) in error))",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(r"^(?:p\.? ?s\.?|nb|n\.b\.|post-?scriptum)\s?[.:\-–,]", re.IGNORECASE)
BANNER = re.compile(
    r"^(?:\W{0,6}(?:caution|warning|attention|external|externe|achtung|\[external\]|\[ext\])\W{0,4}.{0,60}"
    r"(?:external|outside|extérieur|externe|extern)|\[?external e?-?mail\]?\W*$|"
    r"(?:vous ne recevez pas souvent|you don['’]t often get|certaines personnes qui ont reçu).{0,200})",
    re.IGNORECASE,
)
