"""The files of /etc/mailagent for one company that watches one mailbox of the tests and sends nothing."""

from __future__ import annotations

from tests.peers.mail_host import HOST, MailUser

COMPANY = """
address = "{user.address}"
sender_name = "Comptabilité"

[legal]
name = "Martin et fils"
legal_form = "SARL"
registration = "732829320"
registry = "RCS Lyon"
capital = "10 000 €"
address = ["1 rue de la Paix", "69001 Lyon"]

[bank]
iban = "FR1420041010050500013M02606"
holder = "Martin et fils"

[imap]
host = "{host}"
port = {user.host.imaps_port}
username = "{user.name}"
ca_file = "/etc/mailagent/ca.pem"

[smtp]
host = "{host}"
port = 2525
security = "none"
login = false
"""


def configuration(user: MailUser) -> dict[str, str]:
    """Path and text of each file."""
    return {
        "/etc/mailagent/ca.pem": user.host.ca_file.read_text(),
        "/etc/mailagent/companies/martin.toml": COMPANY.format(user=user, host=HOST),
        "/etc/mailagent/credentials/martin_imap_password": user.host.password,
    }
