#!/bin/sh
# The user that the gateway runs as, and the folder of its state. Nothing is started: there is no
# charter yet.
set -e

if [ "$1" = configure ]; then
  if ! getent passwd keyturn >/dev/null; then
    adduser --system --group --quiet --home /var/lib/keyturn --no-create-home \
      --gecos "Keyturn gateway" keyturn
  fi
  install -d -m 0700 -o keyturn -g keyturn /var/lib/keyturn
  install -d -m 0700 /etc/keyturn/credentials
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    # An update of a gateway that runs; one that was not started stays so.
    if [ -n "$2" ]; then systemctl try-restart keyturn.service || true; fi
  fi
fi
