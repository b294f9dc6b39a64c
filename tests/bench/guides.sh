#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The commands that tuning guides tell one to run before putting a load balancer into service, once each.
config=${1:-/etc/haproxy/haproxy.cfg}
pid=$(pidof -s haproxy) || pid=self

sysctl net.core.somaxconn net.ipv4.ip_local_port_range net.ipv4.tcp_max_syn_backlog net.ipv4.tcp_tw_reuse \
  net.ipv4.ip_nonlocal_bind fs.file-max fs.nr_open net.netfilter.nf_conntrack_max net.netfilter.nf_conntrack_count
cat "/proc/$pid/limits"
ulimit -n
ss -tulpn
haproxy -c -f "$config"
