#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs ./bootstrap in a Debian that has nothing on it, since a developer's own
# machine hides the packages that bootstrap forgets.

set -u

usage()
{
	cat <<'EOF'
usage: build-aux/clean-root.sh [OPTION]... DIR [TARGET...]

Makes a minimal Debian in DIR (debootstrap; to be run as root), puts a copy of the
committed tree into DIR/src, and runs ./bootstrap TARGET... there by chroot, as a
fresh clone's user would. Default target: check. The apt sources, proxies and
certificates are the host's.

  --release NAME  Debian release (default: bookworm)
  --worktree      copy the files as they are, not as they were committed
  --keep          leave DIR as it is at the end (default: delete it)
  --reuse         DIR is a root that --keep left: renew only the tree in it
  --cache FILE    keep the bare root in FILE, a tar archive, and start from it the
                  next time
  --help          this text
EOF
}

die()
{
	echo "clean-root: $*" >&2
	exit 1
}

release=bookworm worktree=no keep=no reuse=no cache=
while test $# -gt 0; do
	case $1 in
	--release) release=${2:?}; shift ;;
	--worktree) worktree=yes ;;
	--keep) keep=yes ;;
	--reuse) reuse=yes keep=yes ;;
	--cache) cache=${2:?}; shift ;;
	--help) usage; exit ;;
	-*) echo "clean-root: unknown option $1 (see --help)" >&2; exit 2 ;;
	*) break ;;
	esac
	shift
done
test $# -gt 0 || { usage >&2; exit 2; }
root=$1
shift
test $# -gt 0 || set -- check

test "$(id -u)" = 0 || die "must be root, for debootstrap and chroot"
source=$(cd "$(dirname "$0")/.." && pwd) || exit 1
if test $reuse = yes; then
	test -x "$root/usr/bin/apt-get" || die "$root holds no root to reuse"
else
	test ! -e "$root" || test -z "$(ls -A "$root")" || die "$root is not empty"
	mkdir -p "$root" || exit 1
fi
root=$(cd "$root" && pwd) || exit 1

# Only what this script mounted is unmounted, before anything is deleted.
# shellcheck disable=SC2317 # called by trap
clean_up()
{
	for point in dev/shm dev/pts proc; do
		if mountpoint -q "$root/$point"; then
			umount "$root/$point" || die "cannot unmount $root/$point"
		fi
	done
	test "$keep" = yes || rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' HUP INT TERM

# ------------------------------------------------------------- the root

# The host's mirror, if the host is a Debian; in either format of sources.
mirror()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' -e 's/^deb \(\[[^]]*\] \)*\([^ ]*\).*/\2/p' |
		grep '/debian/*$' | head -n 1
}

if test $reuse = yes; then
	:
elif test -n "$cache" && test -f "$cache"; then
	echo "clean-root: unpacking $cache"
	tar -xpf "$cache" -C "$root" || exit 1
else
	url=$(mirror)
	url=${url:-http://deb.debian.org/debian}
	echo "clean-root: debootstrap $release from $url"
	debootstrap --variant=minbase --include=ca-certificates "$release" "$root" "$url" ||
		die "debootstrap failed, see $root/debootstrap/debootstrap.log"
	echo "deb $url $release main" >"$root/etc/apt/sources.list"
	if test -n "$cache"; then
		tar -cpf "$cache" -C "$root" . || exit 1
	fi
fi

# The way to the network is the host's: name service, proxies, certificates.
cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
apt-config dump | grep -iE '^Acquire::(http|https|ftp)::.*proxy|^Acquire::(Check-Date|Check-Valid-Until|Retries) ' \
	>"$root/etc/apt/apt.conf.d/90clean-root"
if test -d /usr/local/share/ca-certificates; then
	cp -RL /usr/local/share/ca-certificates "$root/usr/local/share/"
	chroot "$root" update-ca-certificates >/dev/null 2>&1
fi

# debootstrap has made the device nodes.
mkdir -p "$root/proc" "$root/dev/pts" "$root/dev/shm"
mount -t proc proc "$root/proc" || die "cannot mount $root/proc"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts" || die "cannot mount $root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm" || die "cannot mount $root/dev/shm"

# ------------------------------------------------------------- the tree

rm -rf "$root/src"
mkdir "$root/src"
if test $worktree = yes; then
	(cd "$source" && git ls-files -z --cached --others --exclude-standard |
		tar --null -T - --ignore-failed-read -cf -) | tar -xf - -C "$root/src"
else
	git -C "$source" archive HEAD | tar -xf - -C "$root/src"
fi
test -x "$root/src/bootstrap" || die "the tree was not copied"

# -------------------------------------------------------------- the run

echo "clean-root: ./bootstrap $*"
start=$(date +%s)
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM="${TERM:-dumb}" LC_ALL=C.UTF-8 \
	${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
	${DMALAB_CONFIGURE_FLAGS+DMALAB_CONFIGURE_FLAGS="$DMALAB_CONFIGURE_FLAGS"} \
	chroot "$root" sh -c 'cd /src && exec ./bootstrap "$@"' sh "$@" </dev/null
status=$?
echo "clean-root: ./bootstrap $* ended with status $status after $(($(date +%s) - start)) s"
exit $status
