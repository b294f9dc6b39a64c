#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The test of the lab: a scenario passes only that ends in good order and has said something. What it is tried on are
# scenarios of the fast kind, which need root.
#
#   tests/scripts/lab_test.sh LBPREFLIGHT [fast|run]      run: in the guest instead
set -euo pipefail

lab=$(dirname "$(realpath "$0")")/../../scripts/lab
export LBPREFLIGHT=$1
readonly kind=${2:-fast}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

failures=0
# tried NAME PATTERN SECONDS LINE...: the scenario of these lines ends with a verdict like that.
tried() {
  printf '%s\n' '# shellcheck shell=bash' '# SPDX-License-Identifier: Apache-2.0' '# Tried.' "${@:4}" >"$scratch/$1"
  local said verdict status=0 wanted=1
  said=$(LAB_SECONDS=$3 "$lab" "$kind" "$scratch/$1" 2>&1) || status=$?
  if ((status == 77)); then echo "skipped: $said" && exit 77; fi
  if [[ $2 == ok* ]]; then wanted=0; fi
  verdict=$(grep -m 1 -E "^(ok|FAILED) $1, " <<<"$said") || true
  if [[ $verdict =~ ^$2$ && $status == "$wanted" ]]; then
    echo "$verdict"
  else
    echo "not as it should be: $1, exit code $status: $said"
    failures=$((failures + 1))
  fi
}

long=60 short=5
if [[ $kind == run ]]; then long=300 short=60; fi
tried good 'ok good, [0-9]+ s' "$long" 'story() { expect "one" 1 1; }'
tried wrong 'FAILED wrong, [0-9]+ s: 1' "$long" 'story() { expect "one" 2 1; }'
tried fails 'FAILED fails, [0-9]+ s: [0-9]+' "$long" 'story() { say hello; false; say "not reached"; }'
tried silent 'FAILED silent, [0-9]+ s: .*it said nothing' "$long" 'story() { true; }'
tried hangs "FAILED hangs, [0-9]+ s: no end in $short s" "$short" 'story() { say hello; sleep 1000; }'
tried no-story 'FAILED no-story, .*' "$long" 'other() { true; }'
if [[ $kind == run ]]; then
  tried crashes 'FAILED crashes, [0-9]+ s: .*' "$long" 'story() { say hello; sync; echo c >/proc/sysrq-trigger; sleep 99; }'
  tried powers-off 'FAILED powers-off, [0-9]+ s: .*' "$long" 'story() { say hello; systemctl poweroff --force --force; }'
fi
exit "$((failures > 0))"
