"""Portuguese: the plain phrases only, over folded text (lower case, no accents)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

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
