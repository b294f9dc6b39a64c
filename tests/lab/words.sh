# SPDX-License-Identifier: Apache-2.0
# The words that scenarios are written in. A scenario is the function `story`, and `after_reboot` where it needs one; it
# runs as root on a Debian 12 host with haproxy, systemd as process 1 and lbpreflight in PATH, whatever makes that host.
# README.md tells more.
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

# comes_to WHAT WANTED COMMAND...: what the command prints, within two minutes, since some hosts are emulated.
comes_to() {
  local got
  local -r deadline=$((SECONDS + 120))
  while ((SECONDS < deadline)); do
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

# haproxy_with MAXCONN LINE...: the package's settings, that maxconn, and the lines after them.
haproxy_with() {
  given /etc/haproxy/haproxy.cfg 'global' '  log /dev/log local0' '  chroot /var/lib/haproxy' \
    '  stats socket /run/haproxy/admin.sock mode 660 level admin' '  user haproxy' '  group haproxy' "  maxconn $1" \
    'defaults' '  log global' '  mode http' '  timeout connect 5s' '  timeout client 50s' '  timeout server 50s' "${@:2}"
}

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

# finding CHECK [SUBJECT]: "error", "warning", "info", or what else came of a check; then why.
finding() {
  lbpreflight check --only "$1" --format json | python3 -c '
import json, sys
results = json.load(sys.stdin)["results"]
result = next(each for each in results if each["subject"] in sys.argv[1:] or len(sys.argv) == 1)
print(result["severity"] if result["outcome"] == "fail" else result["outcome"], result.get("why") or "")' "${@:2}" || true
}

# installed UNIT: where it looks for the program.
installed() { sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "/share/$1"; }

# shipped UNIT...: as they are installed, with the program.
shipped() {
  cp "${@/#//share/}" /etc/systemd/system
  cp /share/bin/lbpreflight "$(installed "$1")"
  systemd-sysusers /share/lbpreflight.sysusers
}

# severity_of CHECK [SUBJECT]: "error", "warning", "info", or what else came of it.
severity_of() {
  local said
  said=$(finding "$@")
  echo "${said%% *}"
}

# verdicts: of the report on standard input each check, its subject and what came of it, a line each.
verdicts() {
  python3 -c '
import json, sys
for one in json.load(sys.stdin)["results"]:
    print(one["check"], one.get("subject") or "", one["outcome"], one.get("why") or "")'
}

# queue_of ADDRESS: how many connections the accept queue of a listener holds.
queue_of() { ss -Hltn "src = $1" | awk '{print $3; exit}'; }

# answers_at PORT: a server there, which answers each request with its path.
answers_at() {
  systemd-run --quiet --unit="answers-at-$1" python3 -c '
import http.server, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path[1:].encode())
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever()' "$1"
  comes_to "something answers at $1" hello curl -s "http://127.0.0.1:$1/hello"
}

# server_state BACKEND SERVER: as haproxy has it, and of what its last check came.
server_state() {
  python3 -c '
import csv, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect("/run/haproxy/admin.sock")
asked.sendall(b"show stat\n")
for row in csv.DictReader(asked.makefile()):
    if [row["# pxname"], row["svname"]] == sys.argv[1:]:
        print(row["status"], row["check_status"])' "$@"
}

# domain_of PID: the type that SELinux runs it as.
domain_of() { tr -d '\0' <"/proc/$1/attr/current" | cut -d: -f3; }

# denied PERMISSION: the port of the last connect or bind that SELinux denied haproxy.
denied() {
  sed -n "s/^type=AVC.*{ $1 }.*comm=\"haproxy\".* \(src\|dest\)=\([0-9]*\) .*/\2/p" /var/log/audit/audit.log | tail -n 1
}
