# The journal as auditors meet it, and what no gateway starts on: a changed byte, a part, an older copy, a mark that
# is gone, another charter or key, a journal that somebody else holds [T11 T12 T24 T25 T26].
# shellcheck shell=bash
source "$KEYTURN_ROOT/tests/scripts/lib.sh"
begin

step_ms=400
make_deployment "$work/deployment"
start_gateway
strike "$work/first.json" "grid 31U FQ 123" uav-003
strike "$work/second.json" "grid 31U FQ 124" uav-004

# Entries 0 to 2: the charter, a proposal, an approval.
hold planner-7 "$work/first.json"
approve_all "$id" haddad
"$KEYTURN" call GET "$KEYTURN_OFFICIALS_URL/v1/checkpoint" | sed 1d >"$work/early.note"

# While the gateway runs.
has "$("$KEYTURN" journal verify --checkpoint "$work/early.note")" \
  '^verified: 3 entries, root sha256:[0-9a-f]{64}; compared with .*high-water mark 3.*given checkpoint 3' "verify"
has "$("$KEYTURN" journal verify --json)" '"sound": true' "verify --json"
has "$("$KEYTURN" journal replay)" '1 proposals \(facts of 1 checked .*\), 1 signed words, 0 claims, 0 refusals' "replay"
has "$("$KEYTURN" journal replay --json)" '"facts_checked": 1' "replay --json"
shown=$("$KEYTURN" journal show)
[[ $(grep -c '^entry [0-2]  leaf sha256:' <<<"$shown") == 3 ]] || die "show does not print three entries: $shown"
has "$shown" '^  approver haddad \(parliament\)$' "show"
[[ $("$KEYTURN" journal show --json | wc -l) == 3 ]] || die "show --json does not print three lines"
has "$("$KEYTURN" journal prove 2)" '^index 2$' "prove"
has "$("$KEYTURN" journal prove 2)" '^keyturn/joint-autonomy$' "the checkpoint in the proof"
# A backup, while the gateway runs: one whole state, verified, and another start from it.
has "$("$KEYTURN" journal backup --to "$work/backup")" '^verified: 3 entries' "backup"
has "$("$KEYTURN" journal replay --data "$work/backup")" '1 signed words' "a replay of the backup"
[[ $(stat -c %a "$work/backup/journal.db" "$work/backup/bodies.db" | sort -u) == 600 ]] || die "others may read the backup"
fails 2 'journal.db|high-water' "a backup over another" "$KEYTURN" journal backup --to "$work/backup"
fails 2 'keyturn: ' "a backup of nothing" "$KEYTURN" journal backup --data "$work/none" --to "$work/other"
fails 2 'has 3 entries' "an entry that there is not" "$KEYTURN" journal show 3
fails 1 'keyturn: ' "a proof of an entry that there is not" "$KEYTURN" journal prove 3
sed '2s/3/4/' "$work/early.note" >"$work/forged.note"
fails 1 'given checkpoint: ' "a forged checkpoint" "$KEYTURN" journal verify --checkpoint "$work/forged.note"
refuses_start 'another process holds .*one journal has one gateway' "a second gateway on one journal [T12]"

# At rest; then entries 3 and 4.
stop gateway
cp -r "$home/data" "$work/older"
# The backup, with the key that it does not hold, is the same journal.
mv "$home/data" "$work/original"
cp "$work/original/bodies.key" "$work/backup/"
cp -r "$work/backup" "$home/data"
start_gateway
stop gateway
rm -rf "$home/data"
mv "$work/original" "$home/data"
start_gateway
hold planner-7 "$work/second.json"
approve_all "$id" haddad
stop gateway
cp -r "$home/data" "$work/whole"
has "$("$KEYTURN" journal verify --checkpoint "$work/early.note")" '^verified: 5 entries' "the grown journal and an early checkpoint [T26]"
refused() {
  refuses_start "$@"
  rm -rf "$home/data"
  cp -r "$work/whole" "$home/data"
}

# One byte of an entry [T24]. The gateway and the auditor name the same place.
offset=$(grep -abo -m 1 'grid 31U FQ 123' "$home/data/journal.db" | head -n 1)
printf G | dd of="$home/data/journal.db" bs=1 seek="${offset%%:*}" conv=notrunc status=none
found=$("$KEYTURN" journal verify) && die "a changed journal verifies"
has "$found" '^entry [12]: ' "verify after one changed byte"
found=${found%%:*}
fails 1 "^$found: " "replay after one changed byte" "$KEYTURN" journal replay
fails 1 'NOT AS STORED' "show after one changed byte" "$KEYTURN" journal show
refused "the journal does not verify: .*$found" "a changed byte"

# A part of it.
size=$(stat -c %s "$home/data/journal.db")
truncate -s $((size / 2)) "$home/data/journal.db"
fails 1 'journal' "verify of a truncated journal" "$KEYTURN" journal verify
refused 'journal.db' "a truncated journal"
rm "$home/data/journal.db"
refused 'there is no journal at .*journal.db' "a journal that is gone"
: >"$home/data/journal.db"
refused 'journal.db' "an empty file instead of a journal"

# An older one [T25]: its database beside the newer mark; the mark gone; and, with the mark on another mount, the
# whole folder put back.
cp "$work/older/journal.db" "$home/data/journal.db"
fails 1 'high-water mark' "verify of an older journal" "$KEYTURN" journal verify
refused 'the journal does not verify: .*(3|5)' "an older journal"
rm "$home/data/high-water"
refused 'high-water.*rolled back' "a mark that is gone"
mv "$home/data/high-water" "$work/high-water"
sed -i "s|^# high_water = .*|high_water = \"$work/high-water\"|" "$home/keyturn.toml"
rm -rf "$work/newer" && mv "$home/data" "$work/newer"
cp -r "$work/older" "$home/data"
refuses_start 'the journal does not verify: .*(3|5)' "the whole folder put back"
fails 1 'high-water mark' "verify of the whole folder put back" "$KEYTURN" journal verify --high-water "$work/high-water"
rm -rf "$home/data" && mv "$work/newer" "$home/data"

# Another charter, another key [T11].
cp "$KEYTURN_CHARTER" "$work/charter"
echo '# a comment' >>"$KEYTURN_CHARTER"
refuses_start 'entry 0: .*charter' "another charter than the journal's"
fails 1 'entry 0: .*charter' "replay under another charter" "$KEYTURN" journal replay --high-water "$work/high-water"
cp "$work/charter" "$KEYTURN_CHARTER"
mv "$home/journal.key" "$work/journal.key"
"$KEYTURN" keys new joint-autonomy "$home/journal.key" >/dev/null || die "keys new"
refuses_start 'is not the journal key that the charter names' "another journal key"
mv "$work/journal.key" "$home/journal.key"

# And as it was, it starts.
start_gateway
has "$(official tanaka show "$id")" "^$id  held  " "the command held before all this"
