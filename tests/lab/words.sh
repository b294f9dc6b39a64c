# SPDX-License-Identifier: Apache-2.0
# The words that scenarios are written in. A scenario is the function `story`, and `after_reboot` where it needs one; it
# runs as root on a Debian 12 host with haproxy, systemd as process 1 and lbpreflight in PATH, whatever makes that host.
set -euo pipefail

readonly dropins=/etc/systemd/system/haproxy.service.d

say() { echo "  $*"; }

# given FILE LINE...: the file has these lines.
given() {
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "${@:2}" >"$1"
}

# expect WHAT GOT WANTED
expect() {
  if [[ $2 != "$3" ]]; then
    echo "  WRONG: $1: got '$2', wanted '$3'"
    exit 1
  fi
  say "$1: $3"
}

# comes_to WHAT WANTED COMMAND...: what the command prints, within fifteen seconds.
comes_to() {
  local got
  for ((i = 0; i < 150; ++i)); do
    got=$("${@:3}" 2>&-) || true
    if [[ $got == "$2" ]]; then break; fi
    sleep 0.1
  done
  expect "$1" "$got" "$2"
}

# bus NAME: a property of haproxy.service as systemd has it.
bus() { systemctl show -P "$1" haproxy.service; }

# The hard limit of the running haproxy.
running() { awk '/open files/ {print $5}' "/proc/$(bus MainPID)/limits"; }

# A haproxy that takes 8,037 descriptors and may have 6000.
too_few_descriptors() {
  given /etc/haproxy/haproxy.cfg 'global' '  maxconn 4000' 'defaults' '  mode http' '  timeout connect 1s' \
    '  timeout client 1s' '  timeout server 1s' 'frontend web' '  bind 127.0.0.1:8080'
  given "$dropins/10-site.conf" '[Service]' 'Type=simple' 'ExecStartPre=' 'ExecStart=' \
    'ExecStart=/usr/sbin/haproxy -db -f /etc/haproxy/haproxy.cfg' 'LimitNOFILE=6000' 'Restart=no'
  systemctl daemon-reload
}

# field NAME...: of the JSON on standard input.
field() {
  python3 -c '
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[1:]:
    found = found[int(name) if isinstance(found, list) else name]
print(found)' "$@"
}

# predicted reloaded|at_boot: the hard limit that the files will give, and the line that decides: "15000 /etc/x.conf:2".
predicted() {
  lbpreflight facts --format json | python3 -c '
import json, sys
given = json.load(sys.stdin)["instances"][0]["unit_limit"][sys.argv[1]]
lines = [each["file"] + ":" + str(each["line"]) for each in given["lines"] if each["fate"] == "decides"]
print(given["nofile"]["hard"], *lines)' "$1"
}

# finding CHECK: "error", "warning", "info", or what else came of a check; then why.
finding() {
  lbpreflight check --only "$1" --format json | python3 -c '
import json, sys
result = json.load(sys.stdin)["results"][0]
print(result["severity"] if result["outcome"] == "fail" else result["outcome"], result.get("why") or "")' || true
}

# installed UNIT: where it looks for the program.
installed() { sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "/share/$1"; }

# shipped UNIT...: as they are installed, with the program.
shipped() {
  cp "${@/#//share/}" /etc/systemd/system
  cp /share/bin/lbpreflight "$(installed "$1")"
  systemd-sysusers /share/lbpreflight.sysusers
}
