#!/bin/sh
set -e

if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now keyturn.service >/dev/null 2>&1 || true
fi
