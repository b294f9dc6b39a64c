// SPDX-License-Identifier: Apache-2.0
// The keywords that any release from 2.4 to 3.4 registers (cfg_kw_list) or compares by name in a section's parser.
#include "probes/haproxy/keywords.h"

#include <algorithm>
#include <array>
#include <vector>

#include "probes/base/text.h"

namespace preflight::haproxy {
namespace {

constexpr std::string_view kGlobal =
    "51degrees-allow-unmatched 51degrees-cache-size 51degrees-data-file 51degrees-difference 51degrees-drift "
    "51degrees-property-name-list 51degrees-property-separator 51degrees-use-performance-graph "
    "51degrees-use-predictive-graph acme.scheduler anonkey busy-polling ca-base chroot close-spread-time "
    "cluster-secret cpu-affinity cpu-map cpu-policy cpu-set crt-base daemon debug.counters default-path "
    "description deviceatlas-cache-size deviceatlas-json-file deviceatlas-log-level "
    "deviceatlas-properties-cookie deviceatlas-property-separator dns-accept-family "
    "expose-deprecated-directives expose-experimental-directives external-check fd-hard-limit "
    "force-cfg-parser-pause gid grace group h1-accept-payload-with-any-method h1-case-adjust "
    "h1-case-adjust-file h1-do-not-close-on-insecure-transfer-encoding h2-workaround-bogus-websocket-clients "
    "hard-stop-after harden.reject-privileged-ports.quic harden.reject-privileged-ports.tcp http-err-codes "
    "http-fail-codes httpclient.resolvers.disabled httpclient.resolvers.id httpclient.resolvers.prefer "
    "httpclient.retries httpclient.ssl.ca-file httpclient.ssl.verify httpclient.timeout.connect "
    "insecure-fork-wanted insecure-setuid-wanted issuers-chain-path jwt.decrypt_alg_list "
    "jwt.decrypt_enc_list key-base limited-quic localpeer log log-send-hostname log-tag lua-load "
    "lua-load-per-thread lua-prepend-path master-worker max-spread-checks max-threads-per-group "
    "maxcompcpuusage maxcomprate maxconn maxconnrate maxpipes maxsessrate maxsslconn maxsslrate maxzlibmem "
    "mworker-max-reloads nbproc nbthread no-memory-trimming no-quic node noepoll noevports nogetaddrinfo "
    "nokqueue noktls nopoll noreuseport nosplice numa-cpu-mapping ocsp-update.disable ocsp-update.httpproxy "
    "ocsp-update.maxdelay ocsp-update.mindelay ocsp-update.mode ot-config pidfile pp2-never-send-local "
    "prealloc-fd presetenv profiling.memory profiling.tasks quick-exit quiet resetenv server-state-base "
    "server-state-file set-dumpable set-var set-var-fmt setcap setenv shm-stats-file "
    "shm-stats-file-max-objects spread-checks ssl-default-bind-ciphers ssl-default-bind-ciphersuites "
    "ssl-default-bind-client-sigalgs ssl-default-bind-curves ssl-default-bind-options "
    "ssl-default-bind-sigalgs ssl-default-server-ciphers ssl-default-server-ciphersuites "
    "ssl-default-server-client-sigalgs ssl-default-server-curves ssl-default-server-options "
    "ssl-default-server-sigalgs ssl-dh-param-file ssl-engine ssl-load-extra-del-ext ssl-load-extra-files "
    "ssl-mode-async ssl-passphrase-cmd ssl-propquery ssl-provider ssl-provider-path ssl-security-level "
    "ssl-server-verify ssl-skip-self-issued-ca stats stats-file stress-level strict-limits thread-group "
    "thread-groups thread-hard-limit trace tune.applet.zero-copy-forwarding tune.buffers.limit "
    "tune.buffers.reserve tune.bufsize tune.bufsize.large tune.bufsize.small tune.chksize "
    "tune.cli.max-payload-size tune.comp.maxlevel tune.defaults.purge tune.disable-fast-forward "
    "tune.disable-zero-copy-forwarding tune.epoll.mask-events tune.events.max-events-at-once tune.fail-alloc "
    "tune.fast-forward tune.fd.edge-triggered tune.glitches.kill.cpu-usage tune.h1.be.glitches-threshold "
    "tune.h1.fe.glitches-threshold tune.h1.zero-copy-fwd-recv tune.h1.zero-copy-fwd-send "
    "tune.h2.be.glitches-threshold tune.h2.be.initial-window-size tune.h2.be.max-concurrent-streams "
    "tune.h2.be.max-frames-at-once tune.h2.be.rxbuf tune.h2.fe.glitches-threshold "
    "tune.h2.fe.initial-window-size tune.h2.fe.max-concurrent-streams tune.h2.fe.max-frames-at-once "
    "tune.h2.fe.max-rst-at-once tune.h2.fe.max-total-streams tune.h2.fe.rxbuf tune.h2.header-table-size "
    "tune.h2.initial-window-size tune.h2.log-errors tune.h2.max-concurrent-streams tune.h2.max-frame-size "
    "tune.h2.zero-copy-fwd-send tune.http.cookielen tune.http.logurilen tune.http.maxhdr "
    "tune.idle-pool.shared tune.idletimer tune.listener.default-shards tune.listener.multi-queue "
    "tune.lua.bool-sample-conversion tune.lua.burst-timeout tune.lua.forced-yield tune.lua.log.loggers "
    "tune.lua.log.stderr tune.lua.maxmem tune.lua.openlibs tune.lua.service-timeout tune.lua.session-timeout "
    "tune.lua.task-timeout tune.max-checks-per-thread tune.max-rules-at-once tune.maxaccept "
    "tune.maxpollevents tune.maxrewrite tune.memory.hot-size tune.notsent-lowat.client "
    "tune.notsent-lowat.server tune.pattern.cache-size tune.peers.max-updates-at-once tune.pipesize "
    "tune.pool-high-fd-ratio tune.pool-low-fd-ratio tune.pt.zero-copy-forwarding "
    "tune.quic.backend.max-idle-timeou tune.quic.backend.max-idle-timeout tune.quic.be.cc.cubic-min-losses "
    "tune.quic.be.cc.hystart tune.quic.be.cc.max-frame-loss tune.quic.be.cc.max-win-size "
    "tune.quic.be.cc.reorder-ratio tune.quic.be.max-idle-timeout tune.quic.be.sec.glitches-threshold "
    "tune.quic.be.stream.data-ratio tune.quic.be.stream.max-concurrent tune.quic.be.stream.rxbuf "
    "tune.quic.be.tx.pacing tune.quic.be.tx.udp-gso tune.quic.cc-hystart tune.quic.cc.cubic.min-losses "
    "tune.quic.disable-tx-pacing tune.quic.disable-udp-gso tune.quic.fe.cc.cubic-min-losses "
    "tune.quic.fe.cc.hystart tune.quic.fe.cc.max-frame-loss tune.quic.fe.cc.max-win-size "
    "tune.quic.fe.cc.reorder-ratio tune.quic.fe.max-idle-timeout tune.quic.fe.sec.glitches-threshold "
    "tune.quic.fe.sec.retry-threshold tune.quic.fe.sock-per-conn tune.quic.fe.stream.data-ratio "
    "tune.quic.fe.stream.max-concurrent tune.quic.fe.stream.max-total tune.quic.fe.stream.rxbuf "
    "tune.quic.fe.tx.pacing tune.quic.fe.tx.udp-gso tune.quic.frontend.conn-tx-buffers.limit "
    "tune.quic.frontend.default-max-window-size tune.quic.frontend.glitches-threshold "
    "tune.quic.frontend.max-data-size tune.quic.frontend.max-idle-timeout "
    "tune.quic.frontend.max-streams-bidi tune.quic.frontend.max-tx-mem tune.quic.frontend.stream-data-ratio "
    "tune.quic.listen tune.quic.max-frame-loss tune.quic.mem.tx-max tune.quic.reorder-ratio "
    "tune.quic.retry-threshold tune.quic.socket-owner tune.quic.zero-copy-fwd-send tune.rcvbuf.backend "
    "tune.rcvbuf.client tune.rcvbuf.frontend tune.rcvbuf.server tune.recv_enough tune.renice.runtime "
    "tune.renice.startup tune.ring.queues tune.runqueue-depth tune.sched.low-latency tune.sndbuf.backend "
    "tune.sndbuf.client tune.sndbuf.frontend tune.sndbuf.server tune.ssl.cachesize "
    "tune.ssl.capture-buffer-size tune.ssl.capture-cipherlist-size tune.ssl.certificate-compression "
    "tune.ssl.default-dh-param tune.ssl.force-private-cache tune.ssl.hard-maxrecord tune.ssl.keylog "
    "tune.ssl.lifetime tune.ssl.maxrecord tune.ssl.ocsp-update.maxdelay tune.ssl.ocsp-update.mindelay "
    "tune.ssl.ssl-ctx-cache-size tune.stick-counters tune.streams-elasticity "
    "tune.takeover-other-tg-connections tune.vars.check-max-size tune.vars.global-max-size "
    "tune.vars.proc-max-size tune.vars.reqres-max-size tune.vars.sess-max-size tune.vars.txn-max-size "
    "tune.zlib.memlevel tune.zlib.windowsize uid ulimit-n unix-bind unsetenv user warn-blocked-traffic-after "
    "wurfl-cache-size wurfl-data-file wurfl-engine-mode wurfl-information-list "
    "wurfl-information-list-separator wurfl-patch-file wurfl-useragent-priority zero-warning";

constexpr std::string_view kProxy =
    "acl appsession backlog balance bind bind-process block capture cliexp clitcpka-cnt clitcpka-idle "
    "clitcpka-intvl clitimeout compression contimeout cookie declare default-server default_backend "
    "description disabled dispatch dynamic-cookie-key email-alert enabled error-log-format errorfile "
    "errorfiles errorloc errorloc302 errorloc303 external-check filter filter-sequence force-be-switch "
    "force-persist fullconn grace guid hash-balance-factor hash-preserve-affinity hash-type "
    "http-after-response http-check http-error http-request http-response http-reuse http-send-name-header "
    "id ignore-persist load-server-state-from-file log log-balance log-format log-format-sd log-steps "
    "log-tag max-keep-alive-queue max-session-srv-conns maxconn mode monitor monitor-net monitor-uri option "
    "persist quic-initial rate-limit redirect redisp redispatch reqadd reqallow reqdel reqdeny reqiallow "
    "reqidel reqideny reqipass reqirep reqitarpit reqpass reqrep reqtarpit retries retry-on rspadd rspdel "
    "rspdeny rspidel rspideny rspirep rsprep server server-state-file-name server-template source srvexp "
    "srvtcpka-cnt srvtcpka-idle srvtcpka-intvl srvtimeout ssl-f-use stats stick stick-table tcp-check "
    "tcp-request tcp-response timeout transparent unique-id-format unique-id-header use-fcgi-app use-server "
    "use_backend usesrc";

constexpr std::string_view kPeers = "bind default-bind default-server disabled enabled log peer server shards table";

constexpr std::string_view kLogForward = "backlog bind dgram-bind log maxconn option timeout";

constexpr std::string_view kResolvers =
    "accepted_payload_size hold nameserver parse-resolv-conf resolution_pool_size resolve_retries timeout";

constexpr std::string_view kMailers = "mailer timeout";

constexpr std::string_view kProgram = "command group option user";

constexpr std::string_view kRing = "backing-file description format maxlen server size timeout";

constexpr std::string_view kCertificateStore = "crt-base key-base load";

using Keywords = std::vector<std::string_view>;

Keywords sorted(std::string_view text) {
  Keywords keywords = words(text);
  std::sort(keywords.begin(), keywords.end());
  return keywords;
}

std::string_view text_of(SectionKind kind) {
  switch (kind) {
    case SectionKind::global:
      return kGlobal;
    case SectionKind::proxy:
      return kProxy;
    case SectionKind::peers:
      return kPeers;
    case SectionKind::log_forward:
      return kLogForward;
    case SectionKind::resolvers:
      return kResolvers;
    case SectionKind::mailers:
      return kMailers;
    case SectionKind::program:
      return kProgram;
    case SectionKind::ring:
      return kRing;
    case SectionKind::certificate_store:
      return kCertificateStore;
    case SectionKind::none:
    case SectionKind::other:
      break;
  }
  return {};
}

constexpr std::size_t kKinds = static_cast<std::size_t>(SectionKind::other) + 1;

std::array<Keywords, kKinds> tables() {
  std::array<Keywords, kKinds> sections;
  for (std::size_t i = 0; i < kKinds; ++i) sections[i] = sorted(text_of(static_cast<SectionKind>(i)));
  return sections;
}

}  // namespace

bool is_known_keyword(SectionKind kind, std::string_view keyword) {
  if (kind == SectionKind::none || kind == SectionKind::other) return true;
  static const std::array<Keywords, kKinds> sections = tables();
  const Keywords& known = sections[static_cast<std::size_t>(kind)];
  return std::binary_search(known.begin(), known.end(), keyword);
}

}  // namespace preflight::haproxy
