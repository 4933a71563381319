"""German, Spanish, Italian, Dutch and Portuguese: the plain phrases only, over folded text."""

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

SPANISH = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.88,
                r"\b(?:hemos|he|ha sido|ha|han|esta|fue|quedo) (?:ya )?(?:\S+ ){0,3}(?:pagad[oa]s?|abonad[oa]s?|transferid[oa]|liquidad[oa]s?|ingresad[oa]|hecho (?:la|el|una) (?:transferencia|pago|ingreso))\b",
            ),
            (
                0.86,
                r"\b(?:pagamos|pague|transferimos|abonamos|ya (?:esta )?pagad[oa]|la transferencia (?:se hizo|salio|esta hecha)|se (?:pago|abono|transfirio)|hice (?:la|el|una) (?:transferencia|pago|ingreso))\b",
            ),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.86,
                r"\b(?:pagaremos|pagare|abonaremos|abonare|transferiremos|haremos (?:la|el)|hare (?:la|el)|realizaremos|se (?:pagara|abonara|hara)|vamos a (?:pagar|abonar|hacer)|voy a (?:pagar|hacer)|(?:pago|transferencia) (?:sale|saldra|programad[oa]|previst[oa])|recibiran? el pago|sera (?:pagada|abonada))\b",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:plazos|aplaza\w+|fracciona\w+|mensual\w*|al mes|cuotas|prorroga|aplazamiento|en (?:dos|tres|cuatro|\d) (?:pagos|veces|plazos|partes))\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.88,
                r"\b(?:reclama\w+|disconform\w+|no (?:estamos|estoy) (?:de acuerdo|conforme)|disput\w+|no (?:pagaremos|vamos a pagar|corresponde|coincide)|error en (?:la|el)|precio (?:incorrecto|equivocado)|no (?:pedimos|recibimos la mercancia|se entrego|hemos pedido)|defectuos\w+|rot[oa]s?|danad\w+|abono (?:por|de)|nota de (?:abono|credito)|duplicad\w+|dos veces|cobrad\w+ de mas)\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.88,
                r"\b(?:copia de la factura|duplicado|reenvi\w+|no (?:hemos|he) recibido (?:la|esa|ninguna|dicha) factura|no (?:tenemos|encuentro|encontramos|nos consta|me llego|llego) (?:\S+ ){0,3}factura|envi\w+ (?:\S+ ){0,4}(?:factura|copia|pdf)|numero de pedido)\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.88,
                r"\b(?:(?:persona|direccion|correo|departamento|empresa) equivocad[oa]|ya no (?:trabaj\w+|soy|esta|pertenece|llevo)|no soy (?:la persona|el|quien)|se (?:ha )?equivoc\w+|dirija\w*|contacte con|no somos client\w+)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:concurso de acreedores|concurso|administrador concursal|insolven\w+|liquidacion|preconcurso|quiebra|acreedores)\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.88,
                r"\b(?:rgpd|lopd|proteccion de datos|acoso|acos\w+|dejen? de|abogad\w+|denunci\w+|den de baja|darme de baja|no (?:me|nos) (?:escriban|contacten|envien) mas|burofax)\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.9,
                r"\b(?:aviso de (?:pago|transferencia)|detalle de(?:l)? pago|orden de pago|justificante n)\b",
            ),
        ),
        Intent.QUESTION: (
            (
                0.7,
                r"(?:por que|que es|cual|cuanto|como|a que|quien|pueden? (?:confirmar|indicar|explicar))\b.*\?",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: r"\b(?:no|aun no|todavia no|nunca|sin) (?:\S+ ){0,3}(?:pagad\w+|abonad\w+|pagar|transferid\w+|pago)\b|\bimpagad|\bolvid|\bpendiente de pago",
        Guard.FAILED: r"\b(?:rechazad\w+|devuelt\w+|fallad\w+|fallid\w+|anulad\w+)\b",
        Guard.FUTURE: r"\b(?:pagaremos|pagare|sera|manana|proxim\w+|viene|vamos a|voy a|haremos|saldra|programad\w+)\b",
        Guard.CONDITION: r"\b(?:si|cuando|en cuanto|una vez|hasta que|siempre que|tan pronto)\b",
        Guard.PARTIAL: r"\b(?:parte|parcial\w*|mitad|resto|menos|excepto|salvo|a cuenta)\b",
        Guard.OBLIGATION: r"\b(?:deberia|debe|tendria|creo|quiza\w*|supuestamente|parece)\b",
        Guard.CORRECTION: r"\b(?:abono|correg\w+|correct\w+|repar\w+|cambi\w+|rectific\w+)\b",
        Guard.NO_DISPUTE: r"\b(?:no|nada|sin|ningun\w*) (?:\S+ ){0,3}(?:reclam\w+|disput\w+|disconform\w+)|(?:tema|incidencia|reclamacion|abono) (?:\S+ ){0,8}(?:cerrad\w+|resuelt\w+|solucionad\w+)\b",
    },
)

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

