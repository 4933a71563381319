"""French: phrases over folded text (lower case, no accents, straight apostrophes)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

_DONE = r"(?:payee?s?|reglee?s?|viree?s?|soldee?s?|acquittee?s?|versee?s?|transferee?s?|mandatee?s?|prelevee?s?|debitee?s?|honoree?s?)"
_MEANS = r"(?:virement|reglement|paiement|payement|cheque|prelevement|vir|mandat|transfert)"
_SENT = r"(?:faite?s?|effectuee?s?|emise?s?|envoyee?s?|partie?s?|passee?s?|postee?s?|executee?s?|ordonnee?s?|transmise?s?|lancee?s?|realisee?s?|depose[es]?|encaissee?s?|valide[es]?|debitee?s?|adressee?s?|remise?s?)"
_NOW = r"(?:hier|avant-hier|ce matin|ce jour|aujourd'hui|a l'instant|tout a l'heure|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|la semaine derniere|le \d{1,2})"
_SOON = r"(?:demain|apres-demain|ce soir|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|fin de (?:mois|semaine)|en fin de (?:mois|semaine)|a la fin du mois|fin du mois|semaine prochaine|la semaine prochaine|debut de semaine|le \d{1,2}|sous (?:\d+|huit|dix|huitaine|quinzaine)|d'ici|dans (?:\d+|la journee|les|quelques|deux|trois)|avant (?:le|la fin|vendredi)|prochain|cette semaine|au prochain|dans le prochain|des (?:demain|lundi|mardi|mercredi|jeudi|vendredi)|fin \w+)"

FRENCH = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.9,
                rf"\b(?:a|ai|as|avons|avez|ont|est|sont|etait|a ete|ont ete|avait ete|viens? de|venons de|vient d'etre) (?:bien |deja |donc |tout |enfin |pourtant |egalement |entierement |integralement |ete |cette |la |le |les |votre |vos |facture |factures |l'integralite |tout |bien ){{0,4}}{_DONE}\b",
            ),
            (
                0.88,
                rf"\b(?:c'est|c est|tout est|elles? (?:est|sont)|deja|je l'ai|nous l'avons|on l'a|on a) (?:bien |deja |deja tout |tout )?{_DONE}\b",
            ),
            (
                0.86,
                rf"(?<!\bje )(?<!\bon )(?<!\btu )(?<!vous )(?<!\bla )(?<!\ble )(?<!\bles )(?<!\bte )(?<!\bl')(?<!\bme ){_DONE} (?:depuis )?{_NOW}\b",
            ),
            (
                0.88,
                rf"\b{_MEANS}\b(?: \S+){{0,6}} (?:a (?:bien )?ete|est|ont ete|a|sont) (?:bien |deja )?{_SENT}\b",
            ),
            (0.86, rf"\b{_MEANS} (?:deja |bien )?{_SENT}\b"),
            (
                0.88,
                rf"\b(?:ai|avons|a|viens de|venons de|on a) (?:deja |bien |donc )?(?:fait|effectue|effectuer|faire|emis|emettre|envoye|envoyer|adresse|poste|lance|ordonne|procede|proceder|depose|realise|execute|passe|transmis) (?:a |au |le |la |un |votre |ce |du |l'ordre de |notre |mon )+{_MEANS}",
            ),
            (
                0.85,
                r"\b(?:mandat(?:ee?)? (?:emis|paye)|ordre de (?:virement|paiement) (?:transmis|donne|passe|execute)|mandatee le)\b",
            ),
            (
                0.6,
                rf"\b{_DONE} (?:par|en) (?:virement|cheque|cb|carte|especes|paypal|prelevement|ligne|liquide)\b",
            ),
            (0.7, rf"^\W*(?:deja )?{_DONE}\b(?! (?:si|des|quand|la|le|les|sous|a reception))"),
            (
                0.6,
                r"\b(?:nos reglements se sont croises|s'est croise|se sont croises|regularisee? (?:hier|ce jour|le))\b",
            ),
            (0.8, r"\b(?:debite|preleve|sorti|parti) de (?:mon|notre|nos) compte"),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.88,
                r"\b(?:paierons|payerons|paierai|payerai|paiera|payera|reglerons|reglerai|reglera|virerons|virerai|verserons|verserai|solderons|solderai|procederons|procederai|effectuerons|effectuerai)\b",
            ),
            (
                0.87,
                r"\b(?:sera|seront|va etre|vont etre) (?:bien |donc |integralement |entierement )?(?:payee?s?|reglee?s?|viree?s?|soldee?s?|versee?s?|mandatee?s?|effectuee?s?|faite?s?|executee?s?|emise?s?|acquittee?s?)\b",
            ),
            (
                0.86,
                r"\b(?:vais|allons|va|vont) (?:vous |le |la |les |te |tout |lui )*(?:payer|regler|virer|verser|solder|faire (?:le|un|votre) (?:virement|reglement|cheque)|effectuer|proceder|envoyer (?:le|un) (?:cheque|virement|reglement)|mandater)\b",
            ),
            (
                0.87,
                r"\b(?:virement|reglement|paiement|cheque)\b(?: \S+){0,4} (?:est |sera |etait )?(?:programmee?|prevue?|planifiee?|partira|part|interviendra|sera effectue|vous parviendra|en cours de validation|arrive(?:ra)?)\b",
            ),
            (
                0.86,
                rf"\b(?:je|on|nous|j') ?(?:vous |te |le |la |les |l'|vs |lui )*(?:paye|paie|payons|regle|reglons|vire|virons|solde|soldons|verse|envoie le|fais le|faisons le|fais un|ferai|ferons|fera|fais)\b(?: \S+){{0,6}} {_SOON}",
            ),
            (0.86, rf"\b(?:paiement|reglement|virement|cheque) {_SOON}\b"),
            (
                0.85,
                r"\b(?:vous (?:serez|allez etre) (?:paye|regle)|vous aurez (?:votre|le) (?:argent|reglement|paiement|virement|cheque|du|tout)|vous (?:recevrez|l'aurez))\b",
            ),
            (
                0.8,
                r"\b(?:je m'engage|nous nous engageons|engagement) a (?:regler|payer|verser|solder)",
            ),
            (
                0.8,
                r"\b(?:ca|elle|il) (?:part|partira|passe|passera) (?:dans le|au|a la|demain|lundi|mardi|mercredi|jeudi|vendredi|avec)",
            ),
            (0.6, rf"\b(?:payer|regler|reglement|solder) (?:\S+ ){{0,3}}{_SOON}"),
            (
                0.75,
                r"\b(?:prochain|prochaine) (?:train|campagne|lot|session|echeance|vague|batch) (?:de )?(?:paiements?|reglements?|virements?|bordereau)?",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:echeancier|echelonne\w*|etale\w*|fractionne\w*|mensualites?|mensualise\w*|plan de (?:paiement|reglement|remboursement)|moratoire|delais? de (?:paiement|grace|reglement)|scinder|facilites? de (?:paiement|reglement))\b",
            ),
            (
                0.88,
                r"\ben (?:\d{1,2}|deux|trois|quatre|cinq|six|plusieurs|dix|douze) (?:fois|x|versements?|cheques?|paiements?|parts?|mensualites?|tranches|morceaux|reglements)\b|\b\d ?x sans frais|\ben \d{1,2}x\b",
            ),
            (
                0.85,
                r"\b(?:par mois|chaque mois|tous les mois|mensuels?|tous les \d{1,2} du mois|mois par mois|par semaine)\b(?!.*(?:abonnement|loyer))",
            ),
            (
                0.75,
                r"\b(?:report(?:er|ez)?|repousser|decaler|prolong\w+|delai supplementaire|un delai|rallonge|sursis)\b.{0,60}\b(?:echeance|paiement|reglement|facture|mois|jours|delai|au \d|fin|septembre|octobre|novembre|decembre|janvier|fevrier|mars|avril|mai|juin|juillet|aout)\b",
            ),
            (
                0.7,
                r"\b(?:60|45|90) jours (?:possible|svp|fin de mois|date de facture)|\bpasser (?:a|de) \d\d jours\b",
            ),
            (
                0.6,
                r"\b(?:petit a petit|un (?:bout|peu) par|par petits bouts|acomptes? (?:de|reguliers)|moitie .{1,30} moitie)\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.9,
                r"\b(?:contest\w+|en litige|litige|litigieu\w+|refus(?:e|ons|ee) (?:de (?:payer|regler|vous)|cette|votre|la|ce)|ne (?:paierons|payerons|paierai|payerai|reglerons|reglerai) (?:pas|rien|que|donc)|facture (?:est )?(?:refusee|rejetee|erronee|fausse|incorrecte|inexacte)|inadmissible de facturer|double emploi|double facturation|factur\w+ (?:deux|2) fois|comptee? (?:deux|2) fois|facture en double(?! exemplaire)|doublon)\b",
            ),
            (
                0.8,
                r"\b(?:pas conformes?|non[- ]conformes?|defectueu\w+|abim\w+|casse[es]*|endommag\w+|malfacons?|manquant\w* (?:a la livraison|sur la palette|dans le colis)|incomplet\w*|inachev\w*|jamais (?:livree?s?|commandee?s?|eu lieu|souscri\w+|demandee?s?|signee?)|pas (?:ete )?livree?s?|pas (?:ete )?commandee?s?|pas (?:ete )?terminee?s?|pas (?:ete )?finie?s?|non livree?s?|il manquait|je (?:paie|paye) pas|refus de payer|service non fait|reserves? (?:non levees?|de chantier|emises?))\b",
            ),
            (
                0.88,
                r"\b(?:erreur (?:de|sur|dans) (?:le |la |les |votre |vos )?(?:prix|montant|quantite|facture|facturation|tarif|taux|remise|calcul)|prix (?:est |n'est )?(?:faux|errone|incorrect|pas (?:le )?bon|superieur|different|convenu)|(?:montant|quantite|tarif|somme) (?:est )?(?:faux|fausse|errone|incorrect|inexact|trop eleve|ne correspond)|ne correspond(?:ent)? pas|pas ce (?:qui|que)|surfactur\w+|trop factur\w+|trop[- ]percu|devis (?:disait|indiquait|prevoyait|signe|mentionne|etait))\b",
            ),
            (
                0.8,
                r"\b(?:attend\w*|attente|emett\w+|etabli\w+|recevoir|demand\w+|manque|envoye[rz]|merci d'|besoin d')\b.{0,40}\b(?:un avoir|d'un avoir|(?:de|emis|emettre|recu|recevoir) l'avoir|avoirs|note de credit|notes de credit|remboursement|geste commercial|ristourne)\b|\bavoir svp\b",
            ),
            (
                0.8,
                r"\b(?:annul(?:er|ez|ee?s?|ation)|retir(?:er|ez)|effac(?:er|ez)) (?:cette |la |votre |de (?:la |cette )?|ce |les )?(?:facture|commande|somme|ligne|frais|penalites?)|\b(?:ne (?:doit|dois|devons|doivent)|n'est|n'avons|dois) (?:pas|rien|plus rien|aucun\w*) (?:due?|vous|du)?",
            ),
            (
                0.8,
                r"\b(?:retenue de garantie|retien(?:s|t|drons)|retenons|bloqu(?:e|ee|ons|ees?) (?:le|la|les|votre|en|pour|tant|jusqu)|tant que .{0,80}(?:pas|ne)|suspend(?:ons|s|u|ue)? (?:le|tout|notre|votre) (?:paiement|reglement))\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.9,
                r"\b(?:renvoy\w+|renvoi|re-?envoy\w+|retransmett\w+|faire (?:re)?parvenir|reexpedi\w+|envoy\w+|transmett\w+|adress\w+|faire suivre|rejoindre|communiquer|redonner|repasser|fournir)\b.{0,50}\b(?:la facture|les factures|cette facture|une copie|copies?|duplicata|double de|un double|le pdf|en pdf|facture (?:en|originale|d'origine|corrigee|au format)|l'original|exemplaire|justificatif|votre facture|ces factures|le fichier)",
            ),
            (
                0.88,
                r"\b(?:duplicata|copie de (?:la|cette|votre|vos|ces)|double de (?:la|cette|votre)|un double|nouvel exemplaire|pdf manquant|piece jointe (?:est )?(?:vide|illisible|manquante|absente)|sans (?:la )?piece jointe|bon de commande (?:manquant|absent|obligatoire)|numero (?:de commande|d'engagement|de bon)|n° (?:d'engagement|de commande|de bon)|po manquant|(?:depos|integr)\w* (?:\S+ ){0,3}chorus)\b",
            ),
            (
                0.86,
                r"\b(?:jamais recue?s?|pas (?:encore )?recu|n'a(?:i|vons)? (?:jamais|pas) (?:bien )?(?:recu|eu (?:la|cette|votre|de) (?:facture|copie|piece|pdf))|n'avons (?:aucune (?:trace|facture|copie)|pas (?:la|cette|de|votre) (?:facture|piece|copie))|pas trouve|introuvable|ne (?:la )?(?:retrouv|trouv)\w+ (?:pas|plus|nulle)|pas (?:dans|en) (?:notre|nos)|aucune trace|trace de (?:cette|la|votre) facture|jamais vue?|pas la facture|perdu (?:la|votre))\b",
            ),
            (
                0.7,
                r"\b(?:depos(?:er|ez|ee)|integr\w+|saisir) (?:\S+ ){0,4}(?:portail|chorus|coupa|ariba|plateforme)|\bmentions? obligatoires?|\b(?:siret|numero de tva|raison sociale|libellee? au nom)\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.9,
                r"\b(?:mauvais(?:e)? (?:adresse|destinataire|interlocut\w+|personne|service|boite|contact|numero)|trompe[zr]? (?:de|d')|pas (?:le|la) bon(?:ne)? (?:personne|interlocut\w+|adresse|service|contact|destinataire)|erreur de destinataire|ne (?:suis|sommes) (?:pas|plus) (?:concerne|le |la |chez|dans|en charge|votre|charge|a la|au|tresori)|plus (?:en charge|chez|dans (?:la|cette)|employee?|salariee?|mon client|notre client)|ne (?:travaille|fais|fait) plus|plus (?:tresori\w+|president\w*|gerant\w*|comptable|syndic|secretaire)|vendu (?:le fonds|mon|mes|la societe|l'entreprise|ma)|faux numero|ici c'est|cette (?:adresse|boite) (?:ne|n'|sert)|externalise|a quitte|ai quitte|avons quitte|quitte (?:la|l'|notre|mes|ses)|n'est plus (?:dans|chez|a|client|la|le|en)|ne fait plus partie|pas client|ne (?:vous )?connais(?:sons)? pas)\b",
            ),
            (
                0.85,
                r"\b(?:adress\w+|contact\w+|ecri\w+|voyez|voir|renvoy\w+|rapproch\w+|tournez|diriger|merci d'ecrire)\b.{0,40}\b(?:a (?:ma|mon) (?:collegue|comptable|successeur|remplac\w+)|desormais|dorenavant|au service|la compta|directement (?:a|au|avec)|le siege|plutot)\b",
            ),
            (
                0.75,
                r"\b(?:ecri\w+|voir|voyez|contact\w+|passer par|solliciter|repreneur|adress\w+)\b.{0,60}@",
            ),
            (
                0.7,
                r"\b(?:mon successeur|ma remplacante|mon remplacant|a repris (?:le|les|mon|la)|s'occupe (?:maintenant|desormais)|retraite|nouvelle adresse|changement d'(?:adresse|interlocut\w+)|reprend(?:re)? (?:mes|le|les)|tient les comptes maintenant)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:liquidation|liquidat\w+ judiciaire|redressement judiciaire|en redressement|le redressement|procedure de sauvegarde|la sauvegarde|procedure collective|mandataire judiciaire|mandataire|administrateur judiciaire|liquidateur|cessation d(?:e|es) paiements?|depot de bilan|depose (?:le|notre|son|mon) bilan|declar\w+ (?:de )?(?:votre |vos |la |sa )?creances?|bodacc|tribunal de commerce|jugement d'ouverture|surendettement|periode d'observation|faillite|suspension des poursuites|creance anterieure|procedure de conciliation|mandat ad hoc|retablissement (?:personnel|professionnel))\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.9,
                r"\b(?:harcel\w+|rgpd|cnil|mes donnees|donnees personnelles|droit d'(?:opposition|effacement|acces)|desinscri\w+|ne (?:me|nous) (?:contact\w+|relanc\w+|ecri\w+|envoy\w+|appel\w+) plus|cessez|arretez (?:de|vos|ces|d')|plus (?:jamais )?(?:de|un|aucun|d'autre) (?:mail|message|relance|courrier|sms|appel)|plainte|porte plainte|mon avocat|notre avocat|nos avocats|nos conseils|notre conseil|saisir\w*|huissier contre|poursuites? (?:judiciaires?|contre)|assigner|mise en demeure de cesser|diffamation|denonce\w*|signalconso|dgccrf|stop relance|laissez[- ](?:moi|nous))\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.92,
                r"\b(?:avis (?:de )?(?:virement|paiement|reglement|credit)|bordereau (?:de )?(?:paiement|reglement|remise|virement)|ordre de paiement|releve de (?:reglement|reversement|paiement)|detail (?:du|de (?:notre|votre|ce)) (?:virement|reglement|paiement)|remise de cheques?|total (?:vire|regle|paye)|decompte (?:du|de) (?:reglement|virement|paiement))\b",
            ),
        ),
        Intent.QUESTION: (
            (
                0.75,
                r"^(?:\S+ ){0,6}(?:pourquoi|a quoi|c'est quoi|de quoi|quel(?:le|s|les)?|combien|comment|qu'est[- ]ce|qui (?:a|est)|est[- ]ce (?:que|normal)|sur quel|a quel)\b.*\?|\bc quoi\b|\ba quoi correspond",
            ),
            (
                0.7,
                r"\b(?:pouvez|pourriez|peux|pourrais|merci de|veuillez)[- ]?(?:vous|tu)?\b.{0,40}\b(?:preciser|confirmer|expliquer|indiquer|detailler|dire|communiquer votre rib|envoyer (?:votre|un|le) rib|me rappeler)\b",
            ),
            (
                0.7,
                r"\b(?:votre|quel|le bon|nouveau|un) (?:rib|iban|compte bancaire)\b.*\?|\b(?:souhait\w+|desir\w+|aimer\w+|voudr\w+) (?:savoir|connaitre|comprendre)\b|\bje ne comprends pas\b",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: rf"\b(?:pas|jamais|point|rien|aucun\w*|non|ni|sans (?:avoir|etre)) (?:encore |ete |pu |bien |tout |eu |le |vous |du |de |a |etre |l'avoir |completement ){{0,4}}(?:{_DONE}|{_SENT}|de paiement|de reglement|recu)\b|\bimpayee?s?\b|\boublie|\ba (?:payer|regler)\b|\breste (?:a|du)\b|\b(?:pense|pensai[st]|croyai[st]|croyions|pensions)\b|\bsi\b.{0, 40}\b(?:paye|regle)",
        Guard.REFUSED: r"\b(?:ne|n')(?: (?:vous|le|la|les|te|lui|leur|rien|plus|l'))* ?(?:paierons|payerons|paierai|payerai|paiera|payera|reglerons|reglerai|reglera|virerons|virerai|verserons|verserai|solderons|solderai|(?:sera|seront) (?:pas |plus |jamais )?(?:paye|regle|vire|verse|solde)\w*)(?: \S+){0,2} ?\b(?:pas|rien|plus|jamais|aucun\w*)\b|\bne (?:sera|seront) (?:pas|plus|jamais) (?:paye|regle|vire|verse|solde)",
        Guard.FAILED: r"\b(?:rejet\w*|refusee? par (?:la|notre|ma)|revenue?|retourne\w*|echou\w*|annul\w*|opposition|perdu\w*|bloque\w*|pas abouti|pas passe|mauvais (?:iban|compte|rib)|expiree?)\b",
        Guard.FUTURE: r"\b(?:sera|seront|serez|ferai|ferons|fera|va|vais|allons|vont|demain|prochain\w*|prevue?s?|programmee?s?|planifiee?s?|partira|part|interviendra|paierons|paierai|reglerons|reglerai|d'ici|sous \d+|sous huitaine|ce soir|bientot|prochainement)\b",
        Guard.CONDITION: r"\b(?:si (?!vous avez|possible|besoin|jamais)|s'il|s'ils|des (?:que|reception|lors|l'encaissement|le|votre|livraison|retour)|quand|lorsque|une fois|tant que|a condition|sous reserve|sitot|aussitot|apres (?:reception|verification|livraison|validation|accord|signature)|a reception|en attente d|jusqu'a ce|sauf si|a moins)\b",
        Guard.PARTIAL: r"\b(?:acompte|une partie|partiel\w*|en partie|la moitie|le solde|le reste|reliquat|sauf|excepte|hors|deduit\w*|deduction|retenue|moins)\b",
        Guard.OBLIGATION: r"\b(?:devr\w+|doit|doivent|aurait du|devait|normalement|soi-disant|parait|il me semble|je crois|sans doute|peut-etre|probablement|en principe|theoriquement|verifie\w*|si (?:vous avez|c'est) deja|sauf erreur|avant d'etre|pour etre|afin d'etre|a-t-elle|a-t-il)\b",
        Guard.NO_DISPUTE: r"\b(?:(?:ne|n'|pas|rien|aucune?|sans|nulle?|plus) (?:\S+ ){0,3}(?:contest\w+|litig\w+|reserves?|refus\w*)|(?:litige|contestation|dossier|affaire|incident) (?:est |etait |desormais |maintenant )*(?:clos|close|regle|reglee|resolu|solde|leve|termine)|ne (?:nie|conteste|discute)|nie pas)\b",
        Guard.ASKED: r"\b(?:avez[- ]vous|vous avez|l'avez[- ]vous|tu as|as[- ]tu|t'as) (?:bien |deja )?(?:recu|eu|encaisse|vu passer) (?:notre|mon|nos|le|ce|du) (?:virement|reglement|paiement|cheque|sous)|\b(?:virement|reglement|paiement|cheque) (?:\S+ ){0,4}(?:est-il|vous est-il|est il) (?:\S+ ){0,2}(?:arrive|parvenu|recu)",
        Guard.CORRECTION: r"\b(?:avoir|note de credit|corrig\w+|rectif\w+|correct\w+|repar\w+|refai\w+|remplac\w+|livr\w+|litige|regularis\w+|geste)\b",
    },
)
