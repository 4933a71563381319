"""Who the creditor is in law, and where he is paid.

France asks a trader to put SIREN, register and seat on every letter, and a company its form and capital
too (Code de commerce R123-237, R123-238); without them nothing may be sent.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from stdnum.eu import vat
from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siren

from mailagent.config.keys import Keys
from mailagent.config.values import Bic, Country, Iban, Line, NotEmpty, Said, refusal

_FORMS_WITH_CAPITAL = frozenset({
    "SARL", "EURL", "SAS", "SASU", "SA", "SCA", "SCS", "SNC", "SELARL", "SELARLU", "SELAS", "SELASU",
    "SELAFA", "SELCA", "SCOP", "SCIC", "SC", "SCI", "SCP", "SCM",
})  # fmt: skip


class LegalKeys(Keys):
    """What the law wants under each letter."""

    name: Said = Field(description="Registered name.")
    country: Country = Field(default="FR", description="Country of the seat, two letters.")
    legal_form: Said = Field(description="Legal form: SARL, SAS, EI ...")
    registration: Said = Field(description="SIREN in France, else the number in the register.")
    registry: Line = Field(
        default="",
        description="Register, such as RCS Lyon; a company has one, some sole traders have none.",
    )
    capital: Line = Field(
        default="", description="Share capital as printed, such as 10 000 €; a company has one."
    )
    vat_number: Line = Field(default="", description="VAT number; empty when not subject to VAT.")
    address: Annotated[tuple[Said, ...], NotEmpty] = Field(
        description="Registered seat, one text for each line."
    )

    @field_validator("registration")
    @classmethod
    def _is_siren(cls, number: str, info: ValidationInfo) -> str:
        if info.data.get("country") != "FR":
            return number
        try:
            return str(siren.validate(number))
        except NumberError:
            raise refusal(
                "is not a valid SIREN", "Nine digits, as on your Kbis; not the SIRET of fourteen"
            ) from None

    @field_validator("registry", "capital")
    @classmethod
    def _company_has_it(cls, text: str, info: ValidationInfo) -> str:
        form = info.data.get("legal_form", "").upper().replace(".", "")
        if not text and info.data.get("country") == "FR" and form in _FORMS_WITH_CAPITAL:
            article = "R123-237" if info.field_name == "registry" else "R123-238"
            raise refusal(
                f"is missing: a {form} states it on every letter (Code de commerce {article})",
                'Copy it from your Kbis, such as "RCS Lyon" or "10 000 €"',
            )
        return text

    @field_validator("vat_number")
    @classmethod
    def _is_vat_number(cls, number: str, info: ValidationInfo) -> str:
        if not number:
            return ""
        try:
            compact = str(vat.validate(number))
        except NumberError:
            raise refusal(
                "is not a valid VAT number", "With the country in front, such as FR44732829320"
            ) from None
        registration = info.data.get("registration", "")
        if compact.startswith("FR") and registration and not compact.endswith(registration):
            raise refusal("does not belong to this SIREN", "A French one ends with the SIREN")
        return compact


class BankKeys(Keys):
    """Where customers pay."""

    iban: Iban = Field(description="IBAN.")
    bic: Bic = Field(default="", description="BIC; may be empty within the euro area.")
    holder: Said = Field(description="Name of the account holder.")
