#!/usr/bin/env bash
# The Debian package: what is in it, and, where mmdebstrap and root are, that it installs into a bare Debian 12, runs
# there, and is purged without a trace. KEYTURN is the binary, in the folder that it was built in; a bare system once
# made stays in KEYTURN_CHROOTS (build/chroots). The last line counts: `package: P passed, F failed, S skipped`.
set -uo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${KEYTURN:?the binary}" "${KEYTURN_CHROOTS:=$root/build/chroots}"
build=$(dirname "$KEYTURN")
# One time for all that is built here, even if somebody commits meanwhile.
SOURCE_DATE_EPOCH=$(stat -c %Y "$KEYTURN")
export SOURCE_DATE_EPOCH
passed=0 failed=0 skipped=0
served=
work=$(mktemp -d "${TMPDIR:-/tmp}/keyturn-package.XXXXXX")
finish() {
  [[ -z $served ]] || kill -KILL "$served" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

say_failed() { echo "failed: $*"; }
skip() { echo "skipped: package: $*"; }
# step NAME: runs the function of that name, in a shell of its own. 77: it skipped, and said why.
step() {
  local status
  ("$1")
  status=$?
  case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped=$((skipped + 1)) ;;
    *)
      failed=$((failed + 1))
      say_failed "$1"
      ;;
  esac
  return "$status"
}

is_built() {
  local said
  said=$("$root/config/debian/package.sh" "$build" "$work" 2>&1) || {
    echo "$said"
    return 1
  }
  [[ -s $said && $said == "$work/keyturn_$("$KEYTURN" --version | cut -d ' ' -f 2)_$(dpkg --print-architecture).deb" ]]
}

# Every file is root's, none may be written by others or runs as somebody else; the sums are right; the program runs.
has_what_it_should() {
  local list path said
  list=$(dpkg-deb -c "$deb") || return 1
  ! grep -vE '^[-dl]r.[-x]r-[-x]r-[-x] root/root ' <<<"$list" || return 1
  for path in usr/bin/keyturn usr/lib/systemd/system/keyturn.service usr/share/man/man1/keyturn.1.gz \
    usr/share/man/man1/keyturn-charter-check.1.gz usr/share/bash-completion/completions/keyturn \
    usr/share/zsh/vendor-completions/_keyturn usr/share/fish/vendor_completions.d/keyturn.fish etc/keyturn/keyturn.toml \
    usr/share/doc/keyturn/copyright usr/share/doc/keyturn/changelog.gz usr/share/doc/keyturn/openapi.json \
    usr/share/doc/keyturn/examples/charters/defence-fleet.charter; do
    grep -q " \./$path\$" <<<"$list" || {
      echo "it lacks $path"
      return 1
    }
  done
  dpkg-deb -x "$deb" "$work/tree" && dpkg-deb -e "$deb" "$work/control" || return 1
  (cd "$work/tree" && md5sum --quiet -c "$work/control/md5sums") || return 1
  [[ $(dpkg-deb -f "$deb" Depends) == *libsodium23* ]] || return 1
  [[ $("$work/tree/usr/bin/keyturn" --version) == "$("$KEYTURN" --version)" ]] || return 1
  ! readelf -S "$work/tree/usr/bin/keyturn" | grep -q ' \.debug_info' || {
    echo 'its program is not stripped'
    return 1
  }
  # The shipped settings are settings: what is missing is the charter alone.
  said=$("$work/tree/usr/bin/keyturn" serve --config "$work/tree/etc/keyturn/keyturn.toml" 2>&1)
  [[ $said == *'cannot open `/etc/keyturn/charter.keyturn`'* ]] || {
    echo "the shipped settings: $said"
    return 1
  }
}

# The same sources, the same bytes.
is_reproducible() {
  mkdir "$work/again" && sleep 1 && "$root/config/debian/package.sh" "$build" "$work/again" >/dev/null &&
    cmp "$deb" "$work/again/${deb##*/}"
}

lintian_finds_no_error() {
  command -v lintian >/dev/null || {
    skip 'not looked at by lintian (not installed)'
    return 77
  }
  # Built by nobody in particular, it has no address to write to.
  ! lintian --allow-root --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$deb" 2>&1 | grep '^E:'
}

