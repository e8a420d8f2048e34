#!/usr/bin/env bash
# Builds build/keyturn_VERSION_ARCHITECTURE.deb out of what `cmake --install` lays out:
# config/debian/package.sh BUILD [FOLDER], BUILD being one in which keyturn was built, and FOLDER where
# the package goes, if not to build/. `./dev package` calls it.
# The same sources give the same bytes: times are those of the last commit.
set -euo pipefail
export LC_ALL=C
umask 022

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${1:?a build folder}
# Whoever hands the package to others names himself.
: "${KEYTURN_MAINTAINER:=Keyturn <keyturn@localhost>}"
architecture=$(dpkg --print-architecture)
version=$("$build/keyturn" --version | cut -d ' ' -f 2)
deb=${2:-$root/build}/keyturn_${version}_$architecture.deb
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || stat -c %Y "$root/CMakeLists.txt")}"
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
DESTDIR=$tree cmake --install "$build" --prefix /usr --strip >"$work/install.log" || {
  cat "$work/install.log" >&2
  exit 1
}

documents=$tree/usr/share/doc/keyturn
install -D -m 0644 "$root/config/keyturn.toml" "$tree/etc/keyturn/keyturn.toml"
{
  printf 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Keyturn\n\n'
  printf 'Files: *\nCopyright: 2026 The Keyturn authors\nLicense: Apache-2.0\n'
  printf ' On Debian systems, the text of the license is in /usr/share/common-licenses/Apache-2.0.\n'
} >"$documents/copyright"
printf 'keyturn (%s) unstable; urgency=medium\n\n  * Built from the sources of this version.\n\n -- %s  %s\n' \
  "$version" "$KEYTURN_MAINTAINER" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$documents/changelog.gz"
gzip -9n "$tree"/usr/share/man/man1/*.1

# What the binary needs, by the packages that its libraries come from.
mkdir -p "$work/debian"
printf 'Source: keyturn\n\nPackage: keyturn\nArchitecture: any\n' >"$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O "$tree/usr/bin/keyturn" 2>"$work/shlibdeps.log") || {
  cat "$work/shlibdeps.log" >&2
  exit 1
}

mkdir -m 0755 "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<END
Package: keyturn
Version: $version
Architecture: $architecture
Maintainer: $KEYTURN_MAINTAINER
Section: net
Priority: optional
Depends: ${libraries#shlibs:Depends=}, adduser
Installed-Size: $(du -sk --apparent-size --exclude=DEBIAN "$tree" | cut -f 1)
Description: multi-party authorization gateway for AI command
 A reverse proxy in front of model endpoints and of the command endpoints of
 autonomous systems. Ordinary traffic passes; a high-stakes request is held
 until enough officials of enough independent institutions have signed for
 exactly that request, and is refused when it would let one person direct too
 large a share of the fleet. Every decision is in a tamper-evident journal.
END
printf '/etc/keyturn/keyturn.toml\n' >"$tree/DEBIAN/conffiles"
for script in postinst prerm postrm; do
  install -m 0755 "$root/config/debian/$script.sh" "$tree/DEBIAN/$script"
done
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# No threads: their number would be in the bytes.
dpkg-deb --threads-max=1 --root-owner-group -Zxz --build "$tree" "$deb" >/dev/null
echo "$deb"
