"""Spanish: the plain phrases only, over folded text (lower case, no accents)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

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
