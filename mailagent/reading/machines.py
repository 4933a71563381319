"""What a program's mail says: absent until when, or a mere receipt. Also for text without headers."""

from __future__ import annotations

import re
from datetime import date, timedelta

from mailagent.core.mail import Intent
from mailagent.core.months import fold
from mailagent.reading.dates import Direction, find_dates

MAX_ABSENCE_DAYS = 400  # a "return" later than that is a misreading

_ABSENT = re.compile(
    r"\b(?:out of (?:the )?office|ooo\b|away (?:from|until|till|on)|on (?:annual |parental |maternity |paternity |sick )?leave|on (?:vacation|holiday)|i am away|i'm away|currently (?:out|away)|limited access to|"
    r"back in the office|back on|office (?:is )?closed|offices? (?:will be |are )?closed|"
    r"absente?(?:s)?\b|absence|en conges?|en vacances|de retour (?:le|a partir|lundi|mardi|mercredi|jeudi|vendredi)|mon retour|(?:cabinet|boutique|etablissement|bureau|secretariat|entreprise|magasin)s? (?:est |sont |sera |seront )?fermee?s?|fermeture (?:annuelle|estivale|du|exceptionnelle)|ferme[es]* (?:pour|jusqu|du|ses portes)|pause estivale|retour (?:le|a la|lundi|mardi|mercredi|jeudi|vendredi|\d)|hospitalise|close? jusqu|conge (?:maternite|parental|sabbatique)|en deplacement|"
    r"nicht im (?:buro|haus)|geschlossen|abwesen\w*|im urlaub|in urlaub|betriebsferien|wieder (?:im buro|erreichbar|da)|fuera de (?:la )?oficina|de vacaciones|estoy ausente|estare (?:fuera|ausente)|"
    r"fuori (?:ufficio|sede)|in ferie|sono assente|saro assente|chiusura|afwezig|met (?:vakantie|verlof)|niet aanwezig|gesloten|ausente|de ferias|licenca|estamos fechados|cerrad[oa]s? (?:del|hasta|por)|riapre|fora do escritorio)",
)
_ABSENT_SUBJECT = re.compile(
    r"^\W*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|reponse automatique|automatische antwort|respuesta automatica|risposta automatica|automatisch antwoord|resposta automatica|"
    r"out of (?:the )?office|ooo\b|absence|absente?\b|message d'absence|abwesenheit\w*|fuera de|fuori|assen\w+|afwezig\w*|ausen\w+|fermeture|en conges|conges|vacances|closed|away)",
)
_RECEIPT = re.compile(
    r"\b(?:(?:we have|we've|have) (?:well |safely )?(?:received|got) your|(?:has been|was|been) (?:received|registered|created|logged|assigned|opened|queued|recorded)|thank you for (?:contacting|your (?:message|e-?mail|request|enquiry|inquiry))|automated (?:acknowledge\w*|message|reply|response)|automatic (?:acknowledge\w*|confirmation)|"
    r"do not reply|your (?:e-?mail|mail|message) (?:is |was |has been )?(?:well arrived|registered|read\b|safe)|(?:confirm|acknowledge) (?:the )?(?:entrance|receipt|reception) of|was read on|allotted|message captured|someone will be in touch|we'll be in touch|your reference is|ticket (?:number|no|id|#)|your ticket|case (?:number|id)|reference number|(?:request|incident|case|ticket) [#a-z]{0,4}-?\d{3,}|"
    r"(?:avons|ai) bien recu votre (?:message|mail|demande|courriel|e-mail)|accuse (?:de )?(?:bonne )?reception|accusons (?:bonne )?reception|a (?:bien )?ete (?:bien )?(?:recue?|enregistree?|prise? en compte|transmise?|cree)|votre (?:demande|ticket|message|e-mail|mail) (?:a |est |n°|numero|porte)|ne pas repondre|message automatique|genere automatiquement|on a bien recu t|(?:a bien|bien) ton message|message (?:bien )?(?:recu|arrive)|votre (?:courriel|sollicitation|relance|facture|fichier|pli|correspondance|message)\b.{0,60}\b(?:est bien parvenue?|porte le n|a ete (?:indexe|ouvert|lu|pris|prise|classe|depose|verse|remis|transmis)\w*)|pli electronique recu|ticket ouvert|statut : en attente|vient d'etre ouverte?|on traite par ordre|conseiller vous rappellera|"
    r"eingangsbestatigung|wurde .{0,60}gelesen|automatisch erstellt|ihre (?:anfrage|nachricht|e-mail) (?:ist|wurde)|ticketnummer|vorgangsnummer|hemos recibido (?:su|tu)|gracias por contactar|(?:ha quedado|queda) registrad|fue leido|no respondas|acuse de recibo|su (?:consulta|solicitud|mensaje) (?:ha sido|se ha)|abbiamo ricevuto la (?:sua|tua|vostra)|la (?:sua|vostra) richiesta|presa in carico|acquisita al protocollo|generato automaticamente|e stato (?:visualizzato|letto)|hebben (?:uw|je) .{0,30}ontvangen|uw (?:vraag|bericht) .{0,40}is ontvangen|ontvangstbevestiging|uw (?:bericht|aanvraag|melding) is|recebemos (?:o seu|a sua|sua|seu)|protocolo de atendimento|e-mail automatico|o seu (?:pedido|email|ticket))",
)
_RECEIPT_SUBJECT = re.compile(
    r"\bticket\b|\bcase\b.{0,10}\d|\[[^\]]{0,12}#?\d{3,}\]|accuse|message recu|request received|we received|eingangsbestatigung|acuse|conferma|ontvangstbevestiging|^\W*(?:read|lu|gelesen|leido|letto|gelezen|lida?)\s?:|demande (?:enregistree|recue)|nouvelle demande|notification",
)
_LEFT = re.compile(
    r"\b(?:no longer (?:with|works?|employed|at)|has left|have left|left the (?:company|organi[sz]ation)|moved on|new role|retired|been relieved|part any ?more|a la retraite|d'autres fonctions|sera supprimee|a quitte|ai quitte|ne (?:fait|fais) plus partie|n'est plus (?:dans|chez)|ne (?:travaille|suis) plus|rejoint une autre|mon successeur|my successor|nicht mehr (?:bei|im|fur)|ausgeschieden|ya no (?:trabaj\w+|form\w+)|non lavora piu|niet meer werkzaam|uit dienst|ja nao (?:trabalha|faz)|nao faz mais parte)\b",
)
_BACK = re.compile(
    r"\b(?:until|till|til|through|thru|back (?:on|in|by)?|return(?:ing|s)?|reopen\w*|from .{0,30}(?:to|until|-)|jusqu'?(?:au|a|en)|retour|reprend\w*|reprise|rouvr\w*|reouv\w*|au\b|inclus|bis|zuruck|wieder|hasta|regreso|vuelv\w+|fino|rientr\w+|torn\w+|riapr\w+|tot|terug|ate|regress\w+|volt\w+|al\b|until|jul|to\b)",
)