# A bare Debian 12 with what the package depends on, in $work/chroot.
bare_system() {
  local packages archive
  packages=$(dpkg-deb -f "$deb" Depends | sed 's/ ([^)]*)//g; s/, /,/g')
  archive=$KEYTURN_CHROOTS/bookworm-$(sha256sum <<<"$packages" | cut -c 1-16).tar
  if [[ ! -e $archive ]]; then
    mkdir -p "$KEYTURN_CHROOTS"
    timeout 900 mmdebstrap --quiet --variant=essential --include="$packages" bookworm "$archive.part.tar" &&
      mv "$archive.part.tar" "$archive" || return 1
  fi
  mkdir "$work/chroot" && tar -C "$work/chroot" -xf "$archive"
}

everything() { # what stands in the system, but for the package manager's own notes
  (cd "$work/chroot" && find . -xdev \( -path ./var/lib/dpkg -o -path ./var/log -o -path ./var/cache -o -path ./proc -o -path ./run \) -prune \
    -o -print | grep -vE '^\./etc/((passwd|shadow|group|gshadow|subuid|subgid)-?|\.pwd\.lock)$' | sort)
}
inside() { chroot "$work/chroot" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
as_keyturn() {  # in a shell of its own, whose place the program takes: `&` and kill reach it
  exec chroot --userspec=keyturn:keyturn "$work/chroot" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/var/lib/keyturn "$@"
}

answers_ready() { # PORT
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
  read -r _ status _ <&3
  exec 3>&-
  [[ $status == 200 ]]
}

installs_runs_and_is_purged() {
  local before home=/var/lib/keyturn/first port=$((20000 + RANDOM % 10000)) i
  before=$(everything)
  cp "$deb" "$work/chroot/package.deb"
  inside dpkg -i /package.deb >"$work/dpkg.log" 2>&1 || {
    cat "$work/dpkg.log"
    return 1
  }
  rm "$work/chroot/package.deb"
  [[ $(inside keyturn --version) == "$("$KEYTURN" --version)" ]] || return 1
  [[ $(inside stat -c '%U %a' /var/lib/keyturn) == 'keyturn 700' ]] || return 1
  inside dpkg --verify keyturn | grep . && return 1

  (as_keyturn keyturn init "$home" --callers "127.0.0.1:$port" --officials "127.0.0.1:$((port + 1))") >"$work/init.log" || {
    cat "$work/init.log"
    return 1
  }
  as_keyturn keyturn serve --config "$home/keyturn.toml" >"$work/serve.log" 2>&1 &
  served=$!
  for ((i = 0; i < 900; i++)); do
    answers_ready "$((port + 1))" 2>/dev/null && break
    sleep 0.1
  done
  if [[ $i == 900 ]]; then
    echo 'the gateway is not ready:'
    cat "$work/serve.log"
    kill -KILL "$served"
    return 1
  fi
  kill "$served" && wait "$served" || {
    echo "asked to stop, the gateway ends with $?"
    return 1
  }
  (as_keyturn keyturn journal verify --data "$home/data" --charter "$home/charter.keyturn") >"$work/verify.log" || {
    cat "$work/verify.log"
    return 1
  }

  inside dpkg -r keyturn >"$work/dpkg.log" 2>&1 || return 1
  [[ -e $work/chroot$home/data/journal.db && -e $work/chroot/etc/keyturn/keyturn.toml && ! -e $work/chroot/usr/bin/keyturn ]] || {
    echo 'a removal takes too much, or leaves the program'
    return 1
  }
  inside dpkg -P keyturn >"$work/dpkg.log" 2>&1 || {
    cat "$work/dpkg.log"
    return 1
  }
  inside getent passwd keyturn && return 1
  diff <(echo "$before") <(everything)
}

for tool in dpkg-deb dpkg-shlibdeps cmake readelf; do
  command -v "$tool" >/dev/null && continue
  skip "not built ($tool is not installed)"
  echo 'package: 0 passed, 0 failed, 1 skipped'
  exit 0
done
deb=
if step is_built; then
  deb=$(echo "$work"/keyturn_*.deb)
  step has_what_it_should
  step is_reproducible
  step lintian_finds_no_error
  if [[ $(id -u) -ne 0 ]] || ! command -v mmdebstrap >/dev/null; then
    skip 'not installed anywhere (needs mmdebstrap, and root)'
    skipped=$((skipped + 1))
  elif ! bare_system >"$work/mmdebstrap.log" 2>&1; then
    skip "not installed anywhere (no bare Debian could be made: $(tail -n 1 "$work/mmdebstrap.log"))"
    skipped=$((skipped + 1))
  else
    step installs_runs_and_is_purged
  fi
fi
echo "package: $passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