PORTUGUESE = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.88,
                r"\b(?:foi|foram|esta|ja|temos|fizemos|fiz|efetuamos|efetuei|realizamos) (?:ja |hoje |ontem )?(?:\S+ ){0,3}(?:pag[oa]s?|paga|liquidad[oa]s?|transferid[oa]|efetuad[oa]|a transferencia|o pagamento|o pix)\b",
            ),
            (
                0.86,
                r"\b(?:pagamos|paguei|transferimos|transferi|liquidamos|ja (?:esta )?pag[oa])\b|\b(?:transferencia|pagamento)\b(?: \S+){0,4} (?:(?:foi|ja foi) (?:feit[oa]|efetuad[oa]|realizad[oa])|feit[oa] (?:ontem|hoje))",
            ),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.86,
                r"\b(?:pagaremos|pagarei|liquidaremos|faremos (?:a|o)|farei (?:a|o)|sera (?:pag[oa]|efetuad[oa]|feit[oa]|liquidad[oa])|vamos (?:pagar|fazer|transferir|efetuar|liquidar)|vou (?:pagar|fazer|transferir)|(?:pagamento|transferencia) (?:sai|segue|agendad[oa]|previst[oa]|programad[oa])|irao receber|iremos (?:pagar|efetuar))\b",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:prestacoes|parcel\w+|por mes|mensais|mensal|plano de pagamento|prorrog\w+|em (?:duas|tres|quatro|\d) (?:vezes|prestacoes|parcelas)|adiar|mais prazo|prazo (?:maior|alargado|adicional))\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.88,
                r"\b(?:contest\w+|reclama\w+|nao (?:concord\w+|vamos pagar|pagaremos|corresponde|encomend\w+|foi (?:entregue|prestado))|defeito\w*|danificad\w+|partid[oa]s?|avariad\w+|erro (?:na|no|de)|preco (?:errado|incorreto)|nota de credito|faturad\w+ duas vezes|duplicad\w+|nunca (?:encomend|recebemos a mercadoria))\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.88,
                r"\b(?:copia da fatura|segunda via|2a via|nao (?:recebemos|recebi|encontr\w+|temos) (?:\S+ ){0,3}fatura|reenvi\w+|envi\w+ (?:\S+ ){0,4}(?:fatura|copia|pdf)|nunca (?:recebi|recebemos|chegou)|numero de encomenda|nota de encomenda)\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.88,
                r"\b(?:(?:pessoa|endereco|email|departamento|empresa) errad[oa]|ja nao (?:trabalh\w+|sou|esta|faz)|nao sou (?:a pessoa|o|eu)|engan\w+ (?:no|na|de)|contacte|dirija|nao somos clientes)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:insolven\w+|administrador (?:de insolvencia|judicial)|falencia|recuperacao judicial|liquidacao|processo especial de revitalizacao|per\b|massa insolvente|credores)\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.88,
                r"\b(?:rgpd|lgpd|protecao de dados|assedio|parem|deixem de|advogad\w+|queixa|nao (?:me|nos) (?:contact\w+|envi\w+|escrev\w+) mais|processo judicial|tribunal|remov\w+ (?:o meu|me))\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.9,
                r"\b(?:aviso de (?:pagamento|transferencia)|nota de pagamento|comprovativo n|ordem de pagamento|detalhe do pagamento)\b",
            ),
        ),
        Intent.QUESTION: (
            (
                0.7,
                r"(?:porque|o que e|qual|quanto|como|a que|quem|podem (?:confirmar|indicar|explicar))\b.*\?",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: r"\b(?:nao|ainda nao|nunca|sem) (?:\S+ ){0,3}(?:pag[oa]s?|pagamos|pagar|transferid\w+|pagamento|liquidad\w+)\b|\besquec",
        Guard.FAILED: r"\b(?:rejeitad\w+|devolvid\w+|recusad\w+|falhou|anulad\w+)\b",
        Guard.FUTURE: r"\b(?:pagaremos|sera|amanha|proxim\w+|vamos|vou|faremos|iremos|agendad\w+)\b",
        Guard.CONDITION: r"\b(?:se|quando|assim que|logo que|uma vez|ate que|desde que|apos (?:a|o))\b",
        Guard.PARTIAL: r"\b(?:parte|parcial\w*|metade|resto|restante|menos|exceto|sinal|por conta)\b",
        Guard.OBLIGATION: r"\b(?:deveria|deve|devia|acho|talvez|supostamente|parece|creio)\b",
        Guard.CORRECTION: r"\b(?:nota de credito|corrig\w+|correc\w+|repara\w+|substitu\w+|retific\w+)\b",
        Guard.NO_DISPUTE: r"\b(?:nao|nada|sem|nenhum\w*) (?:\S+ ){0,3}(?:contest\w+|reclam\w+)|(?:reclamacao|nota de credito|assunto) (?:\S+ ){0,6}(?:resolvid\w+|encerrad\w+|fechad\w+|recebid\w+)\b",
    },
)
