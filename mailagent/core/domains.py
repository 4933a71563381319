"""Mail domains that say nothing about who writes."""

from __future__ import annotations

# Providers with one domain per country: hotmail.fr, yahoo.co.uk, gmx.at ...
_FAMILIES = frozenset(
    {"gmail", "googlemail", "hotmail", "outlook", "live", "msn", "yahoo", "ymail", "rocketmail"}
    | {"icloud", "aol", "gmx", "proton", "protonmail", "yandex", "zoho", "fastmail", "tutanota"}
)
_FREEMAIL = frozenset(
    {"me.com", "mac.com", "mail.com", "email.com", "hey.com", "pm.me", "tuta.io", "mailo.com"}
    # France
    | {"orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "neuf.fr", "bbox.fr"}
    | {"cegetel.net", "club-internet.fr", "numericable.fr", "aliceadsl.fr", "voila.fr"}
    # Germany, Austria, Switzerland
    | {"web.de", "t-online.de", "freenet.de", "arcor.de", "mail.de", "online.de", "posteo.de"}
    | {"posteo.net", "1und1.de", "chello.at", "a1.net", "bluewin.ch", "sunrise.ch", "hispeed.ch"}
    # Belgium, Netherlands
    | {"skynet.be", "telenet.be", "proximus.be", "voo.be", "scarlet.be", "ziggo.nl", "kpnmail.nl"}
    | {"planet.nl", "xs4all.nl", "hetnet.nl", "home.nl"}
    # Italy, Spain, Portugal
    | {"libero.it", "virgilio.it", "tiscali.it", "alice.it", "tin.it", "fastwebnet.it"}
    | {"telefonica.net", "terra.es", "movistar.es", "sapo.pt"}
    # United Kingdom, North America
    | {"btinternet.com", "sky.com", "talktalk.net", "virginmedia.com", "ntlworld.com"}
    | {"blueyonder.co.uk", "videotron.ca", "sympatico.ca", "bell.net", "rogers.com", "shaw.ca"}
    | {"telus.net", "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "cox.net"}
    # elsewhere
    | {"mail.ru", "qq.com", "163.com"}
)


def domain_of(address: str) -> str:
    """The part after the @, lower case."""
    return address.rpartition("@")[2].lower()


def is_freemail(domain: str) -> bool:
    """True for a provider whose customers share one domain."""
    return domain in _FREEMAIL or domain.partition(".")[0] in _FAMILIES


def business_domain(address: str) -> str:
    """The domain when it belongs to one organisation; empty for freemail and for no address."""
    domain = domain_of(address) if "@" in address else ""
    return "" if is_freemail(domain) else domain
