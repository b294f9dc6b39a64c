#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# scripts/setup asks apt-get for exactly what is missing, and names the packages where there is no apt-get. The package
# tools are stand-ins on PATH: nothing is installed.
set -euo pipefail

setup=$(dirname "$(realpath "$0")")/../../scripts/setup
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ((EUID != 0)) && ! unshare --map-root-user true 2>/dev/null; then
  echo "skipped: neither root nor a user namespace to stand in for it"
  exit 77
fi
export PATH=$scratch/bin:$PATH PREFLIGHT_OS_RELEASE=$scratch/os-release
export CALLS=$scratch/calls INSTALLED=$scratch/installed
mkdir "$scratch/bin"

stand_in() { printf '#!/bin/bash\n%s\n' "$2" >"$scratch/bin/$1" && chmod 755 "$scratch/bin/$1"; }
# dpkg-query prints what is installed and exits 1 when it does not know a name, as the real one does.
# shellcheck disable=SC2016  # expanded by the stand-in
stand_in dpkg-query 'sed "s/^/installed /" "$INSTALLED"; exit 1'
# shellcheck disable=SC2016
stand_in apt-get 'echo "$*" >>"$CALLS"; [[ "$*" != *--download-only* || ! -e $CALLS.stale ]]'
# shellcheck disable=SC2016
stand_in sudo '[[ $1 != -v ]] || exit 0; [[ $1 != -- ]] || shift; exec unshare --map-root-user -- "$@"'

all_of_build="g++ cmake ninja-build pkgconf libboost1.74-dev libboost-filesystem1.74-dev libexpected-dev
  libtomlplusplus-dev libcli11-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libsystemd-dev libmd-dev
  libselinux1-dev libsepol-dev libsemanage-dev"

# Runs setup on a host of the system $1 where only the packages $3... are installed; what it says goes to $scratch/said.
on() {
  echo "$1" >"$PREFLIGHT_OS_RELEASE"
  tr -s ' \n' '\n' <<<"${*:3}" >"$INSTALLED"
  rm -f "$CALLS"
  status=0
  "$setup" "$2" >"$scratch/said" 2>&1 || status=$?
}

failures=0
expect() {
  if ! "${@:2}"; then
    echo "FAILED: $1 (exit code $status)"
    cat "$scratch/said" "$CALLS" 2>/dev/null || true
    failures=$((failures + 1))
  fi
}
said() { grep -qF -- "$1" "$scratch/said"; }
called() { grep -qE -- "$1" "$CALLS"; }
nothing() { [[ $status == 0 && ! -s $scratch/said && ! -e $CALLS ]]; }

on ID=debian build "$all_of_build"
expect "nothing missing: says nothing, asks nothing" nothing

on ID=debian build "${all_of_build/cmake/}"
expect "one missing: installs that one alone" called '^install .* cmake$'
expect "and says which and why" said 'cmake: the build system'
expect "and does not fetch the lists for it" test "$(grep -c '^update' "$CALLS")" = 0

touch "$CALLS.stale"
on ID=debian build "${all_of_build/cmake/}"
expect "stale lists: fetches them once" test "$(grep -c '^update' "$CALLS")" = 1
rm "$CALLS.stale"

on ID=debian build "${all_of_build/libsemanage-dev/}"
expect "SELinux is compiled against" called '^install .* libsemanage-dev$'
expect "and a build commits to no store" test "$(grep -c policycoreutils "$CALLS")" = 0

on $'ID=linuxmint\nID_LIKE="ubuntu debian"' build "${all_of_build/g++/}"
expect "a relative of Debian: installs" called '^install .* g\+\+$'

on ID=debian build "${all_of_build/libboost1.74-dev/libboost1.83-dev}"
expect "another release's Boost will do" nothing

on ID=debian build
expect "a bare host: installs the first name of each" called 'g\+\+ cmake ninja-build pkg-config libboost-dev '
expect "a build needs no haproxy" test "$(grep -c haproxy "$CALLS")" = 0

expect "nor an emulator" test "$(grep -c qemu "$CALLS")" = 0

on ID=debian lab "mmdebstrap e2fsprogs lz4"
expect "the lab: installs what its guest needs, and no compiler" called '^install .* -o Dpkg::Use-Pty=0 qemu-system-x86$'

stand_in rpm 'exit 1'
on $'ID=rocky\nPRETTY_NAME="Rocky Linux 9"' build
expect "Enterprise Linux: exit code 1" test $status = 1
expect "and names the packages there" said 'gcc-c++'
expect "and where they come from" said 'config-manager --set-enabled crb'
expect "and installs nothing" test ! -e "$CALLS"
stand_in rpm 'exit 0'
on ID=rocky test
expect "Enterprise Linux with everything: says nothing" nothing

on ID=debian everything
expect "an unknown purpose is a usage error" test $status = 2

((failures == 0)) && echo "setup_test: all as expected"
