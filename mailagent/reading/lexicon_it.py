"""Italian: the plain phrases only, over folded text (lower case, no accents)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

ITALIAN = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.88,
                r"\b(?:abbiamo|ho|e stat[oa]|e|sono stat[ei]|ha|risulta) (?:gia )?(?:\S+ ){0,3}(?:pagat[oaei]|saldat[oaei]|versat[oa]|bonificat[oa]|effettuat[oa] (?:il|un) (?:bonifico|pagamento)|disposto (?:il )?bonifico|fatto (?:il|un) bonifico)\b",
            ),
            (
                0.86,
                r"\b(?:bonifico|pagamento)\b(?: \S+){0,4} (?:(?:e stato )?(?:effettuato|eseguito|fatto|disposto|inviato)|e partito)\b|\bgia pagat[oa]\b",
            ),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.86,
                r"\b(?:pagheremo|paghero|salderemo|saldero|provvederemo|provvedero|effettueremo|effettuero|faremo il bonifico|faro il bonifico|sara (?:pagata|saldata|effettuato|eseguito)|verra (?:pagata|saldata|effettuato|disposto)|(?:bonifico|pagamento) (?:parte|partira|previsto|programmato|in uscita)|facciamo il bonifico (?:domani|lunedi|entro)|riceverete)\b",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:rate|rateizza\w+|rateal\w+|dilazion\w+|proroga|al mese|mensili?|in (?:due|tre|quattro|\d) (?:volte|rate|tranche)|piano di rientro|rimandare|posticip\w+)\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.88,
                r"\b(?:contest\w+|reclam\w+|non (?:paghiamo|pagheremo|conform\w+|corrisponde|dovut\w+|abbiamo (?:mai )?ordinato|e stata consegnata)|difettos\w+|rott[oaie]|danneggiat\w+|errore (?:nella|nel|di)|prezzo (?:errato|sbagliato)|nota di credito|doppia fattura\w*|fatturat\w+ due volte|mai ordinat\w+)\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.88,
                r"\b(?:copia della fattura|duplicato|non (?:abbiamo|ho) (?:mai )?ricevuto (?:la|questa|nessuna|alcuna) fattura|rimand\w+|rinvi\w+ (?:la|copia)|invi\w+ (?:\S+ ){0,4}(?:fattura|copia|pdf)|non (?:trovo|troviamo|risulta|ci risulta) (?:\S+ ){0,3}fattura|mai (?:ricevuta|arrivata)|numero d'ordine|codice destinatario)\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.88,
                r"\b(?:indirizzo sbagliato|persona sbagliata|non (?:lavor\w+ piu|sono (?:piu )?(?:io|la persona|il)|e piu|siamo (?:noi|client\w+))|ha lasciato|avete sbagliato|rivolg\w+|si rivolga|contattare il)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:fallimento|fallit[oa]|liquidazione|curatore fallimentare|concordato|composizione negoziata|insolvenz\w+|procedura concorsuale|insinuazione)\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.88,
                r"\b(?:gdpr|privacy|garante|avvocat\w+|legale|denunci\w+|molest\w+|smett\w+|non (?:ci|mi) (?:contattat\w+|scrivet\w+|scriva) piu|cancella\w+ (?:i|il|mi)|querela|diffid\w+)\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.9,
                r"\b(?:avviso di (?:pagamento|bonifico)|distinta di pagamento n|disposizione di pagamento|cro|trn)\b",
            ),
        ),
        Intent.QUESTION: (
            (
                0.7,
                r"(?:perche|cos'e|quale|quanto|come|a cosa|chi|potete (?:confermare|indicare|spiegare))\b.*\?",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: r"\b(?:non|non ancora|mai|senza) (?:\S+ ){0,3}(?:pagat\w+|saldat\w+|pagare|bonificat\w+|pagamento)\b|\binsolut|\bdimenticat",
        Guard.FAILED: r"\b(?:respint\w+|rifiutat\w+|tornat\w+ indietro|annullat\w+|stornat\w+|fallit[oa])\b",
        Guard.FUTURE: r"\b(?:pagheremo|paghero|sara|verra|domani|prossim\w+|provvederemo|faremo|entro)\b",
        Guard.CONDITION: r"\b(?:se|quando|appena|una volta|finche|a condizione|non appena|dopo (?:la|il|aver))\b",
        Guard.PARTIAL: r"\b(?:parte|parzial\w*|meta|resto|meno|tranne|acconto|saldo)\b",
        Guard.OBLIGATION: r"\b(?:dovrebbe|deve|credo|forse|probabilmente|pare|presumo)\b",
        Guard.CORRECTION: r"\b(?:nota di credito|corre\w+|ripar\w+|sostitu\w+|rettific\w+)\b",
        Guard.NO_DISPUTE: r"\b(?:non|niente|senza|nessun\w*) (?:\S+ ){0,3}(?:contest\w+|reclam\w+)|(?:contestazione|questione|nota di credito|pratica) (?:\S+ ){0,5}(?:chius\w+|risolt\w+|arrivata|ricevuta)\b",
    },
)
