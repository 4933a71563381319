#!/usr/bin/env bash
# Puts the servers that the tests talk to on this machine (Debian 12). None of them is started.
# Does nothing when all are there; without root it only says what is missing.
set -euo pipefail

CYRUS=${CYRUS_ROOT:-/usr/local/lib/cyrus-for-tests}
PACKAGES=(
    openssl
    dovecot-imapd dovecot-lmtpd
    postfix
    postgresql
    systemd systemd-container dbus util-linux procps
    python3-venv # mailagent in the container runs on Debian's own Python
    # What Cyrus needs to run unpacked:
    libical3 libicu72 libjansson4 libldap-2.5-0 libnsl2 libpcre3 libpq5 libsasl2-modules libsqlite3-0 libwrap0 libxapian30 libxml2
)

missing() {
    local path
    for path in /usr/bin/openssl /usr/sbin/dovecot /usr/lib/dovecot/imap /usr/lib/dovecot/lmtp \
        /usr/sbin/postfix /usr/bin/systemd-nspawn /usr/bin/systemd-analyze /usr/bin/dbus-daemon /bin/kill; do
        [ -e "$path" ] || echo "${path##*/}"
    done
    [ -n "$(/usr/bin/python3 -c 'import ensurepip; print(1)' 2>/dev/null)" ] || echo python3-venv
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
    [ -x "$CYRUS/usr/lib/cyrus/bin/master" ] || echo cyrus
}

# Debian starts a service as soon as it is installed, unless this file says no.
forbid_starting() {
    local policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] && return
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap "rm -f $policy" EXIT
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
    # --no-remove: another mail server of this machine stays.
    local log
    log=$(mktemp)
    apt-get install -qq --yes --no-remove --no-install-recommends "${PACKAGES[@]}" >"$log" 2>&1 ||
        { cat "$log" >&2; exit 1; }
    rm "$log"
}

# Cyrus and Dovecot exclude each other in dpkg, so Cyrus is unpacked and never installed.
unpack_cyrus() {
    local folder
    folder=$(mktemp -d)
    chmod 755 "$folder"
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root cyrus-imapd cyrus-common)
    mkdir -p "$CYRUS"
    for package in "$folder"/*.deb; do dpkg -x "$package" "$CYRUS"; done
    rm -rf "$folder"
}

wanted=$(missing)
[ -n "$wanted" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing for the tests:" $wanted >&2
    echo "run as root on Debian 12: tests/peers/install.sh" >&2
    exit 1
fi
echo "installing for the tests:" $wanted
forbid_starting
install_packages
[ -x "$CYRUS/usr/lib/cyrus/bin/master" ] || unpack_cyrus
wanted=$(missing)
[ -z "$wanted" ] || { echo "still missing:" $wanted >&2; exit 1; }
