#!/bin/sh
# A removal keeps charter, credentials and journal; a purge takes them, the journal too.
set -e

if [ "$1" = purge ]; then
  rm -rf /var/lib/keyturn /etc/keyturn
  if getent passwd keyturn >/dev/null; then
    if command -v deluser >/dev/null; then
      deluser --quiet --system keyturn >/dev/null || true
    else
      userdel keyturn >/dev/null || true
    fi
  fi
fi
if [ -d /run/systemd/system ]; then systemctl --system daemon-reload >/dev/null || true; fi
