# The systemd unit: systemd reads it without a complaint, and what it leaves open stays little.
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin
unit=$KEYTURN_ROOT/config/systemd/keyturn.service
for line in Type=notify 'ExecReload=/bin/kill -HUP $MAINPID' WatchdogSec= NoNewPrivileges=yes ProtectSystem=strict \
  MemoryDenyWriteExecute=yes SystemCallFilter=@system-service LimitCORE=0 LoadCredential=passphrase: StateDirectory=keyturn; do
  grep -qF "$line" "$unit" || die "the unit lacks $line"
done
if ! command -v systemd-analyze >/dev/null; then
  echo 'systemd-analyze is not installed'
  exit 77
fi
# The program and its page are not installed here.
sed "s|/usr/bin/keyturn|$KEYTURN|; s|^Documentation=.*|Documentation=https://example.org/|" "$unit" >"$work/keyturn.service"
said=$(systemd-analyze verify --man=no "$work/keyturn.service" 2>&1)
[[ -z $said ]] || die "systemd-analyze verify: $said"
said=$(systemd-analyze security --offline=true --threshold=15 "$work/keyturn.service" 2>&1) ||
  die "the unit is more exposed than 1.5: $(tail -n 1 <<<"$said")"