def machine_intent(subject: str, text: str) -> Intent | None:
    """What an automatic answer is, by its words; None when the words do not say."""
    folded, title = fold(text[:5000]).replace("’", "'"), fold(subject[:300]).replace("’", "'")
    automatic = bool(_ABSENT_SUBJECT.search(title))
    if automatic and _LEFT.search(folded):
        return Intent.WRONG_CONTACT
    if automatic and (_ABSENT.search(folded) or not _RECEIPT.search(folded)):
        return Intent.OUT_OF_OFFICE
    if _RECEIPT_SUBJECT.search(title) and _RECEIPT.search(folded):
        return Intent.AUTO_ACK
    if _ABSENT.search(folded):
        return Intent.OUT_OF_OFFICE
    return Intent.AUTO_ACK if _RECEIPT.search(folded) else None


def says_person_left(text: str) -> bool:
    """True when an automatic answer says that the person is gone for good."""
    return bool(_LEFT.search(fold(text[:5000]).replace("’", "'")))


def speaks_of_absence(text: str) -> bool:
    """True when a text itself says that somebody is away."""
    return bool(_ABSENT.search(fold(text[:5000]).replace("’", "'")))


def return_date(text: str, today: date, language: str) -> date | None:
    """The last day of absence or the day of return named; the latest when several are."""
    found: list[date] = []
    for line in re.split(r"(?<=[.!?])\s+|\n", text[:5000]):
        folded = fold(line).replace("’", "'")
        if _BACK.search(folded) or _ABSENT.search(folded):
            found.extend(f.day for f in find_dates(line, today, language, Direction.FUTURE))
    plausible = [d for d in found if today <= d <= today + timedelta(MAX_ABSENCE_DAYS)]
    return max(plausible, default=None)
