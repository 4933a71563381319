"""English: phrases over folded text (lower case, no accents, straight apostrophes)."""

from __future__ import annotations

from mailagent.core.mail import Intent
from mailagent.reading.lexicon import Guard, Lexicon

_DONE = r"(?:paid|settled|transferred|wired|remitted|cleared|bacs'?d|posted|mailed|sent|processed|released|executed|debited|initiated|made|issued|completed)"
_MEANS = r"(?:payment|transfer|wire|cheque|check|bacs|ach|remittance|funds|direct debit|bank transfer|sepa)"
_SOON = r"(?:tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next|this (?:week|friday|afternoon|evening|month)|by|before|within|end of|eom|eow|on the \d|on \d|in the next|in \d|shortly|soon|first thing|week|\d{1,2}(?:st|nd|rd|th)|\d{1,2}/\d{1,2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d|\d{1,2} (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"

ENGLISH = Lexicon(
    intents={
        Intent.PAID: (
            (
                0.9,
                r"\b(?:have|has|had|was|were|been|i've|we've|'ve|just|already|got|is|are|it's|that's|now) (?:been |already |just |now |fully |all |also |since |this |that |the |your |invoice |bill |in full |both |actually |been ){0,4}(?:paid|settled|transferred|wired|remitted|cleared)\b",
            ),
            (
                0.88,
                r"\b(?:we|i|he|she|they|accounts|bank|treasury|our bank) (?:have |has |already |just |did |also |fully )*(?:paid|settled|wired|transferred|remitted|paid off)\b",
            ),
            (
                0.88,
                rf"\b{_MEANS}\b(?: \S+){{0,6}} (?:was|were|has been|have been|is|has|went|had been|got) (?:already |just |now |duly |successfully )?(?:{_DONE}|out|through|gone|cleared)\b",
            ),
            (
                0.86,
                r"\b(?:paid|settled|wired|transferred|remitted|sent) (?:it |this |that |in full |via |by |on |the |your |yesterday|today|last|this (?:morning|afternoon|week)|earlier|two|\d+ days ago|over the)",
            ),
            (
                0.86,
                rf"\b(?:sent|made|posted|mailed|initiated|ordered|executed|released|instructed|did) (?:the|a|your|our|this|that|you) (?:\S+ ){{0,2}}{_MEANS}",
            ),
            (0.7, r"^\W*(?:already )?(?:paid|settled|done|sent)\b(?! (?:if|when|once))"),
            (
                0.8,
                r"\b(?:went out|gone out|left our (?:bank|account)|hit (?:our|your) bank|crossed (?:in the post|with your|over)|debited from (?:our|my)|came out of (?:our|my)|in your (?:bank|account))\b",
            ),
        ),
        Intent.PROMISE_TO_PAY: (
            (
                0.88,
                r"\b(?:will|'ll|shall|going to|gonna|intend to|plan to) (?:be |also |now |then |certainly |definitely |get |have |make |it |send |do |you |this |the |your |transfer ){0,4}(?:pay|paid|payment|settle|settled|transfer|transferred|wire|wired|remit|remitted|sort(?:ed)?|processed|released|cheque|check|clear|cleared|funds|sent|made|money)\b",
            ),
            (
                0.87,
                rf"\b(?:scheduled|queued|set up|lined up|booked|planned|approved|due|down|included|slated|earmarked) (?:to |for |in |on |it |the |your |payment |be |paid |out |go ){{1,5}}(?:\S+ ){{0,3}}{_SOON}",
            ),
            (
                0.87,
                rf"\b(?:payment|transfer|wire|cheque|check|bacs|ach|money|it|that|this)\b(?: \S+){{0,4}} (?:goes|going|go|leaves|leaving|is coming|will go|runs) (?:out |in |off |to )*(?:\S+ ){{0,3}}{_SOON}",
            ),
            (
                0.86,
                r"\b(?:next|following|friday's|monday's|tuesday's|wednesday's|thursday's|this week's|next week's|weekly|our|month-end|upcoming) (?:\S+ ){0,2}(?:payment run|pay run|check run|cheque run|batch|run|disbursement|bacs run)\b",
            ),
            (
                0.86,
                rf"\b(?:pay|paying|settle|settling|transfer|wire|send|remit)(?:ing)? (?:\S+ ){{0,5}}{_SOON}",
            ),
            (
                0.85,
                r"\byou(?:'ll| will| shall) (?:have|get|receive|see|be in funds|be paid)\b|\bexpect (?:payment|it|the|funds|our)\b|\bpromise\b|\byou have my word\b|\bword of honou?r\b",
            ),
        ),
        Intent.PAYMENT_PLAN_REQUEST: (
            (
                0.9,
                r"\b(?:instal?lments?|payment plan|payment arrangement|pay (?:it |this )?(?:off )?in (?:\w+ )?(?:parts|stages|lots|chunks|goes)|split (?:it|this|the|into|over|across|payment)|spread (?:it|this|the|over|out|across|payment)|stagger\w*|extended terms|extension|defer\w*|more time|extra time|prolongation|forbearance|breathing space|standstill)\b",
            ),
            (
                0.88,
                r"\b(?:in|over|into|across) (?:\d{1,2}|two|three|four|five|six|ten|twelve|several|a few|equal) (?:equal |monthly |weekly )?(?:months?|payments?|parts|times|goes|lots|pmts|halves|tranches|weeks)\b|\b(?:\d|two|three|four|five|six) (?:equal|monthly) (?:pmts|payments)\b",
            ),
            (
                0.86,
                r"\b(?:a|per|each|every) (?:month|week|fortnight)\b|\bmonthly (?:from|until|till|basis|payments?|until)|\bmonthly\b",
            ),
            (
                0.75,
                r"\b(?:longer|60|90|45|120)[- ](?:day )?(?:terms|days terms|days? (?:possible|please|instead))\b|\bmove (?:us |the )?(?:to|due date)|\bnet[- ]?(?:60|90)\b|\bpush (?:it|this|the) (?:back|out)\b",
            ),
        ),
        Intent.DISPUTE: (
            (
                0.9,
                r"\b(?:disput\w+|contest(?:ed|ing)?|(?:won't|will not|not going to|refuse to|not|never) (?:be )?pay(?:ing)? (?:for|this|that|it|until|a penny|anything|the)|owe (?:you )?nothing|don't owe (?:you (?:anything|this|that|a|the|money)|anything|this|that|it)|do not owe|not liable|overcharg\w+|double[- ](?:billed|charged|invoiced)|billed (?:us )?twice|charged (?:us )?twice|duplicate (?:invoice|of|bill)|incorrect(?:ly)? (?:billed|invoiced|price|charged|amount)|wrong (?:price|amount|quantity|rate|vat|total)|reject(?:ed|ing)? (?:this|the|your) (?:invoice|bill)|can't sign off|cannot sign off|not signed off|on hold (?:until|pending|because|due))\b",
            ),
            (
                0.8,
                r"\b(?:never (?:ordered|received the goods|delivered|arrived|signed|agreed|happened|turned up)|not (?:been )?(?:delivered|completed|finished|ordered|installed|agreed|as (?:agreed|ordered|described|quoted))|damaged|faulty|defective|broken|short[- ]?(?:delivered|shipped|ship)|missing (?:items|goods|units|parts|from)|incomplete|unfinished|returned (?:goods|under|the)|sent back|cancelled (?:the|this|that|our|in|before|it)|snags?|quantity variance|price variance)\b",
            ),
            (
                0.88,
                r"\b(?:credit note|credit memo|debit note|needs? (?:to be )?credit(?:ed|ing)|should be credited|awaiting credit|issue (?:a |us a )?credit|a credit|refund)\b",
            ),
            (
                0.8,
                r"\b(?:quoted? (?:was|said|of|us)|you quoted|agreed (?:price|rate|was|on)|po (?:price|says|was for|amount)|exceeds? the (?:estimate|quote|po)|(?:invoice|rate|price|amount|figure|total|that)(?:'s| is| looks)(?: not right| wrong| incorrect)|please correct|(?:first|then) credit note|rejected by our|does(?:n't| not) (?:match|agree|tally)|withh(?:old|eld|olding)|knock(?:ed)? off|discrepanc\w+|not what (?:we|i) (?:ordered|agreed))\b",
            ),
        ),
        Intent.INVOICE_COPY_REQUEST: (
            (
                0.9,
                r"\b(?:re-?send|send|forward|email|e-mail|provide|share|shoot|fire|(?:can|could|may) (?:i|we) (?:get|have)|need|attach|re-?attach|supply|upload|re-?issue|reissue|submit|rebill)\b.{0,50}\b(?:copy|copies|invoice|pdf|duplicate|original|the bill|it again|another one|statement of account|attachment)\b",
            ),
            (
                0.86,
                r"\b(?:never (?:received|got|saw|had|seen)|(?:have|has|did)(?:n't| not) (?:ever )?(?:received?|get|got|seen?|had)|can(?:'t|not) (?:find|locate|see) (?:the|your|any|this|that|it|a) ?(?:invoice|bill|attachment|copy|pdf|record|trace)?|no (?:record|trace|sign) of|not (?:on|in) our (?:system|ledger|records)|don't (?:have|see)|haven't (?:got|received|seen)|can't open|won't open|link(?:'s| has| is)? expired|attachment (?:is|was) (?:empty|missing|blank|corrupt))\b",
            ),
            (
                0.88,
                r"\b(?:po ?#|po number|po no|purchase order (?:number|no|ref)|need (?:a|the) po|without (?:a )?po|no po|coupa|ariba|tungsten|basware|vendor portal|supplier portal|the portal|our portal|copy invoice|copy of (?:the|your|this|that)|duplicate copy|pdf (?:pls|please))\b",
            ),
        ),
        Intent.WRONG_CONTACT: (
            (
                0.9,
                r"\b(?:wrong (?:person|address|email|company|department|number|council|bloke|one|contact|inbox|team)|not the (?:right|correct) (?:person|contact|address|department|company)|not me\b|isn't mine|not mine|does not work here|mix(?:ed|ing) (?:me|us) up|wrong number|vacated|no longer (?:with|work|works|employed|at|the|handle|deal|our|responsible|in charge)|has left|have left|i left|left the (?:company|business|firm)|don't work (?:there|here|for)|not (?:our|my) (?:invoice|bill|account|debt|company)|isn't ours|not ours|never heard of|don't know (?:who|you)|not a (?:customer|client)|(?:retired|moved on|changed role|been relieved|resigned))\b",
            ),
            (
                0.85,
                r"\b(?:please|kindly|you (?:need|want|should)|try|best to|write to|redirect|direct|send (?:all|future|it|this|these|them)|contact|speak to|address)\b.{0,40}\b(?:instead|in future|from now on|going forward|my (?:colleague|successor|replacement)|accounts payable at|who (?:deals|handles|looks after)|not me|redirect)\b|\bredirect (?:your|this|any)",
            ),
            (
                0.75,
                r"\b(?:write to|try|contact|e?mail|send (?:it|them|this)|address(?:ed)? to|speak to|ask)\b.{0,60}@",
            ),
            (
                0.6,
                r"\b(?:has taken over|took over|my successor|my replacement|handed (?:the|it|over)|deals with (?:this|these|your)|new (?:email )?address is|sits with)\b",
            ),
        ),
        Intent.INSOLVENCY: (
            (
                0.95,
                r"\b(?:administration(?: order| process)?|administrators?|liquidat\w+|insolven\w+|bankrupt\w*|chapter (?:7|11)|winding[- ]up|wound up|receiver(?:ship)?|reciever|official receiver|moratorium|cva|voluntary arrangement|cirp|nclt|irp|examinership|sequestrat\w+|trust deed|assignment for the benefit|debt relief order|dro|iva|ceased trading|gone bust|gone under|proof of (?:debt|claim)|unsecured creditor|restructuring proceeding|dear creditor|redressement|administrator appointed|company (?:has been )?dissolved|prepetition|automatic stay)\b",
            ),
        ),
        Intent.OBJECTION: (
            (
                0.9,
                r"\b(?:harass\w*|gdpr|data protection|ico\b|remove (?:me|my|us)|unsubscribe|opt[- ]?out|stop (?:contacting|emailing|sending|writing|chasing|calling|these|the|this|e-?mail\w*|it)|cease and desist|do not (?:contact|email|write|call)|don't (?:contact|email|write|call|ever)|my (?:lawyer|solicitor|attorney)s?|our (?:lawyer|solicitor|attorney|legal|counsel)s?|legal action|sue\b|ombudsman|police|take me off|leave (?:me|us) alone|lose my (?:email|number)|injunction|fdcpa|cfpb|subject access|erase|delete my|trading standards|defamat\w+|block(?:ing)? (?:you|your|this))\b",
            ),
        ),
        Intent.REMITTANCE_ADVICE: (
            (
                0.93,
                r"\b(?:remittance(?: advice| statement| details| slip)?|payment advice|payment (?:notification|confirmation) (?:no|number|ref)|advice of payment|voucher no|net payment|payment details (?:are|as)|paid to:?|settlement statement|eft (?:advice|notification|trace)|value date|net amount credited|ach trace|payee|payment (?:date|amount|ref\w*|total):|utr:?|cheque no\.?:|check (?:no|number|date):)",
            ),
        ),
        Intent.QUESTION: (
            (
                0.75,
                r"^(?:\S+ ){0,8}(?:why|what|what's|whats|which|how|who|when|where|is (?:it|this|that)|does|is there|do you|can i|are you)\b.*\?|\bwhat(?:'s| is)? (?:this|that) for\b|\bwhy is there\b",
            ),
            (
                0.7,
                r"\b(?:could|can|would) you (?:please |kindly )?(?:confirm|clarify|explain|tell|advise|let me know|send (?:me |us )?your bank|break down)\b|\bplease (?:confirm|clarify|explain|advise) (?!receipt)|\b(?:remit[- ]to|bank details|iban|sort code|account number)\b.*\?",
            ),
        ),
    },
    guards={
        Guard.NOT_PAID: r"\b(?:not|n't|never|nothing|no|unable to|yet to|without|cannot|failed to) (?:yet |been |be |actually |fully |in fact |have |having |it |be able to )*(?:paid|pay|settled|sent|made|processed|received|payment|release\w*|transferred)\b|\bunpaid\b|\bunless\b|\bforgot\w*|\boverlooked\b|\bslipped\b|\bthought (?:we|i|it|this)\b|\bsupposed to\b|\bif (?:it|this|you|we)\b.{0,30}\bpaid|\bto be paid\b|\bbe paid\b|\bget(?:s|ting)? paid\b|\bpaid by our\b|\bpaid us\b|\bbefore (?:it's|this is|we) pa",
        Guard.FAILED: r"\b(?:reject\w*|bounced|returned by|returned to|came back|declined|failed|cancelled|canceled|stopped|lost in|expired|wrong account|went to the wrong|blocked|reversed)\b",
        Guard.FUTURE: r"\b(?:will|'ll|shall|going to|tomorrow|next|scheduled|upcoming|due to be|to be|soon|shortly|planned|tonight|queued|expect\w*)\b",
        Guard.CONDITION: r"\b(?:if|once|as soon as|when|until|unless|subject to|provided|after (?:you|we|the|receipt|it)|pending|upon|on receipt|assuming|depending|waiting (?:for|on)|till)\b",
        Guard.PARTIAL: r"\b(?:part[- ]?pa(?:id|yment)|partial\w*|some of|half|the rest|the balance|remainder|remaining|except|apart from|minus|less|deposit|on account|all but|short)\b",
        Guard.OBLIGATION: r"\b(?:should(?:'ve| have)?|must|ought|supposed\w*|apparently|i think|i believe|maybe|perhaps|probably|might|may have|as far as i|not sure|checking|check (?:if|whether|with)|let me check|will check|whether)\b",
        Guard.NO_DISPUTE: r"\b(?:(?:not|n't|no|nothing|never|without|isn't|no longer) (?:\S+ ){0,3}(?:disput\w+|contest\w*|quarrel\w*|query|argu\w+)|(?:dispute|issue|query|matter|difference|claim) (?:\S+ ){0,3}(?:closed|settled|resolved|sorted|withdrawn|cleared))\b",
        Guard.ASKED: r"\b(?:did you (?:get|receive|see)|have you (?:received|got|had)|has it (?:arrived|landed)|can you see) (?:our|my|the) (?:\S+ ){0,2}(?:payment|transfer|wire|cheque|check|bacs)|\bis (?:our|my) (?:transfer|payment)\b.{0,40}\barrived",
        Guard.CORRECTION: r"\b(?:credit|correct\w*|revis\w*|amend\w*|repair\w*|fix\w*|replac\w*|deliver\w*|resolv\w*|finish\w*|snag\w*|sort(?:ed)? (?:out )?the)\b",
    },
)
